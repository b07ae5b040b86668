package main

import "fmt"

// Tables over pages. The pages are filled by hand: fullRows rows and a header
// reach from the top of the column to its bottom.
const (
	fullRows  = 32
	rowHeight = 12 + 2*cellPad
)

var ledgerWidths = []float64{60, 190, 90, 90}

func ledgerHead() []cell { return []cell{head("No."), head("Item"), head("Paid"), head("Left")} }

// ledger returns n rows of a book of accounts, numbered from first.
func ledger(first, n int) [][]cell {
	items := []string{"Rope and pulleys", "Lamp oil", "Planks", "Wages of the ferryman", "Paint"}
	var rows [][]cell
	for i := first; i < first+n; i++ {
		rows = append(rows, []cell{
			{text: fmt.Sprint(i)}, {text: items[i%len(items)]},
			{text: fmt.Sprintf("%d.%02d", 3+i*7%90, i*13%100), right: true}, {text: fmt.Sprintf("%d.%02d", 100+i*11%800, i*17%100), right: true},
		})
	}
	return rows
}

func ledgerPaper() *paper {
	p := newPaper(a4Width, a4Height, column{72, a4Width - 144, 90, 90 + (fullRows+1)*rowHeight + 5})
	p.page = func(p *paper) {
		p.pdf.SetFont("Helvetica", "", 8)
		p.pdf.Text(72, 50, "Accounts of the ferry")
		text := fmt.Sprintf("Page %d", p.pdf.PageNo())
		p.pdf.Text((a4Width-p.pdf.GetStringWidth(text))/2, a4Height-40, text)
	}
	return p
}

func rowsOf(rows ...[][]cell) (all [][]cell) {
	for _, r := range rows {
		all = append(all, r...)
	}
	return all
}

// continued has a table whose header is repeated on its second page and missing
// on its third, where the rest of a row comes first.
func continued() (sample, error) {
	p := ledgerPaper()
	p.newPage()
	p.table(allRules, ledgerWidths, rowsOf([][]cell{ledgerHead()}, ledger(1, fullRows))...)
	p.newPage()
	p.table(allRules, ledgerWidths, rowsOf([][]cell{ledgerHead()}, ledger(fullRows+1, fullRows))...)
	p.newPage()
	rest := []cell{{}, {text: "and of his two sons"}, {}, {}}
	p.table(allRules, ledgerWidths, rowsOf([][]cell{rest}, ledger(2*fullRows+1, 6))...)
	p.paragraph("The accounts were read by two members of the council, who found them in order.")
	made, err := p.finish()
	made.truth = "" // about merging alone
	return made, err
}

// separate has tables that look as if they went on and do not: the first leaves
// room on its page, the second is followed by one with another header, the third
// by one with a caption, the fourth by one with other columns.
func separate() (sample, error) {
	p := ledgerPaper()
	p.newPage()
	p.table(allRules, ledgerWidths, rowsOf([][]cell{ledgerHead()}, ledger(1, 12))...)
	p.newPage()
	p.table(allRules, ledgerWidths, rowsOf([][]cell{ledgerHead()}, ledger(1, fullRows))...)
	p.newPage()
	other := []cell{head("Day"), head("Passengers"), head("Paying"), head("Free")}
	p.table(allRules, ledgerWidths, rowsOf([][]cell{other}, ledger(1, fullRows))...)
	p.newPage()
	p.caption("Table 4: Accounts of the second boat")
	p.table(allRules, ledgerWidths, rowsOf([][]cell{other}, ledger(1, fullRows-1))...)
	p.newPage()
	p.table(allRules, []float64{100, 110, 110, 110}, ledger(1, 9)...)
	made, err := p.finish()
	made.truth = ""
	return made, err
}
