package cli

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"mathsieve/internal/fasttext"
)

// A batch is some lines of the text, and what came of them.
type batch struct {
	text  []byte
	lines []rawLine
	out   []byte // to be written
	meter meter  // of test
	err   error
	done  chan struct{}
}

type rawLine struct {
	end        int // in text
	terminated bool
}

// batchBytes is the size of a batch, if it does not end earlier because there
// is nothing more to read at the moment.
const batchBytes = 1 << 18

// fill reads lines into an empty batch. The error of the text is returned
// together with the lines before it.
func (b *batch) fill(in *fasttext.RawReader) error {
	b.text, b.lines, b.out = b.text[:0], b.lines[:0], b.out[:0]
	for len(b.text) < batchBytes {
		line, err := in.Next()
		if err != nil {
			return err
		}
		b.text = append(b.text, line.Text...)
		b.lines = append(b.lines, rawLine{len(b.text), line.Terminated})
		if in.Drained() {
			break
		}
	}
	return nil
}

// each calls visit for the lines of the batch.
func (b *batch) each(visit func(fasttext.RawLine) error) error {
	start := 0
	for _, l := range b.lines {
		if err := visit(fasttext.RawLine{Text: b.text[start:l.end], Terminated: l.terminated}); err != nil {
			return err
		}
		start = l.end
	}
	return nil
}

// An answerer answers for each line of a text.
type answerer struct {
	model    *fasttext.Model
	question fasttext.Question
	threads  int // 0 is one for each CPU
	// answer puts what becomes of an answer into the batch. It is called by
	// many goroutines, each with batches of its own.
	answer func(*batch, *fasttext.Answer)
}

// run reads the text and passes the batches to use, in the order of the text.
// It keeps two batches a thread in memory, and answers for what has been read
// before it waits for more. A table is made whatever the size of the text, so
// that the answer for a line does not depend on where it stands.
func (a *answerer) run(ctx context.Context, text io.Reader, use func(*batch) error) error {
	ctx, stop := context.WithCancel(ctx)
	threads := a.threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	free := make(chan *batch, 2*threads)
	work := make(chan *batch, 2*threads)
	order := make(chan *batch, 2*threads)
	for range cap(free) {
		free <- &batch{done: make(chan struct{}, 1)}
	}
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	table := a.model.NewTable()
	for range threads {
		group.Go(func() { a.work(ctx, table, work) })
	}
	// The reader is not waited for: it may be waiting for a terminal.
	failed := make(chan error, 1)
	go func() { failed <- a.read(ctx, text, free, work, order) }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case b, more := <-order:
			if !more {
				return <-failed
			}
			<-b.done
			if b.err != nil {
				return b.err
			}
			if err := use(b); err != nil {
				return err
			}
			free <- b
		}
	}
}

// read fills batches until the text ends.
func (a *answerer) read(ctx context.Context, text io.Reader, free <-chan *batch, work, order chan<- *batch) error {
	defer close(order)
	in := fasttext.NewRawReader(text)
	for {
		var b *batch
		select {
		case <-ctx.Done():
			return ctx.Err()
		case b = <-free:
		}
		err := b.fill(in)
		if len(b.lines) > 0 {
			work <- b
			order <- b
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// work answers for batches, with a table if the model has one.
func (a *answerer) work(ctx context.Context, table *fasttext.Table, work <-chan *batch) {
	p := a.model.NewPredictor()
	if table != nil {
		p.Use(table)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-work:
			b.err = b.each(func(line fasttext.RawLine) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				return p.Answer(line, a.question, func(answer *fasttext.Answer) error {
					a.answer(b, answer)
					return nil
				})
			})
			b.done <- struct{}{}
		}
	}
}
