//go:build !linux

package blob

import "errors"

// disk is told on Linux only.
func disk(string) (free, size int64, err error) { return 0, 0, errors.ErrUnsupported }
