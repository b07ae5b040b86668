#!/bin/sh
# Runs the official TypeScript SDK against a fresh server.
#
#   conformance/run.sh PATH_OF_RECTO
#
# Needs Node 20 or newer with npm. Builds nothing, leaves nothing behind.
set -eu

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
	echo "usage: conformance/run.sh PATH_OF_RECTO" >&2
	exit 2
fi
recto=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
here=$(cd "$(dirname "$0")" && pwd)

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo "conformance: Node is missing. Install Node 20 or newer with npm; this check drives the official SDK." >&2
	exit 3
fi
if [ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" != true ]; then
	echo "conformance: Node $(node -p process.versions.node) is too old, 20 or newer is needed." >&2
	exit 3
fi

work=$(mktemp -d)
server=
finish() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

(cd "$here" && npm ci --silent --no-audit --no-fund)

# The sample has one of everything: headings, lists, a table, a picture, a link.
sample=${RECTO_SAMPLE:-$here/sample.pdf}

port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
RECTO_WEBHOOK_ALLOW=127.0.0.0/8 "$recto" serve --addr "127.0.0.1:$port" --data-dir "$work/data" 2>"$work/log" &
server=$!
tries=0
until node -e "fetch('http://127.0.0.1:$port/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; do
	tries=$((tries + 1))
	if [ $tries -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
		echo "conformance: the server does not start" >&2
		cat "$work/log" >&2
		exit 1
	fi
	sleep 0.2
done

status=0
RECTO_URL="http://127.0.0.1:$port" RECTO_SAMPLE=$sample node "$here/run.mjs" || status=$?
RECTO_URL="http://127.0.0.1:$port" RECTO_SAMPLE=$sample node "$here/manage.mjs" || status=$?
if [ $status -ne 0 ]; then
	echo "--- end of the server's log" >&2
	tail -n 30 "$work/log" >&2
fi
exit $status
