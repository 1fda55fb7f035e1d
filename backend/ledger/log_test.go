package ledger

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTrimKeepsWhatAMomentOfTheWindowNeeds(t *testing.T) {
	ctx := context.Background()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	at := day(1)
	dir := t.TempDir()
	open := func() *Ledger {
		l, err := Open(ctx, dir, Options{Now: func() time.Time { return at }})
		require.NoError(t, err)
		return l
	}
	l := open()
	apply := func(id, sealed string, deleted bool) {
		t.Helper()
		_, err := l.Apply(ctx, []Change{{Record: Record{Collection: "c", ID: id, Scope: "s", Fields: []byte("{}"), Sealed: sealed}, Delete: deleted}})
		require.NoError(t, err)
	}
	apply("steady", "1", false)
	apply("busy", "1", false)
	apply("gone", "1", false)
	apply("ending", "1", false)
	at = day(2)
	apply("busy", "2", false)
	apply("gone", "", true)
	at = day(10)
	apply("busy", "3", false)
	apply("ending", "", true)

	n, err := l.Trim(ctx, day(5))
	require.NoError(t, err)
	require.EqualValues(t, 3, n) // busy 1, both of gone
	states := func(id string) string {
		recs, err := l.LastStates(ctx, "c", id)
		require.NoError(t, err)
		if len(recs) == 0 {
			return ""
		}
		return recs[0].Sealed
	}
	require.Equal(t, []string{"1", "3", "", "1"}, []string{states("steady"), states("busy"), states("gone"), states("ending")})
	var entries int
	require.NoError(t, l.read.QueryRow("SELECT count(*) FROM log").Scan(&entries))
	require.Equal(t, 5, entries) // busy as it was on day 5 stays, too

	// What is deleted leaves with its window, what lives does not; a revision is never given twice.
	last := l.lastRev
	n, err = l.Trim(ctx, day(20))
	require.NoError(t, err)
	require.EqualValues(t, 3, n)
	require.Equal(t, "1", states("steady"))
	require.Empty(t, states("ending"))
	require.NoError(t, l.Close())
	l = open()
	defer l.Close()
	require.Equal(t, last, l.lastRev)
}

func TestTrimGoesThroughALongLog(t *testing.T) {
	ctx := context.Background()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l, err := Open(ctx, t.TempDir(), Options{Now: func() time.Time { return at }})
	require.NoError(t, err)
	defer l.Close()
	var changes []Change
	for i := range 2*trimBatch + 7 {
		changes = append(changes, Change{Record: Record{Collection: "c", ID: fmt.Sprint(i % 10), Scope: "s", Fields: []byte("{}"), Sealed: "x"}})
	}
	_, err = l.Apply(ctx, changes)
	require.NoError(t, err)
	n, err := l.Trim(ctx, at.Add(time.Hour))
	require.NoError(t, err)
	require.EqualValues(t, len(changes)-10, n)
}
