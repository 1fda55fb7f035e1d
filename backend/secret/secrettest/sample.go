// Package secrettest makes credentials that nobody has, in the shapes of those that people paste, for tests of what must
// never hold one.
package secrettest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Sample is a text with a credential in it.
type Sample struct {
	Kind       string
	Text       string
	Credential string
}

// Samples makes each of every kind, the same ones for the same seed.
func Samples(seed uint64, each int) []Sample {
	r := rand.New(rand.NewPCG(seed, 2))
	var out []Sample
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for range each {
			text, credential := kinds[kind](r)
			if strings.Contains(text, "%s") {
				text = fmt.Sprintf(text, credential)
			}
			out = append(out, Sample{kind, "Why does this not work?\n" + text + "\nThe instance i-0123456789abcdef0 says access denied.", credential})
		}
	}
	return out
}

const (
	upper       = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower       = "abcdefghijklmnopqrstuvwxyz"
	digits      = "0123456789"
	hex         = "0123456789abcdef"
	alnum       = upper + lower + digits
	base32      = upper + "234567"
	base64Chars = alnum + "+/"
)

func pick(r *rand.Rand, from string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[r.IntN(len(from))]
	}
	return string(b)
}

// kinds make credentials as their providers do: the text around, and the credential in it.
var kinds = map[string]func(r *rand.Rand) (text, credential string){
	"aws-access-token": func(r *rand.Rand) (string, string) {
		s := []string{"AKIA", "ASIA"}[r.IntN(2)] + pick(r, base32, 16)
		return "use " + s + " for it", s
	},
	"aws-secret-access-key": func(r *rand.Rand) (string, string) {
		s := pick(r, base64Chars, 40)
		return "AKIA" + pick(r, base32, 16) + " " + s + "\n", s
	},
	"aws secret by its name": func(r *rand.Rand) (string, string) {
		s := pick(r, base64Chars, 40)
		return "[default]\naws_secret_access_key = " + s + "\n", s
	},
	"aws-session-token": func(r *rand.Rand) (string, string) {
		s := pick(r, base64Chars, 300)
		return "export AWS_SESSION_TOKEN=" + s + "\n", s
	},
	"github-pat":   prefixed("ghp_", alnum, 36),
	"github-oauth": prefixed("gho_", alnum, 36),
	"github-app":   prefixed("ghs_", alnum, 36),
	"github-fine":  prefixed("github_pat_", alnum+"_", 82),
	"gitlab-pat":   prefixed("glpat-", alnum, 20),
	"slack-bot": func(r *rand.Rand) (string, string) {
		s := "xoxb-" + pick(r, digits, 12) + "-" + pick(r, digits, 12) + "-" + pick(r, alnum, 24)
		return "token " + s + " here", s
	},
	"slack-webhook": func(r *rand.Rand) (string, string) {
		s := "https://hooks.slack.com/services/T" + pick(r, upper+digits, 9) + "/B" + pick(r, upper+digits, 10) + "/" + pick(r, alnum, 24)
		return s, s
	},
	"stripe":      prefixed("sk_live_", alnum, 24),
	"stripe-test": prefixed("rk_test_", alnum, 24),
	"sendgrid":    prefixed("SG.", lower+digits+"_-", 66),
	"npm":         prefixed("npm_", lower+digits, 36),
	"pypi":        prefixed("pypi-AgEIcHlwaS5vcmc", alnum+"_-", 60),
	"anthropic": func(r *rand.Rand) (string, string) {
		s := "sk-ant-api03-" + pick(r, alnum+"_-", 93) + "AA"
		return "key is " + s, s
	},
	"openai": func(r *rand.Rand) (string, string) {
		s := "sk-" + pick(r, alnum, 20) + "T3BlbkFJ" + pick(r, alnum, 20)
		return "key is " + s, s
	},
	"digitalocean": prefixed("dop_v1_", hex, 64),
	"google":       prefixed("AIza", alnum+"_-", 35),
	"vault":        prefixed("hvs.", alnum+"_-", 95),
	"databricks":   prefixed("dapi", "0123456789abcdef", 32),
	"jwt": func(r *rand.Rand) (string, string) {
		part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		s := part(`{"alg":"HS256","typ":"JWT"}`) + "." + part(`{"sub":"`+pick(r, digits, 10)+`","name":"`+pick(r, lower, 300+r.IntN(900))+`"}`) + "." + pick(r, alnum+"_-", 43)
		return "Authorization: Bearer " + s, s
	},
	"private-key": func(r *rand.Rand) (string, string) {
		var b strings.Builder
		kind := []string{"RSA ", "EC ", "OPENSSH ", ""}[r.IntN(4)]
		b.WriteString("-----BEGIN " + kind + "PRIVATE KEY-----\n")
		for range 4 + r.IntN(40) {
			b.WriteString(pick(r, base64Chars, 64) + "\n")
		}
		b.WriteString("-----END " + kind + "PRIVATE KEY-----")
		return "this is mine:\n" + b.String() + "\n", b.String()
	},
	"generic": func(r *rand.Rand) (string, string) {
		s := pick(r, alnum, 32)
		return []string{`password = "%s"`, "API_KEY=%s\n", `"client_secret": "%s"`}[r.IntN(3)], s
	},
}

func prefixed(prefix, from string, n int) func(*rand.Rand) (string, string) {
	return func(r *rand.Rand) (string, string) {
		s := prefix + pick(r, from[:len(from)-min(1, strings.Count(from, "-"))], n)
		return "the token: " + s + "\n", s
	}
}
