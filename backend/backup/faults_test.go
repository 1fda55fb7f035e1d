package backup

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// faults are what a line can do to a backup; each is one or more of the toxics of Toxiproxy, with its own numbers.
var faults = []func(rng *rand.Rand) []string{
	func(rng *rand.Rand) []string { // cut on the way there
		return []string{toxic("limit_data", "upstream", `"bytes":%d`, rng.IntN(40_000))}
	},
	func(rng *rand.Rand) []string { // cut on the way back: what arrived is not known
		return []string{toxic("limit_data", "downstream", `"bytes":%d`, rng.IntN(4_000))}
	},
	func(rng *rand.Rand) []string { // reset by the other side
		return []string{toxic("reset_peer", "upstream", `"timeout":%d`, rng.IntN(300))}
	},
	func(rng *rand.Rand) []string { // silence, then the end
		return []string{toxic("timeout", "downstream", `"timeout":%d`, 1+rng.IntN(300))}
	},
	func(rng *rand.Rand) []string { // slow and jittery, and cut
		return []string{toxic("latency", "downstream", `"latency":%d,"jitter":%d`, rng.IntN(20), rng.IntN(10)), toxic("limit_data", "upstream", `"bytes":%d`, rng.IntN(60_000))}
	},
	func(rng *rand.Rand) []string { // narrow, and reset
		return []string{toxic("bandwidth", "upstream", `"rate":%d`, 20+rng.IntN(200)), toxic("reset_peer", "downstream", `"timeout":%d`, rng.IntN(500))}
	},
	func(rng *rand.Rand) []string { // in small pieces, and cut
		return []string{toxic("slicer", "upstream", `"average_size":%d,"size_variation":%d,"delay":10`, 500+rng.IntN(2000), 200), toxic("limit_data", "upstream", `"bytes":%d`, rng.IntN(40_000))}
	},
	func(*rand.Rand) []string { return []string{toxic("limit_data", "upstream", `"bytes":0`)} }, // closed at once
	func(rng *rand.Rand) []string { // slow, but whole
		return []string{toxic("latency", "downstream", `"latency":%d,"jitter":%d`, rng.IntN(10), rng.IntN(10))}
	},
}

func toxic(kind, stream, attributes string, args ...any) string {
	return fmt.Sprintf(`{"type":%q,"stream":%q,"attributes":{%s}}`, kind, stream, fmt.Sprintf(attributes, args...))
}

// faulty leads to an S3 server over a line with a fault.
func faulty(t *testing.T, endpoint string, toxics []string) string {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "s3", "127.0.0.1:0", strings.TrimPrefix(endpoint, "http://"))
	require.NoError(t, proxy.Start())
	t.Cleanup(proxy.Stop)
	for _, text := range toxics {
		_, err := proxy.Toxics.AddToxicJson(strings.NewReader(text))
		require.NoError(t, err, text)
	}
	return "http://" + proxy.Listen
}

// TestAFaultyLine makes backups over lines that cut, reset, hang, slow down and close: none that is there is half, the next one on a
// good line is whole, and leaves no orphan. CLOUDOPS_BACKUP_FAULTS says how many; `make soak` does 200.
func TestAFaultyLine(t *testing.T) {
	ctx := context.Background()
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("CLOUDOPS_BACKUP_FAULTS"), "10"))
	require.NoError(t, err)
	o := bucket(t, false)
	m := newMachine(t)
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 5))
	failed := 0
	for round := range rounds {
		m.now = m.now.Add(time.Minute)
		m.write("c", 60)
		bad, toxics := o, faults[round%len(faults)](rng)
		bad.EndpointURL, bad.Attempts = faulty(t, o.EndpointURL, toxics), 1
		short, cancel := context.WithTimeout(ctx, time.Minute)
		r, err := m.service(s3Target(t, bad), m.withVectors).Backup(short)
		cancel()
		if err != nil {
			require.ErrorIs(t, err, ErrNetwork, "%s", toxics)
			failed++
		}
		l, listErr := m.service(s3Target(t, o)).List(ctx)
		require.NoError(t, listErr)
		if err == nil {
			require.Equal(t, r.Manifest.ID, l.Points[len(l.Points)-1].ID, "what is said to be there is")
		}
		require.Empty(t, l.Damaged, "%s", toxics)
		v, err := m.service(s3Target(t, o)).Verify(ctx, VerifyOptions{All: true})
		if err != nil {
			require.ErrorIs(t, err, ErrNoBackup)
		}
		require.Empty(t, v.Problems, "%s", toxics)
		if len(l.Points) > 5 { // so that the time goes into new backups
			_, err := m.service(s3Target(t, o)).Prune(ctx, Keep{Last: 2}, false)
			require.NoError(t, err)
		}
	}
	require.Positive(t, failed)
	m.now = m.now.Add(48 * time.Hour)
	target := s3Target(t, o)
	backup(t, m.service(target, m.withVectors))
	_, back := fetch(t, m.elsewhere(target), RestoreOptions{})
	require.Equal(t, state(t, m.ledger), state(t, back))
	set, err := m.service(target).manifests(ctx)
	require.NoError(t, err)
	require.Empty(t, set.bad)
	require.Len(t, keys(t, target, m.vault.ID()+"/objects/"), len(set.sizes()))
	t.Logf("%d of %d backups broke off; %d are there", failed, rounds, len(set.good))
}
