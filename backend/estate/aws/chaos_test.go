package aws_test

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
	"cloudops/backend/store/storetest"
)

// kept is a sink that hands the cells to an estate over a real ledger, as the app does, and adds up what that did.
type kept struct {
	*estate.Service
	counts estate.Counts
	failed map[estate.Cell]bool // looks that were not complete
}

func (k *kept) CellDone(ctx context.Context, cell estate.Cell, resources []estate.Resource, complete bool, listed []string) error {
	if !complete {
		k.failed[cell] = true
	}
	c, err := k.ApplyCell(ctx, cell, resources, complete, listed...)
	k.counts.Added += c.Added
	k.counts.Changed += c.Changed
	k.counts.Unchanged += c.Unchanged
	k.counts.Removed += c.Removed
	return err
}

// scanInto scans into the estate and tells what it did.
func scanInto(t *testing.T, s *estate.Service, opts aws.Options) (*kept, aws.Report, error) {
	t.Helper()
	k := &kept{Service: s, failed: map[estate.Cell]bool{}}
	report, err := aws.New(opts).Scan(t.Context(), k)
	return k, report, err
}

func exported(t *testing.T, s *estate.Service) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, s.Export(t.Context(), "json", &out, nil))
	return out.String()
}

// weather is how a proxy treats calls: which it spoils is decided by the seed and the call's own place, whatever the order in which
// calls come.
type weather struct {
	seed     uint64
	rates    map[string]float64 // by fault, of each call
	services map[string]string  // services that always meet one fault
	actions  float64            // how many actions are always denied
}

// faults that a call can meet. Each has an end: the SDK asks again, or the cell fails.
var faults = []string{"throttle", "500", "reset", "slow", "deny", "empty", "half", "cut"}

func newWeather(seed uint64) weather {
	r := rand.New(rand.NewPCG(seed, 1))
	w := weather{seed: seed, rates: map[string]float64{}, services: map[string]string{}}
	if seed%3 == 1 { // nothing that asking again would not mend
		for _, f := range []string{"throttle", "500", "reset", "slow", "empty", "half", "cut"} {
			w.rates[f] = []float64{0, 0.01, 0.02}[r.IntN(3)]
		}
		return w
	}
	w.actions = []float64{0, 0, 0.03, 0.1}[r.IntN(4)]
	for _, f := range faults {
		if w.rates[f] = []float64{0, 0, 0.01, 0.05, 0.2}[r.IntN(5)]; f == "slow" || f == "deny" {
			w.rates[f] /= 4
		}
	}
	for range r.IntN(5) {
		names := []string{"ec2", "rds", "s3", "iam", "dynamodb", "lambda", "sqs", "sns", "tagging", "kms", "logs", "ecs", "monitoring", "elasticloadbalancing", "ssm"}
		w.services[names[r.IntN(len(names))]] = faults[r.IntN(len(faults))]
	}
	return w
}

// of is a number from 0 to 1 that belongs to the call.
func (w weather) of(parts ...string) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strconv.FormatUint(w.seed, 10) + strings.Join(parts, "|")))
	return rand.New(rand.NewPCG(h.Sum64(), 2)).Float64()
}

// meets is the fault that a call meets; empty: none.
func (w weather) meets(c call) string {
	if f := w.services[c.service]; f != "" {
		return f
	}
	name, _, _ := strings.Cut(c.action, "?")
	if w.of("action", c.service, name, c.region) < w.actions && c.service != "sts" {
		return "deny"
	}
	x := w.of(c.service, c.region, c.action, c.key, strconv.Itoa(c.n))
	for _, f := range faults {
		if x -= w.rates[f]; x < 0 {
			return f
		}
	}
	return ""
}

// spoil answers a call that meets a fault.
func (w weather) spoil(rw http.ResponseWriter, c call) bool {
	switch w.meets(c) {
	case "throttle":
		answer(rw, c, http.StatusBadRequest, map[bool]string{true: "RequestLimitExceeded", false: "ThrottlingException"}[c.service == "ec2"])
	case "500":
		answer(rw, c, http.StatusInternalServerError, "InternalFailure")
	case "deny":
		answer(rw, c, http.StatusForbidden, "AccessDenied")
	case "reset":
		conn, _, err := rw.(http.Hijacker).Hijack()
		if tcp, ok := conn.(*net.TCPConn); err == nil && ok {
			_ = tcp.SetLinger(0)
			_ = tcp.Close()
		}
	case "cut": // in the middle of an answer that was announced longer
		conn, buf, err := rw.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = buf.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"")
			_ = buf.Flush()
			_ = conn.Close()
		}
	case "empty":
		rw.WriteHeader(http.StatusOK)
	case "slow":
		time.Sleep(50 * time.Millisecond)
		return false
	default:
		return false
	}
	return true
}

