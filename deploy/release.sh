#!/usr/bin/env bash
# Builds what is released: archives with the program, its licence and those of all
# it contains, and their sums.
#
#   deploy/release.sh VERSION [FOLDER]
#
# The same source, version and Go give the same bytes on every machine with GNU tar.
# Needs npm once for the text recognition that goes into the program.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] && [[ $1 =~ ^v?[0-9][0-9A-Za-z.+-]*$ ]] || { echo "usage: deploy/release.sh VERSION [FOLDER], VERSION such as v1.2.3" >&2; exit 2; }
version=$1
out=${2:-dist}
go=${GO:-go}
systems=(linux/amd64 linux/arm64 darwin/amd64 darwin/arm64)
export CGO_ENABLED=0

./internal/ocr/tesswasm/fetch.sh
when=$(git log -1 --format=%ct 2>/dev/null || echo 0)
tar --version 2>/dev/null | grep -q GNU || echo "release: this tar is not GNU's: the archives will differ from those of others" >&2

rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for system in "${systems[@]}"; do
  os=${system%/*} arch=${system#*/}
  name=recto-$version-$os-$arch
  mkdir "$work/$name"
  GOOS=$os GOARCH=$arch "$go" build -tags=ocrwasm -trimpath -buildvcs=false \
    -ldflags "-s -w -buildid= -X main.version=$version" -o "$work/$name/recto" ./cmd/recto
  "$go" run ./deploy/cmd/recto-licenses -os "$os" -arch "$arch" -out "$work/$name/THIRD_PARTY.txt"
  cp LICENSE README.md CHANGELOG.md "$work/$name/"
  chmod 0755 "$work/$name" "$work/$name/recto"
  chmod 0644 "$work/$name"/*.md "$work/$name"/*.txt "$work/$name/LICENSE"
  if tar --version 2>/dev/null | grep -q GNU; then
    tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$when" -cf - "$name"
  else
    tar -C "$work" -cf - "$name"
  fi | gzip -9n >"$out/$name.tar.gz"
  printf '%-36s %5.1f MB, program %5.1f MB\n' "$name.tar.gz" \
    "$(wc -c <"$out/$name.tar.gz" | awk '{print $1/1e6}')" "$(wc -c <"$work/$name/recto" | awk '{print $1/1e6}')"
done
cd "$out"
if command -v sha256sum >/dev/null; then sha256sum -- *.tar.gz; else shasum -a 256 -- *.tar.gz; fi >SHA256SUMS
