package observe

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// series are all there can be: labels by name. Those of the runtime are taken as
// they come.
func series(t *testing.T) map[string][]string {
	t.Helper()
	o, err := New(t.Context(), "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	o.WatchFigures(func(context.Context) (Figures, error) { return Figures{}, nil })
	o.WatchChildren(func() Children { return Children{} })
	all := map[string][]string{}
	descs := make(chan *prometheus.Desc, 1000)
	o.registry.Describe(descs)
	close(descs)
	// A Desc shows what it is only as text.
	about := regexp.MustCompile(`fqName: "([a-z_]+)".*variableLabels: \{([^}]*)\}`)
	for d := range descs {
		m := about.FindStringSubmatch(d.String())
		if m == nil || !strings.HasPrefix(m[1], "recto_") {
			continue
		}
		labels := strings.Split(m[2], ",")
		for _, suffix := range []string{"", "_sum", "_count"} {
			all[m[1]+suffix] = labels
		}
		all[m[1]+"_bucket"] = append(slices.Clone(labels), "le")
	}
	families, err := o.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "recto_") {
			all[f.GetName()] = nil
		}
	}
	return all
}

var (
	quoted   = regexp.MustCompile(`"[^"]*"`)
	window   = regexp.MustCompile(`\[[^\]]*\]`)
	braces   = regexp.MustCompile(`([a-z_]+)\{([^}]*)\}`)
	grouping = regexp.MustCompile(`\b(by|without)\s*\(([^)]*)\)`)
	word     = regexp.MustCompile(`[a-zA-Z_][a-zA-Z0-9_]*`)
	call     = regexp.MustCompile(`[a-z_]+\s*\(`)
)

// checkQuery says which names in a query are neither series nor labels of theirs.
func checkQuery(expr string, all map[string][]string) (wrong []string) {
	outer := []string{"job", "instance", "le"} // what the scrape adds, and histogram_quantile
	known := slices.Clone(outer)
	q := window.ReplaceAllString(quoted.ReplaceAllString(expr, ""), "")
	for _, m := range braces.FindAllStringSubmatch(q, -1) {
		for _, l := range word.FindAllString(m[2], -1) {
			if !slices.Contains(all[m[1]], l) && !slices.Contains(outer, l) {
				wrong = append(wrong, m[1]+"{"+l+"}")
			}
		}
	}
	q = braces.ReplaceAllString(q, "$1")
	groups := grouping.FindAllStringSubmatch(q, -1)
	q = call.ReplaceAllString(grouping.ReplaceAllString(q, ""), "(")
	for _, name := range word.FindAllString(q, -1) {
		labels, there := all[name]
		switch {
		case there || name == "up":
			known = append(known, labels...)
		case !slices.Contains([]string{"and", "or", "unless"}, name):
			wrong = append(wrong, name)
		}
	}
	for _, m := range groups {
		for _, l := range word.FindAllString(m[2], -1) {
			if !slices.Contains(known, l) {
				wrong = append(wrong, "by ("+l+")")
			}
		}
	}
	return wrong
}

func TestCheckQuery(t *testing.T) {
	all := series(t)
	for expr, want := range map[string]string{
		`sum by (state) (rate(recto_jobs_ended_total{state="a_b"}[5m])) / 2 and up{job="x"} == 0`: "",
		`recto_nothing > 1`:                                 "recto_nothing",
		`recto_jobs{color="red"}`:                           "recto_jobs{color}",
		`sum by (color) (recto_jobs)`:                       "by (color)",
		`histogram_quantile(0.5, recto_job_seconds_bucket)`: "",
		`rate(recto_job_seconds_buckets[5m])`:               "recto_job_seconds_buckets",
		`go_goroutines + process_resident_memory_bytes`:     "",
	} {
		if got := strings.Join(checkQuery(expr, all), " "); got != want {
			t.Errorf("checkQuery(%s) = %q, want %q", expr, got, want)
		}
	}
}

// TestDashboard: every query of the dashboard is about a series that exists, and
// every series of ours is on it.
func TestDashboard(t *testing.T) {
	data, err := os.ReadFile("../../deploy/grafana/recto.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Title  string
		Panels []struct {
			ID      int
			Title   string
			Type    string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	all, seen, ids := series(t), "", map[int]bool{}
	for _, p := range board.Panels {
		if ids[p.ID] {
			t.Errorf("two panels have the number %d", p.ID)
		}
		ids[p.ID] = true
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("%q shows nothing", p.Title)
		}
		for _, q := range p.Targets {
			if wrong := checkQuery(q.Expr, all); wrong != nil {
				t.Errorf("%q asks for %v: %s", p.Title, wrong, q.Expr)
			}
			seen += q.Expr + "\n"
		}
	}
	for name := range all {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		if strings.HasPrefix(name, "recto_") && base != "recto_queue_running" && !strings.Contains(seen, base) {
			t.Errorf("%s is not on the dashboard", base)
		}
	}
}

// TestAlerts: so is every alert.
func TestAlerts(t *testing.T) {
	data, err := os.ReadFile("../../deploy/prometheus/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	all, n := series(t), 0
	lines := strings.Split(string(data), "\n")
	for i, l := range lines {
		expr, ok := strings.CutPrefix(strings.TrimSpace(l), "expr: ")
		if !ok {
			continue
		}
		if expr == "|" {
			expr = ""
			for _, more := range lines[i+1:] {
				if !strings.HasPrefix(more, "          ") {
					break
				}
				expr += more + " "
			}
		}
		n++
		if wrong := checkQuery(expr, all); wrong != nil || strings.TrimSpace(expr) == "" {
			t.Errorf("an alert asks for %v: %q", wrong, expr)
		}
	}
	if n != strings.Count(string(data), "- alert:") || n == 0 {
		t.Errorf("%d queries of %d alerts", n, strings.Count(string(data), "- alert:"))
	}
}

// TestDocumented: the manual names every series, and no other.
func TestDocumented(t *testing.T) {
	data, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	all := series(t)
	for _, name := range regexp.MustCompile(`\brecto_[a-z_]+`).FindAllString(string(data), -1) {
		if _, ok := all[name]; !ok {
			t.Errorf("docs/operations.md tells of %s, which there is not", name)
		}
	}
	for name := range all {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		if strings.HasPrefix(name, "recto_") && !strings.Contains(string(data), "`"+base+"`") {
			t.Errorf("docs/operations.md does not tell of %s", base)
		}
	}
}
