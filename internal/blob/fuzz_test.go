package blob

import (
	"net/url"
	"testing"
	"time"
)

// FuzzSignedKey alters a signed link: what is taken leads to the blob it was made
// for and is the link itself, in other words.
func FuzzSignedKey(f *testing.F) {
	f.Setenv("TMPDIR", f.TempDir()) // the store sets it
	s, err := Open(f.Context(), Config{Dir: f.TempDir(), Route: "/download", Key: []byte("a key of the tests, as long as it should be")})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	const key = "jobs/1/markdown.json"
	link, err := s.SignedURL(f.Context(), key, time.Hour)
	if err != nil {
		f.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		f.Fatal(err)
	}
	good := u.Query()
	f.Add(u.RawQuery, "GET", 0, byte(0))
	f.Add(u.RawQuery+"&obj=jobs/2/markdown.json", "GET", 0, byte(0))
	f.Add("obj=jobs/2/markdown.json&"+u.RawQuery, "HEAD", 10, byte(1))
	f.Add(u.RawQuery+"&method=PUT", "PUT", 5, byte(7))
	// at and by change a byte of the query.
	f.Fuzz(func(t *testing.T, query, method string, at int, by byte) {
		if at >= 0 && at < len(query) {
			b := []byte(query)
			b[at] ^= by
			query = string(b)
		}
		v := &url.URL{Path: "/download", RawQuery: query}
		got, err := s.SignedKey(t.Context(), v, method)
		if err != nil {
			return
		}
		if got != key || method != "GET" && method != "HEAD" {
			t.Fatalf("%s %q leads to %q", method, query, got)
		}
		for name, want := range good {
			if v.Query().Get(name) != want[0] {
				t.Errorf("%q was altered in %s and is taken", query, name)
			}
		}
	})
}
