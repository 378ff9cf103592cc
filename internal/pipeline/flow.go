package pipeline

import (
	"context"
	"errors"
	"io"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

const (
	// defaultBatchItems keeps the cost of two channel operations for a batch
	// below a microsecond an item.
	defaultBatchItems = 64
	// defaultBatchBytes lets a dozen batches fit into the memory of a worker.
	defaultBatchBytes = 4 << 20
)

// A Flow takes the items of one shard through Read, Work and Write. Read and
// Write are called by one goroutine each, in the order of the items; Work runs
// on Workers goroutines at once. With one worker there are no goroutines at
// all, and the three take turns.
//
// Items live in a fixed ring of 2·Workers+2 batches and are used again and
// again, with whatever buffers they hold: Read refills them. So memory is
// bounded by (2·Workers+2) · (BatchBytes + one item). After Write, an item that
// has a method Trim() is asked to drop buffers that have grown too large to keep.
//
// The first error in the order of items ends the Flow: which one that is does
// not depend on Workers. Items before it are written.
type Flow[T any] struct {
	// Workers is the number of goroutines for Work; less than 1 means 1.
	Workers int
	// BatchItems is the greatest number of items in a batch, 0 means 64.
	BatchItems int
	// BatchBytes is the size at which a batch is full, in bytes, 0 means 4 MiB.
	// The item that reaches it is the last of its batch.
	BatchBytes int64
	// Read fills the next item and returns its size in bytes; io.EOF after the
	// last. It should return soon after the context of Run is done.
	Read func(item *T) (bytes int, err error)
	// Work makes the function of one worker, which owns the worker's scratch
	// memory. It is called Workers times before the Flow starts. An item that
	// has a method Describe() string is named in the error of a panic.
	Work func() func(ctx context.Context, item *T) error
	// Write takes an item that Work has done. It does not retain it.
	Write func(item *T) error
}

// A batch of items on its way around the ring.
type batch[T any] struct {
	number int
	items  []T
	n      int   // items in use
	err    error // what happened after the first n items; io.EOF at the end
}

// Run takes all items through the Flow. It returns when every goroutine that it
// has started is gone.
func (f Flow[T]) Run(ctx context.Context) error {
	f.Workers = max(f.Workers, 1)
	if f.BatchItems <= 0 {
		f.BatchItems = defaultBatchItems
	}
	if f.BatchBytes <= 0 {
		f.BatchBytes = defaultBatchBytes
	}
	works := make([]func(context.Context, *T) error, f.Workers)
	for i := range works {
		works[i] = f.Work()
	}
	if f.Workers == 1 {
		return f.alone(ctx, works[0])
	}
	return f.ring(ctx, works)
}

// alone does everything in the calling goroutine.
func (f Flow[T]) alone(ctx context.Context, work func(context.Context, *T) error) error {
	b := &batch[T]{items: make([]T, f.BatchItems)}
	for {
		f.fill(ctx, b)
		f.process(ctx, b, work)
		if err := f.drain(ctx, b); err != nil {
			return end(err)
		}
	}
}

// end is the error of Run, for the error of the last batch.
func end(err error) error {
	if errors.Is(err, errEnd) {
		return nil
	}
	return err
}

// errEnd stands for the end of the input. io.EOF will not do: Work and Write
// may return it by mistake, and that is no success.
var errEnd = errors.New("end of input")

// ring moves batches free -> work -> done -> free. Every channel holds the
// whole ring, so that no send ever blocks: to wait for a free batch is the only
// back-pressure, and no order of events can deadlock.
func (f Flow[T]) ring(ctx context.Context, works []func(context.Context, *T) error) error {
	size := 2*f.Workers + 2
	free, work, done := make(chan *batch[T], size), make(chan *batch[T], size), make(chan *batch[T], size)
	for range size {
		free <- &batch[T]{items: make([]T, f.BatchItems)}
	}
	group, ctx := errgroup.WithContext(ctx)

	group.Go(func() error {
		defer close(work)
		for number := 0; ; number++ {
			b, err := receive(ctx, free)
			if err != nil {
				return err
			}
			b.number = number
			f.fill(ctx, b)
			last := b.err != nil
			work <- b
			if last {
				return nil
			}
		}
	})
	for _, do := range works {
		group.Go(func() error {
			for {
				b, err := receive(ctx, work)
				if err != nil || b == nil {
					return err
				}
				f.process(ctx, b, do)
				done <- b
			}
		})
	}
	group.Go(func() error {
		waiting := make([]*batch[T], size) // by number modulo size; at most size are on their way
		for number := 0; ; number++ {
			slot := number % size
			for waiting[slot] == nil {
				b, err := receive(ctx, done)
				if err != nil {
					return err
				}
				waiting[b.number%size] = b
			}
			b := waiting[slot]
			waiting[slot] = nil
			if err := f.drain(ctx, b); err != nil {
				return err // also errEnd: it stops workers that wait in vain
			}
			free <- b
		}
	})
	return end(group.Wait())
}

// receive returns nil, nil when the channel is closed.
func receive[T any](ctx context.Context, from <-chan *batch[T]) (*batch[T], error) {
	select {
	case b := <-from:
		return b, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fill reads items until the batch is full or there are no more.
func (f Flow[T]) fill(ctx context.Context, b *batch[T]) {
	b.n, b.err = 0, nil
	var bytes int64
	for b.n < len(b.items) && bytes < f.BatchBytes {
		if b.err = ctx.Err(); b.err != nil {
			return
		}
		var n int
		b.err = guard(&b.items[b.n], func(item *T) (err error) {
			n, err = f.Read(item)
			return err
		})
		if b.err == io.EOF { //nolint:errorlint // a wrapped io.EOF is a file cut short
			b.err = errEnd
		}
		if b.err != nil {
			return
		}
		bytes += int64(n)
		b.n++
	}
}

// process works on the items; the first error cuts the batch there.
func (f Flow[T]) process(ctx context.Context, b *batch[T], work func(context.Context, *T) error) {
	for i := range b.n {
		err := ctx.Err()
		if err == nil {
			err = guard(&b.items[i], func(item *T) error { return work(ctx, item) })
		}
		if err != nil {
			b.n, b.err = i, err
			return
		}
	}
}

// drain writes the items of a batch and returns what came after them.
func (f Flow[T]) drain(ctx context.Context, b *batch[T]) error {
	for i := range b.n {
		if err := ctx.Err(); err != nil {
			return err
		}
		item := &b.items[i]
		if err := guard(item, f.Write); err != nil {
			return err
		}
		if big, ok := any(item).(interface{ Trim() }); ok {
			big.Trim()
		}
	}
	return b.err
}

// guard turns a panic into an error that names the item.
func guard[T any](item *T, do func(*T) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Item: describeItem(item), Value: value, Stack: debug.Stack()}
		}
	}()
	return do(item)
}

// describeItem survives items that are in no state to be described.
func describeItem[T any](item *T) (name string) {
	defer func() {
		if recover() != nil {
			name = "an item that cannot be described"
		}
	}()
	if named, ok := any(item).(interface{ Describe() string }); ok {
		return named.Describe()
	}
	return ""
}
