package aws

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"cloudops/backend/estate"
)

// sights is what the collectors of one account have reported, for what the tagging API adds to it.
type sights struct {
	mu      sync.Mutex
	seen    map[string]bool            // ARNs
	covered map[string]map[string]bool // types that were listed in full, by region or GlobalRegion
}

func (v *sights) add(region string, resources []estate.Resource, complete []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, r := range resources {
		v.seen[r.ARN] = true
	}
	if v.covered[region] == nil {
		v.covered[region] = map[string]bool{}
	}
	for _, t := range complete {
		v.covered[region][t] = true
	}
}

// of returns copies of what was seen, and of the types that were listed in full in the region.
func (v *sights) of(region string) (seen, covered map[string]bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	seen, covered = map[string]bool{}, map[string]bool{}
	for arn := range v.seen {
		seen[arn] = true
	}
	for _, r := range []string{region, estate.GlobalRegion} {
		for t := range v.covered[r] {
			covered[t] = true
		}
	}
	return seen, covered
}

// account reads all cells of an account: the global ones and the regions at the same time.
func (s *Scanner) account(ctx context.Context, a *account) error {
	v := &sights{seen: map[string]bool{}, covered: map[string]map[string]bool{}}
	group, ctx := errgroup.WithContext(ctx)
	globals := make(chan struct{})
	group.Go(func() error {
		defer close(globals)
		inner, ctx := errgroup.WithContext(ctx)
		for _, c := range s.wanted(true) {
			inner.Go(func() error { return s.collect(ctx, a, c, s.target(a, estate.GlobalRegion, c.Service()), tagged{}, v) })
		}
		return inner.Wait()
	})
	for _, region := range a.Regions {
		group.Go(func() error { return s.region(ctx, a, region, globals, v) })
	}
	return group.Wait()
}

// region reads the cells of a region. The tagging API comes first, for the tags that the collectors then need not ask for
// one by one. Its own cell and that of Resource Explorer come last, when it is known what nobody else reports.
func (s *Scanner) region(ctx context.Context, a *account, region string, globals <-chan struct{}, v *sights) error {
	t := s.target(a, region, taggingService)
	tags := tagged{}
	start := time.Now()
	if s.wants(taggingService) {
		if err := s.slot(ctx, t.Cell); err != nil {
			return err
		}
		tags = listTagged(ctx, t)
		s.release()
		if tags.err != nil {
			s.findings.add(tags.err, s.place(a, t.Cell), true)
		}
	}
	took := time.Since(start)
	group, gctx := errgroup.WithContext(ctx)
	for _, c := range s.wanted(false) {
		group.Go(func() error { return s.collect(gctx, a, c, s.target(a, region, c.Service()), tags, v) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if !s.wants(taggingService) {
		return nil
	}
	select {
	case <-globals:
	case <-ctx.Done():
		return ctx.Err()
	}
	seen, covered := v.of(region)
	rest := tags.rest(t, seen, covered)
	if s.opts.ResourceExplorer {
		whole, err := s.explored(ctx, a, region, tags.err, rest, seen, covered)
		if err != nil {
			return err
		}
		if whole {
			rest = nil // is in the other cell
		}
	}
	if s.opts.Kept(t.Cell) {
		return s.keep(t.Cell)
	}
	return s.hand(ctx, look{cell: t.Cell, resources: rest, err: tags.err}, took)
}

// explored reads and hands over the cell of Resource Explorer, with what the tagging API named besides; whole: it holds all of both.
func (s *Scanner) explored(ctx context.Context, a *account, region string, untold error, tagged []estate.Resource, seen, covered map[string]bool) (whole bool, err error) {
	t := s.target(a, region, explorerService)
	if s.opts.Kept(t.Cell) {
		return true, s.keep(t.Cell)
	}
	if err := s.slot(ctx, t.Cell); err != nil {
		return false, err
	}
	start := time.Now()
	e := explore(ctx, t)
	s.release()
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	l := look{cell: t.Cell, err: e.err}
	switch {
	case e.err == nil:
		whole, l.err = untold == nil, untold
		l.resources = e.rest(tagged, seen, covered)
	case errors.Is(e.err, errNoIndex) || unknownOperation(e.err):
		l.err = errNotHere
		s.findings.put(findingKey{code: CodeNotOn, account: a.ID, service: explorerService}, s.place(a, t.Cell), Finding{
			Code: CodeNotOn, Message: errNoIndex.Error(), Hint: hint(CodeNotOn, "", ""),
		})
	default:
		s.findings.add(e.err, s.place(a, t.Cell), true)
		l.resources = e.rest(nil, seen, covered)
	}
	return whole, s.hand(ctx, l, time.Since(start))
}

// collect reads one cell and hands it over.
func (s *Scanner) collect(ctx context.Context, a *account, c Collector, t Target, tags tagged, v *sights) error {
	if s.opts.Kept(t.Cell) {
		v.add(t.Cell.Region, nil, c.Types()) // the tagging API tells nothing new of them
		return s.keep(t.Cell)
	}
	if err := s.slot(ctx, t.Cell); err != nil {
		return err
	}
	t.TagsKnown = tags.know
	var listed words
	t.Listed = listed.add
	start := time.Now()
	var mu sync.Mutex
	var resources []estate.Resource
	at := map[string]int{} // a listing that changes while it is read may name a resource on two pages
	err := c.Collect(ctx, t, func(r estate.Resource) {
		mu.Lock()
		defer mu.Unlock()
		if elsewhere(t, r.ARN) {
			return
		}
		tags.merge(&r)
		if i, again := at[r.ARN]; again {
			resources[i] = r
			return
		}
		at[r.ARN] = len(resources)
		resources = append(resources, r)
		if len(resources)%progressEvery == 0 {
			s.found(t.Cell, progressEvery)
		}
	})
	s.release()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	types := listed.all()
	switch {
	case err == nil:
		types = c.Types()
	case len(types) == 0 && len(resources) == 0 && absent(ctx, t, err):
		err = errNotHere
	default:
		s.findings.add(err, s.place(a, t.Cell), true)
	}
	sortResources(resources)
	v.add(t.Cell.Region, resources, types)
	return s.hand(ctx, look{cell: t.Cell, resources: resources, err: err, listed: types, told: len(resources) / progressEvery * progressEvery}, time.Since(start))
}

// progressEvery resources of one cell, progress says that the cell goes on: one may take minutes.
const progressEvery = 250

// found tells of more resources in a cell that is being read.
func (s *Scanner) found(cell estate.Cell, more int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading += more
	s.progress(cell, StateRunning)
}

// elsewhere: the ARN names another region than the cell's, whose own cell reports it.
func elsewhere(t Target, arn string) bool {
	a, err := estate.ParseARN(arn)
	return err == nil && a.Region != "" && t.Cell.Region != estate.GlobalRegion && a.Region != t.Cell.Region
}

// words gathers what is said at the same time.
type words struct {
	mu  sync.Mutex
	got []string
}

func (w *words) add(more ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, more...)
}

func (w *words) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return sorted(w.got)
}

// look is what a cell showed.
type look struct {
	cell      estate.Cell
	resources []estate.Resource
	err       error    // nil: there are no other resources
	listed    []string // the types that were listed in full
	told      int      // of the resources, those that progress has told of already
}

// keep counts a cell that an earlier scan has read.
func (s *Scanner) keep(cell estate.Cell) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.CellsKept++
	s.progress(cell, StateDone)
	return nil
}

