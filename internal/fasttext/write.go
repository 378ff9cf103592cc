package fasttext

import (
	"bufio"
	"encoding/binary"
	"io"
	"maps"
	"math"
	"slices"
)

// WriteTo writes the model in fastText's format, version 12. The bytes are a
// function of the model alone.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	b := &binWriter{w: bufio.NewWriterSize(w, 1<<18)}
	b.i32(fileMagic, fileVersion)
	b.args(&m.args)
	b.dictionary(m.dict)
	b.flag(m.Quantized())
	b.matrix(m.input)
	b.flag(m.quantOut)
	b.matrix(m.output)
	if b.err == nil {
		b.err = b.w.Flush()
	}
	return b.written, b.err
}

// A binWriter writes fields; its first error sticks.
type binWriter struct {
	w       *bufio.Writer
	written int64
	err     error
	scratch []byte
}

func (b *binWriter) bytes(p []byte) {
	if b.err == nil {
		var n int
		n, b.err = b.w.Write(p)
		b.written += int64(n)
	}
}

func (b *binWriter) i32(xs ...int) {
	b.scratch = b.scratch[:0]
	for _, x := range xs {
		b.scratch = binary.LittleEndian.AppendUint32(b.scratch, uint32(x))
	}
	b.bytes(b.scratch)
}

func (b *binWriter) i64(x int64) {
	b.scratch = binary.LittleEndian.AppendUint64(b.scratch[:0], uint64(x))
	b.bytes(b.scratch)
}

func (b *binWriter) flag(x bool) {
	if x {
		b.bytes([]byte{1})
	} else {
		b.bytes([]byte{0})
	}
}

func (b *binWriter) floats(xs []float32) {
	const piece = 1 << 14
	for len(xs) > 0 && b.err == nil {
		n := min(piece, len(xs))
		b.scratch = b.scratch[:0]
		for _, x := range xs[:n] {
			b.scratch = binary.LittleEndian.AppendUint32(b.scratch, math.Float32bits(x))
		}
		b.bytes(b.scratch)
		xs = xs[n:]
	}
}

func (b *binWriter) args(a *Args) {
	b.i32(a.Dim, a.WS, a.Epoch, a.MinCount, a.Neg, a.WordNgrams, int(a.Loss), int(a.Model),
		a.Bucket, a.MinN, a.MaxN, a.LRUpdateRate)
	b.i64(int64(math.Float64bits(a.T)))
}

func (b *binWriter) dictionary(d *dictionary) {
	b.i32(d.size(), d.words, d.labels)
	b.i64(d.tokens)
	if d.pruned {
		b.i64(int64(len(d.kept)))
	} else {
		b.i64(-1)
	}
	for i := range d.size() {
		b.bytes(d.entry(i))
		b.flag(false) // the end of the string
		b.i64(d.counts[i])
		b.flag(i >= d.words)
	}
	for _, bucket := range slices.Sorted(maps.Keys(d.kept)) {
		b.i32(int(bucket), int(d.kept[bucket]))
	}
}

func (b *binWriter) matrix(m matrix) {
	switch m := m.(type) {
	case *denseMatrix:
		b.i64(int64(m.rows))
		b.i64(int64(m.cols))
		b.floats(m.data)
	case *stripedMatrix:
		b.i64(int64(m.rows))
		b.i64(int64(m.cols))
		row := make([]float32, m.cols)
		for i := range m.rows {
			m.copyRow(row, i)
			b.floats(row)
		}
	case *quantMatrix:
		b.flag(m.normCodes != nil)
		b.i64(int64(m.rows))
		b.i64(int64(m.cols))
		b.i32(len(m.codes))
		b.bytes(m.codes)
		b.quantizer(&m.pq)
		if m.normCodes != nil {
			b.bytes(m.normCodes)
			b.quantizer(&m.norms)
		}
	}
}

func (b *binWriter) quantizer(q *productQuantizer) {
	b.i32(q.dim, q.subs, q.sub, q.lastSub)
	b.floats(q.centroids)
}
