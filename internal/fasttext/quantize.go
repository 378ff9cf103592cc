package fasttext

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"mathsieve/internal/fasttext/kernel"
)

// ErrTooSmall says that a matrix has fewer rows than a quantiser has centroids.
var ErrTooSmall = errors.New("matrix too small for quantization: it needs 256 rows")

// QuantizeOptions say how [Model.Quantize] makes a model small, under
// fastText's names.
type QuantizeOptions struct {
	// Cutoff is the number of words and n-grams to keep, those with the
	// longest vectors; 0 keeps all.
	Cutoff int
	// Retrain trains the rows that were kept again, after a cutoff.
	Retrain bool
	// Epoch, LR and Thread are those of Retrain.
	Epoch, Thread int
	LR            float64
	// QNorm quantises the lengths of the vectors apart.
	QNorm bool
	// QOut quantises the output matrix as well.
	QOut bool
	// DSub is the length of the sub-vectors that one byte stands for.
	DSub int
}

// DefaultQuantizeOptions returns fastText's defaults.
func DefaultQuantizeOptions() QuantizeOptions {
	return QuantizeOptions{Epoch: 5, LR: 0.05, DSub: 2}
}

// Quantize returns a product-quantised copy, which WriteTo writes as fastText's
// .ftz. The source is read with Retrain only. The result is a function of
// model, options and source; threads speed it up and nothing else.
func (m *Model) Quantize(ctx context.Context, o QuantizeOptions, source Source) (*Model, error) {
	switch {
	case m.Quantized():
		return nil, fmt.Errorf("quantize: %w", ErrQuantized)
	case m.args.Model != ModelSupervised:
		return nil, fmt.Errorf("quantize: %w", ErrNotSupervised)
	case o.DSub < 1 || o.DSub > m.args.Dim || o.Cutoff < 0:
		return nil, fmt.Errorf("quantize: dsub %d, cutoff %d: want 1 to %d, 0 or more", o.DSub, o.Cutoff, m.args.Dim)
	}
	q := &Model{args: m.args}
	q.dict = m.dict.withArgs(&q.args)
	input, output := toDense(m.input), toDense(m.output)
	if o.Cutoff > 0 && o.Cutoff < input.rows {
		kept := selectRows(m.dict, input, o.Cutoff)
		q.dict, kept = q.dict.prune(kept)
		pruned := newDense(len(kept), input.cols)
		for i, from := range kept {
			copy(pruned.row(i), input.row(int(from)))
		}
		input = pruned
		if o.Retrain {
			if err := q.retrain(ctx, input, output, o, source); err != nil {
				return nil, fmt.Errorf("quantize: %w", err)
			}
		}
	}
	var err error
	if q.input, err = quantizeMatrix(ctx, input, o.DSub, o.QNorm); err != nil {
		return nil, fmt.Errorf("quantize the input matrix: %w", err)
	}
	q.output = output
	if o.QOut {
		q.quantOut = true
		// fastText always cuts the output matrix into pairs.
		if q.output, err = quantizeMatrix(ctx, output, min(2, m.args.Dim), o.QNorm); err != nil {
			return nil, fmt.Errorf("quantize the output matrix: %w", err)
		}
	}
	q.prepare()
	return q, nil
}

// toDense copies a matrix that is not quantised.
func toDense(m matrix) *denseMatrix {
	rows, cols := m.shape()
	d := newDense(rows, cols)
	for i := range rows {
		_, _ = appendRow(d.row(i)[:0], m, i)
	}
	return d
}

// rowLength returns the length of a row as fastText sums it.
func rowLength(row []float32) float32 {
	sum := 0.0
	for _, x := range row {
		sum += float64(float32(x * x))
	}
	return float32(math.Sqrt(sum))
}

// selectRows returns the n rows with the longest vectors, longest first; the
// row of the line end always is one of them.
func selectRows(d *dictionary, input *denseMatrix, n int) []int32 {
	lengths := make([]float32, input.rows)
	order := make([]int32, input.rows)
	for i := range order {
		order[i] = int32(i)
		lengths[i] = rowLength(input.row(i))
	}
	if end := d.id([]byte(endOfLine), hashEndOfLine); end >= 0 {
		lengths[end] = float32(math.Inf(1))
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(lengths[b], lengths[a]) })
	return order[:n]
}

