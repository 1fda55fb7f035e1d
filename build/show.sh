#!/usr/bin/env bash
# Starts the app on the display that is there, and takes a screenshot when its window is up.
#   build/show.sh APP SCREENSHOT [ARG…]
set -euo pipefail
app=$1 shot=$2
start=$(date +%s)
"$app" &
pid=$!
trap 'kill -TERM "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true' TERM INT EXIT
window_is_up() { xwininfo -root -tree 2>/dev/null | grep -q '"CloudOps"'; }
until window_is_up; do
	kill -0 "$pid" 2>/dev/null || { wait "$pid" || status=$?; echo "show: CloudOps ended with ${status:-0} before its window was up" >&2; exit 1; }
	[ $(($(date +%s) - start)) -lt 60 ] || { echo "show: no window after 60 s" >&2; exit 1; }
	sleep 0.2
done
# The window is up before its page is drawn, and the page before the index has started.
drawn() {
	import -silent -window root "$shot"
	[ "$(identify -format %k "$shot")" -gt 16 ] # colours; an empty page has one
}
sleep 4
until drawn; do
	kill -0 "$pid" 2>/dev/null || { echo "show: CloudOps ended before its window was drawn" >&2; exit 1; }
	[ $(($(date +%s) - start)) -lt 60 ] || { echo "show: the window is up and shows nothing after 60 s; see the log in the data folder" >&2; exit 1; }
	sleep 1
done
echo "==> The window is up. A screenshot of it is in $shot. Ctrl+C ends CloudOps."
status=0
wait "$pid" || status=$?
trap - EXIT
exit "$status"
