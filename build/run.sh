#!/usr/bin/env bash
# Starts the app. Without a display it starts a virtual one, with a keychain of its own, and leaves a screenshot.
set -euo pipefail
cd "$(dirname "$0")/.."
app=build/bin/cloudops
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" != Linux ]; then
	exec "$app"
fi
shot=build/bin/screenshot.png
rm -f "$shot"
echo "==> There is no display: CloudOps runs on a virtual one."
exec build/virtual.sh build/show.sh "$app" "$shot"
