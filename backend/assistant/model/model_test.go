package model_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/assistant/model"
)

// The counts of o200k_base and cl100k_base, whichever is more, as github.com/tiktoken-go/tokenizer v0.10.0 gives them. An
// estimate below lets prompts through that do not fit; one far above wastes the window.
func TestTokensAreNotUnderestimated(t *testing.T) {
	for text, tokens := range map[string]int{
		`{"arn":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718","name":"billing-prod-web-03","type":"EC2 instance","tags":{"Owner":"team-payments@example.com","cost-center":"CC-4711"}}` + "\n": 71,
		"550e8400-e29b-41d4-a716-446655440000 7d9f3c1a8b2e4f60 sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 ":                                                                           81,
		"Welche Datenbanken laufen in der Produktionsumgebung, und warum kosten die Schlüsselverwaltungsdienste im vergangenen Rechnungszeitraum so ungewöhnlich viel? ":                                           46,
		"生产环境中有哪些数据库，为什么上个月的费用这么高？请列出所有公开的存储桶。":                                                                                                                                                                    39,
		"wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYq83Kz91LmWqBvT72xXcVbNm ":                                                                                                                                           39,
		"| `billing-main` | RDS instance | eu-west-1 | 111122223333 | prod |\n|---|---|---|---|---|\n":                                                                                                             34,
	} {
		got := model.Tokens(strings.Repeat(text, 40))
		require.GreaterOrEqual(t, got, 39*tokens, text)
		require.Less(t, got, 80*tokens, text)
	}
}

func TestThoughtsAreTakenOutHoweverTheyAreCut(t *testing.T) {
	for whole, want := range map[string][2]string{
		"<think>First.</think>\n\nThe answer.": {"The answer.", "First."},
		"\n<think>First, a < b.</think>Answer": {"Answer", "First, a < b."},
		"An answer about <think>tags</think>.": {"An answer about <think>tags</think>.", ""},
		"<thin air":                            {"<thin air", ""},
		"<think>never closed":                  {"", "never closed"},
		"<think>a</think><think>b</think>":     {"<think>b</think>", "a"},
		"  plain":                              {"  plain", ""},
	} {
		for size := 1; size <= len(whole); size++ {
			var thoughts model.Thoughts
			text, thought := "", ""
			take := func(a, b string) { text += a; thought += b }
			for at := 0; at < len(whole); at += size {
				take(thoughts.Add(whole[at:min(at+size, len(whole))]))
			}
			take(thoughts.End())
			require.Equal(t, want[1], thought, "%q by %d", whole, size)
			require.Equal(t, strings.TrimLeft(want[0], "\n"), strings.TrimLeft(text, "\n"), "%q by %d", whole, size)
		}
	}
}

func TestModelsAreKnownByTheirNames(t *testing.T) {
	for name, want := range map[string]model.Price{
		"gpt-4o":                     {In: 2.5, Out: 10},
		"gpt-4o-mini-2024-07-18":     {In: 0.15, Out: 0.6},
		"gpt-4":                      {In: 30, Out: 60},
		"openai/gpt-4.1":             {In: 2, Out: 8},
		"claude-sonnet-4-5-20250929": {In: 3, Out: 15},
		"eu.anthropic.claude-sonnet-4-5-20250929-v1:0":                                       {In: 3, Out: 15},
		"arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0": {In: 0.25, Out: 1.25},
		"us.amazon.nova-pro-v1:0":                                                            {In: 0.8, Out: 3.2},
		"o1x":                                                                                {},
		"llama3":                                                                             {},
		"":                                                                                   {},
	} {
		require.Equal(t, want, model.PriceFor(name, model.Price{}), name)
	}
	require.Equal(t, model.Price{In: 9, Out: 9}, model.PriceFor("gpt-4o", model.Price{In: 9, Out: 9}))
	require.Equal(t, int64(12_500), model.Price{In: 2.5, Out: 10}.MicroUSD(1000, 1000))
	require.Equal(t, 200_000, model.Lookup("claude-future-9").Window)
}
