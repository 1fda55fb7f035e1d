package host

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/sample"
)

// ScanOptions say what to scan; an empty field means what the settings say.
type ScanOptions struct {
	Profiles, Regions, Services, RoleARNs []string
	EndpointURL                           string
	CloudControl                          bool // also the types that have no collector
	ResourceExplorer                      bool // also what the index of Resource Explorer names
	// Fresh reads everything anew, also where a scan of the same was interrupted a short while ago.
	Fresh bool
}

// Scanned is the outcome of a scan.
type Scanned struct {
	aws.Report
	estate.Counts
}

// Scan reads AWS and keeps what each cell of the scan showed as soon as it is done. It never writes to AWS. The error is
// that of a scan that could not begin or was cancelled; what could not be read otherwise is in the findings.
func (h *Host) Scan(ctx context.Context, o ScanOptions, progress func(aws.Progress)) (Scanned, error) {
	set := h.Settings().AWS
	if o.EndpointURL == "" {
		o.EndpointURL = set.EndpointURL
	}
	o.Profiles, o.Regions = either(o.Profiles, set.Profiles), either(o.Regions, set.Regions)
	o.Services, o.RoleARNs = either(o.Services, set.Services), either(o.RoleARNs, set.RoleARNs)
	o.CloudControl = o.CloudControl || set.CloudControl
	o.ResourceExplorer = o.ResourceExplorer || set.ResourceExplorer
	kept, err := h.beginScan(ctx, o)
	if err != nil {
		return Scanned{}, err
	}
	sink := &cellSink{estate: h.Estate}
	report, err := aws.New(aws.Options{
		Profiles: o.Profiles, Regions: o.Regions, Services: o.Services, RoleARNs: o.RoleARNs, CloudControl: o.CloudControl,
		ResourceExplorer: o.ResourceExplorer,
		EndpointURL:      o.EndpointURL, Version: h.o.Version, Kept: kept, Progress: progress,
	}).Scan(ctx, sink)
	if err == nil {
		// The note of one that was cut off stays, for the next to go on with.
		err = h.endScan(ctx)
	}
	return Scanned{Report: report, Counts: sink.counts}, err
}

func either(asked, set []string) []string {
	if len(asked) > 0 {
		return asked
	}
	return set
}

// cellSink hands the cells of a scan to the estate.
type cellSink struct {
	estate *estate.Service
	counts estate.Counts
}

// CellDone implements aws.Sink.
func (s *cellSink) CellDone(ctx context.Context, cell estate.Cell, resources []estate.Resource, complete bool, listed []string) error {
	c, err := s.estate.ApplyCell(ctx, cell, resources, complete, listed...)
	s.counts.Added += c.Added
	s.counts.Changed += c.Changed
	s.counts.Unchanged += c.Unchanged
	s.counts.Removed += c.Removed
	return err
}

// StartScan scans in a run of kind "scan".
func (h *Host) StartScan(o ScanOptions) string {
	return h.Runs.Start("scan", "Scanning AWS", func(ctx context.Context, run *RunHandle) error {
		done, err := h.Scan(ctx, o, func(p aws.Progress) {
			run.Progress(p.Done, p.Total, english.Sprintf("%s · %s · %s — %d resources", p.Cell.AccountID, p.Cell.Region, p.Cell.Service, p.Resources))
		})
		for _, f := range done.Findings {
			run.Find(Finding(f))
		}
		read := done.CellsDone + done.CellsFailed
		run.Progress(read, read, done.summary())
		return err
	})
}

// summary says in a line what a scan did.
func (s Scanned) summary() string {
	text := countsText(s.Counts)
	if s.CellsKept > 0 {
		text += fmt.Sprintf("; went on where the last scan was interrupted: %d parts had been read", s.CellsKept)
	}
	calls, throttles := 0, 0
	for _, n := range s.Calls {
		calls += n
	}
	for _, service := range s.Services {
		throttles += service.Throttles
	}
	text += fmt.Sprintf("; %d calls", calls)
	if throttles > 0 {
		text += fmt.Sprintf(", %d of them too many for AWS", throttles)
		if s.Slowed != nil {
			most := slices.MaxFunc(s.Slowed, func(a, b aws.Slowed) int { return cmp.Compare(a.Throttles, b.Throttles) })
			text += fmt.Sprintf(" (most of %s in %s, which was slowed down to %d at once)", most.Cell.Service, most.Cell.Region, most.AtOnce)
		}
	}
	if n := len(s.Denied); n > 0 {
		text += fmt.Sprintf(", %d actions not allowed", n)
	}
	return text
}

func countsText(c estate.Counts) string {
	return fmt.Sprintf("%d added, %d changed, %d removed, %d unchanged", c.Added, c.Changed, c.Removed, c.Unchanged)
}

// sampleBatch is how many sample resources are written between two reports.
const sampleBatch = 1000

// LoadSample adds the seeded sample estate of count resources; the same count and seed give the same estate.
func (h *Host) LoadSample(ctx context.Context, count int, seed int64, progress func(done, total int)) (estate.Counts, error) {
	var total estate.Counts
	batch := make([]estate.Resource, 0, sampleBatch)
	written := 0
	flush := func() error {
		c, err := h.Estate.Upsert(ctx, batch)
		total.Added += c.Added
		total.Changed += c.Changed
		total.Unchanged += c.Unchanged
		written += len(batch)
		batch = batch[:0]
		progress(written, count)
		return err
	}
	for r := range sample.Generate(count, seed) {
		if batch = append(batch, r); len(batch) == sampleBatch {
			if err := flush(); err != nil {
				return total, err
			}
		}
	}
	return total, flush()
}

// StartSample loads the sample estate in a run of kind "sample".
func (h *Host) StartSample(count int) string {
	return h.Runs.Start("sample", "Loading the sample estate", func(ctx context.Context, run *RunHandle) error {
		counts, err := h.LoadSample(ctx, count, 1, func(done, total int) { run.Progress(done, total, "resources") })
		if err == nil {
			run.Progress(count, count, countsText(counts))
		}
		return err
	})
}

// StartImport imports a file in a run of kind "import". open is called in the run.
func (h *Host) StartImport(name string, open func() (io.ReadCloser, error)) string {
	return h.Runs.Start("import", "Importing "+name, func(ctx context.Context, run *RunHandle) error {
		in, err := open()
		if err != nil {
			return err
		}
		defer in.Close()
		counts, report, err := h.Estate.Import(ctx, in, func(p estate.ImportProgress) { run.Progress(p.Resources, 0, "resources") })
		for _, p := range report.Problems {
			run.Find(Finding{Code: "import", Where: p.Place(), Message: p.Message})
		}
		run.Progress(counts.Added+counts.Changed+counts.Unchanged, 0, countsText(counts))
		return err
	})
}
