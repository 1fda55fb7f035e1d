package secret_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"cloudops/backend/secret"
)

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

func TestSeededSecretsAreFoundAndTakenOut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const each = 21
	n := 0
	for kind, make := range kinds {
		for range each {
			text, credential := make(r)
			if strings.Contains(text, "%s") {
				text = fmt.Sprintf(text, credential)
			}
			text = "Why does this not work?\n" + text + "\nThe instance i-0123456789abcdef0 says access denied."
			require.NotEmpty(t, secret.Find(text), "%s: %s", kind, text)
			out := secret.Redact(text)
			require.NotContains(t, out, credential, kind)
			// Nor is a telling part of it left.
			require.NotContains(t, out, credential[len(credential)-10:], kind)
			require.Contains(t, out, "[redacted: ", kind)
			require.True(t, strings.HasSuffix(out, "says access denied."))
			n++
		}
	}
	require.GreaterOrEqual(t, n, 500)
}

// What an assistant of an AWS estate is given all day is no credential.
func TestNamesOfResourcesAreNot(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var lines []string
	for range 200 {
		id, account := pick(r, hex, 17), pick(r, digits, 12)
		lines = append(lines,
			"arn:aws:ec2:eu-west-1:"+account+":instance/i-"+id,
			`{"arn":"arn:aws:kms:us-east-1:`+account+`:key/`+uuid.NewString()+`","KmsKeyId":"`+uuid.NewString()+`","tags":{"key":"`+uuid.NewString()+`"}}`,
			`{"SecretArn":"arn:aws:secretsmanager:eu-west-1:`+account+`:secret:prod/db/password-`+pick(r, alnum, 6)+`"}`,
			"subnet key: subnet-"+id+", vpc-"+pick(r, hex, 8)+" sg-"+id+" eni-"+id,
			"commit "+pick(r, hex, 40)+" fixes the token handling; commit token: "+pick(r, hex, 40),
			"sha256:"+pick(r, hex, 64)+" etag-key: "+pick(r, hex, 40),
			"access from 10.0.12.7 was denied for AROA"+pick(r, base32, 17)+" at 2026-05-01T12:00:00Z",
			"Which database has the secret in Secrets Manager, and which key encrypts the bucket logs-prod-"+account+"?",
			"db.r6g.2xlarge postgres auth_version=15.4.1 api_version=2012-10-17",
		)
	}
	for _, line := range lines {
		require.Empty(t, secret.Find(line), line)
	}
	require.Empty(t, secret.Find(strings.Join(lines, "\n")))
}

func TestPlacesAreThoseOfTheText(t *testing.T) {
	token := "ghp_" + strings.Repeat("aB3dE6gH9", 4)
	text := "Schlüssel für Ünal İ: " + token + " und noch einmal " + token
	found := secret.Find(text)
	require.Len(t, found, 2)
	for _, f := range found {
		require.Equal(t, token, text[f.Start:f.End])
		require.Equal(t, "github-pat", f.Rule)
		require.NotEmpty(t, f.Description)
	}
	require.Equal(t, "Schlüssel für Ünal İ: [redacted: github-pat] und noch einmal [redacted: github-pat]", secret.Redact(text))
	require.Empty(t, secret.Find(""))
	require.Equal(t, "nothing here", secret.Redact("nothing here"))
}

func BenchmarkFind(b *testing.B) {
	line := "The access key of the api token for password and secret auth is rotated; see credential 12345 in arn:aws:iam::111122223333:user/x. "
	for name, text := range map[string]string{
		"prose":    strings.Repeat("Which of the databases in production cost the most, and why did the instance stop at night? ", 11_000),
		"keywords": strings.Repeat(line, 8_000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				secret.Find(text)
			}
		})
	}
}