// withArgs returns a copy that refers to other arguments and shares the entries.
func (d *dictionary) withArgs(args *Args) *dictionary {
	c := *d
	c.args = args
	return &c
}

// prune returns a dictionary of the given input rows alone, and the rows in
// their new order: words as before, then n-grams as given.
func (d *dictionary) prune(rows []int32) (*dictionary, []int32) {
	p := &dictionary{args: d.args, labels: d.labels, tokens: d.tokens, pruned: true, kept: map[int32]int32{}}
	var order []int32
	for _, row := range rows {
		if int(row) < d.words {
			order = append(order, row)
		}
	}
	slices.Sort(order)
	p.words = len(order)
	for _, row := range order {
		p.add(d.entry(int(row)), d.counts[row])
	}
	for i := range d.labels {
		p.add(d.entry(d.words+i), d.counts[d.words+i])
	}
	for _, row := range rows {
		if int(row) >= d.words {
			p.kept[row-int32(d.words)] = int32(len(p.kept))
			order = append(order, row)
		}
	}
	p.index()
	return p, order
}

// retrain trains pruned matrices in place.
func (m *Model) retrain(ctx context.Context, input, output *denseMatrix, o QuantizeOptions, source Source) error {
	if source == nil {
		return errors.New("there is no text to train again with")
	}
	args := m.args
	args.LR, args.Epoch, args.Thread = o.LR, o.Epoch, o.Thread
	if err := args.Validate(); err != nil {
		return err
	}
	t := &trainer{model: &Model{args: args}, level: kernel.Best(), store: store{memory: math.MaxInt64}}
	t.model.dict = m.dict.withArgs(&t.model.args)
	t.model.prepare()
	if err := t.readExamples(ctx, source); err != nil {
		return err
	}
	t.newMatrices()
	t.in.copyFrom(input)
	t.out.copyFrom(output)
	if err := t.run(ctx); err != nil {
		return err
	}
	for i := range input.rows {
		t.in.copyRow(input.row(i), i)
	}
	for i := range output.rows {
		t.out.copyRow(output.row(i), i)
	}
	return nil
}

// quantizeMatrix quantises a matrix, whose rows it may change.
func quantizeMatrix(ctx context.Context, m *denseMatrix, dsub int, normed bool) (*quantMatrix, error) {
	if m.rows < centroids {
		return nil, fmt.Errorf("%w: it has %d", ErrTooSmall, m.rows)
	}
	q := &quantMatrix{rows: m.rows, cols: m.cols}
	if normed {
		lengths := newDense(m.rows, 1)
		for i := range m.rows {
			row := m.row(i)
			length := rowLength(row)
			lengths.data[i] = length
			if length != 0 {
				for j := range row {
					row[j] /= length
				}
			}
		}
		q.norms = newQuantizer(1, 1)
		q.normCodes = make([]uint8, m.rows)
		if err := q.norms.learn(ctx, lengths, q.normCodes); err != nil {
			return nil, err
		}
	}
	q.pq = newQuantizer(m.cols, dsub)
	if m.rows > math.MaxInt32/q.pq.subs {
		return nil, fmt.Errorf("%d rows of %d bytes do not fit into the file format", m.rows, q.pq.subs)
	}
	q.codes = make([]uint8, m.rows*q.pq.subs)
	if err := q.pq.learn(ctx, m, q.codes); err != nil {
		return nil, err
	}
	return q, nil
}

// learn finds the centroids of all sub-vectors and the codes of all rows.
// Sub-vectors are independent, so threads take one at a time.
func (q *productQuantizer) learn(ctx context.Context, m *denseMatrix, codes []uint8) error {
	var next atomic.Int64
	work := func() {
		for ctx.Err() == nil {
			s := int(next.Add(1)) - 1
			if s >= q.subs {
				return
			}
			q.learnPart(ctx, m, s, codes)
		}
	}
	var group sync.WaitGroup
	for range min(q.subs, runtime.GOMAXPROCS(0)) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
	return ctx.Err()
}
