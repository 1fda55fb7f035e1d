package estate

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Freshness is how old the inventory of one account in one region is.
type Freshness struct {
	AccountID string
	Region    string
	Services  int       // that were ever looked at
	Oldest    time.Time // the oldest of their last complete looks; zero: none was ever complete
	Newest    time.Time // the newest look, complete or not
	// Unread are the services whose last look was not complete, each with its last complete look (zero: never).
	Unread []CellState
}

// Freshness says it for each account and region, what is oldest first.
func (s *Service) Freshness(ctx context.Context) ([]Freshness, error) {
	cells, err := s.Cells(ctx)
	if err != nil {
		return nil, err
	}
	type place struct{ account, region string }
	at := map[place]*Freshness{}
	var out []*Freshness
	for _, c := range cells {
		p := place{c.AccountID, c.Region}
		f := at[p]
		if f == nil {
			f = &Freshness{AccountID: c.AccountID, Region: c.Region}
			at[p] = f
			out = append(out, f)
		}
		f.add(c)
	}
	slices.SortStableFunc(out, func(a, b *Freshness) int {
		return cmp.Or(a.Oldest.Compare(b.Oldest), cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Region, b.Region))
	})
	values := make([]Freshness, len(out))
	for i, f := range out {
		values[i] = *f
	}
	return values, nil
}

func (f *Freshness) add(c CellState) {
	f.Services++
	if !c.Complete.IsZero() && (f.Oldest.IsZero() || c.Complete.Before(f.Oldest)) {
		f.Oldest = c.Complete
	}
	if c.Seen.After(f.Newest) {
		f.Newest = c.Seen
	}
	if c.Complete.IsZero() || c.Complete.Before(c.Seen) {
		f.Unread = append(f.Unread, c)
	}
}
