package backup

import (
	"fmt"
	"slices"
	"time"
)

// Keep says which backups stay. A backup stays where any rule wants it; the newest of an hour, a day, a week (ISO) or a month
// stands for it, in UTC.
type Keep struct {
	Last, Hourly, Daily, Weekly, Monthly int
	Within                               time.Duration // of now
}

// IsZero: no rule is set.
func (k Keep) IsZero() bool { return k == Keep{} }

// Moment is a backup as the rules see it.
type Moment struct {
	ID string
	At time.Time
	// Whole: nothing that it needs is missing.
	Whole bool
}

// Decision is what becomes of a backup.
type Decision struct {
	Moment
	Keep    bool
	Reasons []string // newest | last | hourly | daily | weekly | monthly | within
}

// Decide applies the rules; the result is newest first. The newest whole backup always stays, and so does the newest of all.
func (k Keep) Decide(moments []Moment, now time.Time) []Decision {
	sorted := slices.Clone(moments)
	slices.SortStableFunc(sorted, func(a, b Moment) int { return b.At.Compare(a.At) })
	out := make([]Decision, len(sorted))
	for i, m := range sorted {
		out[i].Moment = m
	}
	keep := func(i int, reason string) {
		out[i].Keep, out[i].Reasons = true, append(out[i].Reasons, reason)
	}
	if len(out) > 0 {
		keep(0, "newest")
	}
	if i := slices.IndexFunc(sorted, func(m Moment) bool { return m.Whole }); i > 0 {
		keep(i, "newest whole")
	}
	for i := range min(k.Last, len(out)) {
		keep(i, "last")
	}
	for _, rule := range []struct {
		name   string
		count  int
		period func(time.Time) string
	}{
		{"hourly", k.Hourly, func(t time.Time) string { return t.Format("2006010215") }},
		{"daily", k.Daily, func(t time.Time) string { return t.Format("20060102") }},
		{"weekly", k.Weekly, func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprint(y, w) }},
		{"monthly", k.Monthly, func(t time.Time) string { return t.Format("200601") }},
	} {
		seen := map[string]bool{}
		for i, m := range sorted {
			period := rule.period(m.At.UTC())
			// A damaged backup does not stand for a period that has a whole one.
			if len(seen) < rule.count && m.Whole && !seen[period] {
				seen[period] = true
				keep(i, rule.name)
			}
		}
	}
	for i, m := range sorted {
		if k.Within > 0 && m.At.After(now.Add(-k.Within)) {
			keep(i, "within")
		}
	}
	return out
}
