package estate

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudops/backend/store"
)

// ChangeDay is how many changes of each kind there were in a stretch of days.
type ChangeDay struct {
	From, To                time.Time // To is not in it
	Added, Changed, Removed int
}

// maxChangeBars is into how many stretches a time is divided at most.
const maxChangeBars = 62

// ChangeDays counts the changes from a moment until another (zero: up to now) by day of the first one's time zone, the oldest first; over
// more than 62 days by stretches of several days. Filters are those of ChangeQuery.
func (s *Service) ChangeDays(ctx context.Context, since, until time.Time, filters []Filter) ([]ChangeDay, error) {
	base, err := changeFilter(ChangeQuery{Since: since, Until: until, Filters: filters})
	if err != nil {
		return nil, err
	}
	end := s.now()
	if !until.IsZero() {
		end = until.Add(-time.Millisecond)
	}
	days := daysOf(since, end.In(since.Location()))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(6)
	for i := range days {
		group.Go(func() error { return s.countDay(ctx, base, &days[i]) })
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("count changes: %w", err)
	}
	return days, nil
}

func daysOf(since, now time.Time) []ChangeDay {
	start := time.Date(since.Year(), since.Month(), since.Day(), 0, 0, 0, 0, since.Location())
	step := 1
	for start.AddDate(0, 0, step*maxChangeBars).Before(now) {
		step++
	}
	var days []ChangeDay
	for from := start; !from.After(now); {
		to := from.AddDate(0, 0, step)
		days = append(days, ChangeDay{From: from, To: to})
		from = to
	}
	return days
}

func (s *Service) countDay(ctx context.Context, base store.Filter, day *ChangeDay) error {
	low, high := float64(day.From.UnixMilli()), float64(day.To.UnixMilli()-1)
	filter := store.Filter{All: append(slices.Clone(base.All), store.Condition{Field: fieldAt, Op: store.Range, Min: &low, Max: &high})}
	counts, err := s.store.Facets(ctx, store.Changes, fieldChange, filter, 4)
	for _, c := range counts {
		switch ChangeKind(c.Value) {
		case ChangeAdded:
			day.Added = int(c.Count)
		case ChangeChanged:
			day.Changed = int(c.Count)
		case ChangeRemoved:
			day.Removed = int(c.Count)
		}
	}
	return err
}

// ChangesAsked is a question for changes in words: "what changed since Tuesday in production".
type ChangesAsked struct {
	Since   time.Time // zero: no time was said
	Label   string    // "since Tuesday"; empty: no time was said
	Filters []Filter  // of ChangeQuery
}

// asksForChanges is how such questions begin; the word alone is one too.
var asksForChanges = regexp.MustCompile(`(?i)^\s*(?:show\s+(?:me\s+)?)?(?:the\s+)?(?:what(?:'s|’s| is| has| have| was| were)?\s+(?:been\s+)?(changed|new|added|removed|deleted|gone)|(changes|removals|additions))\b(?:\s+(?:to|of|in the estate))?\s*\??`)

// ChangesAsked understands whether words ask for what changed, and since when. ok is false where they do not.
func (s *Service) ChangesAsked(text string) (asked ChangesAsked, ok bool) {
	m := asksForChanges.FindStringSubmatch(text)
	if m == nil {
		return ChangesAsked{}, false
	}
	switch strings.ToLower(m[1] + m[2]) {
	case "new", "added", "additions":
		asked.Filters = []Filter{{Field: fieldChange, Values: []string{string(ChangeAdded)}, Label: "Change"}}
	case "removed", "deleted", "gone", "removals":
		asked.Filters = []Filter{{Field: fieldChange, Values: []string{string(ChangeRemoved)}, Label: "Change"}}
	}
	rest, day := s.weekday(strings.Trim(text[len(m[0]):], " \t?.!"))
	// The parser knows moments beside "created".
	for _, f := range s.Understand("created " + rest) {
		_, listed := changeFields[f.Field]
		switch {
		case f.Field == fieldCreated && f.Min != nil:
			asked.Since = s.midnight(time.UnixMilli(int64(*f.Min)).UTC())
			asked.Label = strings.TrimPrefix(f.Label, "created ")
			if day != "" {
				asked.Label = "since " + day
			}
		case listed && len(f.Values) > 0:
			f.FromQuery = false
			asked.Filters = append(asked.Filters, f)
		}
	}
	return asked, true
}

// midnight is the parser's beginning of a day, which is that of UTC, as the user's own.
func (s *Service) midnight(t time.Time) time.Time {
	if t.Hour()+t.Minute()+t.Second() > 0 {
		return t.In(s.now().Location())
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, s.now().Location())
}

var weekday = regexp.MustCompile(`(?i)\b(?:since |on |after )?(?:last )?((?:sun|mon|tues|wednes|thurs|fri|satur)day)\b`)

// weekday says the last day of that name as a date, which the parser knows, and returns the name.
func (s *Service) weekday(text string) (string, string) {
	m := weekday.FindStringSubmatch(text)
	if m == nil {
		return text, ""
	}
	for back := 1; back <= 7; back++ {
		day := s.now().AddDate(0, 0, -back)
		if name := day.Weekday().String(); strings.EqualFold(name, m[1]) {
			return strings.Replace(text, m[0], "since "+day.Format(time.DateOnly), 1), name
		}
	}
	return text, ""
}
