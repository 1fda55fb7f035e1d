//go:build linux

package cli_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// found is the answer to a search.
type found struct {
	Query   string
	TookMS  float64 `json:"took_ms"`
	Pending int
	Estate  []struct {
		ARN, Type, Name, Region string
		AccountID               string `json:"account_id"`
		Tags                    map[string]string
		Score                   float64
		Why                     []string
	}
	Chats []struct {
		MessageID                       string `json:"message_id"`
		ConversationID                  string `json:"conversation_id"`
		Title, Role, Snippet, Timestamp string
		Score                           float64
	}
}

func (a *app) search(args ...string) found {
	a.t.Helper()
	var f found
	start := time.Now()
	a.json(&f, append([]string{"search"}, args...)...)
	require.Positive(a.t, f.TookMS)
	require.Less(a.t, f.TookMS, float64(time.Since(start).Milliseconds()), "a search takes less than the command that it is a part of")
	return f
}

// batch searches for many things with one start. The hits are by the query's place.
func (a *app) batch(in string, queries ...string) [][]string {
	a.t.Helper()
	var text strings.Builder
	for i, q := range queries {
		line, err := json.Marshal(map[string]string{"id": fmt.Sprint(i), "query": q, "in": in})
		require.NoError(a.t, err)
		fmt.Fprintf(&text, "%s\n", line)
	}
	r := a.run("search", "--json", "--batch", a.file("batch.jsonl", text.String()))
	require.Zero(a.t, r.code, "%s", r)
	out := make([][]string, len(queries))
	for i, line := range lines[struct {
		ID   string
		Hits []string
	}](r) {
		require.Equal(a.t, fmt.Sprint(i), line.ID)
		out[i] = line.Hits
	}
	return out
}

var (
	databases  = regexp.MustCompile(`^AWS::(RDS|DynamoDB|Redshift|Neptune|DocDB)::`)
	production = regexp.MustCompile(`(?i)(^|[^a-z])(prod|prd|production|live|p)([^a-z]|$)`)
	other      = regexp.MustCompile(`(?i)(^|[^a-z])(pre-?prod|non-?prod|dev|test|stag|stage|staging|qa|uat|sandbox)([^a-z]|$)`)
)

func TestProductionDatabasesOfTheSample(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.ok("estate", "sample", "--count", "500")
	hits := a.search("production database").Estate
	require.Len(t, hits, 10)
	for _, h := range hits {
		require.Regexp(t, databases, h.Type, "%+v", h)
		said := h.Name
		for _, v := range h.Tags {
			said += " " + v
		}
		require.Regexp(t, production, said, "%+v", h)
		require.NotRegexp(t, other, said, "%+v", h)
		require.NotEmpty(t, h.Why)
	}
	require.True(t, slices.IsSortedFunc(hits, func(a, b struct {
		ARN, Type, Name, Region string
		AccountID               string `json:"account_id"`
		Tags                    map[string]string
		Score                   float64
		Why                     []string
	}) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	}), "best first")

	// Every ARN finds its resource before all others, in the order of the file.
	var arns []string
	for _, r := range a.exported() {
		arns = append(arns, r["arn"].(string))
	}
	for i, hits := range a.batch("estate", arns...) {
		require.NotEmpty(t, hits, arns[i])
		require.Equal(t, arns[i], hits[0])
	}
}

