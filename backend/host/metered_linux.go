package host

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// NetworkManager's answers that mean a link paid for by volume: it was told so, or guesses it (a phone's hotspot).
// https://networkmanager.dev/docs/api/latest/nm-dbus-types.html#NMMetered
const (
	meteredYes      = 1
	meteredGuessYes = 3
)

// onMeteredLink asks NetworkManager. Where it does not run, or does not know, the link is not metered.
func onMeteredLink(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer conn.Close()
	var answer dbus.Variant
	manager := conn.Object("org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager")
	if err := manager.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, "org.freedesktop.NetworkManager", "Metered").Store(&answer); err != nil {
		return false
	}
	metered, _ := answer.Value().(uint32)
	return metered == meteredYes || metered == meteredGuessYes
}
