package backup

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// SampleForAnotherProgram is a folder with a backup and shipped log, its recovery key, and what each record holds, sealed.
func SampleForAnotherProgram(t *testing.T) (dir string, recovery []byte, sealed map[string]string) {
	t.Helper()
	m := newMachine(t)
	target, err := NewDir(t.TempDir(), 0)
	require.NoError(t, err)
	ids := m.write("chat_history", 100)
	m.write("aws_estate", 50)
	m.remove("chat_history", ids[4])
	backup(t, m.service(target, m.withVectors))
	m.now = m.now.Add(time.Minute)
	m.write("chat_history", 3)
	m.remove("chat_history", ids[5])
	_, err = m.service(target).Ship(context.Background())
	require.NoError(t, err)
	sealed = map[string]string{}
	for key, r := range state(t, m.ledger) {
		sealed[key] = r.Sealed
	}
	return target.root, m.recoveryKey(), sealed
}
