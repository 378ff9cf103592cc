package fasttext

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mathsieve/internal/fasttext/kernel"
)

// How the threads share the work
//
// A thread owns some columns of both matrices, for all examples. For one
// example it sums its columns of the input rows, multiplies them with its
// columns of the output rows, and publishes these partial products. When all
// have published, each adds them up, in the same tree, and so knows the logits,
// the loss and the gradients; it updates its own columns and goes on. That is
// the sequential algorithm, cut by columns: nothing is read that another thread
// writes but the partial products.
//
// The number of threads changes no bit, so it may change at any time. When
// another process takes a core away, the threads wait for the one that lost it;
// therefore each block of examples is timed, and the next is given to the
// number of threads that was fastest.

// A share is some columns of both matrices and scratch memory for them.
type share struct {
	in, out      []float32 // [rows × width], [labels × width]
	hidden, grad []float32 // [width]
	products     []float32 // with the output rows of the example
}

// A worker learns for some neighbouring shares.
type worker struct {
	t      *trainer
	index  int
	team   *team
	shares []*share
	step   step
	// Scratch memory of the exchange.
	own, totals []float32
	vectors     [][]float32
	// loss is the sum of the losses of the block.
	loss     float64
	examples int64
	diverged bool
}

// A team is the workers of one block.
type team struct {
	boxes []mailbox
}

// A mailbox is where a worker publishes the products of its columns. There are
// two sets of products in turn: a worker can be ahead of another by less than
// two examples, because it cannot pass an example that the other has not
// published.
type mailbox struct {
	published atomic.Uint64
	_         [kernel.CacheLine - 8]byte
	products  [2][]float32
	_         [kernel.CacheLine - 48]byte
}

// schedule is what all workers know at the start of a block.
type schedule struct {
	example int64 // index over all epochs, for sampling
	tokens  int64 // tokens before the block, up to the last update of the rate
	pending int64 // tokens since then
}

// rate is the learning rate after tokens of all epochs, as fastText computes it.
func (t *trainer) rate(tokens int64) float32 {
	total := int64(t.model.args.Epoch) * t.model.dict.tokens
	progress := float32(tokens) / float32(total)
	return float32(t.model.args.LR * (1 - float64(progress)))
}

// run learns all epochs.
func (t *trainer) run(ctx context.Context) error {
	shares := t.newShares()
	pace := newPace(len(shares), t.maxWorkers(len(shares)))
	t.started = time.Now()
	var at schedule
	for range t.model.args.Epoch {
		t.losses = append(t.losses, 0)
		t.seen = 0
		for i := range t.store.blocks {
			if err := ctx.Err(); err != nil {
				return err
			}
			records, err := t.store.load(i)
			if err != nil {
				return err
			}
			each := pace.next()
			begin := time.Now()
			if at, err = t.block(records, shares, each, at); err != nil {
				return err
			}
			pace.took(each, time.Since(begin), len(records))
			t.report(at)
		}
	}
	return nil
}

// maxWorkers returns the greatest number of threads to use at a time.
func (t *trainer) maxWorkers(shares int) int {
	if t.options.workers > 0 {
		return shares
	}
	return min(shares, runtime.GOMAXPROCS(0))
}

func (t *trainer) report(at schedule) {
	if t.options.Progress == nil {
		return
	}
	tokens := at.tokens + at.pending
	total := float64(t.model.args.Epoch) * float64(t.model.dict.tokens)
	loss := 0.0
	for _, s := range t.losses {
		loss += s
	}
	done := float64(t.trainable)*float64(len(t.losses)-1) + float64(t.seen)
	t.options.Progress(Progress{
		Fraction:       float64(tokens) / total,
		Loss:           loss / max(done, 1),
		LR:             float64(t.rate(at.tokens)),
		WordsPerSecond: float64(tokens) / max(time.Since(t.started).Seconds(), 1e-9),
	})
}

func (t *trainer) newShares() []*share {
	shares := make([]*share, len(t.in.shares))
	for i := range shares {
		shares[i] = &share{
			in: t.in.shares[i], out: t.out.shares[i],
			hidden: kernel.Alloc(t.in.width), grad: kernel.Alloc(t.in.width),
		}
	}
	return shares
}

// block learns the records of a block; a worker takes each shares, a power of
// two.
func (t *trainer) block(records []int32, shares []*share, each int, at schedule) (schedule, error) {
	var members []*worker
	crew := &team{}
	for part := range slices.Chunk(shares, each) {
		members = append(members, &worker{t: t, index: len(members), team: crew, shares: part})
	}
	crew.boxes = make([]mailbox, len(members))
	var group sync.WaitGroup
	for _, w := range members[1:] {
		group.Go(func() { w.block(records, at) })
	}
	next := members[0].block(records, at)
	group.Wait()
	if members[0].diverged {
		return at, ErrDiverged
	}
	t.losses[len(t.losses)-1] += members[0].loss
	t.seen += members[0].examples
	return next, nil
}

