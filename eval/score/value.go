package score

import (
	"encoding/json"
	"fmt"
	"math"
)

// Value is a score between 0 and 1, or [None].
type Value float64

// None returns the value of a metric that does not apply to a document.
func None() Value { return Value(math.NaN()) }

// Applies tells whether the metric had something to measure.
func (v Value) Applies() bool { return !math.IsNaN(float64(v)) }

// String gives three decimals, or a dash for [None].
func (v Value) String() string {
	if !v.Applies() {
		return "-"
	}
	return fmt.Sprintf("%.3f", float64(v))
}

// MarshalJSON writes [None] as null, because JSON has no NaN.
func (v Value) MarshalJSON() ([]byte, error) {
	if !v.Applies() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(v))
}

// Mean returns the mean of the values that apply, [None] if none does.
func Mean(values ...Value) Value {
	sum, n := Value(0), 0
	for _, v := range values {
		if v.Applies() {
			sum += v
			n++
		}
	}
	if n == 0 {
		return None()
	}
	return sum / Value(n)
}

// Retrieval is precision, recall and their harmonic mean.
type Retrieval struct{ Precision, Recall, F1 Value }

// NewRetrieval counts truly found things against all that were there and all
// that were given.
func NewRetrieval(hits, there, given int) Retrieval {
	return F1(share(hits, given), share(hits, there))
}

// F1 adds the F1 to a precision and a recall.
func F1(precision, recall Value) Retrieval {
	r := Retrieval{Precision: precision, Recall: recall}
	if precision+recall > 0 {
		r.F1 = 2 * precision * recall / (precision + recall)
	}
	return r
}

// share returns part/whole, 0 for an empty whole.
func share(part, whole int) Value {
	if whole == 0 {
		return 0
	}
	return Value(part) / Value(whole)
}
