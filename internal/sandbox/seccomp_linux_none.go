//go:build !amd64 && !arm64

package sandbox

import "errors"

func filterCalls(Access) (string, error) {
	return "", errors.New("seccomp: no filter for this architecture")
}
