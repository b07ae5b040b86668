package eval

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// Difference is how much better one run is than another in a metric, over the
// documents both measured.
type Difference struct {
	Corpus, Metric string
	Mean           float64
	Low, High      float64 // 95 % of the resamplings lie between
	Better, Worse  int     // documents
	Documents      int
}

// resamples is how often documents are drawn anew. The ends of the interval
// are good to a percent or two of its width, which is enough to see whether 0
// lies inside.
const resamples = 2000

// minChange is the least difference of a document that makes it better or
// worse rather than rounded otherwise.
const minChange = 1e-9

// Compare says how much better a report is than another of the same corpora,
// and by a paired bootstrap how far chance in the choice of documents would
// carry that.
func Compare(report, other Report) []Difference {
	before := other.Baseline(false)
	after := report.Baseline(false)
	// The resampling must give the same on each run.
	random := rand.New(rand.NewPCG(1, 1))
	var all []Difference
	for _, c := range report {
		for _, metric := range headline[c.Name] {
			var changes []float64
			for _, d := range c.Documents {
				k := Key{c.Name, d.Name, metric}
				a, measured := after[k]
				b, known := before[k]
				if measured && known {
					changes = append(changes, float64(a-b))
				}
			}
			if len(changes) > 0 {
				d := bootstrap(changes, random)
				d.Corpus, d.Metric = c.Name, metric
				all = append(all, d)
			}
		}
	}
	return all
}

// bootstrap sums up the changes of documents.
func bootstrap(changes []float64, random *rand.Rand) Difference {
	d := Difference{Documents: len(changes)}
	for _, c := range changes {
		d.Mean += c / float64(len(changes))
		if c > minChange {
			d.Better++
		}
		if c < -minChange {
			d.Worse++
		}
	}
	means := make([]float64, resamples)
	for i := range means {
		for range changes {
			means[i] += changes[random.IntN(len(changes))] / float64(len(changes))
		}
	}
	slices.Sort(means)
	d.Low, d.High = means[resamples/40], means[resamples-1-resamples/40]
	return d
}

// WriteDifferences prints a line for each metric.
func WriteDifferences(w io.Writer, differences []Difference) error {
	t := newTable(w)
	t.row("mean of documents", "metric", "better by", "from", "to", "better", "worse", "of")
	for _, d := range differences {
		t.row(d.Corpus, d.Metric, fmt.Sprintf("%+.3f", d.Mean), fmt.Sprintf("%+.3f", d.Low), fmt.Sprintf("%+.3f", d.High),
			fmt.Sprint(d.Better), fmt.Sprint(d.Worse), fmt.Sprint(d.Documents))
	}
	t.blank()
	return t.flush()
}
