//go:build !ocrwasm

package tesswasm

// embedded is empty: the assets are not fetched, or not wanted.
func embedded() Assets { return Assets{} }
