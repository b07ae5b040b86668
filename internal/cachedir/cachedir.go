// Package cachedir says where compiled code is kept between runs.
package cachedir

import (
	"os"
	"path/filepath"
)

// Compiled returns the folder for compiled WebAssembly below base, which is
// "recto" in the user's cache when empty. It is made when it is missing; the
// answer is "" when it cannot be, and code is then compiled at every start.
func Compiled(base string) string {
	if base == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		base = filepath.Join(user, "recto")
	}
	dir := filepath.Join(base, "wasm")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return ""
	}
	return dir
}
