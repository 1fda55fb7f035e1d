package secret

import (
	"regexp"
	"strings"
	"sync"
)

// genericRule is gitleaks' guess by a word such as "key" before and the entropy of what follows.
const genericRule = "generic-api-key"

const (
	awsSecretRule  = "aws-secret-access-key"
	awsSessionRule = "aws-session-token"
)

var patterns = sync.OnceValue(func() (p struct{ uuid, id, hex, version, hashWord, keyID, secretKey, session, labelled *regexp.Regexp }) {
	p.uuid = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	p.id = regexp.MustCompile(`^(?:[a-z]{1,12}-)+[0-9a-f]{8,17}$`)
	p.hex = regexp.MustCompile(`(?i)^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
	p.version = regexp.MustCompile(`^[vV]?\d+(?:[.\-_]\w+)+$`)
	p.hashWord = regexp.MustCompile(`(?i)commit|sha-?\d|sha\b|hash|digest|etag|checksum|revision|fingerprint`)
	p.keyID = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`)
	p.secretKey = regexp.MustCompile(`[A-Za-z0-9/+]{40,}`)
	p.session = regexp.MustCompile(`(?i)session_?token["']?\s*[=:]\s*["']?([A-Za-z0-9/+=]{100,})`)
	p.labelled = regexp.MustCompile(`(?i)secret_?-?(?:access)?_?-?key["']?\s*(?:[=:]|\bis\b)?\s*["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)`)
	return p
})

// harmless: what the generic rule found is an identifier of AWS, a UUID, or a hash that is called one. lead is what stands
// before it.
func harmless(secret, lead string) bool {
	p := patterns()
	secret = strings.Trim(secret, `"'.`)
	return p.uuid.MatchString(secret) || p.id.MatchString(secret) || p.version.MatchString(secret) ||
		p.hex.MatchString(secret) && p.hashWord.MatchString(lead)
}

// beside is how far from an access key id its secret key is looked for, in bytes.
const beside = 240

// awsSecretKeys finds secret access keys, which have no prefix, by the id of the key beside them or by what they are called, and
// session tokens by their name.
func awsSecretKeys(text string) []Finding {
	p := patterns()
	var out []Finding
	add := func(rule, description string, from, to int) {
		out = append(out, Finding{Rule: rule, Description: description, Start: from, End: to})
	}
	const secretKey = "An AWS secret access key: with its id it opens the account to whoever has it."
	for _, m := range p.labelled.FindAllStringSubmatchIndex(text, -1) {
		if looksRandom(text[m[2]:m[3]]) {
			add(awsSecretRule, secretKey, m[2], m[3])
		}
	}
	for _, m := range p.session.FindAllStringSubmatchIndex(text, -1) {
		add(awsSessionRule, "An AWS session token: with its key it opens the account until it expires.", m[2], m[3])
	}
	for _, id := range p.keyID.FindAllStringIndex(text, -1) {
		from, to := max(0, id[0]-beside), min(len(text), id[1]+beside)
		for _, m := range p.secretKey.FindAllStringIndex(text[from:to], -1) {
			if m[1]-m[0] == 40 && looksRandom(text[from+m[0]:from+m[1]]) {
				add(awsSecretRule, secretKey, from+m[0], from+m[1])
			}
		}
	}
	return out
}

// looksRandom: as base64 of random bytes does, and neither a path nor a hash does.
func looksRandom(s string) bool {
	return entropy(s) >= 4 && strings.ToLower(s) != s && strings.ToUpper(s) != s && strings.ContainsAny(s, "0123456789/+")
}