// halve cuts an answer in two where the call meets that; the length that is announced is then the shorter one's.
func (w weather) halve(c call, body []byte) []byte {
	if w.meets(c) == "half" {
		return body[:len(body)/2]
	}
	return body
}

// TestFaultyScans: whatever goes wrong on the way, no resource is invented or taken for gone, a scan that is said to be complete was,
// and the next one in calm weather finds the estate as it left it. CLOUDOPS_SCAN_FAULTS is the number of faulty scans.
func TestFaultyScans(t *testing.T) {
	awstest.Env(t)
	rounds := 5
	if n, err := strconv.Atoi(os.Getenv("CLOUDOPS_SCAN_FAULTS")); err == nil {
		rounds = n
	}
	back := time.Duration(0) // the clock is set back again and again
	s := estate.New(storetest.OpenWithoutModel(t, estate.Schemas()...).Store, estate.Options{Now: func() time.Time { return time.Now().Add(-back) }})
	p := newProxy(t, nil)
	opts := both()
	opts.EndpointURL = p.URL // a queue's URL is the server's
	first, report, err := scanInto(t, s, opts)
	require.NoError(t, err)
	require.Equal(t, aws.StateDone, report.State, report.Findings)
	require.Greater(t, first.counts.Added, len(made))
	calm := exported(t, s)
	states := map[string]int{}
	for seed := range uint64(rounds) {
		w := newWeather(seed)
		back += time.Hour
		p.reset()
		p.wild, p.rewrite = w.spoil, w.halve
		r := rand.New(rand.NewPCG(seed, 3))
		o := through(p)
		first := r.IntN(3)
		o.Regions = awstest.Regions[first:min(first+1+rounds/20, 3)]
		if r.IntN(2) == 0 {
			o.RoleARNs = []string{awstest.RoleARN}
		}
		began := time.Now().Add(-back)
		faulty, report, err := scanInto(t, s, o)
		p.wild, p.rewrite = nil, nil
		var signIn *aws.Error
		require.True(t, err == nil || errors.As(err, &signIn), "seed %d: %v", seed, err)
		states[report.State]++
		t.Logf("seed %d: %s, %d cells done, %d failed, %d findings, %+v; %+v", seed, report.State, report.CellsDone, report.CellsFailed, len(report.Findings), faulty.counts, w)
		if report.State == aws.StatePartial && report.CellsFailed == 0 {
			t.Logf("seed %d: %+v", seed, report.Findings)
		}
		assert.Zero(t, faulty.counts.Removed, "seed %d", seed)
		assert.Zero(t, faulty.counts.Added, "seed %d", seed)
		assert.Zero(t, faulty.counts.Changed, "seed %d: what could not be seen is as it was: %+v", seed, changesSince(t, s, began))
		assert.Len(t, faulty.failed, report.CellsFailed+len(report.Absent), "seed %d", seed)
		assert.Empty(t, report.Absent, "seed %d: no service is missing here", seed)
		if report.State == aws.StateDone {
			assert.Zero(t, report.CellsFailed, "seed %d", seed)
			assert.Zero(t, faulty.counts.Changed, "seed %d: a whole scan sees what is there", seed)
		}
		if report.CellsFailed > 0 {
			assert.NotEmpty(t, report.Findings, "seed %d", seed)
		}

		clear, report, err := scanInto(t, s, o)
		require.NoError(t, err)
		require.Equal(t, aws.StateDone, report.State, report.Findings)
		assert.Zero(t, clear.counts.Added+clear.counts.Removed, "seed %d", seed)
		assert.LessOrEqual(t, clear.counts.Changed, faulty.counts.Changed, "seed %d: only what the faulty scan could not see is put right", seed)
		require.Equal(t, calm, exported(t, s), "seed %d", seed)
	}
	t.Logf("%d faulty scans: %v", rounds, states)
	require.Positive(t, states[aws.StatePartial])
	require.Positive(t, states[aws.StateDone])
}
