package score

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// TrueTable is a table of the truth: one region, or several where it goes on
// over a page or column break.
type TrueTable []Table

// minFoundOverlap is how much of its words a table must share with an output
// table to count as found, as Jaccard index. The competition asks the same of
// areas.
const minFoundOverlap = 0.5

// minMatchedOverlap is how much an output table must share with a true one to
// take part in the relations of matched tables. Below it the match is chance:
// a few numbers that stand in any table.
const minMatchedOverlap = 0.2

// TableScore says how well the tables of a document were found and rebuilt.
type TableScore struct {
	Regions, FoundRegions int // of the truth
	Outputs, TrueOutputs  int // tables of the output
	Structure             []TableLikeness
	All                   RelationCount // over all tables
	Matched               RelationCount // over tables that match a true one
}

// TableLikeness is the likeness of one true table with its output, 0 where
// there is none.
type TableLikeness struct {
	TEDS     Value
	TEDSForm Value // without the text of the cells
	TEDSText Value // without spans
}

// RelationCount counts neighbourhoods of cells.
type RelationCount struct{ Right, True, Given int }

// Recall is 1 where there was nothing to find.
func (c RelationCount) Recall() Value {
	if c.True == 0 {
		return 1
	}
	return share(c.Right, c.True)
}

// Precision is 1 where there was nothing to find and nothing was given.
func (c RelationCount) Precision() Value {
	if c.Given == 0 && c.True == 0 {
		return 1
	}
	return share(c.Right, c.Given)
}

// CompareTables measures the tables of one document.
func CompareTables(truth []TrueTable, outputs []Table) TableScore {
	m := matchTables(truth, outputs)
	s := TableScore{
		Regions:      len(m.regions),
		FoundRegions: len(m.found),
		Outputs:      len(outputs),
		TrueOutputs:  len(m.trueOutputs),
	}
	for i := range truth {
		s.Structure = append(s.Structure, m.likeness(i))
	}
	want, all, matched := counter[relation]{}, counter[relation]{}, counter[relation]{}
	for _, r := range m.regions {
		want.add(relations(r))
	}
	for i, o := range outputs {
		found := relations(o)
		all.add(found)
		if m.isMatched(i) {
			matched.add(found)
		}
	}
	s.All = RelationCount{want.common(all), want.total(), all.total()}
	s.Matched = RelationCount{want.common(matched), want.total(), matched.total()}
	return s
}

// matching says which output table stands for which region of the truth.
type matching struct {
	truth   []TrueTable
	outputs []Table
	regions []Table
	owner   []int         // true table of each region
	best    []tableMatch  // of each region, output -1 for none
	joined  []*tableMatch // of each true table that was joined in one output, else nil

	found       map[int]bool // regions
	trueOutputs map[int]bool
}

type tableMatch struct {
	output  int
	overlap float64
}

func matchTables(truth []TrueTable, outputs []Table) *matching {
	m := &matching{truth: truth, outputs: outputs, found: map[int]bool{}, trueOutputs: map[int]bool{}}
	for i, t := range truth {
		for _, r := range t {
			m.regions = append(m.regions, r)
			m.owner = append(m.owner, i)
		}
	}
	words := make([]counter[string], len(outputs))
	for j, o := range outputs {
		words[j] = tableWords(o)
	}
	m.matchRegions(words)
	m.matchJoined(words)
	return m
}

// matchRegions finds for each region the output that shares most words with
// it, in the way that is best for all together.
func (m *matching) matchRegions(words []counter[string]) {
	overlaps := make([][]float64, len(m.regions))
	for i, r := range m.regions {
		m.best = append(m.best, tableMatch{output: -1})
		overlaps[i] = overlapsWith(r, words)
	}
	if len(words) == 0 {
		return
	}
	for i, j := range assign(overlaps) {
		if j < 0 || overlaps[i][j] == 0 {
			continue
		}
		m.best[i] = tableMatch{j, overlaps[i][j]}
		if overlaps[i][j] >= minFoundOverlap {
			m.found[i] = true
			m.trueOutputs[j] = true
		}
	}
}

// matchJoined looks for true tables of several regions that an output joined
// again: that is right, too.
func (m *matching) matchJoined(words []counter[string]) {
	m.joined = make([]*tableMatch, len(m.truth))
	for i, t := range m.truth {
		if len(t) < 2 {
			continue
		}
		best := tableMatch{output: -1}
		for j, o := range overlapsWith(stack(t), words) {
			if o >= best.overlap {
				best = tableMatch{j, o}
			}
		}
		if best.overlap < minFoundOverlap {
			continue
		}
		m.joined[i] = &best
		for r, owner := range m.owner {
			if owner == i && !m.found[r] {
				m.found[r] = true
				m.trueOutputs[best.output] = true
			}
		}
	}
}

