package backup

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRetention holds 10,000 random schedules to what each rule promises.
func TestRetention(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for round := range 10_000 {
		now := fixedTime
		k := Keep{Last: rng.IntN(4), Hourly: rng.IntN(4), Daily: rng.IntN(8), Weekly: rng.IntN(5), Monthly: rng.IntN(13), Within: time.Duration(rng.IntN(4)) * 24 * time.Hour}
		at := now
		var moments []Moment
		for i := range rng.IntN(40) {
			at = at.Add(-time.Duration(rng.Int64N(int64(time.Duration(1+rng.IntN(100)) * time.Hour))))
			moments = append(moments, Moment{ID: fmt.Sprint(i), At: at, Whole: rng.IntN(8) > 0})
		}
		rng.Shuffle(len(moments), func(i, j int) { moments[i], moments[j] = moments[j], moments[i] })
		got := k.Decide(moments, now)
		require.Len(t, got, len(moments))
		days, hours, wholes := map[string]bool{}, map[string]bool{}, 0
		for i, d := range got {
			must := i == 0 || i < k.Last || (k.Within > 0 && now.Sub(d.At) < k.Within)
			if d.Whole {
				day, hour := d.At.Format(time.DateOnly), d.At.Format("2006-01-02 15")
				must = must || wholes == 0 || (!days[day] && len(days) < k.Daily) || (!hours[hour] && len(hours) < k.Hourly)
				wholes, days[day], hours[hour] = wholes+1, true, true
			}
			require.False(t, must && !d.Keep, "round %d: %+v wants %+v", round, k, d)
			require.Equal(t, d.Keep, len(d.Reasons) > 0)
			if i > 0 {
				require.False(t, d.At.After(got[i-1].At), "newest first")
			}
		}
	}
}

// TestPruneLeavesWhatStays removes most of many backups that share objects; those that stay are whole.
func TestPruneLeavesWhatStays(t *testing.T) {
	ctx := context.Background()
	m := newMachine(t)
	target := targets(t)["folder"](t)
	ids := m.write("c", 300)
	states := map[string]int{}
	for i := range 12 {
		m.now = m.now.Add(20 * time.Hour)
		m.remove("c", ids[i*7:i*7+3]...)
		m.write("c", 10)
		states[backup(t, m.service(target)).Manifest.ID] = len(state(t, m.ledger))
	}
	m.now = m.now.Add(48 * time.Hour)
	before := keys(t, target, "")
	preview, err := m.service(target).Prune(ctx, Keep{Last: 2, Weekly: 2}, true)
	require.NoError(t, err)
	require.Equal(t, before, keys(t, target, ""))
	p, err := m.service(target).Prune(ctx, Keep{Last: 2, Weekly: 2}, false)
	require.NoError(t, err)
	require.Equal(t, preview.Removed, p.Removed)
	require.Equal(t, preview.Objects, p.Objects)
	require.Equal(t, preview.Bytes, p.Bytes)
	require.Greater(t, len(p.Removed), 7)
	require.Len(t, keys(t, target, ""), len(before)-p.Objects)
	l, err := m.service(target).List(ctx)
	require.NoError(t, err)
	for _, point := range l.Points {
		r, back := fetch(t, m.elsewhere(target), RestoreOptions{Backup: point.ID})
		require.True(t, r.Checked)
		require.Len(t, state(t, back), states[point.ID])
	}
	_, err = m.service(target).Prune(ctx, Keep{}, false)
	require.ErrorIs(t, err, ErrInvalid)
}
