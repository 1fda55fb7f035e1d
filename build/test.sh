#!/usr/bin/env bash
# Runs the tests: all of them, or one part.
#   build/test.sh [lint|go|frontend|bindings|e2e|window|race]…
set -euo pipefail
cd "$(dirname "$0")/.."
parts=("$@")
[ $# -gt 0 ] || parts=(lint bindings frontend go e2e window)
export CLOUDOPS_TAGS=${CLOUDOPS_TAGS:-webkit2_41}
say() { printf '\033[1m==> %s\033[0m\n' "$*"; }

lint() {
	say "Linters"
	build/cache/bin/golangci-lint run ./...
	(cd frontend && npm run --silent lint && npm run --silent typecheck)
}

# The bindings are committed; this fails when app.go and they differ.
bindings() {
	say "Generated bindings"
	local before after
	before=$(find frontend/wailsjs -type f | sort | xargs cat | sha256sum)
	go tool wails generate module -tags "$CLOUDOPS_TAGS" >/dev/null
	after=$(find frontend/wailsjs -type f | sort | xargs cat | sha256sum)
	if [ "$before" != "$after" ]; then
		echo "frontend/wailsjs did not fit app.go; it was generated anew. Commit it." >&2
		git --no-pager diff --stat -- frontend/wailsjs >&2 || true
		exit 1
	fi
	echo "ok"
}

frontend() {
	say "Components"
	(cd frontend && npm test --silent)
	say "The window in a browser: hostile answers, content policy, flows"
	command -v "${CHROMIUM:-chromium}" >/dev/null || { echo "test: Chromium is missing; run: build/setup.sh test" >&2; exit 1; }
	(cd frontend && npm run --silent test:browser)
}

# Packages that stand on the AWS inventory's half a hundred SDK modules, which take far longer to compile for the race
# detector than all tests take to run: `build/test.sh race` watches those too.
on_inventory() {
	go list -tags "$CLOUDOPS_TAGS" -f '{{.ImportPath}} {{join .Deps " "}} {{join .TestImports " "}} {{join .XTestImports " "}}' ./... | grep ' cloudops/backend/estate/aws\( \|$\)' | cut -d' ' -f1
	echo cloudops/backend/estate/aws
}
go_tests() {
	local slow rest
	slow=$(on_inventory | sort -u)
	rest=$(go list ./... | grep -v -x -F -e cloudops/test/cli -e "$slow")
	say "Go, with the race detector"
	# The packages start servers of their own: two at a time is what two cores bear.
	build/virtual.sh go test -race -p 2 -timeout 15m -tags "$CLOUDOPS_TAGS" $rest
	say "Go, what stands on the AWS inventory, and the command line"
	# test/cli runs the built program, whose packages are watched for races above.
	build/virtual.sh go test -p 2 -timeout 20m -tags "$CLOUDOPS_TAGS" $slow ./test/cli
}
race() {
	say "Go, everything with the race detector (compiling takes long)"
	build/virtual.sh go test -race -p 2 -timeout 40m -tags "$CLOUDOPS_TAGS" $(go list ./... | grep -v -x cloudops/test/cli)
}

e2e() {
	say "The app in Chromium, against its real backend"
	build/virtual.sh build/e2e.sh
}

window() {
	say "The production binary in a real window"
	build/virtual.sh build/window-test.sh
}

for part in "${parts[@]}"; do
	case $part in
	lint | bindings | frontend | e2e | window | race) "$part" ;;
	go) go_tests ;;
	*) echo "test: unknown part $part" >&2; exit 2 ;;
	esac
done
say "All tests passed"
