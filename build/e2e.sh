#!/usr/bin/env bash
# The end-to-end tests: the app, built so that its page is also served to a browser, driven by Playwright in Chromium.
set -euo pipefail
cd "$(dirname "$0")/../frontend"
command -v "${CHROMIUM:-chromium}" >/dev/null || { echo "e2e: Chromium is missing; run: build/setup.sh test" >&2; exit 1; }
exec npm run --silent e2e -- "$@"
