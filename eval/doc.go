// Package eval scores markdown on a corpus of documents with known truth, and
// says which documents got better or worse than recorded.
//
// A corpus is a folder, or a folder dev inside it, with one folder per kind:
//
//	tagged/   pdf/NAME.pdf, gt/NAME.md    whole documents
//	icdar/    pdf/NAME.pdf, gt/NAME.json  tables with their cells and places
//	olm/      pdf/NAME.pdf, tests.json    yes-or-no questions about pages
//
// Each has a manifest.json that lists its documents ([{"id": NAME, "pages":
// N}]). A kind that is missing is left out. What the numbers mean is in
// package score; where the markdown comes from is up to a [Predictor].
package eval
