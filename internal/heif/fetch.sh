#!/usr/bin/env bash
# Fetches what builds with the tag heic embed into the folder assets beside this
# script: libheif and libde265 as WebAssembly out of the Go module
# github.com/gen2brain/heic, with their licences (LGPL). The sum is pinned. What is
# there already is left alone.
set -euo pipefail
cd "$(dirname "$0")"

module=github.com/gen2brain/heic@v0.4.5
want=3634a6447ea3915633667f39e01ff540a60f4e2f837a8391d044d76dfd8a0435

sum() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1; }
[ -f assets/heif.wasm.gz ] && [ "$(sum <assets/heif.wasm.gz)" = $want ] && exit
echo "heic: fetching $module" >&2
dir=$("${GO:-go}" mod download -json $module | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
[ -n "$dir" ] || { echo "heic: $module could not be fetched" >&2; exit 1; }
got=$(sum <"$dir/lib/heif.wasm.gz")
[ "$got" = $want ] || { echo "heic: what came has the sum $got, not $want: not used" >&2; exit 1; }
for f in LICENSE.libheif LICENSE.libde265 heif.wasm.gz; do
  cp "$dir/lib/$f" "assets/$f.new" && chmod 644 "assets/$f.new" && mv "assets/$f.new" "assets/$f"
done
