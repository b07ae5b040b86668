package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/render/markdown"
	"recto/internal/render/plain"
)

// TextResult is the plain text of all pages, arranged as on paper.
type TextResult struct {
	Pages []TextPage `json:"pages"`
}

// TextPage is the plain text of one page; "" for one that could not be read.
type TextPage struct {
	PageNumber int    `json:"page_number"`
	Text       string `json:"text"`
}

// Text converts the text of a result.
func Text(r *engine.Result) TextResult {
	pages := make([]TextPage, len(r.Doc.Pages))
	for i, p := range r.Doc.Pages {
		pages[i].PageNumber = p.Number
		if p.Err == nil && i < len(r.Text) {
			pages[i].Text = r.Text[i]
		}
	}
	return TextResult{Pages: pages}
}

// TextFull returns the text of all pages that could be read as one string.
func TextFull(r *engine.Result) string {
	var texts []string
	for i, p := range r.Doc.Pages {
		if p.Err == nil && i < len(r.Text) {
			texts = append(texts, r.Text[i])
		}
	}
	return strings.Join(texts, markdown.PageSeparator)
}

// MarkdownResult is the markdown of all pages.
type MarkdownResult struct {
	Pages []MarkdownPage `json:"pages"`
}

// MarkdownPage is the markdown of one page, or why there is none.
type MarkdownPage struct {
	PageNumber int     `json:"page_number"`
	Success    bool    `json:"success"`
	Markdown   *string `json:"markdown,omitempty"` // set when Success
	Header     *string `json:"header,omitempty"`
	Footer     *string `json:"footer,omitempty"`
	Error      *string `json:"error,omitempty"` // set when not Success

	// LineNumbers is set by AnnotateLineNumbers on pages that have some.
	LineNumbers []LineNumber `json:"line_numbers,omitempty"`
}

// Markdown converts the markdown of a result.
func Markdown(r *engine.Result, o markdown.Options) MarkdownResult {
	pages := make([]MarkdownPage, len(r.Doc.Pages))
	for i, p := range r.Doc.Pages {
		pages[i].PageNumber = p.Number
		if p.Err != nil {
			pages[i].Error = new(p.Err.Error())
			continue
		}
		pages[i].Success = true
		pages[i].Markdown = new(markdown.Page(p, o))
		pages[i].Header = filled(markdown.Header(p, o))
		pages[i].Footer = filled(markdown.Footer(p, o))
	}
	return MarkdownResult{Pages: pages}
}

// Stripped converts the text of a result without any markup, for indexes that
// search it: the pages of MarkdownResult with plain text in place of markdown.
func Stripped(r *engine.Result) MarkdownResult {
	pages := make([]MarkdownPage, len(r.Doc.Pages))
	for i, p := range r.Doc.Pages {
		pages[i].PageNumber = p.Number
		if p.Err != nil {
			pages[i].Error = new(p.Err.Error())
			continue
		}
		pages[i].Success = true
		pages[i].Markdown = new(plain.Page(p))
	}
	return MarkdownResult{Pages: pages}
}

// MarkdownFull returns the markdown of all pages that could be read as one
// string.
func MarkdownFull(m MarkdownResult) string {
	var texts []string
	for i := range m.Pages {
		if m.Pages[i].Markdown != nil {
			texts = append(texts, *m.Pages[i].Markdown)
		}
	}
	return strings.Join(texts, markdown.PageSeparator)
}

