#!/usr/bin/env bash
# The test of the production binary in a real window, on the display that is there.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x build/bin/cloudops ] || { echo "window: build/bin/cloudops is missing; run: make build" >&2; exit 1; }
exec go test -count=1 -timeout 10m -tags window ./test/window "$@"
