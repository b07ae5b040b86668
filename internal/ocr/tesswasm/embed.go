//go:build ocrwasm

package tesswasm

import _ "embed"

// What fetch.sh has brought, see there.
var (
	//go:embed assets/tesseract-core-simd-lstm.wasm
	module []byte
	//go:embed assets/eng.traineddata.gz
	englishGz []byte
)

func embedded() Assets { return Assets{Module: module, EnglishGz: englishGz} }
