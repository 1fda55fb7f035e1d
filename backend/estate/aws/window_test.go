package aws_test

import (
	"net/http"
	"sync"
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
	var now atomic.Int32 // calls of the other cells that are on their way
	three := make(chan struct{})
	var meet sync.Once
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
		defer now.Add(-1)
		if now.Add(1) > 2 {
			meet.Do(func() { close(three) })
		}
		select { // a call waits for others to meet, for so long that a busy machine brings them together
		case <-three:
		case <-time.After(300 * time.Millisecond):
		}
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
	select {
	case <-three:
	default:
		t.Fatal("the others are held back: no three of their calls were on their way at once")
	}
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