func TestSearchFiltersAndIdentifiers(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.importing(small)
	a.ok("estate", "sample", "--count", "60", "--seed", "5")

	exact := map[string]string{
		"arn:aws:s3:::quarterly-figures": "arn:aws:s3:::quarterly-figures", "quarterly-figures": "arn:aws:s3:::quarterly-figures",
		"i-0aa11bb22cc33dd44": "arn:aws:ec2:us-west-1:111111111111:instance/i-0aa11bb22cc33dd44", "I-0AA11BB22CC33DD44": "arn:aws:ec2:us-west-1:111111111111:instance/i-0aa11bb22cc33dd44",
		"10.9.8.7": "arn:aws:ec2:us-west-1:111111111111:instance/i-0aa11bb22cc33dd44", "198.51.100.23": "arn:aws:ec2:us-west-1:111111111111:instance/i-0aa11bb22cc33dd44",
		"what is 198.51.100.23?": "arn:aws:ec2:us-west-1:111111111111:instance/i-0aa11bb22cc33dd44", "resize-pictures": "arn:aws:lambda:us-west-1:222222222222:function:resize-pictures",
		"ledger-dev": "arn:aws:rds:eu-central-1:222222222222:db:ledger-dev",
	}
	queries := slices.Sorted(maps.Keys(exact))
	for i, hits := range a.batch("estate", queries...) {
		require.NotEmpty(t, hits, queries[i])
		require.Equal(t, exact[queries[i]], hits[0], queries[i])
	}

	ledgers := func(args ...string) (names []string) {
		for _, h := range a.search(append([]string{"ledger", "--in", "estate", "--limit", "1000"}, args...)...).Estate {
			names = append(names, h.Name)
		}
		return names
	}
	require.Subset(t, ledgers("--type", "AWS::RDS::DBInstance", "--tag", "Team=payments", "--region", "eu-central-1"), []string{"ledger-prod", "ledger-dev"})
	require.Equal(t, []string{"ledger-prod"}, ledgers("--type", "AWS::RDS::DBInstance", "--region", "eu-central-1", "--account", "111111111111"))
	require.Equal(t, []string{"ledger-dev"}, ledgers("--region", "eu-central-1", "--env", "dev", "--tag", "Team", "--account", "222222222222"))
	for _, h := range a.search("anything", "--region", "us-west-1", "--region", "eu-central-1", "--limit", "3", "--in", "estate").Estate {
		require.Contains(t, []string{"us-west-1", "eu-central-1"}, h.Region)
	}
	require.Len(t, a.search("instance", "--limit", "3", "--in", "estate").Estate, 3)
	require.Empty(t, a.search("ledger", "--account", "999999999999").Estate)
	none := a.search("ledger", "--in", "chats")
	require.Empty(t, none.Estate)
	require.Empty(t, none.Chats)
	// Filters alone list what fits.
	require.Len(t, a.search("", "--account", "222222222222", "--in", "estate").Estate, 2)
}

func TestStrangeQueries(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.importing(small)
	for name, query := range map[string]string{
		"100,000 characters": strings.Repeat("production database ", 5000), "one word of 100,000": strings.Repeat("x", 100_000), "dash": "-- -x",
	} {
		r := a.run("search", "--json", "--", query)
		require.Zero(t, r.code, "%s: %s", name, r)
		var f found
		r.value(&f)
	}
	strange := []string{
		strings.Repeat("ledger ", 14_000), strings.Repeat("y", 100_000), "🚀🎈", "\u202eתירבע", `"(AND) OR * ? \ / -- ' ; {} [] <script>`, "led\x01\x1b[31mger", `"ledger`, "AND", "*", ".", "١٢٣",
	}
	a.batch("estate", strange...)
	a.batch("chats", strange...)
	require.Equal(t, "ledger-prod", a.search("ledger \xff prod").Estate[0].Name)

	// In a batch, what cannot be asked is answered with an error, and the rest goes on.
	r := a.run("search", "--batch", a.file("b.jsonl", `{"id":"a","query":"led\u0000ger prod","in":"estate"}

{"id":"b","query":"ledger","in":"nowhere"}
{"id":"c","query":"","in":"estate"}
{"id":"d","query":"quarterly-figures"}
`))
	require.Equal(t, 1, r.code, "%s", r)
	answers := lines[struct {
		ID    string
		Hits  []string
		Error *struct{ Code, Message string }
	}](r)
	require.Len(t, answers, 4, "%s", r)
	require.Equal(t, []string{"a", "b", "c", "d"}, []string{answers[0].ID, answers[1].ID, answers[2].ID, answers[3].ID})
	require.NotEmpty(t, answers[0].Hits)
	require.NotNil(t, answers[1].Error)
	require.Equal(t, "invalid", answers[1].Error.Code)
	require.Equal(t, "arn:aws:s3:::quarterly-figures", answers[3].Hits[0])
	for _, answer := range answers {
		require.NotNil(t, answer.Hits)
	}
	// A file that is no JSON lines is wrong usage.
	require.Equal(t, 2, a.run("search", "--batch", a.file("c.jsonl", "ledger\n")).code)
}
