package crypto

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// pingTimeout is how long the Secret Service has to answer a call that needs nobody's attention. It may have
// to be started first.
const pingTimeout = 5 * time.Second

const (
	secretService = "org.freedesktop.secrets"
	secretPath    = "/org/freedesktop/secrets"
	loginPath     = secretPath + "/collection/login"
	defaultPath   = secretPath + "/aliases/default"
)

// probeKeychain finds out, before the library is asked, whether there is a Secret Service, whether it answers, and
// whether the collection is locked. Without a session bus the library would start one with dbus-launch and leave it
// behind.
func probeKeychain(ctx context.Context) (locked bool, err error) {
	address := sessionBus()
	if address == "" {
		return false, &Error{Err: ErrKeychainAbsent, Cause: errors.New("there is no D-Bus session")}
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	type answer struct {
		locked bool
		err    error
	}
	// Dialling takes no deadline, so the whole probe is given up from outside.
	done := make(chan answer, 1)
	go func() {
		locked, err := probeBus(ctx, address)
		done <- answer{locked, err}
	}()
	select {
	case a := <-done:
		if errors.Is(a.err, context.DeadlineExceeded) {
			return false, &Error{Err: ErrKeychainTimeout, Cause: a.err}
		}
		return a.locked, a.err
	case <-ctx.Done():
		return false, &Error{Err: ErrKeychainTimeout, Cause: fmt.Errorf("no answer within %s: %w", pingTimeout, ctx.Err())}
	}
}

func probeBus(ctx context.Context, address string) (locked bool, err error) {
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return false, &Error{Err: ErrKeychainAbsent, Cause: fmt.Errorf("connect to the D-Bus session: %w", err)}
	}
	defer conn.Close()
	bus := conn.BusObject()
	var owned bool
	if err := bus.CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, secretService).Store(&owned); err != nil {
		return false, err
	}
	if !owned {
		var names []string
		if err := bus.CallWithContext(ctx, "org.freedesktop.DBus.ListActivatableNames", 0).Store(&names); err != nil {
			return false, err
		}
		if !slices.Contains(names, secretService) {
			return false, &Error{Err: ErrKeychainAbsent, Cause: errors.New("no Secret Service runs in this session")}
		}
	}
	for _, path := range []dbus.ObjectPath{loginPath, defaultPath} {
		var value dbus.Variant
		err := conn.Object(secretService, path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0,
			"org.freedesktop.Secret.Collection", "Locked").Store(&value)
		if errors.Is(err, context.DeadlineExceeded) {
			return false, err
		}
		if state, ok := value.Value().(bool); err == nil && ok {
			return state, nil
		}
	}
	// No collection yet: it is not locked; writing makes one, with a prompt.
	return false, nil
}

// sessionBus is the address of a session bus that runs, or nothing.
func sessionBus() string {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if address != "" && !strings.HasPrefix(address, "autolaunch:") {
		return address
	}
	path := fmt.Sprintf("/run/user/%d/bus", os.Getuid())
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(path)
}
