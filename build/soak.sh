#!/usr/bin/env bash
# What takes hours: kills under load, lines and clouds that fail, a large import. Each part prints what it met, and fails where something was lost.
#   SOAK_ROUNDS=N  kills of each kind (100), SOAK_BACKUPS=N  faulty and killed backups (200), SOAK_SCANS=N  faulty scans (50)
set -euo pipefail
cd "$(dirname "$0")/.."
export CLOUDOPS_TAGS=webkit2_41
say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
rounds=${SOAK_ROUNDS:-100} backups=${SOAK_BACKUPS:-200} scans=${SOAK_SCANS:-50}
say "Kills while messages come in"
build/virtual.sh go run ./bench/kill -rounds "$rounds"
say "Kills under appends, deletions and updates, with the optimizer busy"
build/virtual.sh go run ./bench/kill -load -rounds "$rounds"
say "$backups backups over faulty lines, and $backups that are killed"
CLOUDOPS_BACKUP_FAULTS=$backups build/virtual.sh go test -count=1 -v -timeout 2h -run TestAFaultyLine ./backend/backup
CLOUDOPS_BACKUP_FAULTS=$backups build/virtual.sh go test -count=1 -v -timeout 2h -tags "$CLOUDOPS_TAGS" -run TestKilledBackups ./test/cli
say "$scans scans of a cloud that fails"
CLOUDOPS_SCAN_FAULTS=$scans build/virtual.sh go test -count=1 -v -timeout 2h -run TestFaultyScans ./backend/estate/aws
say "An import of 200 MB"
build/virtual.sh go run ./bench/bigimport
