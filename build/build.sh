#!/usr/bin/env bash
# Builds build/bin/cloudops: the window's pages, then the program with them inside. What has not changed is not built again.
#   build/build.sh VERSION TAGS
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1 tags=$2
say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
mkdir -p build/cache/stamps build/bin

sum=$(git ls-files -co --exclude-standard frontend | grep -v '^frontend/\(e2e\|wailsjs/runtime/package.json\)' | sort | xargs -d '\n' sha256sum 2>/dev/null | sha256sum | cut -d' ' -f1)
if [ ! -f frontend/dist/index.html ] || [ "$(cat build/cache/stamps/frontend 2>/dev/null)" != "$sum" ]; then
	say "The window's pages"
	(cd frontend && npm run --silent build)
	echo "$sum" >build/cache/stamps/frontend
fi
say "The program (compiling the AWS SDK takes some minutes the first time)"
# The tags are those of a Wails production build; without them the binary would serve developer tools.
go build -tags "desktop,production,$tags" -ldflags "-s -w -X main.version=$version" -o build/bin/cloudops .