// block learns the examples of a block in order.
func (w *worker) block(records []int32, at schedule) schedule {
	lr := w.t.rate(at.tokens)
	for len(records) > 0 {
		var r record
		r, records = nextRecord(records)
		if at.pending > int64(w.t.model.args.LRUpdateRate) {
			at.tokens += at.pending
			at.pending = 0
			lr = w.t.rate(at.tokens)
		}
		at.pending += int64(r.tokens)
		if len(r.labels) > 0 && len(r.features) > 0 {
			w.example(r, lr, uint64(at.example))
			if w.diverged {
				return at
			}
		}
		at.example++
	}
	return at
}

// example learns one example.
func (w *worker) example(r record, lr float32, index uint64) {
	w.step.targets(w.t, r.labels, index)
	factor := float32(1 / float64(len(r.features)))
	rows := w.step.rows
	for _, s := range w.shares {
		clear(s.hidden)
		w.t.level.SumRows(s.hidden, s.in, len(s.hidden), r.features)
		w.t.level.Scale(s.hidden, factor)
		s.products = s.products[:0]
		for _, row := range rows {
			s.products = append(s.products, w.t.level.Dot(s.hidden, s.outRow(row)))
		}
		if w.step.needLength {
			s.products = append(s.products, w.t.level.Dot(s.hidden, s.hidden))
		}
	}
	products := w.exchange(w.ownProducts())
	if !finite(products) {
		w.diverged = true
		return
	}
	w.loss += float64(w.step.solve(w.t, products, lr))
	w.examples++
	for _, s := range w.shares {
		clear(s.grad)
		for i, row := range rows {
			if a := w.step.alphas[i]; a != 0 {
				out := s.outRow(row)
				w.t.level.Axpy(s.grad, a, out)
				w.t.level.Axpy(out, a, s.hidden)
			}
		}
		if w.step.beta != 0 {
			w.t.level.Axpy(s.grad, w.step.beta, s.hidden)
		}
		w.t.level.Scale(s.grad, factor)
		w.t.level.AddToRows(s.in, len(s.grad), r.features, s.grad)
	}
}

// outRow returns the share's columns of an output row.
func (s *share) outRow(row int32) []float32 {
	width := len(s.hidden)
	return s.out[int(row)*width:][:width]
}

// ownProducts returns the sums of the products of the worker's shares.
func (w *worker) ownProducts() []float32 {
	if len(w.shares) == 1 {
		return w.shares[0].products
	}
	w.vectors = w.vectors[:0]
	for _, s := range w.shares {
		w.vectors = append(w.vectors, s.products)
	}
	w.own = treeSum(w.own, w.vectors)
	return w.own
}

// treeSum adds vectors in a binary tree over neighbours: the upper levels of
// the tree of [kernel.Level.Dot].
func treeSum(dst []float32, vectors [][]float32) []float32 {
	dst = append(dst[:0], vectors[0]...)
	for j := range dst {
		dst[j] = treeAt(vectors, j)
	}
	return dst
}

func treeAt(vectors [][]float32, j int) float32 {
	if len(vectors) == 1 {
		return vectors[0][j]
	}
	half := powerOfTwo(len(vectors)) / 2
	return treeAt(vectors[:half], j) + treeAt(vectors[half:], j)
}

// exchange publishes the worker's products and returns the sums of all
// workers' products.
func (w *worker) exchange(products []float32) []float32 {
	boxes := w.team.boxes
	if len(boxes) == 1 {
		return products
	}
	box := &boxes[w.index]
	turn := box.published.Load()
	set := &box.products[turn%2]
	*set = append((*set)[:0], products...)
	box.published.Store(turn + 1)
	w.vectors = w.vectors[:0]
	for i := range boxes {
		boxes[i].await(turn + 1)
		w.vectors = append(w.vectors, boxes[i].products[turn%2])
	}
	w.totals = treeSum(w.totals, w.vectors)
	return w.totals
}

const (
	// spins is the number of looks at another's mailbox, a nanosecond or two
	// each, before the thread lets others run: longer than a meeting takes,
	// shorter than a time slice.
	spins = 4000
)

// await waits until a worker has published its products of an example.
func (m *mailbox) await(turn uint64) {
	for i := 0; m.published.Load() < turn; i++ {
		if i >= spins {
			runtime.Gosched()
		}
	}
}

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
