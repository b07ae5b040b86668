package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// inner are ways to write an address that is not public.
var inner = []string{
	"127.0.0.1", "127.1.2.3", "localhost", "localhost.", "LOCALHOST", "a.localhost", "0.0.0.0", "0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]",
	"10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "169.254.170.2", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
	"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]", // mapped and compatible
	"[64:ff9b::7f00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::7f00:1]", // NAT64
	"[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", // 6to4
	"[2001:0:7f00:1::1]",                                               // Teredo
	"[fe80::1]", "[fe80::1%25lo]", "[fe80::1%25eth0]", "[2001:db8::1]", // link-local with zones, documentation
	"[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[100::1]", "[::ffff:0:7f00:1]",
	"2130706433", "0x7f000001", "017700000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", // decimal, hexadecimal, octal, short
	"1２7.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "%31%32%37.0.0.1",
	"user:password@127.0.0.1", "example.com@127.0.0.1", "metadata.google.internal",
}

// TestInnerAddresses: no way to write an inner address leads there.
func TestInnerAddresses(t *testing.T) {
	resolveWith(t, func(name string, _ int32) string {
		if strings.HasPrefix(name, "metadata.") {
			return "169.254.169.254"
		}
		return "127.0.0.1" // the resolver of a system may read numbers its own way
	})
	var hits atomic.Int32
	u := server(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	port := u[strings.LastIndexByte(u, ':'):]
	post := Poster(Options{})
	for _, host := range inner {
		for _, p := range []string{"", ":443", ":8080", port} {
			address := "http://" + host + p + "/latest/meta-data/"
			_, data, err := Get(t.Context(), address, Limits{})
			if err == nil || len(data) > 0 {
				t.Errorf("Get(%s) = %q, %v", address, data, err)
			} else if !errors.Is(err, ErrBlocked) && !errors.Is(err, ErrURL) && !strings.Contains(err.Error(), "lookup") && !strings.Contains(err.Error(), "no such host") {
				t.Errorf("Get(%s): %v, want that it is blocked", address, err)
			}
			if strings.Contains(address, "password") && strings.Contains(err.Error(), "password") {
				t.Errorf("Get(%s) tells the password: %v", address, err)
			}
			if _, err := Post(t.Context(), post, address, http.Header{}, nil); err == nil {
				t.Errorf("Post(%s) went out", address)
			}
		}
	}
	if n := hits.Load(); n > 0 {
		t.Errorf("the inner server was reached %d times", n)
	}
}

// TestOtherSchemes: only the web is fetched from, on its ports.
func TestOtherSchemes(t *testing.T) {
	for _, u := range []string{"file:///etc/passwd", "ftp://example.com/", "gopher://example.com/_x", "data:text/plain,x", "javascript:1", "unix:///run/docker.sock", "http:example.com", "//example.com/", "http:///x", "dict://example.com:11211/"} {
		if _, _, err := Get(t.Context(), u, Limits{}); !errors.Is(err, ErrURL) {
			t.Errorf("Get(%s): %v, want ErrURL", u, err)
		}
		if err := Check(u, Options{}); !errors.Is(err, ErrURL) {
			t.Errorf("Check(%s): %v, want ErrURL", u, err)
		}
	}
	for _, port := range []string{"22", "25", "6379", "5432", "11211", "2375", "0", "65535"} {
		if err := Check("http://8.8.8.8:"+port+"/", Options{}); !errors.Is(err, ErrBlocked) {
			t.Errorf("port %s of a public host: %v, want ErrBlocked", port, err)
		}
	}
}

// TestRebinding: a name that leads somewhere else the second time is looked at
// again.
func TestRebinding(t *testing.T) {
	var lookups atomic.Int32
	resolveWith(t, func(_ string, n int32) string {
		lookups.Store(n)
		if n <= 1 {
			return "127.0.0.1" // stands for a public one: it is allowed
		}
		return "127.0.0.2"
	})
	var hits atomic.Int32
	var port string
	u := server(t, func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		w.Header().Set("Connection", "close")
		http.Redirect(w, r, "http://rebind.test"+port+"/secret", http.StatusFound)
	})
	port = u[strings.LastIndexByte(u, ':'):]
	o := Options{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	if _, data, err := Get(t.Context(), "http://rebind.test"+port+"/", Limits{Options: o}); !errors.Is(err, ErrBlocked) {
		t.Errorf("%q, %v after %d lookups, want ErrBlocked", data, err, lookups.Load())
	}
	if hits.Load() != 1 {
		t.Errorf("the server was reached %d times, want once", hits.Load())
	}
}

// TestHostileServers: what they send is bounded in size, time and redirects.
func TestHostileServers(t *testing.T) {
	u := server(t, func(w http.ResponseWriter, r *http.Request) {
		flush := w.(http.Flusher).Flush
		switch r.URL.Path {
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			zeros := make([]byte, 1<<20)
			for range 200 {
				if _, err := z.Write(zeros); err != nil {
					return
				}
			}
			_ = z.Close()
		case "/endless":
			for {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/lie":
			w.Header().Set("Content-Length", "99999999999")
			flush()
		case "/stall":
			_, _ = w.Write([]byte("%PDF"))
			flush()
			<-r.Context().Done()
		case "/drip":
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte("x"))
				flush()
				time.Sleep(5 * time.Millisecond)
			}
		case "/header":
			w.Header().Set("X-Large", strings.Repeat("x", 20<<20))
		case "/name":
			w.Header().Set("Content-Disposition", `attachment; filename="..\\..\\..%2fetc/passwd"`)
		}
	})
	l := Limits{Options: Options{AllowPrivate: true, Patience: 200 * time.Millisecond}, MaxBytes: 8 << 20}
	for path, want := range map[string]error{"/bomb": ErrTooLarge, "/endless": ErrTooLarge, "/lie": ErrTooLarge, "/stall": ErrSlow, "/drip": ErrSlow, "/header": nil} {
		begun := time.Now()
		_, data, err := Get(t.Context(), u+path, l)
		if err == nil || want != nil && !errors.Is(err, want) || len(data) > 8<<20 {
			t.Errorf("Get(%s) = %d bytes, %v, want %v", path, len(data), err, want)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("Get(%s) took %s", path, took)
		}
	}
	if name, _, err := Get(t.Context(), u+"/name", l); err != nil || strings.ContainsAny(name, "/\\\x00") {
		t.Errorf("the name is %q, %v", name, err)
	}
}

// resolveWith has names resolved by a name server of the test; n counts its answers.
func resolveWith(t *testing.T, answer func(name string, n int32) string) {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		n := int32(0)
		for {
			k, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:k]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			reply := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}, Questions: m.Questions}
			if q.Type == dnsmessage.TypeA {
				n++
				reply.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(answer(q.Name.String(), n)).As4()},
				}}
			}
			if out, err := reply.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() { net.DefaultResolver = before })
}
