package main

import "fmt"

// form is an interactive form with labels and values, some of which have an
// appearance of their own and some not.
func form() (sample, error) {
	r := newRaw(1)
	content := show("F1", 18, 50, 540, "Application for an Allotment")
	for i, label := range []string{"Name", "Street", "Remarks", "Plot size", "Tools", "Phone"} {
		content += show("F1", 11, 50, []float64{500, 470, 440, 380, 350, 100}[i], label)
	}
	content += show("F1", 11, 80, 300, "I have read the rules") + show("F1", 11, 80, 280, "Send me the newsletter") +
		show("F1", 11, 80, 250, "Pay by the year") + show("F1", 11, 80, 230, "Pay by the month") +
		show("F1", 9, 50, 150, "Hand in this form at the tool shed until the end of March.")

	var fields []string
	// appearance makes a form object of the size of a widget.
	appearance := func(w, h float64, draw string) string {
		return r.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 %g %g] /Resources << /Font << /F1 %d 0 R /F4 %d 0 R >> >>", w, h, rawHelvetica, rawDingbats), draw)
	}
	widget := func(x, y, w, h float64, entries string) string {
		return r.add(fmt.Sprintf("<< /Type /Annot /Subtype /Widget /F 4 /P %s /Rect [%g %g %g %g]\n%s >>", r.page(0), x, y, x+w, y+h, entries))
	}
	field := func(x, y, w, h float64, entries string) {
		fields = append(fields, widget(x, y, w, h, entries))
	}
	const da = "/DA (/F1 11 Tf 0 g)"
	name := appearance(200, 18, "/Tx BMC q BT /F1 11 Tf 0 g 2 5 Td (Clara Weiss) Tj ET Q EMC")
	field(150, 495, 200, 18, "/FT /Tx /T (name) /V (Clara Weiss) "+da+" /AP << /N "+name+" >>")
	field(150, 465, 200, 18, "/FT /Tx /T (street) /V (Orchard Road 12) "+da)
	field(150, 405, 200, 46, "/FT /Tx /Ff 4096 /T (remarks) /V (near the pump\\rif possible) "+da)
	field(150, 375, 120, 18, "/FT /Ch /Ff 131072 /T (size) /V (100 square metres) /Opt [(50 square metres) (100 square metres) (200 square metres)] "+da)
	field(150, 310, 120, 54, "/FT /Ch /T (tools) /V (Spade) /Opt [[(s) (Spade)] [(r) (Rake)]] "+da)

	blank := appearance(200, 18, "/Tx BMC EMC")
	field(150, 95, 200, 18, "/FT /Tx /T (phone) /V (555 0123) "+da+" /AP << /N "+blank+" >>")

	on := appearance(12, 12, "q BT /F4 11 Tf 0 g 1.5 2 Td (4) Tj ET Q")
	off := appearance(12, 12, "")
	check := func(y float64, name, state string, drawn bool) {
		entries := fmt.Sprintf("/FT /Btn /T (%s) /V /%s /AS /%s /MK << /CA (4) >> ", name, state, state)
		if drawn {
			entries += "/AP << /N << /Yes " + on + " /Off " + off + " >> >>"
		}
		field(60, y, 12, 12, entries)
	}
	check(298, "rules", "Yes", true)
	check(278, "news", "Off", true)
	check(204, "bare", "Yes", false)

	parent := r.next(3)
	choice := func(y float64, value, state string) string {
		return widget(60, y, 12, 12, "/Parent "+parent+" /AS /"+state+" /AP << /N << /"+value+" "+on+" /Off "+off+" >> >>")
	}
	kids := choice(248, "year", "Off") + " " + choice(228, "month", "month")
	fields = append(fields, r.add("<< /FT /Btn /Ff 49152 /T (pay) /V /month /Kids ["+kids+"] >>"))
	field(50, 180, 80, 20, "/FT /Btn /Ff 65536 /T (send) /MK << /CA (Send) >> "+da)
	field(200, 180, 120, 20, "/FT /Sig /T (signature)")

	annotations := kids
	for i, f := range fields {
		if i != len(fields)-3 { // the group of radio buttons is no widget
			annotations += " " + f
		}
	}
	list := ""
	for _, f := range fields {
		list += f + " "
	}
	r.set(0, rawPage{content: content, entries: "/Annots [" + annotations + "]"})
	data := r.finish(fmt.Sprintf("/AcroForm << /Fields [%s] /DA (/F1 0 Tf 0 g) /DR << /Font << /F1 %d 0 R /F4 %d 0 R >> >> >>", list, rawHelvetica, rawDingbats))
	return sample{data, `# Application for an Allotment

Name Clara Weiss

Street Orchard Road 12

Remarks near the pump
if possible

Plot size 100 square metres

Tools Spade

☒ I have read the rules

☐ Send me the newsletter

☐ Pay by the year

☒ Pay by the month

☒

Hand in this form at the tool shed until the end of March.

Phone 555 0123
`, 1}, nil
}
