package fasttext

import (
	"context"
	"errors"
	"runtime"
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
// The threads go through all epochs without meeting but in these exchanges. A
// thread that has to wait looks for a while and then sleeps: where another
// process has taken a core, the threads so have their fair share of it, and the
// sleeper is let in at once when it wakes. Waiting awake would use up that share.

// A worker learns its columns of all examples.
type worker struct {
	t     *trainer
	index int
	boxes []mailbox // of all workers
	looks int       // see spins

	in, out      []float32 // [rows × width], [labels × width]
	hidden, grad []float32 // [width]
	products     []float32 // with the output rows of the example
	step         step
	buffer       blockBuffer
	// Scratch memory of the exchange.
	totals  []float32
	vectors [][]float32
	// loss is the sum of the losses of the block.
	loss     float64
	examples int64
	diverged bool
}

// A mailbox is where a worker publishes the products of its columns. There are
// two sets of products in turn: a worker can be ahead of another by less than
// two examples, because it cannot pass an example that the other has not
// published.
type mailbox struct {
	published atomic.Uint64
	sleepers  atomic.Int32
	_         [kernel.CacheLine - 12]byte
	products  [2][]float32
	mutex     sync.Mutex
	changed   sync.Cond // published has grown
	_         [kernel.CacheLine]byte
}

// schedule is where a worker stands.
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
	boxes := make([]mailbox, len(t.in.shares))
	looks := spins
	if len(boxes) > runtime.GOMAXPROCS(0) {
		looks = 0 // who looks keeps others from running
	}
	workers := make([]*worker, len(boxes))
	for i := range workers {
		boxes[i].changed.L = &boxes[i].mutex
		workers[i] = &worker{
			t: t, index: i, boxes: boxes, looks: looks,
			in: t.in.shares[i], out: t.out.shares[i],
			hidden: kernel.Alloc(t.in.width), grad: kernel.Alloc(t.in.width),
		}
	}
	t.started = time.Now()
	errs := make([]error, len(workers))
	var group sync.WaitGroup
	for i, w := range workers[1:] {
		group.Go(func() { errs[i+1] = w.run(ctx) })
	}
	errs[0] = workers[0].run(ctx)
	group.Wait()
	return errors.Join(errs...)
}

// run learns all epochs. The first worker also keeps the trainer's books.
func (w *worker) run(ctx context.Context) error {
	t := w.t
	var at schedule
	for range t.model.args.Epoch {
		if w.index == 0 {
			t.losses = append(t.losses, 0)
			t.seen = 0
		}
		for i := range t.store.blocks {
			records, err := t.store.load(i, &w.buffer)
			if w.index == 0 {
				err = errors.Join(err, ctx.Err())
			}
			if !w.agree(err == nil) {
				return err
			}
			w.loss, w.examples = 0, 0
			at = w.block(records, at)
			switch {
			case w.index > 0 && w.diverged:
				return nil // the first worker tells
			case w.diverged:
				return ErrDiverged
			case w.index == 0:
				t.losses[len(t.losses)-1] += w.loss
				t.seen += w.examples
				t.report(at)
			}
		}
	}
	return nil
}

// agree reports whether all workers are able to go on.
func (w *worker) agree(able bool) bool {
	unable := float32(0)
	if !able {
		unable = 1
	}
	return w.exchange([]float32{unable})[0] == 0
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
	speed := float64(tokens) / max(time.Since(t.started).Seconds(), 1e-9)
	t.options.Progress(Progress{
		Fraction:       float64(tokens) / total,
		Loss:           loss / max(done, 1),
		LR:             float64(t.rate(at.tokens)),
		WordsPerSecond: speed,
		Threads:        len(t.in.shares),
		Left:           time.Duration((total - float64(tokens)) / max(speed, 1) * float64(time.Second)),
		Tokens:         t.model.dict.tokens,
		Words:          t.model.dict.words,
		Labels:         t.model.dict.labels,
	})
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
	level, width := w.t.level, len(w.hidden)
	factor := float32(1 / float64(len(r.features)))
	rows := w.step.rows
	clear(w.hidden)
	level.SumRows(w.hidden, w.in, width, r.features)
	level.Scale(w.hidden, factor)
	w.products = w.products[:0]
	for _, row := range rows {
		w.products = append(w.products, level.Dot(w.hidden, w.outRow(row)))
	}
	if w.step.needLength {
		w.products = append(w.products, level.Dot(w.hidden, w.hidden))
	}
	products := w.exchange(w.products)
	if !finite(products) {
		w.diverged = true
		return
	}
	w.loss += float64(w.step.solve(w.t, products, lr))
	w.examples++
	clear(w.grad)
	for i, row := range rows {
		if a := w.step.alphas[i]; a != 0 {
			out := w.outRow(row)
			level.Axpy(w.grad, a, out)
			level.Axpy(out, a, w.hidden)
		}
	}
	if w.step.beta != 0 {
		level.Axpy(w.grad, w.step.beta, w.hidden)
	}
	level.Scale(w.grad, factor)
	level.AddToRows(w.in, width, r.features, w.grad)
}

// outRow returns the worker's columns of an output row.
func (w *worker) outRow(row int32) []float32 {
	width := len(w.hidden)
	return w.out[int(row)*width:][:width]
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
	if len(w.boxes) == 1 {
		return products
	}
	box := &w.boxes[w.index]
	turn := box.published.Load()
	set := &box.products[turn%2]
	*set = append((*set)[:0], products...)
	box.publish(turn + 1)
	w.vectors = w.vectors[:0]
	for i := range w.boxes {
		w.boxes[i].await(turn+1, w.looks)
		w.vectors = append(w.vectors, w.boxes[i].products[turn%2])
	}
	w.totals = treeSum(w.totals, w.vectors)
	return w.totals
}

// publish tells that the products of a turn are there.
func (b *mailbox) publish(turn uint64) {
	b.published.Store(turn)
	if b.sleepers.Load() > 0 {
		b.mutex.Lock()
		b.changed.Broadcast()
		b.mutex.Unlock()
	}
}

// spins is the number of looks at another's mailbox, a third of a nanosecond to
// one each, before a worker goes to sleep. It takes some 0.1 ms until a sleeper
// runs again; who spins for less than a few times that lets every meeting that
// is late by an interrupt be followed by a train of late ones.
const spins = 1 << 20

// await waits until the box's worker has published the products of a turn. It
// sleeps if that is not seen in a number of looks.
func (b *mailbox) await(turn uint64, looks int) {
	for range looks {
		if b.published.Load() >= turn {
			return
		}
	}
	b.mutex.Lock()
	// A publisher that misses this sleeper has stored its turn before.
	b.sleepers.Add(1)
	for b.published.Load() < turn {
		b.changed.Wait()
	}
	b.sleepers.Add(-1)
	b.mutex.Unlock()
}
