package host

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
	"github.com/stretchr/testify/require"
)

// TestAMeteredLink asks a NetworkManager of its own, on a real bus.
func TestAMeteredLink(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+t.TempDir()+"/nothing")
	require.False(t, onMeteredLink(t.Context()), "without a bus")

	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := daemon.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, daemon.Start(), "dbus-daemon is missing: install the package dbus")
	t.Cleanup(func() {
		require.NoError(t, daemon.Process.Kill())
		_ = daemon.Wait() // it was killed
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", strings.TrimSpace(address))
	require.False(t, onMeteredLink(t.Context()), "without a NetworkManager")

	conn, err := dbus.ConnectSystemBus()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	properties, err := prop.Export(conn, "/org/freedesktop/NetworkManager", prop.Map{"org.freedesktop.NetworkManager": {"Metered": {Value: uint32(0), Emit: prop.EmitFalse}}})
	require.NoError(t, err)
	_, err = conn.RequestName("org.freedesktop.NetworkManager", dbus.NameFlagDoNotQueue)
	require.NoError(t, err)
	for value, want := range map[uint32]bool{0: false, 1: true, 2: false, 3: true, 4: false} {
		properties.SetMust("org.freedesktop.NetworkManager", "Metered", value)
		require.Equal(t, want, onMeteredLink(t.Context()), "%d", value)
	}
}
