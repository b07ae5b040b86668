#!/bin/sh
# Sends requests made from the server's own description of itself, good ones and
# bad ones, and looks for errors of the server and for answers that it does not
# describe.
#
#   conformance/schemathesis.sh PATH_OF_RECTO [SECONDS]
set -eu

[ $# -ge 1 ] && [ -x "$1" ] || {
	echo "usage: conformance/schemathesis.sh PATH_OF_RECTO [SECONDS]" >&2
	exit 2
}
recto=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

tool=$(python_packages schemathesis) || exit $?
start_server
cd "$work" # it leaves a folder of notes where it runs
status=0
"$tool/bin/schemathesis" run "$RECTO_URL/openapi.json" --no-color --max-time "${2:-300}" --suppress-health-check all --warnings off \
	--checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance || status=$?
if grep -q '"level":"ERROR"' "$work/log"; then
	echo "schemathesis: the server has logged errors:" >&2
	grep '"level":"ERROR"' "$work/log" | tail -n 20 >&2
	status=1
fi
exit $status
