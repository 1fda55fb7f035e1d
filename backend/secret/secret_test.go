package secret_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"cloudops/backend/secret"
	"cloudops/backend/secret/secrettest"
)

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
	hex    = "0123456789abcdef"
	base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	alnum  = lower + digits
)

func pick(r *rand.Rand, from string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[r.IntN(len(from))]
	}
	return string(b)
}

func TestSeededSecretsAreFoundAndTakenOut(t *testing.T) {
	samples := secrettest.Samples(1, 21)
	for _, c := range samples {
		require.NotEmpty(t, secret.Find(c.Text), "%s: %s", c.Kind, c.Text)
		out := secret.Redact(c.Text)
		require.NotContains(t, out, c.Credential, c.Kind)
		// Nor is a telling part of it left.
		require.NotContains(t, out, c.Credential[len(c.Credential)-10:], c.Kind)
		require.Contains(t, out, "[redacted: ", c.Kind)
		require.True(t, strings.HasSuffix(out, "says access denied."))
	}
	require.GreaterOrEqual(t, len(samples), 500)
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

func TestAPrivateKeyThatIsCutIsFound(t *testing.T) {
	body := strings.Repeat("MIIEpAIBAAKCAQEAx4UbaDzY5xjW6hc9jwN0mX33XpTDVW\n", 6)
	for _, text := range []string{
		"mine:\n-----BEGIN RSA PRIVATE KEY-----\n" + body,
		"mine: -----BEGIN PRIVATE KEY-----" + strings.ReplaceAll(body, "\n", `\n`),
		"mine:\n-----BEGIN OPENSSH PRIVATE KEY-----\n" + body + "What is wrong with it?",
	} {
		out := secret.Redact(text)
		require.NotContains(t, out, "MIIE", text)
		require.Contains(t, out, "[redacted: private-key]")
	}
	require.Contains(t, secret.Redact("a\n-----BEGIN RSA PRIVATE KEY-----\n"+body+"What is wrong with it?"), "What is wrong")
	require.Empty(t, secret.Find("a file that begins with -----BEGIN RSA PRIVATE KEY----- is one."))
}
