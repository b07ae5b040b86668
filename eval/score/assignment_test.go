package score

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestAssign(t *testing.T) {
	for _, c := range []struct {
		weights [][]float64
		want    []int
	}{
		{nil, nil},
		{[][]float64{{1, 2}}, []int{1}},
		{[][]float64{{3, 2}, {2, 0}}, []int{1, 0}}, // the best single pair is not the best sum
		{[][]float64{{1}, {5}, {2}}, []int{-1, 0, -1}},
	} {
		if got := assign(c.weights); !slices.Equal(got, c.want) {
			t.Errorf("assign(%v) = %v, want %v", c.weights, got, c.want)
		}
	}
}

func TestAssignIsBest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rows, cols := 1+random.IntN(5), 1+random.IntN(5)
		weights := make([][]float64, rows)
		for i := range weights {
			for range cols {
				weights[i] = append(weights[i], float64(random.IntN(5)))
			}
		}
		sum := 0.0
		for i, j := range assign(weights) {
			if j >= 0 {
				sum += weights[i][j]
			}
		}
		if want := bestSum(weights, 0, map[int]bool{}); sum != want {
			t.Errorf("assign(%v) sums to %v, want %v", weights, sum, want)
		}
	}
}

// bestSum tries all assignments.
func bestSum(weights [][]float64, row int, used map[int]bool) float64 {
	if row == len(weights) {
		return 0
	}
	best := bestSum(weights, row+1, used)
	for j, w := range weights[row] {
		if !used[j] {
			used[j] = true
			best = max(best, w+bestSum(weights, row+1, used))
			used[j] = false
		}
	}
	return best
}
