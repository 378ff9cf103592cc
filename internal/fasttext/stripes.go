package fasttext

import (
	"context"
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
	waits    int64 // times that the worker waited long for another
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
	total := int64(t.model.args.Epoch) * t.tokens
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
			pace.took(each, time.Since(begin), len(records), t.waited)
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
	total := float64(t.model.args.Epoch) * float64(t.tokens)
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
	waits := int64(0)
	for _, w := range members {
		waits += w.waits
	}
	t.waited = waits*longWaits > members[0].examples
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
		w.await(&boxes[i], turn+1)
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
	// longWaits is the number of examples of which one may have to wait longer
	// in a run without disturbance.
	longWaits = 20
)

// await waits until another worker has published its products of an example.
func (w *worker) await(box *mailbox, turn uint64) {
	for i := 0; box.published.Load() < turn; i++ {
		if i == spins {
			w.waits++
		}
		if i >= spins {
			runtime.Gosched()
		}
	}
}
