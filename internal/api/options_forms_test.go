package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"
)

// outline writes a form's tree as lines.
func outline(entries []any, indent string) []string {
	var out []string
	for _, x := range entries {
		e := x.(map[string]any)
		if e["type"] == "section" {
			out = append(out, indent+"# "+fmt.Sprint(e["label"]))
			out = append(out, outline(e["items"].([]any), indent+"  ")...)
			continue
		}
		out = append(out, fmt.Sprintf("%s%v %v = %v", indent, e["field"], e["label"], e["value"]))
		if v, ok := e["valueItems"].([]any); ok {
			out = append(out, outline(v, indent+"  ")...)
		}
	}
	return out
}

func TestOptionForms(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pdf := document(t, "corpus/tagged/pdf/form.pdf")
	if m := b.wait(b.parse(pdf, ""), "?expand=forms"); m["forms"] != nil {
		t.Errorf("forms although not asked for: %v", m["forms"])
	}
	m := b.wait(b.parse(pdf, `,"processing_options":{"forms":"enrich"}`), "?expand=forms,forms_content_metadata")
	form := pagesOf[[]any](t, m, "forms", "forms")[0][0].(map[string]any)
	got := strings.Join(outline(form["json"].([]any), ""), "\n")
	want := strings.Join([]string{
		"# Application for an Allotment",
		"  text Name = Clara Weiss",
		"  text Street = Orchard Road 12",
		"  text Remarks = near the pump\nif possible",
		"  single_select Plot size = 100 square metres",
		"    checkbox 50 square metres = false",
		"    checkbox 100 square metres = true",
		"    checkbox 200 square metres = false",
		"  multi_select Tools = Spade",
		"    checkbox Spade = true",
		"    checkbox Rake = false",
		"  checkbox I have read the rules = true",
		"  checkbox Send me the newsletter = false",
		"  single_select <nil> = Pay by the month",
		"    checkbox Pay by the year = false",
		"    checkbox Pay by the month = true",
		"  checkbox <nil> = true",
		"  signature <nil> = <nil>",
		"  text Phone = 555 0123",
	}, "\n")
	if got != want {
		t.Errorf("form:\n%s\nwant:\n%s", got, want)
	}
	if md := form["list"].(map[string]any)["md"].(string); !strings.Contains(md, "  - Name: Clara Weiss\n") || !strings.Contains(md, "  - ☒ I have read the rules") {
		t.Errorf("list:\n%s", md)
	}
	b.output(m, "forms")

	drawn := draw(t, func(f *fpdf.Fpdf) {
		for i, s := range append([]string{"Name: ______________________", "Date of arrival: ______________"}, verses[:4]...) {
			f.Text(72, 100+30*float64(i), s)
		}
	})
	m = b.wait(b.parse(drawn, `,"processing_options":{"forms":"enrich"}`), "?expand=forms")
	got = strings.Join(outline(pagesOf[[]any](t, m, "forms", "forms")[0][0].(map[string]any)["json"].([]any), ""), "\n")
	if want := "text Name = <nil>\ntext Date of arrival = <nil>"; got != want {
		t.Errorf("drawn form:\n%s\nwant:\n%s", got, want)
	}
}
