#!/usr/bin/env bash
# Runs a command on a virtual display of 1280×800 (SCREEN=WIDTHxHEIGHT for another), in a D-Bus session of its own with
# a real keychain that is unlocked with an empty password, as a login without a password would leave it.
#   build/virtual.sh COMMAND [ARG…]
set -euo pipefail
for part in Xvfb dbus-run-session gnome-keyring-daemon; do
	command -v "$part" >/dev/null 2>&1 || { echo "virtual: $part is missing; run: build/setup.sh test" >&2; exit 1; }
done
if [ -z "${CLOUDOPS_IN_SESSION:-}" ]; then
	export CLOUDOPS_IN_SESSION=1
	exec dbus-run-session -- "$0" "$@"
fi
unset CLOUDOPS_IN_SESSION
runtime=$(mktemp -d "${TMPDIR:-/tmp}/cloudops-session-XXXXXX")
chmod 700 "$runtime"
export XDG_RUNTIME_DIR=$runtime
mkdir -p "${XDG_DATA_HOME:-$HOME/.local/share}/keyrings"
printf '\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
mkfifo "$runtime/display"
exec 3<>"$runtime/display"
Xvfb -displayfd 3 -screen 0 "${SCREEN:-1280x800}x24" -nolisten tcp >/dev/null 2>&1 &
screen=$!
cleanup() {
	kill "$screen" 2>/dev/null || true
	[ -z "${child:-}" ] || kill -TERM "$child" 2>/dev/null || true
	rm -rf "$runtime"
}
trap cleanup EXIT
trap 'exit 143' TERM INT
read -r number <&3
export DISPLAY=:$number GDK_BACKEND=x11 LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY
"$@" &
child=$!
status=0
wait "$child" || status=$?
child=
exit "$status"
