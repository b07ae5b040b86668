package main

import "fmt"

// article is a paper in two columns under a title that spans them.
func article() (sample, error) {
	const top, bottom, left, gap = 72.0, a4Height - 72, 54.0, 22.0
	const width = (a4Width - 2*left - gap) / 2
	p := newPaper(a4Width, a4Height,
		column{left, width, top, bottom}, column{left + width + gap, width, top, bottom})
	p.size, p.leading = 9.5, 11.5
	p.pdf.SetTitle("Counting Swifts from a Kitchen Window", false)
	p.page = func(p *paper) {
		p.pdf.SetFont("Times", "", 9)
		p.pdf.Text(a4Width/2-2, a4Height-36, fmt.Sprint(p.pdf.PageNo()))
	}
	p.newPage()

	// The title stands above both columns.
	full := column{left, a4Width - 2*left, top, bottom}
	columns := p.current
	p.current = []column{full}
	title := setting{family: "Times", size: 20, leading: 25, bold: true, centre: true}
	p.block("# Counting Swifts from a Kitchen Window")
	p.set("Counting Swifts from a Kitchen Window", title, 0)
	p.y += 4
	author := setting{family: "Times", size: 11, leading: 14, centre: true}
	p.block("Marta Feld and Jonas Ahn")
	p.set("Marta Feld and Jonas Ahn", author, 0)
	author.size, author.leading = 9, 11
	p.block("*Evening Society of Natural History, Lower Town*")
	p.set("*Evening Society of Natural History, Lower Town*", author, 0)
	p.y += 14
	for i := range columns {
		columns[i].top = p.y
	}
	p.current, p.at = columns, 0

	section := func(text string) {
		p.y += 5
		p.room(4 * p.leading)
		p.block("## " + text)
		p.set(text, setting{family: "Times", size: 11.5, leading: 15, bold: true}, 0)
		p.y += 2
	}
	section("Abstract")
	p.paragraph("Swifts are hard to count because they never sit down. We show that a sin\u00ADgle ob\u00ADserv\u00ADer with a fixed win\u00ADdow and a watch can es\u00ADti\u00ADmate the size of a col\u00ADo\u00ADny with\u00ADin a tenth of the num\u00ADber that climb\u00ADers find in the nests. The meth\u00ADod costs noth\u00ADing but twen\u00ADty quiet eve\u00ADnings.") //nolint:misspell // words parted at soft hyphens
	section("1 Introduction")
	p.note("1", "The word is used here for birds that share an en\u00ADtrance, not for those that share a roof.")
	p.paragraph("A col\u00ADo\u00ADny<sup>1</sup> of swifts shows it\u00ADself for about half an hour be\u00ADfore dark. Who\u00ADev\u00ADer looks up then sees a cloud that turns, breaks apart and comes to\u00ADgeth\u00ADer again, and gives up count\u00ADing af\u00ADter a min\u00ADute. Ear\u00ADlier au\u00ADthors [1] there\u00ADfore climbed to the nests. This is ex\u00ADact, but it dis\u00ADturbs the birds, and few peo\u00ADple own a lad\u00ADder of that length.")
	p.paragraph("The pres\u00ADent work goes an\u00ADoth\u00ADer way. It asks not how many birds there are, but how of\u00ADten one of them cross\u00ADes a line. The line is the bar of an or\u00ADdi\u00ADnary win\u00ADdow. If the flight is well mixed, as it seems to be [2], the rate of cross\u00ADings is pro\u00ADpor\u00ADtion\u00ADal to the num\u00ADber of birds.")
	section("2 Method")
	p.paragraph("One of us sat at the win\u00ADdow from sun\u00ADset un\u00ADtil the first star. Ev\u00ADery cross\u00ADing of the mid\u00ADdle bar was marked with a pen\u00ADcil stroke, ev\u00ADery full min\u00ADute with a new line. The oth\u00ADer sat in the church tow\u00ADer, 310 m<sup>2</sup> of roof be\u00ADlow, and count\u00ADed the birds that went to rest. Nei\u00ADther knew the num\u00ADbers of the oth\u00ADer be\u00ADfore the end of the sea\u00ADson.")
	p.paragraph("We write *n* for the num\u00ADber of birds and *c* for the cross\u00ADings in one min\u00ADute. The con\u00ADstant be\u00ADtween the two was fixed in the first week and left alone af\u00ADter\u00ADwards. Rain, wind above five and vis\u00ADi\u00ADtors who talk were rea\u00ADsons to stop.")
	section("3 Results")
	p.paragraph("Ta\u00ADble 1 gives the means of each week. In the fourth week a fal\u00ADcon moved in\u00ADto the tow\u00ADer; the rate of cross\u00ADings rose at once, while the num\u00ADber of birds did not. We have kept the val\u00ADue, be\u00ADcause meth\u00ADods should be shown with their fail\u00ADures.")
	p.room(150) // the table stays with its caption
	p.caption("Table 1. Crossings in a minute and birds at rest.")
	p.table(bookRules, []float64{50, 60, 55, 60},
		[]cell{head("Week"), head("Crossings"), head("Birds"), head("Estimate")},
		[]cell{{text: "1"}, {text: "14.2", right: true}, {text: "57", right: true}, {text: "57", right: true}},
		[]cell{{text: "2"}, {text: "15.9", right: true}, {text: "61", right: true}, {text: "64", right: true}},
		[]cell{{text: "3"}, {text: "15.1", right: true}, {text: "62", right: true}, {text: "61", right: true}},
		[]cell{{text: "4"}, {text: "22.8", right: true}, {text: "63", right: true}, {text: "92", right: true}},
		[]cell{{text: "5"}, {text: "15.6", right: true}, {text: "60", right: true}, {text: "63", right: true}},
	)
	p.paragraph("With\u00ADout the week of the fal\u00ADcon, the es\u00ADti\u00ADmate is wrong by three birds at most. The er\u00ADror does not grow to\u00ADwards the end of the sea\u00ADson, when the young birds fly with the old. This sur\u00ADprised us, for young birds keep to the edge of the cloud.")
	p.note("2", "The bak\u00ADer's daugh\u00ADter, aged nine, reached 58 birds on her first eve\u00ADning.")
	p.paragraph("Four neigh\u00ADbours re\u00ADpeat\u00ADed the count from their own win\u00ADdows.<sup>2</sup> Their con\u00ADstants dif\u00ADfer, since their win\u00ADdows do, but each kept the same val\u00ADue through\u00ADout the sum\u00ADmer. The width of the win\u00ADdow ex\u00ADplains most of the dif\u00ADfer\u00ADence, and the height of the house the rest.")
	section("4 Discussion")
	p.paragraph("The win\u00ADdow does not see ev\u00ADery bird, and it sees some of them twice. Both er\u00ADrors are part of the con\u00ADstant and do no harm as long as the birds fly on dif\u00ADfer\u00ADent days in the same way. A fal\u00ADcon chang\u00ADes that, and so may a storm of in\u00ADsects or a new crane. An ob\u00ADserv\u00ADer who writes down what is un\u00ADusu\u00ADal will know which eve\u00ADnings to leave out.")
	p.paragraph("More win\u00ADdows would help. Two that look in\u00ADto the same piece of sky from dif\u00ADfer\u00ADent sides could fix the con\u00ADstant with\u00ADout any\u00ADone in the tow\u00ADer. We in\u00ADvite read\u00ADers with such win\u00ADdows to write to us at [swifts.example.org](https://swifts.example.org). Meth\u00ADods of this kind are old: sail\u00ADors used them for gulls and fish\u00ADer\u00ADmen for gannets, and both would have laughed at the cal\u00ADcu\u00ADla\u00ADtion.")
	p.paragraph("It re\u00ADmains to be said what the meth\u00ADod is good for. It can\u00ADnot find a new col\u00ADo\u00ADny, and it can\u00ADnot tell how many eggs were laid. It can tell, with lit\u00ADtle work and with\u00ADout a lad\u00ADder, wheth\u00ADer a col\u00ADo\u00ADny shrinks. For most of the towns in which swifts still live that is the ques\u00ADtion.")
	section("5 Conclusion")
	p.paragraph("A win\u00ADdow, a pen\u00ADcil and pa\u00ADtience are enough to fol\u00ADlow a col\u00ADo\u00ADny of swifts through the years. The num\u00ADbers agree with those from the nests, and no\u00ADbody had to leave the kitch\u00ADen.")
	section("References")
	references(p,
		"A. Brand and E. Ost. Ladders in ornithology. *Journal of Roofs*, 12:44–51, 1998.",
		"L. Quill. Well-mixed flight. In *Proceedings of the Dusk Meeting*, pages 3–9, 2011.",
		"M. Feld. *Sitting Still: A Practical Guide*. Window Press, Lower Town, 2019.",
	)
	return p.finish()
}

// references sets a list of works with numbers in brackets. Its truth is a list,
// as readers take them.
func references(p *paper, works ...string) {
	o := p.plain()
	o.size, o.leading = 8.5, 10.5
	truths := ""
	for i, w := range works {
		mark := fmt.Sprintf("[%d]", i+1)
		p.room(2 * o.leading)
		p.drawLine([]word{{text: mark}}, o, p.column().x, p.y+0.8*o.leading, 20, true)
		p.set(w, o, 18)
		p.y += 2
		if i > 0 {
			truths += "\n"
		}
		truths += "- " + mark + " " + truth(w)
	}
	p.block(truths)
}
