#!/bin/sh
# Runs the official clients, unmodified, against a fresh server.
#
#   conformance/run.sh PATH_OF_RECTO [typescript|manage|python|asyncio|v1|v1-typescript ...]
#
# Needs Node 20 and Python 3.10 or newer, and Go to make a photograph of the
# sample (or one in RECTO_PHOTO). Packages are installed once, in the versions
# pinned here, under .cache/conformance; after that no network is used. Builds
# nothing else, leaves nothing behind. The server must be able to read scans.
#
# With RECTO_WIDE=1 the jobs run in a worker of its own, on an empty database and
# bucket that RECTO_DATABASE and RECTO_STORAGE name.
set -eu

usage() {
	echo "usage: conformance/run.sh PATH_OF_RECTO [typescript|manage|python|asyncio|v1|v1-typescript ...]" >&2
	exit 2
}
[ $# -ge 1 ] && [ -x "$1" ] || usage
recto=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
[ $# -gt 0 ] || set -- typescript manage python asyncio v1 v1-typescript
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# node_packages FOLDER installs what the folder pins and puts its scripts there.
node_packages() {
	command -v node >/dev/null && command -v npm >/dev/null || complain "Node is missing. Install Node 20 or newer with npm."
	[ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ] || complain "Node $(node -p process.versions.node) is too old, 20 or newer is needed."
	dir=$(installed node "$1/package-lock.json")
	if [ ! -e "$dir/ready" ]; then
		echo "conformance: installing a TypeScript client, once" >&2
		rm -rf "$dir"
		mkdir -p "$dir"
		cp "$1/package.json" "$1/package-lock.json" "$dir"
		(cd "$dir" && npm ci --silent --no-audit --no-fund >&2) ||
			complain "npm could not install the packages. They are needed once; is the registry reachable?"
		touch "$dir/ready"
	fi
	cp "$1"/*.mjs "$dir"
	echo "$dir"
}

for suite in "$@"; do
	case $suite in
	typescript | manage) node=$(node_packages "$here") || exit $? ;;
	v1-typescript) node1=$(node_packages "$here/v1") || exit $? ;;
	python | asyncio) sdk=$(python_packages sdk) || exit $? ;;
	v1) v1=$(python_packages v1) || exit $? ;;
	*) usage ;;
	esac
done

# The sample has one of everything: headings, lists, a table, a picture, a link.
RECTO_SAMPLE=${RECTO_SAMPLE:-$here/sample.pdf}

start_server
export RECTO_SAMPLE

# A photograph of the sample's first page, for the suites that send one.
case " $* " in
*" typescript "* | *" python "* | *" asyncio "*)
	if [ -z "${RECTO_PHOTO:-}" ]; then
		command -v go >/dev/null || complain "Go is missing, which makes the photograph of the sample. Install it, or name a photograph of its first page in RECTO_PHOTO."
		RECTO_PHOTO=$work/photo.jpg
		(cd "$here/.." && go run ./testdata/gen --photo "$RECTO_PHOTO" "$RECTO_SAMPLE") || complain "the photograph of $RECTO_SAMPLE could not be made."
	fi
	export RECTO_PHOTO
	;;
esac

# The suites mostly wait for each other's polls, so they run side by side.
pids=
for suite in "$@"; do
	case $suite in
	typescript) node "$node/run.mjs" >"$work/$suite" 2>&1 & ;;
	manage) node "$node/manage.mjs" >"$work/$suite" 2>&1 & ;;
	python) "$sdk/bin/python" -W ignore "$here/python/sdk.py" sync >"$work/$suite" 2>&1 & ;;
	asyncio) "$sdk/bin/python" -W ignore "$here/python/sdk.py" async >"$work/$suite" 2>&1 & ;;
	v1-typescript) node "$node1/run.mjs" >"$work/$suite" 2>&1 & ;;
	v1) "$v1/bin/python" -W ignore "$here/python/v1.py" >"$work/$suite" 2>&1 & ;;
	esac
	pids="$pids $!"
done
status=0
for pid in $pids; do
	wait "$pid" || status=1
done
passed=0
failed=0
for suite in "$@"; do
	echo "== $suite"
	cat "$work/$suite"
	set -- $(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$work/$suite" | tail -n 1)
	passed=$((passed + ${1:-0}))
	failed=$((failed + ${2:-1}))
done
if [ $status -ne 0 ]; then
	echo "--- end of the server's log" >&2
	tail -n 30 "$work/log" >&2
fi
echo "conformance: $passed passed, $failed failed"
exit $status
