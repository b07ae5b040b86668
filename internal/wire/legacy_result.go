package wire

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// LegacySeparator parts pages in v1 when a request does not say otherwise; the
// readers split at it.
const LegacySeparator = "\n---\n"

// LegacyStatus is where a job stands in the words of v1. Its readers take
// everything but SUCCESS and PENDING for a failure, so there is no word for
// running, and bad pages do not make another word of success.
type LegacyStatus string

// Allowed lists the states.
func (LegacyStatus) Allowed() []string {
	return []string{"PENDING", "SUCCESS", "ERROR", "PARTIAL_SUCCESS", "CANCELLED"}
}

// ToLegacy translates a state.
func (s Status) ToLegacy() LegacyStatus {
	switch s {
	case Completed:
		return "SUCCESS"
	case Failed:
		return "ERROR"
	case Cancelled:
		return "CANCELLED"
	}
	return "PENDING"
}

// LegacyJob is a job as v1 clients see it.
type LegacyJob struct {
	ID           string       `json:"id"`
	Status       LegacyStatus `json:"status"`
	ErrorCode    *string      `json:"error_code"`
	ErrorMessage *string      `json:"error_message"`
}

// LegacyDetails is a job with what was asked of it and how it went.
type LegacyDetails struct {
	ID           string         `json:"id"`
	Status       LegacyStatus   `json:"status"`
	ErrorCode    *string        `json:"error_code"`
	ErrorMessage *string        `json:"error_message"`
	FileName     string         `json:"file_name"`
	CreatedAt    *Time          `json:"created_at"`
	StartedAt    *Time          `json:"started_at"`
	EndedAt      *Time          `json:"ended_at"`
	Parameters   map[string]any `json:"parameters"`
	Telemetry    map[string]any `json:"telemetry"`
}

// LegacyTextResult is the answer to GET …/result/text.
type LegacyTextResult struct {
	Text        string         `json:"text"`
	JobMetadata map[string]any `json:"job_metadata"`
}

// LegacyMarkdownResult is the answer to GET …/result/markdown.
type LegacyMarkdownResult struct {
	Markdown    string         `json:"markdown"`
	JobMetadata map[string]any `json:"job_metadata"`
}

// LegacyJSONResult is the answer to GET …/result/json. It must not have fields
// named job_id or file_name: readers pass their own beside it.
type LegacyJSONResult struct {
	Pages       []LegacyPage   `json:"pages"`
	JobMetadata map[string]any `json:"job_metadata"`
}

// LegacyMessage is what is posted to the webhook_url of a job.
type LegacyMessage struct {
	Text     string          `json:"txt"`
	Markdown string          `json:"md"`
	Pages    json.RawMessage `json:"json"` // LegacyPage by LegacyPage
	Images   []string        `json:"images"`
}

// LegacyPage is one page in the shape of v1.
type LegacyPage struct {
	Page                int            `json:"page"`
	Text                string         `json:"text"`
	MD                  string         `json:"md"`
	Images              []LegacyImage  `json:"images"`
	Charts              []any          `json:"charts"` // always empty
	Tables              []any          `json:"tables"` // always empty: tables are items
	Layout              []LegacyLayout `json:"layout"`
	Items               []LegacyItem   `json:"items"`
	Status              string         `json:"status"`
	Links               []LegacyLink   `json:"links"`
	Width               float64        `json:"width"`
	Height              float64        `json:"height"`
	TriggeredAutoMode   bool           `json:"triggeredAutoMode"`
	ParsingMode         string         `json:"parsingMode"`
	StructuredData      map[string]any `json:"structuredData"` // always null
	NoStructuredContent bool           `json:"noStructuredContent"`
	NoTextContent       bool           `json:"noTextContent"`
	Confidence          *float64       `json:"confidence"`
	SlideSpeakerNotes   *string        `json:"slideSpeakerNotes"`
	PrintedPageNumber   *string        `json:"printedPageNumber"`
	HeaderMarkdown      string         `json:"pageHeaderMarkdown"`
	FooterMarkdown      string         `json:"pageFooterMarkdown"`
}

// LegacyImage is a saved picture; its place is in points.
type LegacyImage struct {
	Name           string  `json:"name"`
	X              float64 `json:"x"`
	Y              float64 `json:"y"`
	Width          float64 `json:"width"`
	Height         float64 `json:"height"`
	OriginalWidth  int     `json:"original_width"` // pixels
	OriginalHeight int     `json:"original_height"`
	Type           string  `json:"type"`
}

