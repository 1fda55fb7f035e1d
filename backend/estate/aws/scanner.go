package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudops/backend/estate"
)

// Options of a scan. The zero value scans the default credentials' account, all its regions, all services.
type Options struct {
	Profiles []string // of the shared configuration; none: the SDK's default chain
	Regions  []string // none: every region that is enabled in the account
	Services []string // of Services(); none: all
	RoleARNs []string // assumed from each profile; the accounts behind them are scanned as well as the profiles' own
	// CloudControl asks Cloud Control for the types that have no collector, in each region. It needs permission to read each of them,
	// which docs/iam-policy.json does not give, and a call for each type and resource.
	CloudControl bool
	// ResourceExplorer asks the index of Resource Explorer, in the regions that have one, for what neither a collector nor the tagging
	// API names: ARN, type, region, and tags where a view includes them. It goes along with the tagging API.
	ResourceExplorer bool
	EndpointURL      string // for all services, with buckets in the path; empty: AWS
	Concurrency      int    // cells that are read at once; 0 means 8
	Version          string // of the app, for the user agent
	// Kept tells which cells need not be read, as those of a scan that was interrupted and goes on. They are not handed over; what
	// they hold stays as it is. Optional.
	Kept func(estate.Cell) bool
	// Progress is told of each cell as it starts and ends, and of one with very many resources meanwhile; never concurrently. Optional.
	Progress func(Progress)
}

// Progress is where a scan stands.
type Progress struct {
	Cell      estate.Cell
	State     string // running | done | failed | absent
	Done      int    // cells that have ended, failed and absent ones included
	Total     int    // cells in all
	Resources int    // found so far
}

// The states of Progress and Report.
const (
	StateRunning = "running"
	StateDone    = "done"
	StatePartial = "partial" // some cells failed
	StateFailed  = "failed"
	StateAbsent  = "absent" // of a cell: the service is not offered there
)

// Sink takes what a scan finds.
type Sink interface {
	// CellDone hands over the resources of a finished cell, sorted by ARN. complete: there are no others, and what was
	// known of the cell before and is not among them is gone. listed: the types of which the same is true although others could
	// not be read. It is never called concurrently; its error ends the scan.
	CellDone(ctx context.Context, cell estate.Cell, resources []estate.Resource, complete bool, listed []string) error
}

// Report is the outcome of a scan.
type Report struct {
	State                  string // done | partial | failed
	CellsDone, CellsFailed int
	Resources              int
	Findings               []Finding
	CellsKept              int           // that Options.Kept named
	Absent                 []estate.Cell // of services that the region or the account does not have; nothing is known of them
	Accounts               []Account
	Services               map[string]ServiceStats // by the service of the cells, and "sts"
	Calls                  map[string]int          // by IAM action
	Denied                 map[string]int          // of the calls, those that were not allowed
	Slowed                 []Slowed                // where AWS did not bear the pace
	Duration               time.Duration
}

// Slowed is a cell whose service answered "too many", and how far the scan slowed down for it.
type Slowed struct {
	Cell      estate.Cell
	Throttles int           // answers
	AtOnce    int           // the fewest calls at once
	Pause     time.Duration // the longest pause after a call; 0: none was needed
}

// Scanner scans. One Scanner may scan several times, not at once.
type Scanner struct {
	opts       Options
	collectors []Collector
	meter      *meter
	findings   *findings
	cells      chan struct{} // holds one token for each cell that is being read

	sink  Sink
	looks chan look // cells that were read and are not handed over yet

	mu      sync.Mutex // guards what follows, and calls of Progress
	report  Report
	total   int
	reading int // resources of cells that are not finished

	windows map[estate.Cell]*window
}

// New prepares a scan.
func New(opts Options) *Scanner {
	if opts.Concurrency <= 0 {
		opts.Concurrency = 8
	}
	if opts.Version == "" {
		opts.Version = "dev"
	}
	if opts.Kept == nil {
		opts.Kept = func(estate.Cell) bool { return false }
	}
	if opts.Progress == nil {
		opts.Progress = func(Progress) {}
	}
	s := &Scanner{opts: opts, collectors: collectors()}
	if opts.CloudControl {
		s.collectors = append(s.collectors, cloudControlCollector())
	}
	return s
}

