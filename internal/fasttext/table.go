package fasttext

import (
	"math"
	"slices"
	"strconv"

	"mathsieve/internal/fasttext/kernel"
)

// A Table answers for most lines from one number a feature (see [Scorer]) as
// the whole model would. It is read-only and may be used by many goroutines.
//
// fastText's answer is a sum of float32 numbers, rounded once a feature and
// column. The table's sum differs from it by that rounding, of which the table
// knows no more than a bound. Where fastText would give the same answer for
// every logit within the bound, that is the answer; else the table does not
// know, and the whole model must be asked. The bound is that of errors which are
// as often up as down: eleven times the usual difference and 1.5 times the
// largest seen in 6,000 lines of 12 to 70,000 words.
type Table struct {
	scorer *Scorer
	// spread is the most by which the length of a row times that of the
	// direction it is multiplied with, a bound of the sum of the absolute
	// products of their columns, exceeds the absolute value of their product.
	spread float64
	dim    int
}

// NewTable returns the table of a model, or nil if it has none: the answer
// must follow from one sum, which it does for two labels and softmax, and the
// input matrix must not be quantised.
func (m *Model) NewTable() *Table {
	input, dense := m.input.(*denseMatrix)
	if !dense || m.args.Loss != LossSoftmax || m.args.Model != ModelSupervised || m.dict.labels != 2 {
		return nil
	}
	weights, err := m.direction(m.dict.label(0))
	if err != nil {
		return nil
	}
	t := &Table{dim: input.cols}
	direction := make([]float32, input.cols)
	for j, w := range weights {
		direction[j] = float32(w)
	}
	length := math.Sqrt(dotFast(direction, direction))
	products := make([]float32, input.rows)
	for i := range products {
		row := input.row(i)
		product := dotFast(row, direction)
		products[i] = float32(product)
		t.spread = max(t.spread, math.Sqrt(dotFast(row, row))*length-math.Abs(product))
	}
	if t.scorer, err = newScorer(m, products); err != nil {
		return nil
	}
	return t
}

// dotFast returns the product of two vectors of equal length.
func dotFast(a, b []float32) float64 {
	whole := len(a) &^ (kernel.Lanes - 1)
	sum := float64(kernel.Best().Dot(a[:whole], b[:whole]))
	for j := whole; j < len(a); j++ {
		sum += float64(float64(a[j]) * float64(b[j]))
	}
	return sum
}

// Use makes the predictor ask a table first. The table must be of the
// predictor's model.
func (p *Predictor) Use(t *Table) { p.table, p.worker = t, t.scorer.NewWorker() }

// An Answer is what a model says of a line. Its slices are valid until the next
// line.
type Answer struct {
	// Labels are the known labels that stood in the line, as indices of
	// [Model.Labels].
	Labels []int32
	// Known says that the line has a known feature.
	Known bool
	// Best are the predictions, best first: indices of [Model.Labels] and the
	// probability that fastText prints for them.
	Best          []int32
	Probabilities []float32
}

// A Question says what to predict: the K most probable labels, all if K is -1,
// whose probability is at least Threshold.
type Question struct {
	K         int
	Threshold float32
	// Tolerance is how far the probabilities may be from fastText's; 0 is that
	// they print the same six digits.
	Tolerance float32
}

// Answer answers for each line of a raw line. The labels do not depend on
// whether the predictor uses a table, the probabilities within the tolerance.
func (p *Predictor) Answer(raw RawLine, q Question, visit func(*Answer) error) error {
	a := &p.answers[0]
	if p.table != nil && p.fromTable(a, &p.answers[1], raw, q) {
		return visit(a)
	}
	return p.linesOf(raw, func(line Line) error {
		best, err := p.rank(line.Features, q.K, q.Threshold)
		if err != nil {
			return err
		}
		a.Labels, a.Known = line.Labels, len(line.Features) > 0
		a.set(best)
		return visit(a)
	})
}

// set takes predictions.
func (a *Answer) set(best []scored) {
	a.Best, a.Probabilities = a.Best[:0], a.Probabilities[:0]
	for _, s := range best {
		a.Best = append(a.Best, s.label)
		a.Probabilities = append(a.Probabilities, probability(s.score))
	}
}

// fromTable answers for a raw line, if the table knows: if both ends of what
// fastText's logit can be give the same labels and near enough probabilities.
func (p *Predictor) fromTable(a, other *Answer, raw RawLine, q Question) bool {
	if !raw.Terminated {
		return false // has no end token
	}
	sum := p.worker.total(raw.Text)
	if p.worker.ended {
		return false // several lines, perhaps
	}
	a.Labels, a.Known = p.worker.labels, sum.n > 0
	a.set(nil)
	if sum.n == 0 {
		return true
	}
	logit := sum.sum / float64(sum.n)
	slack := p.table.slack(sum)
	if math.IsInf(logit, 0) || math.IsNaN(logit) || math.IsInf(slack, 0) {
		return false
	}
	a.set(p.judge(logit-slack, q))
	other.set(p.judge(logit+slack, q))
	if !slices.Equal(a.Best, other.Best) || !near(a.Probabilities, other.Probabilities, q.Tolerance) {
		return false
	}
	a.set(p.judge(logit, q))
	return true
}

// slack bounds the difference between the logit of a sum of features and
// fastText's.
func (t *Table) slack(sum total) float64 {
	const unit = 1.0 / (1 << 24) // half the distance of float32 numbers above 1
	steps := float64(sum.n + t.dim)
	return unit * math.Sqrt(steps) * (sum.size/float64(sum.n) + t.spread)
}

// judge ranks the two labels, given the logit of the first less that of the
// second. The ranking is valid until the next call.
func (p *Predictor) judge(logit float64, q Question) []scored {
	p.output[0], p.output[1] = float32(max(logit, 0)), float32(max(-logit, 0))
	softmax(p.output)
	k := q.K
	if k < 0 {
		k = 2
	}
	p.best = ranking{k: k, items: p.best.items[:0]}
	if k > 0 {
		p.best.fill(p.output, q.Threshold)
	}
	return p.best.sorted()
}

// near reports whether numbers differ by no more than the tolerance, or print
// the same six digits if it is 0.
func near(a, b []float32, tolerance float32) bool {
	var x, y [24]byte
	for i := range a {
		switch {
		case a[i] == b[i]:
		case tolerance > 0:
			if abs := a[i] - b[i]; max(abs, -abs) > tolerance {
				return false
			}
		case string(strconv.AppendFloat(x[:0], float64(a[i]), 'g', 6, 64)) != string(strconv.AppendFloat(y[:0], float64(b[i]), 'g', 6, 64)):
			return false
		}
	}
	return true
}
