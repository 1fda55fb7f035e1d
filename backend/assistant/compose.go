package assistant

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// rows is how many resources the table of a composed answer shows.
const rows = 10

// compose writes an answer in Markdown from what was found, the same for the same input.
func compose(found retrieved, notice error, now time.Time) string {
	var b strings.Builder
	b.WriteString(label(notice))
	resources := slices.Concat(found.attached, found.estate.Resources)
	if len(resources) > 0 {
		composeEstate(&b, found, resources, now)
	}
	if len(found.pairs) > 0 {
		composePairs(&b, found.pairs)
	}
	if len(resources) == 0 && len(found.pairs) == 0 {
		b.WriteString("\n" + nothing(found))
	}
	if found.noEstate {
		b.WriteString("\nThe inventory could not be searched just now: the search index is not ready.\n")
	}
	if found.noRecall {
		b.WriteString("\nEarlier conversations could not be searched just now: the search index is not ready.\n")
	}
	if n := found.estate.Pending; n > 0 {
		fmt.Fprintf(&b, "\n%d resources are still being indexed and may be missing here.\n", n)
	}
	return b.String()
}

// label says what kind of answer this is, and why.
func label(notice error) string {
	const what = "**Found in your inventory and conversations; not written by a language model.**"
	var m *ModelError
	switch {
	case notice == nil:
		return what + " No model is connected.\n"
	case errors.As(notice, &m):
		out := what + " The model did not answer: " + escape(m.Message) + "."
		if m.Hint != "" {
			out += " " + escape(m.Hint)
		}
		return out + "\n"
	}
	return what + " The model did not answer.\n"
}

func composeEstate(b *strings.Builder, found retrieved, resources []Resource, now time.Time) {
	total := max(found.estate.Total, len(resources))
	shown := min(rows, len(resources))
	if total > shown {
		fmt.Fprintf(b, "\n### Resources: %d found, the best %d\n", total, shown)
	} else {
		fmt.Fprintf(b, "\n### Resources: %d found\n", total)
	}
	if u := found.estate.Understood; len(u) > 0 {
		escaped := make([]string, len(u))
		for i, f := range u {
			escaped[i] = escape(f)
		}
		fmt.Fprintf(b, "\nUnderstood as: %s.\n", strings.Join(escaped, "; "))
	}
	composeCounts(b, found.estate, resources)
	b.WriteString("\n| Name | Type | Region | Account | Environment |\n|---|---|---|---|---|\n")
	for _, r := range resources[:shown] {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", code(nameOf(r), 80), escape(excerpt(r.label(), 60)),
			escape(excerpt(r.Region, 40)), escape(excerpt(r.AccountID, 40)), escape(excerpt(r.Env, 40)))
	}
	if at := found.estate.AsOf; !at.IsZero() {
		fmt.Fprintf(b, "\nInventory as of %s.\n", age(at, now))
	}
}

func composeCounts(b *strings.Builder, e EstateResult, resources []Resource) {
	byType, byEnv := e.ByType, e.ByEnv
	if len(byType) == 0 {
		byType = countBy(resources, Resource.label)
	}
	if len(byEnv) == 0 {
		byEnv = countBy(resources, func(r Resource) string { return r.Env })
	}
	lines := 0
	for _, c := range []struct {
		name   string
		counts []Count
	}{{"By type", byType}, {"By environment", byEnv}} {
		if len(c.counts) == 0 {
			continue
		}
		var parts []string
		for _, n := range c.counts[:min(6, len(c.counts))] {
			parts = append(parts, fmt.Sprintf("%s %d", escape(excerpt(n.Label, 60)), n.N))
		}
		if more := len(c.counts) - 6; more > 0 {
			parts = append(parts, fmt.Sprintf("%d more", more))
		}
		if lines++; lines == 1 {
			b.WriteString("\n")
		}
		fmt.Fprintf(b, "- %s: %s\n", c.name, strings.Join(parts, " · "))
	}
}

func countBy(resources []Resource, of func(Resource) string) []Count {
	n := make(map[string]int)
	for _, r := range resources {
		if v := of(r); v != "" {
			n[v]++
		}
	}
	counts := make([]Count, 0, len(n))
	for v, k := range n {
		counts = append(counts, Count{Label: v, N: k})
	}
	slices.SortFunc(counts, func(a, b Count) int {
		if c := cmp.Compare(b.N, a.N); c != 0 {
			return c
		}
		return cmp.Compare(a.Label, b.Label)
	})
	return counts
}

func composePairs(b *strings.Builder, pairs []Pair) {
	b.WriteString("\n### From earlier conversations\n\n")
	for _, p := range pairs {
		fmt.Fprintf(b, "- %s, in “%s”: you asked “%s”.", p.At.UTC().Format(time.DateOnly), escape(titleOf(p)), escape(excerpt(p.Prompt, 160)))
		// A composed answer would only list again what was found then.
		if p.Model != ModeRetrieval {
			fmt.Fprintf(b, " The answer was: %s", escape(excerpt(p.Answer, 320)))
		}
		b.WriteString("\n")
	}
}

func nothing(found retrieved) string {
	if found.estate.Empty {
		return "Nothing was found: the inventory is empty. Scan an AWS profile, or load the sample estate, and ask again.\n"
	}
	return "Nothing that bears on this was found. Try the name, id, type, region, account or a tag of a resource, " +
		"or connect a language model in the settings.\n"
}

// escape makes text that Markdown shows as it is.
func escape(s string) string {
	var b strings.Builder
	for _, r := range excerpt(s, 2000) {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~&$^=:@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code shows a name as it is, also where it holds Markdown, HTML or an address: a code span is never read for them.
func code(s string, most int) string {
	s = excerpt(s, most)
	if s == "" {
		return ""
	}
	longest, run := 0, 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if longest > 0 {
		s = " " + s + " "
	}
	// A backslash before the bar would undo its escape and let the rest of the name out of the span.
	for strings.Contains(s, `\|`) {
		s = strings.ReplaceAll(s, `\|`, "|")
	}
	return fence + strings.ReplaceAll(s, "|", `\|`) + fence
}