// hand leaves a finished cell for deliver, so that the next one is read while the sink writes.
func (s *Scanner) hand(ctx context.Context, l look, took time.Duration) error {
	s.meter.cell(l.cell.Service, took, len(l.resources))
	select {
	case s.looks <- l:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deliver gives the finished cells to the sink, one after the other.
func (s *Scanner) deliver(ctx context.Context) error {
	for l := range s.looks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.sink.CellDone(ctx, l.cell, l.resources, l.err == nil, l.listed); err != nil {
			return err
		}
		s.delivered(l)
	}
	return nil
}

func (s *Scanner) delivered(l look) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.Resources += len(l.resources)
	s.reading -= l.told
	state := StateDone
	switch {
	case l.err == nil:
		s.report.CellsDone++
	case errors.Is(l.err, errNotHere):
		s.report.Absent = append(s.report.Absent, l.cell)
		state = StateAbsent
	default:
		s.report.CellsFailed++
		state = StateFailed
	}
	s.progress(l.cell, state)
}

// slot waits until the cell may be read.
func (s *Scanner) slot(ctx context.Context, cell estate.Cell) error {
	select {
	case s.cells <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress(cell, StateRunning)
	return ctx.Err()
}

func (s *Scanner) release() { <-s.cells }

func (s *Scanner) target(a *account, region, service string) Target {
	t := Target{Config: a.cfg.Copy(), Partition: a.partition, Cell: estate.Cell{AccountID: a.ID, Region: region, Service: service}}
	t.Config.Region = region
	if region == estate.GlobalRegion {
		t.Config.Region = homeRegion(a.partition)
	}
	t.PathStyle = t.Config.BaseEndpoint != nil
	// All clients of a cell share their attempts and slow down together, and those of another cell do not.
	retryer, w := newRetryer(), s.window(t.Cell)
	t.Config.Retryer = func() awssdk.Retryer { return retryer }
	t.Config.APIOptions = append(slices.Clone(t.Config.APIOptions), w.bound)
	t.Listed = func(...string) {}
	t.Note = func(err error) { s.findings.add(err, s.place(a, t.Cell), true) }
	return t
}

// window is the cell's, made when it is first asked for.
func (s *Scanner) window(cell estate.Cell) *window {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.windows[cell]
	if !ok {
		w = newWindow()
		s.windows[cell] = w
	}
	return w
}

// slowed are the cells whose service did not bear the scan's pace, sorted.
func (s *Scanner) slowed() []Slowed {
	var out []Slowed
	for cell, w := range s.windows {
		w.mu.Lock()
		if w.throttles > 0 {
			out = append(out, Slowed{Cell: cell, Throttles: w.throttles, AtOnce: w.lowest, Pause: w.longest})
		}
		w.mu.Unlock()
	}
	slices.SortFunc(out, func(a, b Slowed) int {
		return cmp.Or(cmp.Compare(a.Cell.AccountID, b.Cell.AccountID), cmp.Compare(a.Cell.Region, b.Cell.Region), cmp.Compare(a.Cell.Service, b.Cell.Service))
	})
	return out
}

func (s *Scanner) place(a *account, c estate.Cell) place {
	return place{account: a.ID, region: c.Region, service: c.Service, profile: a.Profile}
}
