package score

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestChecks(t *testing.T) {
	for _, c := range textCases(t, "checks") {
		t.Run(c.name, func(t *testing.T) {
			markdown := c.sections["markdown"]
			for line := range strings.Lines(c.sections["checks"]) {
				want, source, _ := strings.Cut(strings.TrimSpace(line), " ")
				var check Check
				if err := json.Unmarshal([]byte(source), &check); err != nil {
					t.Fatalf("read check %s: %v", source, err)
				}
				got := "fail"
				if check.Passes(markdown) {
					got = "pass"
				}
				if got != want {
					t.Errorf("%s = %s, want %s", source, got, want)
				}
			}
		})
	}
}
