package fetch

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// FuzzCheck: no address with the number of an inner host is taken.
func FuzzCheck(f *testing.F) {
	for _, u := range []string{"http://127.0.0.1/", "https://example.com/a", "http://[::ffff:10.0.0.1]:80/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1%25eth0]/", "http://2130706433/", "http://8.8.8.8:443/", "http://user:pw@169.254.169.254/"} {
		f.Add(u)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if Check(raw, Options{}) != nil {
			return
		}
		u, err := url.Parse(raw)
		if err != nil || !IsURL(raw) {
			t.Fatalf("%q is taken", raw)
		}
		addr, err := netip.ParseAddr(strings.TrimSuffix(u.Hostname(), "."))
		if err != nil {
			return // a name, which is looked up and checked when it is called
		}
		if a := addr.Unmap(); a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
			t.Errorf("%q is taken", raw)
		}
	})
}
