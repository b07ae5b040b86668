package main

import (
	"bytes"
	"fmt"

	"github.com/go-pdf/fpdf"
)

// report is a document with everything that an office writes.
func report() (sample, error) {
	p := newPaper(a4Width, a4Height, column{72, a4Width - 144, 90, a4Height - 90})
	p.pdf.SetTitle("Rain Gardens of Elm Street", false)
	p.pdf.SetAuthor("Ida Moorland", false)
	p.pdf.SetSubject("Third year of measurements", false)
	p.pdf.SetKeywords("rain, soil, drains", false)
	p.pdf.SetCreator("gen", false)
	p.pdf.SetLang("en-GB")
	p.places["soil"] = p.pdf.AddLink()
	p.page = func(p *paper) {
		n := p.pdf.PageNo()
		p.pdf.SetFont("Helvetica", "", 8)
		if n > 1 {
			p.pdf.Text(72, 50, "Rain Gardens of Elm Street")
			p.pdf.SetLineWidth(0.4)
			p.pdf.Line(72, 56, a4Width-72, 56)
		}
		text := fmt.Sprintf("Page %d", n)
		p.pdf.Text((a4Width-p.pdf.GetStringWidth(text))/2, a4Height-40, text)
	}
	p.newPage()
	p.heading(1, "Rain Gardens of Elm Street")
	p.paragraph("This report covers the third year of the rain gardens that replaced eleven parking bays on Elm Street. It says how much water they kept out of the drains, which plants came through the dry summer, and what the street should do differently. Readers in a hurry will find the figures in [the chapter on soil](#soil).")
	p.paragraph("The gardens were dug by **volunteers** over two weekends. All measurements were taken by hand and *every* reading is published at [rain.example.org](https://rain.example.org/elm), so that anyone may check the sums.")
	p.heading(2, "1 Weather and water")
	p.heading(3, "1.1 A dry summer")
	p.paragraph("Between May and August the gauge on the school roof collected 141 mm of rain, a little more than half of what the valley expects. Two thunderstorms brought a third of it in less than one hour each. The storms are what the gardens were built for: in both, the street stayed dry while the car park behind the bakery stood under water until the evening.")
	p.heading(3, "1.2 What the gardens held back")
	p.paragraph("Each garden has an overflow pipe with a simple bucket counter. Table 1 compares what fell on the roofs that drain into the gardens with what left through the pipes.")
	p.caption("Table 1: Water received and passed on, in cubic metres")
	p.table(allRules, []float64{110, 85, 85, 85, 86},
		[]cell{tall(head("Garden"), 2), wide(head("Received"), 2), wide(head("Passed on"), 2)},
		[]cell{head("2022"), head("2023"), head("2022"), head("2023")},
		[]cell{{text: "Bakery corner"}, {text: "48.2", right: true}, {text: "31.0", right: true}, {text: "12.5", right: true}, {text: "4.1", right: true}},
		[]cell{{text: "School gate and bicycle stands"}, {text: "63.9", right: true}, {text: "40.7", right: true}, {text: "20.3", right: true}, {text: "7.7", right: true}},
		[]cell{{text: "Chapel"}, {text: "22.4", right: true}, wide(cell{text: "counter broken until September"}, 3)},
	)
	p.paragraph("The share that was passed on fell in both gardens with a working counter. We believe that roots have opened the clay below the planting layer, but one year with little rain proves nothing.")
	p.heading(2, "2 Soil and plants")
	p.pdf.SetLink(p.places["soil"], p.y, p.pdf.PageNo())
	p.paragraph("The mixture that was poured in at the start has settled by four centimetres. Where it was topped up, seedlings of the following kinds came by themselves:")
	p.list(false,
		entry{text: "grasses of the meadow by the river, which need no care at all;"},
		entry{text: "yarrow and knapweed, in two forms:", children: []entry{
			{text: "the tall one along the kerb,"},
			{text: "a low one between the stones, which is often taken for a weed and pulled out by people who mean well;"},
		}},
		entry{text: "three young willows, which were moved to the stream."},
	)
	p.paragraph("Every spring the same work has to be done, and in the same order:")
	p.list(true,
		entry{text: "Cut last year's stems and leave them on the ground."},
		entry{text: "Open the inlets:", ordered: true, children: []entry{
			{text: "lift the grating,"},
			{text: "take out leaves and sand."},
		}},
		entry{text: "Count the plants and enter the numbers in the book."},
	)
	p.figure(150, func(x, y float64) { bars(p.pdf, x+60, y+5, 320, 135) })
	p.caption("Figure 1: Rain of each month from April to September, in millimetres")
	p.paragraph("Figure 1 shows how uneven the season was. The gardens can store the rain of a wet month only if the month does not bring it all on one afternoon.")
	p.newPage()
	p.heading(2, "3 Pictures")
	p.paragraph("The two pictures show the colour of the water that entered and that left the garden by the bakery, as a strip of test paper each.")
	if err := pictureStrip(p); err != nil {
		return sample{}, err
	}
	p.caption("Figure 2: Test strips before (left) and after (right)")
	p.heading(2, "4 Recommendations")
	p.paragraph("We ask the council to repair the counter at the chapel, to pay for forty bags of soil a year, and to tell the owners of the car park behind the bakery that their neighbours would gladly help them dig.")
	return p.finish()
}

// bars draws a chart with vectors alone.
func bars(pdf *fpdf.Fpdf, x, y, w, h float64) {
	rain := []struct {
		month string
		mm    float64
	}{{"Apr", 61}, {"May", 22}, {"Jun", 48}, {"Jul", 9}, {"Aug", 62}, {"Sep", 75}}
	pdf.SetLineWidth(0.8)
	pdf.Line(x, y, x, y+h-15)
	pdf.Line(x, y+h-15, x+w, y+h-15)
	pdf.SetFont("Helvetica", "", 8)
	step := w / float64(len(rain))
	pdf.SetFillColor(70, 120, 180)
	for i, r := range rain {
		height := r.mm * 1.4
		left := x + step*float64(i) + 10
		pdf.Rect(left, y+h-15-height, step-20, height, "F")
		pdf.Text(left+8, y+h-4, r.month)
	}
	pdf.SetDrawColor(180, 60, 40)
	pdf.Curve(x, y+40, x+w/2, y+h, x+w, y+15, "D")
	pdf.SetDrawColor(0, 0, 0)
}

// pictureStrip places a PNG and a JPEG side by side.
// They differ in width, by which fpdf puts them in order.
func pictureStrip(p *paper) error {
	png, err := pngPicture(48, 32, false)
	if err != nil {
		return err
	}
	jpg, err := jpegPicture(54, 36)
	if err != nil {
		return err
	}
	p.pdf.RegisterImageOptionsReader("before", fpdf.ImageOptions{ImageType: "png"}, bytes.NewReader(png))
	p.pdf.RegisterImageOptionsReader("after", fpdf.ImageOptions{ImageType: "jpg"}, bytes.NewReader(jpg))
	p.figure(80, func(x, y float64) {
		p.pdf.ImageOptions("before", x+40, y, 120, 80, false, fpdf.ImageOptions{}, 0, "")
		p.pdf.ImageOptions("after", x+240, y, 120, 80, false, fpdf.ImageOptions{}, 0, "")
	})
	return nil
}
