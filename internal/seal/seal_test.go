package seal

import (
	"errors"
	"strings"
	"testing"
)

func TestSeal(t *testing.T) {
	with := func(key string) Box {
		b, err := New(key)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	none, one, two := with(""), with("0123456789abcdef"), with("0123456789abcdeg")
	for _, text := range []string{"", "hush", "sealed1:", "sealed1:hush", "plain:", "plain:sealed1:x", "ÄÖ\x00"} {
		for name, b := range map[string]Box{"without a key": none, "with one": one} {
			stored := b.Seal(text)
			if got, err := b.Open(stored); err != nil || got != text {
				t.Errorf("%s: %q comes back from %q as %q, %v", name, text, stored, got, err)
			}
		}
		// What was stored before there was a key is read.
		if got, err := one.Open(none.Seal(text)); err != nil || got != text {
			t.Errorf("%q stored without a key = %q, %v", text, got, err)
		}
		if text == "" {
			continue
		}
		stored := one.Seal(text)
		if strings.Contains(stored, text) && len(text) > len("sealed1:") || stored == one.Seal(text) {
			t.Errorf("%q is stored as %q, twice alike or readable", text, stored)
		}
		last := stored[len(stored)-2]
		changed := stored[:len(stored)-2] + string(map[bool]byte{true: 'B', false: 'A'}[last == 'A']) + stored[len(stored)-1:]
		for name, open := range map[string]func() (string, error){
			"another key": func() (string, error) { return two.Open(stored) }, "no key": func() (string, error) { return none.Open(stored) },
			"changed": func() (string, error) { return one.Open(changed) }, "cut": func() (string, error) { return one.Open(stored[:12]) },
		} {
			if got, err := open(); !errors.Is(err, ErrKey) {
				t.Errorf("%s: %q, %v, want ErrKey", name, got, err)
			}
		}
	}
	if _, err := New("short"); err == nil {
		t.Error("a short key is taken")
	}
}
