package aws_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
)

var update = flag.Bool("update", false, "write docs/iam-policy.json anew")

var (
	moto *awstest.Server
	made []awstest.Made
)

// TestMain seeds one server for all tests, which only read from it.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	aws.SetMaxBackoff(100 * time.Millisecond)
	var err error
	if moto, err = awstest.Launch(); err == nil {
		defer moto.Stop()
		made, err = moto.Seed()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// sink keeps what it is given.
type sink struct {
	mu        sync.Mutex
	cells     map[estate.Cell][]estate.Resource
	complete  map[estate.Cell]bool
	listed    map[estate.Cell][]string
	resources map[string]estate.Resource
	onCell    func(estate.Cell) error
}

func newSink() *sink {
	return &sink{cells: map[estate.Cell][]estate.Resource{}, complete: map[estate.Cell]bool{}, listed: map[estate.Cell][]string{}, resources: map[string]estate.Resource{}}
}

func (s *sink) CellDone(_ context.Context, cell estate.Cell, resources []estate.Resource, complete bool, listed []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.cells[cell]; twice {
		return fmt.Errorf("cell %v twice", cell)
	}
	s.cells[cell], s.complete[cell], s.listed[cell] = resources, complete, listed
	for _, r := range resources {
		if _, twice := s.resources[r.ARN]; twice {
			return fmt.Errorf("%s is in two cells, one of them %v", r.ARN, cell)
		}
		s.resources[r.ARN] = r
	}
	if s.onCell != nil {
		return s.onCell(cell)
	}
	return nil
}

func (s *sink) arns() []string { return slices.Sorted(maps.Keys(s.resources)) }

// both are the options that scan all that was seeded.
func both() aws.Options {
	return aws.Options{EndpointURL: moto.URL, Regions: awstest.Regions, RoleARNs: []string{awstest.RoleARN}, Version: "1.2.3"}
}

func scan(t *testing.T, opts aws.Options) (*sink, aws.Report) {
	t.Helper()
	s := newSink()
	report, err := aws.New(opts).Scan(t.Context(), s)
	require.NoError(t, err)
	return s, report
}

// outcome is what a scan found and said.
type outcome struct {
	found  *sink
	report aws.Report
}

// scanned are the scans of whole; the tests of this package run one after the other.
var scanned = map[bool]outcome{}

// whole is a scan of all that was seeded, with the tagging API or without, which the tests that only look at it share.
func whole(t *testing.T, tagging bool) (*sink, aws.Report) {
	t.Helper()
	o, ok := scanned[tagging]
	if !ok {
		opts := both()
		if !tagging {
			opts.Services = slices.DeleteFunc(aws.Services(), func(s string) bool { return s == "tagging" })
		}
		o.found, o.report = scan(t, opts)
		scanned[tagging] = o
	}
	return o.found, o.report
}
