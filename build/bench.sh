#!/usr/bin/env bash
# Measures search quality and speed and prints what it measured. No result is a failure: quote medians and ratios.
#   BENCH_DATA=FOLDER  with estate-*.json and locomo-*.json, and BENCH_SCORE=PROGRAM that scores a run: adds search quality
set -euo pipefail
export CLOUDOPS_TAGS=webkit2_41
cd "$(dirname "$0")/.."
say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
say "Store and search"
build/virtual.sh go test -run '^$' -bench . -benchtime 200x ./backend/store ./backend/ledger ./backend/embedding ./backend/crypto
say "Chats: ${BENCH_MESSAGES:-100000} messages in ${BENCH_CONVERSATIONS:-5000} conversations"
go run ./bench/history -messages "${BENCH_MESSAGES:-100000}" -conversations "${BENCH_CONVERSATIONS:-5000}"
say "The window at that size, and with 100,000 resources (words alone)"
go build -tags dev,webkit2_41 -o build/test/cloudops-dev .
(cd frontend && npm run --silent build >/dev/null && CLOUDOPS_E2E_APP="$PWD/../build/test/cloudops-dev" ../build/virtual.sh npx playwright test -c playwright.bench.config.ts)
say "Backups of 100,000 messages with vectors, to a folder and to a real S3 server"
build/virtual.sh go test -run '^$' -bench Backup -benchtime 1x -timeout 40m ./backend/backup
say "The estate: ${BENCH_RESOURCES:-100000} resources"
go run ./bench/estate -resources "${BENCH_RESOURCES:-100000}"
say "A scan beside its bare calls"
build/virtual.sh go run ./bench/scan
if [ -n "${BENCH_DATA:-}" ]; then
	mkdir -p build/test
	for data in "$BENCH_DATA"/*.json; do
		run=build/test/$(basename "$data" .json).run.jsonl
		say "Search quality: $data"
		go run ./bench/retrieval -data "$data" -out "$run"
		[ -z "${BENCH_SCORE:-}" ] || python3 "$BENCH_SCORE" "$data" "$run"
	done
fi