// LegacyImageTypes translates categories.
var LegacyImageTypes = map[ImageCategory]string{
	"screenshot": "full_page_screenshot", "embedded": "embedded_image", "layout": "layout_picture",
}

// LegacyLayout is a region of the page; its place is in fractions of the page.
type LegacyLayout struct {
	Image         string  `json:"image"`
	Confidence    float64 `json:"confidence"`
	Label         string  `json:"label"`
	BBox          WordBox `json:"bbox"`
	IsLikelyNoise bool    `json:"isLikelyNoise"`
}

// LegacyItem is a block of a page. The box is never null: readers of v1 break
// on missing coordinates.
type LegacyItem struct {
	Type           string  `json:"type"` // "heading", "table" or "text"
	Level          *int    `json:"lvl,omitempty"`
	Value          *string `json:"value,omitempty"`
	MD             string  `json:"md"`
	Rows           [][]any `json:"rows,omitzero"`
	HTML           *string `json:"html,omitempty"`
	CSV            *string `json:"csv,omitempty"`
	IsPerfectTable *bool   `json:"isPerfectTable,omitempty"`
	BBox           WordBox `json:"bBox"`

	Lines []LegacyLine `json:"lines,omitempty"` // with line_level_bounding_box
}

// LegacyLine is a line of an item as printed. The indexes are those of its text
// in the item's markdown, in UTF-16 code units, the end exclusive.
type LegacyLine struct {
	MD         string  `json:"md"`
	Text       string  `json:"text"`
	StartIndex int     `json:"startIndex"`
	EndIndex   int     `json:"endIndex"`
	BBox       WordBox `json:"bBox"`
}

// LegacyLink is a link that stands alone.
type LegacyLink struct {
	URL  string `json:"url"`
	Text string `json:"text"`
}

// LegacySource is one page of the results of v2.
type LegacySource struct {
	Text     TextPage
	Markdown MarkdownPage
	Items    StructuredPage
	Metadata MetadataPage
	Grounded GroundedPage // empty unless lines were asked for
	Images   []LegacyImage
	Tier     string
}

// Page converts a page.
func (l *Legacy) Page(s LegacySource) LegacyPage {
	p := LegacyPage{
		Page: s.Text.PageNumber, Text: s.Text.Text, MD: l.PageMarkdown(s.Markdown),
		Images: s.Images, Charts: []any{}, Tables: []any{}, Layout: []LegacyLayout{}, Items: []LegacyItem{}, Links: []LegacyLink{},
		Status: "OK", ParsingMode: s.Tier, NoStructuredContent: true, NoTextContent: strings.TrimSpace(s.Text.Text) == "",
		Confidence: s.Metadata.Confidence, SlideSpeakerNotes: s.Metadata.SpeakerNotes, PrintedPageNumber: s.Metadata.PrintedPageNumber,
		HeaderMarkdown: deref(s.Markdown.Header), FooterMarkdown: deref(s.Markdown.Footer),
		TriggeredAutoMode: s.Metadata.TriggeredAutoMode != nil && *s.Metadata.TriggeredAutoMode,
	}
	if p.Images == nil {
		p.Images = []LegacyImage{}
	}
	if s.Items.PageWidth != nil && s.Items.PageHeight != nil {
		p.Width, p.Height = *s.Items.PageWidth, *s.Items.PageHeight
	}
	if !s.Items.Success {
		p.Status = "ERROR"
		return p
	}
	grounded := s.Grounded.Items
	for i := range s.Items.Items {
		it := &s.Items.Items[i]
		if it.Type == HeaderKind && l.HideHeaders || it.Type == FooterKind && l.HideFooters {
			continue
		}
		out := legacyItem(it)
		// Both lists are in the same order; page headers are in pieces in one of them.
		if at := slices.IndexFunc(grounded, func(g GroundedItem) bool { return g.Type == it.Type && g.MD == it.MD }); at >= 0 {
			out.Lines, grounded = legacyLines(&grounded[at]), grounded[at+1:]
		}
		p.Items = append(p.Items, out)
		if it.Type == LinkKind {
			p.Links = append(p.Links, LegacyLink{URL: deref(it.URL), Text: deref(it.Text)})
		}
		if l.Layout && p.Width > 0 && p.Height > 0 {
			p.Layout = append(p.Layout, regions(it, p.Width, p.Height)...)
		}
	}
	return p
}

