// Command gen draws the sample documents of testdata/pdf:
//
//	go run ./testdata/gen testdata/pdf
//
// The output depends on nothing but this file.
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/go-pdf/fpdf"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: gen DIR")
	}
	if err := report().OutputFileAndClose(filepath.Join(os.Args[1], "report.pdf")); err != nil {
		log.Fatal(err)
	}
}

const lorem = "Every quarter the committee compares what was planned with what was done. " +
	"This report repeats the plan, names the differences and says which of them matter. " +
	"Figures are in thousands unless another unit is given. "

// report has one of everything: page headers and footers, headings of two
// levels, prose, lists, a ruled table, a picture and a link.
func report() *fpdf.Fpdf {
	f := fpdf.New("P", "pt", "A4", "")
	f.SetCreationDate(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	f.SetModificationDate(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	f.SetCatalogSort(true)
	f.SetTitle("Annual report", true)
	f.SetAuthor("The committee", true)
	f.SetMargins(72, 90, 72)
	f.SetAutoPageBreak(true, 90)
	f.SetHeaderFunc(func() {
		f.SetFont("Helvetica", "", 9)
		f.Text(72, 50, "Annual report of the committee")
	})
	f.SetFooterFunc(func() {
		f.SetFont("Helvetica", "", 9)
		f.Text(290, 810, fmt.Sprint(f.PageNo()))
	})
	heading := func(size float64, text string) {
		f.SetFont("Helvetica", "B", size)
		f.MultiCell(0, size*1.4, text, "", "L", false)
		f.Ln(6)
		f.SetFont("Times", "", 11)
	}
	prose := func(times int) {
		for range times {
			f.MultiCell(0, 14, lorem+lorem, "", "J", false)
			f.Ln(8)
		}
	}

	f.AddPage()
	heading(24, "Annual report")
	prose(2)
	heading(16, "What was planned")
	prose(1)
	for _, s := range []string{"repair the roof", "paint the doors", "plant the garden"} {
		f.SetX(90)
		f.MultiCell(0, 16, "\x95 "+s, "", "L", false)
	}
	f.Ln(8)
	for i, s := range []string{"ask for offers", "choose one", "pay"} {
		f.SetX(90)
		f.MultiCell(0, 16, fmt.Sprintf("%d. %s", i+1, s), "", "L", false)
	}

	f.AddPage()
	heading(16, "What was spent")
	prose(1)
	for i, row := range [][]string{{"Item", "Planned", "Spent"}, {"Roof", "120", "131"}, {"Doors", "14", "12"}, {"Garden", "8", "8"}} {
		style := ""
		if i == 0 {
			style = "B"
		}
		f.SetFont("Helvetica", style, 10)
		for j, cell := range row {
			align := "R"
			if j == 0 {
				align = "L"
			}
			f.CellFormat(120, 20, cell, "1", 0, align, false, 0, "")
		}
		f.Ln(20)
	}
	f.Ln(14)
	f.SetFont("Times", "", 11)
	prose(1)
	f.RegisterImageOptionsReader("garden", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(picture()))
	f.ImageOptions("garden", 72, f.GetY(), 160, 100, true, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
	f.Ln(8)
	f.SetFont("Times", "I", 10)
	f.MultiCell(0, 14, "Figure 1: The garden seen from above", "", "L", false)

	f.AddPage()
	heading(16, "Where to read more")
	prose(1)
	f.SetTextColor(0, 0, 200)
	f.WriteLinkString(14, "https://example.com/reports", "https://example.com/reports")
	return f
}

// picture is a chessboard in two greens.
func picture() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 64, 40))
	for y := range 40 {
		for x := range 64 {
			c := color.RGBA{40, 120, 60, 255}
			if (x/8+y/8)%2 == 0 {
				c = color.RGBA{150, 200, 120, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		log.Fatal(err)
	}
	return b.Bytes()
}