// isMatched tells whether an output stands for anything.
func (m *matching) isMatched(output int) bool {
	for _, b := range m.best {
		if b.output == output && b.overlap >= minMatchedOverlap {
			return true
		}
	}
	return slices.ContainsFunc(m.joined, func(j *tableMatch) bool { return j != nil && j.output == output })
}

// likeness returns the likeness of a true table: the mean of its regions by
// their size, or that of the joined table where it is better.
func (m *matching) likeness(table int) TableLikeness {
	var sum TableLikeness
	weight := Value(0)
	for r, owner := range m.owner {
		if owner != table {
			continue
		}
		w := Value(m.regions[r].Rows * m.regions[r].Cols)
		weight += w
		if m.best[r].output < 0 {
			continue
		}
		l := compareTable(m.regions[r], m.outputs[m.best[r].output])
		sum.TEDS += w * l.TEDS
		sum.TEDSForm += w * l.TEDSForm
		sum.TEDSText += w * l.TEDSText
	}
	if weight > 0 {
		sum.TEDS /= weight
		sum.TEDSForm /= weight
		sum.TEDSText /= weight
	}
	if m.joined[table] == nil {
		return sum
	}
	joined := compareTable(stack(m.truth[table]), m.outputs[m.joined[table].output])
	better := cmp.Or(cmp.Compare(joined.TEDS, sum.TEDS), cmp.Compare(joined.TEDSForm, sum.TEDSForm), cmp.Compare(joined.TEDSText, sum.TEDSText))
	if better > 0 {
		return joined
	}
	return sum
}

func compareTable(truth, output Table) TableLikeness {
	want, got := truth.tree(), output.tree()
	size := max(want.size(), got.size()) - 1 // the root is always right
	s := compare(want, got, size)
	want, got = truth.unspanned().tree(), output.unspanned().tree()
	size = max(want.size(), got.size()) - 1
	return TableLikeness{s.text, s.shape, compareText(want, got, size)}
}

// tableWords counts the words of a table.
func tableWords(t Table) counter[string] {
	words := counter[string]{}
	for _, c := range t.Cells {
		for _, w := range strings.FieldsFunc(norm.NFKC.String(c.Text), isSpace) {
			if k := cellKey(w); k != "" {
				words[k]++
			}
		}
	}
	return words
}

// overlapsWith returns the Jaccard index of the words of a table with those of
// each other.
func overlapsWith(t Table, others []counter[string]) []float64 {
	words := tableWords(t)
	overlaps := make([]float64, len(others))
	for i, o := range others {
		common := words.common(o)
		if all := words.total() + o.total() - common; all > 0 {
			overlaps[i] = float64(common) / float64(all)
		}
	}
	return overlaps
}

// relation is the neighbourhood of two cells with text: one is the next to
// the right of the other, or the next below.
type relation struct {
	below    bool
	from, to string
}

// relations counts the neighbourhoods of a table. A spanning cell has a
// neighbour in each of its rows and columns. Empty cells are skipped, so a
// column too many does no harm.
func relations(t Table) counter[relation] {
	found := counter[relation]{}
	fields := t.fields()
	keys := make([]string, len(t.Cells))
	for i, c := range t.Cells {
		keys[i] = cellKey(c.Text)
	}
	// next returns the first cell with text on a way over fields.
	next := func(from int, p place, step place) int {
		for ; p.row < t.Rows && p.col < t.Cols; p.row, p.col = p.row+step.row, p.col+step.col {
			if n, covered := fields[p]; covered && n != from && keys[n] != "" {
				return n
			}
		}
		return -1
	}
	for i, c := range t.Cells {
		if keys[i] == "" {
			continue
		}
		right, below := map[int]bool{-1: true}, map[int]bool{-1: true}
		for r := c.Row; r < c.Row+c.RowSpan; r++ {
			if n := next(i, place{r, c.Col + c.ColSpan}, place{0, 1}); !right[n] {
				right[n] = true
				found[relation{false, keys[i], keys[n]}]++
			}
		}
		for col := c.Col; col < c.Col+c.ColSpan; col++ {
			if n := next(i, place{c.Row + c.RowSpan, col}, place{1, 0}); !below[n] {
				below[n] = true
				found[relation{true, keys[i], keys[n]}]++
			}
		}
	}
	return found
}

// counter counts equal things.
type counter[T comparable] map[T]int

func (c counter[T]) add(o counter[T]) {
	for k, n := range o {
		c[k] += n
	}
}

func (c counter[T]) total() int {
	sum := 0
	for _, n := range c {
		sum += n
	}
	return sum
}

// common counts what is in both.
func (c counter[T]) common(o counter[T]) int {
	sum := 0
	for k, n := range c {
		sum += min(n, o[k])
	}
	return sum
}
