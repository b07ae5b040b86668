#!/usr/bin/env bash
# Runs every fuzz target of the module for a while, two at once, and says which
# failed: fuzz.sh SECONDS [PATTERN]. What a target finds stays in its package's
# testdata/fuzz, as a case to be mended.
set -euo pipefail
cd "$(dirname "$0")"
seconds=$1 pattern=${2:-.} out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
one() {
	dir=$1 name=$2 log=$3/$(echo "$1" | tr / _).$2
	if ${GO:-go} test -run '^$' -fuzz "^$name\$" -fuzztime "$4" -parallel 1 "./$dir" >"$log" 2>&1; then
		printf 'ok    %-24s %-20s %s\n' "$dir" "$name" "$(grep -o 'execs: [0-9]*' "$log" | tail -1)"
	else
		printf 'FAIL  %s %s\n' "$dir" "$name"
		tail -40 "$log"
		touch "$3/failed"
	fi
}
export -f one
grep -rn --include='*_test.go' -oE '^func Fuzz[A-Za-z0-9_]*' internal |
	sed -E 's|^(.*)/[^/]*:[0-9]+:func (.*)$|\1 \2|' | grep -E "$pattern" | sort |
	xargs -P "${FUZZJOBS:-2}" -I{} bash -c 'one $0 "$1" "$2"' {} "$out" "$seconds"
test ! -e "$out/failed"
