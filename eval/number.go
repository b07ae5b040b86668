package eval

import "recto/eval/score"

// Number is a score with its name.
type Number struct {
	Name  string      `json:"name"`
	Value score.Value `json:"value"`
	Count int         `json:"count,omitempty"` // of the things it is a mean of, where that is not the documents
}

// meanOf returns the mean of something over the documents it applies to.
func meanOf[T any](all []T, value func(T) score.Value) score.Value {
	values := make([]score.Value, 0, len(all))
	for _, a := range all {
		values = append(values, value(a))
	}
	return score.Mean(values...)
}

// as turns details into those of one kind. A corpus has only one.
func as[T detail](details []detail) []T {
	all := make([]T, 0, len(details))
	for _, d := range details {
		all = append(all, d.(T))
	}
	return all
}
