# Parts of the scripts beside this file: packages installed once, and a fresh
# server on a port of its own. Expects $here and $recto.

cache=${RECTO_CONFORMANCE_CACHE:-$here/../.cache/conformance}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

complain() {
	echo "conformance: $*" >&2
	exit 3
}

# installed KIND FILES… prints the folder of packages that the files pin.
installed() {
	kind=$1
	shift
	echo "$cache/$kind-$(cat "$@" | cksum | cut -d' ' -f1)"
}

python_packages() {
	command -v python3 >/dev/null || complain "Python is missing. Install Python 3.10 or newer."
	python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 10))' || complain "$(python3 --version) has no venv or is too old, 3.10 or newer is needed."
	dir=$(installed "$1" "$here/python/requirements-$1.txt")
	if [ ! -e "$dir/ready" ]; then
		echo "conformance: installing the Python clients ($1), once" >&2
		rm -rf "$dir"
		python3 -m venv "$dir" >&2 || complain "python3 -m venv does not work; Debian has it in the package python3-venv."
		"$dir/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/python/requirements-$1.txt" >&2 ||
			complain "pip could not install the packages. They are needed once; is the registry reachable?"
		touch "$dir/ready"
	fi
	echo "$dir"
}

# start_server makes $work, starts a server whose address is in $RECTO_URL and
# whose log is $work/log, and sees to it that both are gone at the end.
start_server() {
	work=$(mktemp -d)
	server=
	worker=
	finish() {
		if [ -n "$worker" ]; then
			kill "$worker" 2>/dev/null || true
			wait "$worker" 2>/dev/null || true
		fi
		if [ -n "$server" ]; then
			kill "$server" 2>/dev/null || true
			wait "$server" 2>/dev/null || true
		fi
		rm -rf "$work"
	}
	trap finish EXIT
	trap 'exit 130' INT TERM

	# The server chooses the port and says which.
	RECTO_WEBHOOK_ALLOW=127.0.0.0/8 "$recto" serve --addr 127.0.0.1:0 --data-dir "$work/data" --allow-source 127.0.0.0/8 ${RECTO_WIDE:+--no-worker} 2>"$work/log" &
	server=$!
	if [ -n "${RECTO_WIDE:-}" ]; then # a worker of its own, on the stores named by RECTO_DATABASE and RECTO_STORAGE
		RECTO_WEBHOOK_ALLOW=127.0.0.0/8 "$recto" worker --allow-source 127.0.0.0/8 2>"$work/worker.log" &
		worker=$!
	fi
	tries=0
	until RECTO_URL=$(sed -n 's|.*\(http://127\.0\.0\.1:[0-9]*\).*|\1|p' "$work/log" | head -n 1) && [ -n "$RECTO_URL" ]; do
		tries=$((tries + 1))
		if [ $tries -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
			echo "conformance: the server does not start" >&2
			cat "$work/log" >&2
			exit 1
		fi
		sleep 0.2
	done
	export RECTO_URL
}
