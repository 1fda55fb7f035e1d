#!/usr/bin/env bash
# Installs what CloudOps is built and tested with, each part once: a part that is there is left alone.
#   build/setup.sh run     what `make run` and `make build` need
#   build/setup.sh test    that, and what `make test` needs besides
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}
stamps=build/cache/stamps
mkdir -p "$stamps"

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# Versions that the build needs at least; the hint says what to install.
need() {
	command -v "$1" >/dev/null 2>&1 || die "$1 is missing. Install Go 1.26 or newer, Node.js 20.19 or newer with npm, and Python 3.10 or newer; then run this again."
}
need go; need node; need npm; need python3
node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>20||(a==20&&b>=19)?0:1)' || die "Node.js $(node -v) is too old: install 20.19 or newer."
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || die "$(python3 -V) is too old: install 3.10 or newer."

run_packages=(build-essential pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev)
# A machine without a display gets a virtual one, with a keychain and a window that can be looked at.
screen_packages=(xvfb xauth x11-utils imagemagick dbus-x11 gnome-keyring fonts-dejavu-core fonts-noto-core fonts-noto-color-emoji)
test_packages=("${screen_packages[@]}" chromium libsecret-tools xdotool procps tesseract-ocr age)

packages() {
	local list=("${run_packages[@]}")
	[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || list+=("${screen_packages[@]}")
	[ "$what" != test ] || list+=("${test_packages[@]}")
	# The embedding model is in a Maven package.
	command -v mvn >/dev/null 2>&1 || list+=(maven)
	# pip and venv come apart from Debian's own python3; another Python brings them along.
	python3 -m pip --version >/dev/null 2>&1 || list+=(python3-pip)
	python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || list+=(python3-venv)
	printf '%s\n' "${list[@]}" | sort -u
}

install_packages() {
	local missing=() package
	if ! command -v dpkg-query >/dev/null 2>&1; then
		[ "$(uname)" = Linux ] || { say "Not Linux: expecting Xcode command line tools (macOS) or WebView2 and MSYS2 gcc (Windows)"; return; }
		die "This is not Debian or Ubuntu. Install the equivalents of these packages, then run this again with CLOUDOPS_SKIP_PACKAGES=1: $(packages | tr '\n' ' ')"
	fi
	for package in $(packages); do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	local sudo=()
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null 2>&1 || die "These packages are missing, and there is no sudo to install them with: ${missing[*]}. As root: apt-get install ${missing[*]}"
		sudo=(sudo)
	fi
	say "Debian packages: ${missing[*]}"
	"${sudo[@]}" apt-get update -q
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# once NAME INPUT… -- COMMAND…: runs the command unless it ran with the same inputs before.
once() {
	local name=$1; shift
	local inputs=()
	while [ "$1" != -- ]; do inputs+=("$1"); shift; done
	shift
	local sum
	sum=$(cat "${inputs[@]}" | sha256sum | cut -d' ' -f1)
	if [ "$(cat "$stamps/$name" 2>/dev/null)" = "$sum" ]; then return 0; fi
	"$@"
	echo "$sum" >"$stamps/$name"
}

npm_packages() {
	say "npm packages"
	(cd frontend && npm ci --no-fund --no-audit --prefer-offline)
}

python_packages() {
	say "Python packages for the tests (moto)"
	rm -rf build/cache/venv
	python3 -m venv build/cache/venv
	build/cache/venv/bin/python -m pip install --disable-pip-version-check --quiet -r test/moto/requirements.txt
}

linter() {
	say "golangci-lint $(cat build/golangci-lint.version) (compiled once; a few minutes)"
	GOBIN="$PWD/build/cache/bin" go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(cat build/golangci-lint.version)"
}

# A real S3 server to hold backups against. The age program that opens them is Debian's.
backup_tools() {
	say "S3 server for the tests (compiled once; a minute or two)"
	GOBIN="$PWD/build/cache/bin" go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
}

[ -n "${CLOUDOPS_SKIP_PACKAGES:-}" ] || install_packages
say "Go modules"
once go-modules go.mod go.sum -- go mod download
[ -d frontend/node_modules ] || rm -f "$stamps/npm"
once npm frontend/package.json frontend/package-lock.json -- npm_packages
say "Third-party files (build/resources.json)"
go run ./build/fetch
if [ "$what" = test ]; then
	[ -x build/cache/venv/bin/python ] || rm -f "$stamps/python"
	once python test/moto/requirements.txt -- python_packages
	[ -x build/cache/bin/golangci-lint ] || rm -f "$stamps/linter"
	once linter build/golangci-lint.version -- linter
	[ -x build/cache/bin/versitygw ] || rm -f "$stamps/backup-tools"
	once backup-tools /dev/null -- backup_tools
fi
