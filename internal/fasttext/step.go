package fasttext

import "math"

// A step is what one example asks of the output matrix.
type step struct {
	rows       []int32 // output rows to multiply with
	alphas     []float32
	beta       float32 // factor of the hidden vector in its own gradient
	needLength bool    // the square of the hidden vector's length is asked for, too
	wanted     []bool  // of rows: is a target
	draws      []int   // LossNS: the rows of the target and the negatives, by position
}

// targets lists the output rows of an example.
func (s *step) targets(t *trainer, labels []int32, index uint64) {
	s.rows, s.wanted, s.draws = s.rows[:0], s.wanted[:0], s.draws[:0]
	random := mix(uint64(t.model.args.Seed)<<32 ^ index ^ 0xD1B54A32D192ED03)
	target := labels[0]
	if len(labels) > 1 {
		target = labels[below(random, len(labels))]
	}
	switch t.model.args.Loss {
	case LossSoftmax, LossOVA:
		for i := range int32(t.out.rows) {
			s.rows = append(s.rows, i)
			s.wanted = append(s.wanted, i == target)
		}
		if t.model.args.Loss == LossOVA {
			for _, label := range labels {
				s.wanted[label] = true
			}
		}
	case LossHS:
		t.model.tree.path(target, func(row int32, right bool) {
			s.rows = append(s.rows, row)
			s.wanted = append(s.wanted, right)
		})
	case LossNS:
		s.needLength = true
		s.draw(target)
		for i := range t.model.args.Neg {
			if negative := t.negatives.draw(mix(random+uint64(i)), target); negative >= 0 {
				s.draw(negative)
			}
		}
	}
}

// draw notes one binary classification of LossNS; a row can be drawn again.
func (s *step) draw(row int32) {
	for i, r := range s.rows {
		if r == row {
			s.draws = append(s.draws, i)
			return
		}
	}
	s.draws = append(s.draws, len(s.rows))
	s.rows = append(s.rows, row)
	s.wanted = append(s.wanted, len(s.rows) == 1)
}

// solve turns products into the factors of the update, and returns the loss.
func (s *step) solve(t *trainer, products []float32, lr float32) float32 {
	n := len(s.rows)
	s.alphas = append(s.alphas[:0], products[:n]...)
	s.beta = 0
	switch t.model.args.Loss {
	case LossSoftmax:
		return s.solveSoftmax(t, lr)
	case LossNS:
		return s.solveSampled(t, products[n], lr)
	case LossOVA, LossHS:
	}
	loss := float32(0)
	for i, logit := range s.alphas {
		score := t.model.tables.sigmoid(logit)
		s.alphas[i], loss = logistic(t, score, s.wanted[i], lr, loss)
	}
	return loss
}

// logistic returns the factor of one binary classifier and adds its loss.
func logistic(t *trainer, score float32, wanted bool, lr, loss float32) (alpha, sum float32) {
	if wanted {
		return lr * (1 - score), loss - t.model.tables.log(score)
	}
	return lr * (0 - score), loss - t.model.tables.log(1-score)
}

func (s *step) solveSoftmax(t *trainer, lr float32) float32 {
	softmax(s.alphas)
	loss := float32(0)
	for i, probability := range s.alphas {
		label := float32(0)
		if s.wanted[i] {
			label = 1
			loss = -t.model.tables.log(probability)
		}
		s.alphas[i] = lr * (label - probability)
	}
	return loss
}

// solveSampled runs the classifications of LossNS one after the other. A row
// that was drawn before has moved by its factor × the hidden vector, so that
// its product has grown by the factor × the square of the vector's length.
func (s *step) solveSampled(t *trainer, length, lr float32) float32 {
	logits := append([]float32(nil), s.alphas...)
	clear(s.alphas)
	loss := float32(0)
	for _, i := range s.draws {
		moved := s.alphas[i]
		score := t.model.tables.sigmoid(logits[i] + float32(moved*length))
		var alpha float32
		alpha, loss = logistic(t, score, s.wanted[i], lr, loss)
		s.beta += float32(alpha * moved)
		s.alphas[i] += alpha
	}
	return loss
}

// below maps a random word to 0..n-1.
func below(random uint64, n int) int {
	return int((random >> 32) * uint64(n) >> 32)
}

// negatives draws labels in proportion to the square root of their counts.
type negatives struct {
	upTo []float64 // sums of the square roots
}

func newNegatives(counts []int64) *negatives {
	n := &negatives{}
	sum := 0.0
	for _, count := range counts {
		sum += math.Sqrt(float64(count))
		n.upTo = append(n.upTo, sum)
	}
	return n
}

// draw returns a label other than target, or -1 if there is none.
func (n *negatives) draw(random uint64, target int32) int32 {
	before := 0.0
	if target > 0 {
		before = n.upTo[target-1]
	}
	own := n.upTo[target] - before
	total := n.upTo[len(n.upTo)-1] - own
	if total <= 0 {
		return -1
	}
	// A point on the line of all labels with the target's piece cut out.
	x := float64(float64(random>>11) * (1.0 / (1 << 53)) * total)
	if x >= before {
		x += own
	}
	low, high := 0, len(n.upTo)-1
	for low < high {
		middle := (low + high) / 2
		if n.upTo[middle] > x {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if int32(low) == target {
		return -1
	}
	return int32(low)
}