// Scan reads all cells and hands each to the sink as it is done. What fails is a finding of the report, and the rest
// goes on. The error is an *Error where no account could be reached, the context's where it was cancelled, or the sink's;
// the report tells what was done until then.
func (s *Scanner) Scan(ctx context.Context, sink Sink) (Report, error) {
	start := time.Now()
	s.meter, s.findings, s.cells = newMeter(), &findings{}, make(chan struct{}, s.opts.Concurrency)
	s.sink, s.report, s.total, s.reading = sink, Report{State: StateFailed}, 0, 0
	s.windows = map[estate.Cell]*window{}
	err := s.run(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.report
	r.Findings, r.Slowed, r.Duration = s.findings.list(), s.slowed(), time.Since(start)
	s.meter.copyTo(&r)
	switch {
	case r.CellsDone+r.CellsKept+len(r.Absent) == 0:
		r.State = StateFailed
	case err != nil || len(r.Findings) > 0 || r.CellsFailed > 0:
		r.State = StatePartial
	default:
		r.State = StateDone
	}
	return r, err
}

func (s *Scanner) run(ctx context.Context) error {
	if err := s.checkServices(); err != nil {
		return err
	}
	accounts, err := s.accounts(ctx)
	if err != nil {
		return err
	}
	group, gctx := errgroup.WithContext(ctx)
	for _, a := range accounts {
		group.Go(func() error { return s.chooseRegions(gctx, a) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, a := range accounts {
		s.report.Accounts = append(s.report.Accounts, a.Account)
		s.total += s.cellsOf(a)
	}
	err = s.readAll(ctx, accounts)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// readAll reads the cells of all accounts, and hands them over while it goes on reading.
func (s *Scanner) readAll(ctx context.Context, accounts []*account) error {
	s.looks = make(chan look, s.opts.Concurrency)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.deliver(ctx) })
	group.Go(func() error {
		defer close(s.looks)
		readers, ctx := errgroup.WithContext(ctx)
		for _, a := range accounts {
			readers.Go(func() error { return s.account(ctx, a) })
		}
		return readers.Wait()
	})
	return group.Wait()
}

func (s *Scanner) checkServices() error {
	for _, name := range s.opts.Services {
		if known := Services(); !slices.Contains(known, name) {
			return fmt.Errorf("unknown service %q: there are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

func (s *Scanner) wants(service string) bool {
	return len(s.opts.Services) == 0 || slices.Contains(s.opts.Services, service)
}

// wanted are the collectors of a scan, global or regional.
func (s *Scanner) wanted(global bool) []Collector {
	var out []Collector
	for _, c := range s.collectors {
		if c.Global() == global && (s.wants(c.Service()) || c.Service() == cloudControlService) {
			out = append(out, c)
		}
	}
	return out
}

func (s *Scanner) cellsOf(a *account) int {
	perRegion := len(s.wanted(false))
	if s.wants(taggingService) {
		perRegion++
		if s.opts.ResourceExplorer {
			perRegion++
		}
	}
	return len(s.wanted(true)) + perRegion*len(a.Regions)
}

// progress is called with the lock held.
func (s *Scanner) progress(cell estate.Cell, state string) {
	s.opts.Progress(Progress{
		Cell: cell, State: state, Done: s.report.CellsDone + s.report.CellsFailed + s.report.CellsKept + len(s.report.Absent), Total: s.total, Resources: s.report.Resources + s.reading,
	})
}

func (m *meter) copyTo(r *Report) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.Calls, r.Denied, r.Services = map[string]int{}, map[string]int{}, map[string]ServiceStats{}
	for k, v := range m.denied {
		r.Denied[k] = v
	}
	for k, v := range m.calls {
		r.Calls[k] = v
	}
	for k, v := range m.services {
		r.Services[k] = *v
	}
}