// filled returns nil for an empty string.
func filled(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// MetadataResult is what is known about the pages.
type MetadataResult struct {
	Pages    []MetadataPage    `json:"pages"`
	Document *DocumentMetadata `json:"document"` // with confidence_score_effort "high"
}

// DocumentMetadata is how good the whole result is likely to be.
type DocumentMetadata struct {
	Confidence          *float64             `json:"confidence"` // mean of the scored pages, 0-1
	ConfidenceBreakdown *ConfidenceBreakdown `json:"confidence_breakdown"`
}

// ConfidenceBreakdown says what the mean hides.
type ConfidenceBreakdown struct {
	MinPageScore float64 `json:"min_page_score"`
	ScoredPages  int     `json:"scored_pages"`
	TotalPages   int     `json:"total_pages"`
}

// MetadataOptions say what metadata tells beyond what every page has.
type MetadataOptions struct {
	PrintedNumbers bool // printed page numbers
	Document       bool // the score of the whole
	Routes         Routes
}

// Routes says which pages went another way; both maps are by page number.
type Routes struct {
	AutoMode      map[int]bool // parsed again by a rule of auto mode
	CostOptimized map[int]bool // taken the cheaper way
}

// MetadataPage is what is known about one page.
type MetadataPage struct {
	PageNumber               int      `json:"page_number"`
	Confidence               *float64 `json:"confidence"`
	PrintedPageNumber        *string  `json:"printed_page_number"`
	OriginalOrientationAngle *int     `json:"original_orientation_angle"`
	CostOptimized            *bool    `json:"cost_optimized"`
	TriggeredAutoMode        *bool    `json:"triggered_auto_mode"`
	SlideSectionName         *string  `json:"slide_section_name"`
	SpeakerNotes             *string  `json:"speaker_notes"`
	// NeedsOCR says why the text should be recognized from the page's picture, null
	// when it need not; ours, upstream has nothing like it.
	NeedsOCR *string `json:"needs_ocr"`
	// Recognized says how and why the text was read from the page's picture, null
	// where it came as text. An addition of ours, too.
	Recognized *string `json:"recognized"`
}

// Metadata converts what a result knows about its pages.
func Metadata(r *engine.Result, o MetadataOptions) MetadataResult {
	pages := make([]MetadataPage, len(r.Doc.Pages))
	for i, p := range r.Doc.Pages {
		pages[i].PageNumber = p.Number
		if p.Err != nil {
			continue
		}
		pages[i] = MetadataPage{
			PageNumber:               p.Number,
			Confidence:               new(round(p.Confidence, 1000)),
			OriginalOrientationAngle: new(p.Rotation),
			CostOptimized:            new(o.Routes.CostOptimized[p.Number]),
			TriggeredAutoMode:        new(o.Routes.AutoMode[p.Number]),
			NeedsOCR:                 filled(p.NeedsOCR),
			Recognized:               filled(p.Recognized),
		}
		if o.PrintedNumbers {
			pages[i].PrintedPageNumber = filled(p.PrintedNumber)
		}
	}
	m := MetadataResult{Pages: pages}
	if o.Document {
		m.Document = documentMetadata(pages)
	}
	return m
}

// documentMetadata sums up the scores of the pages.
func documentMetadata(pages []MetadataPage) *DocumentMetadata {
	b := ConfidenceBreakdown{MinPageScore: 1, TotalPages: len(pages)}
	sum := 0.0
	for i := range pages {
		if c := pages[i].Confidence; c != nil {
			b.ScoredPages++
			b.MinPageScore = min(b.MinPageScore, *c)
			sum += *c
		}
	}
	if b.ScoredPages == 0 {
		return &DocumentMetadata{}
	}
	return &DocumentMetadata{Confidence: new(round(sum/float64(b.ScoredPages), 1000)), ConfidenceBreakdown: &b}
}

// RawWord is one line of the raw words: a word as it stands on its page, in
// points from the top left.
type RawWord struct {
	PageNumber int     `json:"page_number"`
	Text       string  `json:"text"`
	X          float64 `json:"x"`
	Y          float64 `json:"y"`
	W          float64 `json:"w"`
	H          float64 `json:"h"`
	Confidence float64 `json:"confidence"`
}

// WordBox is a place on the page in points from the top left.
type WordBox struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// RawWords writes the words of a result as JSON lines, one a word.
func RawWords(w io.Writer, r *engine.Result) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for i, p := range r.Doc.Pages {
		if i >= len(r.Words) {
			break
		}
		for _, word := range r.Words[i] {
			x, y, width, height := corner(word.Box)
			row := RawWord{PageNumber: p.Number, Text: word.Text, X: x, Y: y, W: width, H: height, Confidence: round(word.Confidence, 1000)}
			if err := e.Encode(row); err != nil {
				return fmt.Errorf("write words of page %d: %w", p.Number, err)
			}
		}
	}
	return nil
}

// corner returns a rectangle as clients have it, rounded.
func corner(r geom.Rect) (x, y, w, h float64) {
	return points(r.X0), points(r.Y0), points(r.W()), points(r.H())
}

// points rounds a length to hundredths of a point.
func points(v float64) float64 { return round(v, 100) }

// round rounds to parts of one; what is no number becomes 0, which JSON can say.
func round(v, parts float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return math.Round(v*parts) / parts
}