// legacyLines converts the lines of an item.
func legacyLines(g *GroundedItem) []LegacyLine {
	units := utf16.Encode([]rune(g.MD))
	var out []LegacyLine
	for _, line := range g.Grounding.Lines {
		from, to := line.Span[0], line.Span[1]
		if g.Grounding.Source != "md" || from < 0 || to > len(units) || from > to {
			continue
		}
		text := string(utf16.Decode(units[from:to]))
		out = append(out, LegacyLine{MD: text, Text: text, StartIndex: from, EndIndex: to, BBox: line.BBox})
	}
	return out
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func legacyItem(it *Item) LegacyItem {
	out := LegacyItem{Type: "text", MD: it.MD, Value: it.Value, BBox: around(it.BBox)}
	if out.Value == nil {
		out.Value = &it.MD
	}
	switch it.Type {
	case HeadingKind:
		out.Type, out.Level = "heading", it.Level
	case TableKind:
		out.Type, out.Value, out.Rows, out.HTML, out.CSV = "table", nil, it.Rows, it.HTML, it.CSV
		out.IsPerfectTable = new(len(it.ParseConcerns) == 0)
		if out.Rows == nil {
			out.Rows = [][]any{}
		}
	case TextKind, ListKind, CodeKind, ImageKind, LinkKind, HeaderKind, FooterKind:
	}
	return out
}

// around returns the box around all of an item's boxes.
func around(boxes []BBox) WordBox {
	var out WordBox
	for i, b := range boxes {
		if i == 0 {
			out = WordBox{X: b.X, Y: b.Y, W: b.W, H: b.H}
			continue
		}
		right, bottom := max(out.X+out.W, b.X+b.W), max(out.Y+out.H, b.Y+b.H)
		out.X, out.Y = min(out.X, b.X), min(out.Y, b.Y)
		out.W, out.H = points(right-out.X), points(bottom-out.Y)
	}
	return out
}

func regions(it *Item, width, height float64) []LegacyLayout {
	out := make([]LegacyLayout, 0, len(it.BBox))
	for _, b := range it.BBox {
		r := LegacyLayout{Label: deref(b.Label), Confidence: 1, BBox: WordBox{
			X: round(b.X/width, 1e4), Y: round(b.Y/height, 1e4), W: round(b.W/width, 1e4), H: round(b.H/height, 1e4),
		}}
		if b.Confidence != nil {
			r.Confidence = *b.Confidence
		}
		out = append(out, r)
	}
	return out
}

// PageMarkdown returns the markdown of a page with its header and footer, which
// v1 shows unless it is told not to.
func (l *Legacy) PageMarkdown(p MarkdownPage) string {
	if !p.Success {
		if l.FailedPage == "error_message" {
			return l.ErrorPrefix + deref(p.Error) + l.ErrorSuffix
		}
		return ""
	}
	var parts []string
	if p.Header != nil && !l.HideHeaders {
		parts = append(parts, l.HeaderPrefix+*p.Header+l.HeaderSuffix)
	}
	if p.Markdown != nil && *p.Markdown != "" {
		parts = append(parts, *p.Markdown)
	}
	if p.Footer != nil && !l.HideFooters {
		parts = append(parts, l.FooterPrefix+*p.Footer+l.FooterSuffix)
	}
	return strings.Join(parts, "\n\n")
}

// Joiner puts pages together the way a request of v1 asked for.
type Joiner struct {
	legacy *Legacy
	out    strings.Builder
	some   bool
}

// Joiner returns an empty text to add pages to.
func (l *Legacy) Joiner() *Joiner { return &Joiner{legacy: l} }

// Add adds the next page.
func (j *Joiner) Add(number int, text string) {
	l := j.legacy
	if j.some {
		separator := LegacySeparator
		if l.PageSeparator != nil {
			separator = *l.PageSeparator
		}
		j.out.WriteString(numbered(separator, number))
	}
	j.some = true
	j.out.WriteString(numbered(l.PagePrefix, number))
	j.out.WriteString(text)
	j.out.WriteString(numbered(l.PageSuffix, number))
}

// String returns the pages added so far.
func (j *Joiner) String() string { return j.out.String() }

// numbered fills in the page number. Both spellings are documented.
func numbered(template string, page int) string {
	n := strconv.Itoa(page)
	return strings.NewReplacer("{page_number}", n, "{pageNumber}", n).Replace(template)
}
