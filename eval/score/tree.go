package score

// node is an ordered, labelled tree: a table with rows and cells, or the
// sections of a document.
type node struct {
	tag              string
	text             string
	colSpan, rowSpan int // of cells; equal on all nodes where they mean nothing
	kids             []*node
}

func (n *node) size() int {
	total := 1
	for _, k := range n.kids {
		total += k.size()
	}
	return total
}

// sameShape tells whether two nodes may be matched at all. What then differs
// is their text.
func (n *node) sameShape(o *node) bool {
	return n.tag == o.tag && n.colSpan == o.colSpan && n.rowSpan == o.rowSpan
}

// similarity is a tree edit distance, turned round and divided by the size of
// the larger tree: with text, and of the shape alone.
type similarity struct{ text, shape Value }

// compare measures two trees. size is what the distance is divided by, at
// least 1.
func compare(truth, found *node, size int) similarity {
	a, b := newWalk(truth), newWalk(found)
	n := Value(max(size, 1))
	return similarity{
		text:  1 - Value(distance(a, b, textCosts(a.nodes, b.nodes)))/n,
		shape: 1 - Value(distance(a, b, shapeCosts(a.nodes, b.nodes)))/n,
	}
}

// compareText is the first half of [compare], for those who do not need the
// shape.
func compareText(truth, found *node, size int) Value {
	a, b := newWalk(truth), newWalk(found)
	return 1 - Value(distance(a, b, textCosts(a.nodes, b.nodes)))/Value(max(size, 1))
}

// shapeCosts returns what renaming each node of a to each of b costs, row by
// row, when texts do not count.
func shapeCosts(a, b []*node) []float64 {
	costs := make([]float64, 0, len(a)*len(b))
	for _, n := range a {
		for _, o := range b {
			cost := 1.0
			if n.sameShape(o) {
				cost = 0
			}
			costs = append(costs, cost)
		}
	}
	return costs
}

// textCosts is [shapeCosts] where nodes of one shape cost the Levenshtein
// distance of their texts over the length of the longer one. Tables repeat few
// texts many times, so each pair of texts is compared once.
func textCosts(a, b []*node) []float64 {
	abc := alphabet{}
	textsA, idsA := distinctTexts(a, abc)
	textsB, idsB := distinctTexts(b, abc)
	owners := make([][]int, len(textsA))
	for i, id := range idsA {
		owners[id] = append(owners[id], i)
	}
	costs := make([]float64, len(a)*len(b))
	known := make([]float64, len(textsB))
	for id, text := range textsA {
		for j := range known {
			known[j] = -1
		}
		m := newMasks(text, len(abc))
		for _, i := range owners[id] {
			row := costs[i*len(b) : (i+1)*len(b)]
			for j, o := range b {
				if !a[i].sameShape(o) {
					row[j] = 1
					continue
				}
				k := &known[idsB[j]]
				if *k < 0 {
					other := textsB[idsB[j]]
					*k = float64(m.edits(other)) / float64(max(len(text), len(other), 1))
				}
				row[j] = *k
			}
		}
	}
	return costs
}

// distinctTexts returns the different texts of nodes and the text of each.
func distinctTexts(nodes []*node, abc alphabet) (texts [][]int, ids []int) {
	seen := map[string]int{}
	for _, n := range nodes {
		id, known := seen[n.text]
		if !known {
			id = len(texts)
			seen[n.text] = id
			texts = append(texts, abc.codes(n.text))
		}
		ids = append(ids, id)
	}
	return texts, ids
}

// walk is a tree in the order children before parents.
type walk struct {
	nodes []*node
	left  []int // of each node, the first leaf below it
	roots []int // nodes that are not a first child, ascending, and the root
}

func newWalk(root *node) walk {
	var w walk
	w.visit(root)
	last := make([]int, len(w.nodes)) // the highest node over each first leaf
	for i, l := range w.left {
		last[l] = i
	}
	for i, l := range w.left {
		if last[l] == i {
			w.roots = append(w.roots, i)
		}
	}
	return w
}

// visit returns the first leaf below a node.
func (w *walk) visit(n *node) int {
	first := -1
	for _, k := range n.kids {
		leaf := w.visit(k)
		if first < 0 {
			first = leaf
		}
	}
	if first < 0 {
		first = len(w.nodes)
	}
	w.nodes = append(w.nodes, n)
	w.left = append(w.left, first)
	return first
}

// distance is the least cost of turning one tree into the other when adding
// and removing a node cost 1 and renaming costs what the table says (Zhang
// and Shasha). Tables and section lists are three levels deep, where it needs
// little more than one step per pair of nodes.
func distance(a, b walk, rename []float64) float64 {
	width := len(b.nodes)
	trees := make([]float64, len(a.nodes)*width)
	forests := make([]float64, (len(a.nodes)+1)*(width+1))
	for _, rootA := range a.roots {
		for _, rootB := range b.roots {
			forestDistances(a, b, rootA, rootB, rename, trees, forests)
		}
	}
	return trees[len(trees)-1]
}

// forestDistances fills in trees the distances of all subtrees that share
// their first leaf with rootA and rootB. forests is scratch memory.
func forestDistances(a, b walk, rootA, rootB int, rename, trees, forests []float64) {
	leafA, leafB := a.left[rootA], b.left[rootB]
	width := len(b.nodes)
	if leafA == rootA && leafB == rootB { // two leaves, as most pairs are
		trees[rootA*width+rootB] = min(2, rename[rootA*width+rootB])
		return
	}
	step := rootB - leafB + 2
	for j := range step {
		forests[j] = float64(j)
	}
	for i := leafA; i <= rootA; i++ {
		above := forests[(i-leafA)*step : (i-leafA+1)*step]
		row := forests[(i-leafA+1)*step : (i-leafA+2)*step]
		row[0] = above[0] + 1
		before := forests[(a.left[i]-leafA)*step:]
		for j := leafB; j <= rootB; j++ {
			at := j - leafB + 1
			least := min(above[at]+1, row[at-1]+1)
			if a.left[i] == leafA && b.left[j] == leafB {
				least = min(least, above[at-1]+rename[i*width+j])
				trees[i*width+j] = least
			} else {
				least = min(least, before[b.left[j]-leafB]+trees[i*width+j])
			}
			row[at] = least
		}
	}
}
