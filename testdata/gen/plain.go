package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-pdf/fpdf"
)

// letter is one page without headings, the smallest ordinary document.
func letter() (sample, error) {
	p := newPaper(a4Width, a4Height, column{72, a4Width - 144, 72, a4Height - 72})
	p.pdf.SetTitle("Letter about a clock", false)
	p.newPage()
	o := p.plain()
	lines := func(text ...string) {
		p.block(strings.Join(text, "\n"))
		for _, t := range text {
			p.set(t, o, 0)
		}
	}
	lines("Elsa Winter", "Mill Lane 4", "Lower Town")
	p.y += 40
	lines("To the keeper of the tower clock", "Town Hall", "Lower Town")
	p.y += 30
	lines("1 March 2024")
	p.y += 20
	p.block("**The clock is slow**")
	p.set("**The clock is slow**", o, 0)
	p.y += 14
	p.paragraph("Dear Mr. Perle,")
	p.paragraph("since the frost in January the clock on the tower loses about four minutes a day. I would not trouble you with it, had my late husband not set it for thirty years, always on Sunday after the last bell, and had he not told me that the pendulum must be shortened by one turn of the nut when it is cold.")
	p.paragraph("Nobody in town has complained, because nobody in town is ever on time. The driver of the bus is, however, and he leaves by his own watch. Twice this week I have seen the children run. Please send somebody up the ladder who knows which way a nut turns. If there is no such person I shall go myself, although I am seventy-eight.")
	p.paragraph("The key to the chamber hangs behind the second organ pipe, as it always has.")
	p.paragraph("Yours sincerely,")
	p.y += 30
	lines("Elsa Winter")
	return p.finish()
}

// slides are landscape pages with few words.
func slides() (sample, error) {
	const width, height = 720.0, 405.0
	p := newPaper(width, height, column{60, width - 120, 110, height - 40})
	p.family, p.size, p.leading = "Helvetica", 18, 25
	p.pdf.SetTitle("How a Lighthouse Works", false)
	p.page = func(p *paper) {
		p.pdf.SetFillColor(20, 60, 90)
		p.pdf.Rect(0, 0, width, 16, "F")
		p.pdf.SetFont("Helvetica", "", 10)
		p.pdf.Text(width-40, height-18, fmt.Sprint(p.pdf.PageNo()))
	}
	slide := func(level int, title string) {
		p.newPage()
		p.block(strings.Repeat("#", level) + " " + title)
		p.y = 50
		p.set(title, setting{family: "Helvetica", size: 30, leading: 38, bold: true}, 0)
		p.y = p.column().top
	}
	p.newPage()
	p.block("# How a Lighthouse Works")
	p.y = 140
	p.set("How a Lighthouse Works", setting{family: "Helvetica", size: 36, leading: 46, bold: true, centre: true}, 0)
	p.y += 10
	p.block("An evening at the harbour school")
	p.set("An evening at the harbour school", setting{family: "Helvetica", size: 18, leading: 24, centre: true}, 0)

	slide(2, "Three parts")
	p.list(false,
		entry{text: "A lamp that burns all night"},
		entry{text: "A lens that gathers the light:", children: []entry{
			{text: "rings of glass, one in another"},
			{text: "each ring bends it a little more"},
		}},
		entry{text: "A clockwork that turns the lens"},
	)

	slide(2, "Why it seems to blink")
	p.paragraph("The lamp never goes out. The beam passes over the ship once in every turn.")
	png, err := pngPicture(40, 30, true)
	if err != nil {
		return sample{}, err
	}
	p.pdf.RegisterImageOptionsReader("beam", fpdf.ImageOptions{ImageType: "png"}, bytes.NewReader(png))
	p.pdf.ImageOptions("beam", 260, 210, 200, 150, false, fpdf.ImageOptions{}, 0, "")
	return p.finish()
}

const listing = `package main

import "fmt"

// shuffle returns the deck in a new order.
func shuffle(deck []int, steps int) []int {
	out := append([]int(nil), deck...)
	for i := range out {
		j := (i * steps) % len(out)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func main() {
	fmt.Println(shuffle([]int{1, 2, 3, 4, 5}, 3))
}`

// code is a text with a listing in typewriter face.
func code() (sample, error) {
	p := newPaper(a4Width, a4Height, column{72, a4Width - 144, 72, a4Height - 72})
	p.pdf.SetTitle("Shuffling without chance", false)
	p.newPage()
	p.heading(1, "Shuffling without chance")
	p.paragraph("A deck of cards can be brought into an order that looks mixed although nothing about it is random. The program below does so by taking steps of a fixed width; `steps` must have no divisor in common with the number of cards.")
	text := strings.ReplaceAll(listing, "\t", "    ")
	p.block("```\n" + text + "\n```")
	p.pdf.SetFont("Courier", "", 9)
	p.y += 4
	for line := range strings.SplitSeq(text, "\n") {
		p.pdf.Text(p.column().x+12, p.y+9, line)
		p.y += 11
	}
	p.y += 10
	p.paragraph("Run twice, it gives the same order twice. For a card game this is a fault, for a test it is the point.")
	return p.finish()
}
