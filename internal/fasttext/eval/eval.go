// Package eval measures a two-class classifier from its scores: precision,
// recall and F1 at thresholds, the precision-recall curve and average
// precision. Results depend on the samples but not on their order.
package eval

import (
	"cmp"
	"slices"
)

// A Sample is one scored document.
type Sample struct {
	// Score is what the classifier said; higher is more positive.
	Score float32
	// Positive is the truth.
	Positive bool
}

// A Point is a classifier that accepts every score of Threshold or more.
type Point struct {
	Threshold float32 `json:"threshold"`
	// Accepted is the number of samples accepted, Right that of positives
	// among them.
	Accepted int `json:"accepted"`
	Right    int `json:"right"`
	// Precision is Right/Accepted, 1 if nothing was accepted; Recall is Right
	// by the number of positives, 0 if there are none; F1 is their harmonic
	// mean.
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func newPoint(threshold float32, accepted, right, positives int) Point {
	p := Point{Threshold: threshold, Accepted: accepted, Right: right, Precision: 1}
	if accepted > 0 {
		p.Precision = float64(right) / float64(accepted)
	}
	if positives > 0 {
		p.Recall = float64(right) / float64(positives)
	}
	if accepted+positives > 0 {
		p.F1 = 2 * float64(right) / float64(accepted+positives)
	}
	return p
}

// Curve returns the points at each score that occurs, highest threshold first.
// Samples whose score is not a number count as scored lowest.
func Curve(samples []Sample) []Point {
	sorted := slices.Clone(samples)
	slices.SortFunc(sorted, func(a, b Sample) int { return cmp.Compare(b.Score, a.Score) })
	positives := 0
	for _, s := range sorted {
		if s.Positive {
			positives++
		}
	}
	var curve []Point
	right := 0
	for i, s := range sorted {
		if s.Positive {
			right++
		}
		if i+1 == len(sorted) || cmp.Compare(sorted[i+1].Score, s.Score) != 0 {
			curve = append(curve, newPoint(s.Score, i+1, right, positives))
		}
	}
	return curve
}

// AveragePrecision returns the mean of the precisions of a curve, each weighted
// by the recall it adds: 1 for a perfect order, the share of positives for a
// random one. Equal scores count as one step.
func AveragePrecision(samples []Sample) float64 {
	sum, recall := 0.0, 0.0
	for _, p := range Curve(samples) {
		sum += (p.Recall - recall) * p.Precision
		recall = p.Recall
	}
	return sum
}

// At returns the points at the given thresholds, in their order.
func At(samples []Sample, thresholds ...float32) []Point {
	positives := 0
	for _, s := range samples {
		if s.Positive {
			positives++
		}
	}
	points := make([]Point, len(thresholds))
	for i, threshold := range thresholds {
		accepted, right := 0, 0
		for _, s := range samples {
			if s.Score >= threshold {
				accepted++
				if s.Positive {
					right++
				}
			}
		}
		points[i] = newPoint(threshold, accepted, right, positives)
	}
	return points
}

// BestF1 returns the point of the curve with the highest F1; of equal ones that
// with the highest threshold. Without samples it is the zero Point.
func BestF1(samples []Sample) Point {
	var best Point
	for i, p := range Curve(samples) {
		if i == 0 || p.F1 > best.F1 {
			best = p
		}
	}
	return best
}

// Steps returns the points of the curve that are the first to reach a recall of
// 1/n, 2/n, …, n/n, each point once.
func Steps(samples []Sample, n int) []Point {
	var steps []Point
	next := 1
	for _, p := range Curve(samples) {
		reached := int(p.Recall * float64(n))
		if reached >= next {
			steps = append(steps, p)
			next = reached + 1
		}
	}
	return steps
}
