package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// exchanges is how many different pairs of question and answer there are; turnsOfOne is how many follow each other, so that
// a message's context repeats with it.
const (
	exchanges  = 2000
	turnsOfOne = 8
)

var (
	systems   = []string{"billing", "checkout", "ledger", "search", "catalogue", "identity", "reporting", "payments", "shipping", "media", "alerts", "pricing"}
	stages    = []string{"production", "staging", "development", "the sandbox account"}
	things    = []string{"database", "load balancer", "queue", "function", "bucket", "cluster", "security group", "cache", "certificate", "log group", "volume", "role"}
	problems  = []string{"is slow since this morning", "costs more than last month", "refuses connections", "has no owner tag", "fills its disk", "was changed by somebody", "throttles its callers", "is open to the internet", "fails its health check", "has an old engine version"}
	questions = []string{"What should I look at first?", "Who could have done that?", "How do I find out why?", "Is that normal?", "What depends on it?", "How do I put that right without downtime?"}
	causes    = []string{"a connection pool that was made larger on Tuesday", "a rule that allows every address", "a missing index on the orders table", "a certificate that is not renewed by itself", "a retry loop without jitter", "a snapshot that runs at noon", "a lifecycle rule that was never set", "an instance class that is a generation behind", "a dead-letter queue that nobody reads", "a role that may do more than it needs"}
	remedies  = []string{"Lower the limit and watch the metric for an hour", "Close the rule, then check who used it", "Create the index concurrently at night", "Move it to the managed certificate", "Add jitter and a budget for retries", "Move the snapshot to the early morning", "Set expiry to ninety days", "Change the class in the maintenance window", "Set an alarm on its depth", "Generate a policy from the access log"}
)

// texts are the generated turns.
type texts struct{ pairs [][2]string }

func newTexts(seed uint64) *texts {
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	t := &texts{}
	for i := range exchanges {
		system, thing := pick(systems), pick(things)
		question := fmt.Sprintf("The %s of %s in %s %s. %s", thing, system, pick(stages), pick(problems), pick(questions))
		answer := fmt.Sprintf("Most often this comes from %s. %s. The %s `%s-%s-%03d` is the one to look at; %s.", pick(causes), pick(remedies), thing, system, strings.ReplaceAll(thing, " ", "-"), i, strings.ToLower(pick(remedies)))
		t.pairs = append(t.pairs, [2]string{question, answer})
	}
	return t
}

// turn is what is said at a place: runs of turnsOfOne follow each other as they were made.
func (t *texts) turn(conversation, place int) string {
	run := (conversation*31 + place/turnsOfOne*17) % (exchanges / (turnsOfOne / 2))
	pair := run*(turnsOfOne/2) + place%turnsOfOne/2
	return t.pairs[pair][place%2]
}

// asked are questions that were never said in these words.
func (t *texts) asked(n int) string {
	i := n * 7
	return fmt.Sprintf("why does the %s %s %s, ticket %d", systems[i%len(systems)], things[(i/3)%len(things)], problems[(i/5)%len(problems)], n)
}
