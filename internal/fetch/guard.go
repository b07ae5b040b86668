package fetch

import (
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// guard returns the check a dialer runs on every address it is about to call.
func guard(allowed []netip.Prefix) func(network, address string, c syscall.RawConn) error {
	guardian := ssrf.New(ssrf.WithPorts(ports...))
	return func(network, address string, c syscall.RawConn) error {
		if to, err := netip.ParseAddrPort(address); err == nil {
			addr := to.Addr().Unmap()
			for _, prefix := range allowed {
				if prefix.Contains(addr) {
					return nil
				}
			}
		}
		return guardian.Safe(network, address, c)
	}
}
