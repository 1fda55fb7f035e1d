package aws_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/estate"
	"cloudops/backend/estate/aws"
	"cloudops/backend/estate/aws/awstest"
)

// TestAThrottledServiceSlowsDownAlone: a service that bears two calls at once is brought down to that, is read in full, and the same
// service in another region and other services in the same keep their pace.
func TestAThrottledServiceSlowsDownAlone(t *testing.T) {
	awstest.Env(t)
	var now, most atomic.Int32 // of the throttled cell, and of the same service elsewhere
	p := newProxy(t, nil)
	gate := make(chan struct{}, 2)
	p.wild = func(w http.ResponseWriter, c call) bool {
		if c.service != "iam" && c.service != "sqs" {
			return false
		}
		if c.service == "sqs" && c.region == "us-east-1" {
			select {
			case gate <- struct{}{}:
				time.Sleep(5 * time.Millisecond) // so that calls meet
				<-gate
			default:
				answer(w, c, http.StatusBadRequest, "ThrottlingException")
				return true
			}
			return false
		}
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(5 * time.Millisecond)
		now.Add(-1)
		return false
	}
	opts := through(p)
	opts.Regions, opts.Services = []string{"us-east-1", "eu-west-1"}, []string{"sqs", "iam"}
	s, report := scan(t, opts)
	require.Empty(t, report.Findings, "every queue was read in the end")
	require.NotEmpty(t, s.resources)
	require.Len(t, report.Slowed, 1)
	slow := report.Slowed[0]
	require.Equal(t, estate.Cell{AccountID: awstest.FirstAccount, Region: "us-east-1", Service: "sqs"}, slow.Cell)
	require.LessOrEqual(t, slow.AtOnce, 4)
	require.Equal(t, report.Services["sqs"].Throttles, slow.Throttles)
	require.Greater(t, most.Load(), int32(2), "the others are not held back")
}

func TestWindow(t *testing.T) {
	w := aws.NewWindow()
	for range 8 {
		require.NoError(t, w.Enter(t.Context()))
	}
	began := time.Now()
	for range 8 {
		w.Leave(began, true, false)
	}
	require.InDelta(t, 4, w.Limit(), 0.01, "one crowd of throttled calls says one thing")
	for range 6 {
		require.NoError(t, w.Enter(t.Context()))
		w.Leave(time.Now(), true, false)
	}
	require.InDelta(t, 1, w.Limit(), 0.01)
	require.Positive(t, w.Pause(), "where one at a time is too much, it pauses")
	for range 400 {
		w.Widen()
	}
	require.Zero(t, w.Pause())
	require.InDelta(t, 16, w.Limit(), 0.01, "and comes back")
}
