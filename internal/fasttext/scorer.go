package fasttext

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"

	"mathsieve/internal/fasttext/kernel"
)

// ErrNotBinary says that a model has not exactly two labels.
var ErrNotBinary = errors.New("the model does not have exactly two labels")

// ErrUnknownLabel says that a model lacks the label asked for.
var ErrUnknownLabel = errors.New("the model has no such label")

// A Scorer is a two-label model with one number for each feature: the product
// of the feature's row with the difference of the output rows, as a float32.
// It answers with the probability of one label. It is read-only and safe for
// many goroutines, each through a [Worker] of its own.
//
// Against fastText the probability differs by rounding and by the 1e-5 that
// fastText adds before it takes the logarithm. With the losses ova and ns
// fastText reads the sigmoid from a table of 512 steps, which the Scorer
// computes instead, so that scores do not fall into 512 classes; there the two
// can be 0.008 apart.
type Scorer struct {
	args    Args
	slots   []scoreSlot // open addressing; the length is a power of two
	text    []byte      // entries longer than inlineWord
	buckets []float32   // by bucket; of a pruned model by kept row
	kept    map[int32]int32
	pruned  bool
	mod     modulus
}

// inlineWord is the length of the longest word that stands in its slot.
const inlineWord = 12

// A scoreSlot is one cell of the dictionary: 32 bytes, so that finding a word
// touches one cache line.
type scoreSlot struct {
	hash  uint32
	size  uint32  // length of the word plus one; 0 is an empty slot
	score float32 // of a label its number
	label bool
	start uint32 // in Scorer.text, of a longer word
	short [inlineWord]byte
}

// Collapse returns the scorer for the probability of the label positive. The
// model must be supervised and have two labels.
func (m *Model) Collapse(positive string) (*Scorer, error) {
	weights, err := m.direction(positive)
	if err != nil {
		return nil, err
	}
	rows, cols := m.input.shape()
	products := make([]float32, rows)
	row := make([]float32, cols)
	for i := range products {
		switch input := m.input.(type) {
		case *denseMatrix:
			products[i] = float32(dotWide(input.row(i), weights))
		case *stripedMatrix:
			input.copyRow(row, i)
			products[i] = float32(dotWide(row, weights))
		case *quantMatrix:
			clear(row)
			input.pq.add(row, input.rowCodes(i), input.norm(i))
			products[i] = float32(dotWide(row, weights))
		}
	}
	return newScorer(m, products)
}

// LoadScorer reads a model as [Load] does and collapses it on the way, so that
// the input matrix is never in memory: a model of 2.2 GB needs 30 MB. The
// result is the same as that of [Model.Collapse].
func LoadScorer(r io.ReaderAt, size int64, positive string) (*Scorer, error) {
	b := newBinReader(r, size)
	m := &Model{}
	if b.head(m) {
		// A quantised matrix is small.
		full, err := Load(r, size)
		if err != nil {
			return nil, err
		}
		return full.Collapse(positive)
	}
	rows := m.dict.rows()
	cols := m.args.Dim
	if !b.shape("input matrix", rows, cols) || !b.need("input matrix", rows, 4*int64(cols)) {
		return nil, b.err
	}
	start := b.offset()
	b.seek(start + rows*4*int64(cols))
	m.quantOut = b.outputFlag(false)
	m.output = b.matrix("output matrix", m.quantOut, int64(len(m.dict.targetCounts())), cols)
	b.end()
	if b.err != nil {
		return nil, b.err
	}
	m.prepare()
	weights, err := m.direction(positive)
	if err != nil {
		return nil, err
	}
	b.seek(start)
	products := make([]float32, rows)
	row := make([]float32, cols)
	for i := range products {
		b.floats("input matrix", row)
		products[i] = float32(dotWide(row, weights))
	}
	if b.err != nil {
		return nil, b.err
	}
	return newScorer(m, products)
}

// direction returns the vector whose product with the hidden vector is the
// logit of the label positive.
func (m *Model) direction(positive string) ([]float64, error) {
	if m.args.Model != ModelSupervised {
		return nil, ErrNotSupervised
	}
	if m.dict.labels != 2 {
		return nil, fmt.Errorf("%w: it has %d", ErrNotBinary, m.dict.labels)
	}
	label := -1
	for i := range m.dict.labels {
		if m.dict.label(i) == positive {
			label = i
		}
	}
	if label < 0 {
		return nil, fmt.Errorf("%w: %q, only %q", ErrUnknownLabel, positive, m.Labels())
	}
	_, dim := m.output.shape()
	plus, minus := label, -1
	flip := false
	switch m.args.Loss {
	case LossSoftmax:
		minus = 1 - label
	case LossHS:
		// The root, row 0, decides for its right child.
		plus = 0
		flip = !m.tree.nodes[label].binary
	case LossOVA, LossNS:
	}
	weights := make([]float64, dim)
	unit := make([]float32, dim)
	for j := range weights {
		unit[j] = 1
		weights[j] = float64(m.output.dot(unit, plus))
		if minus >= 0 {
			weights[j] -= float64(m.output.dot(unit, minus))
		}
		if flip {
			weights[j] = -weights[j]
		}
		unit[j] = 0
	}
	return weights, nil
}

// dotWide returns the product of a row with weights in four float64 sums,
// rounded in a fixed order.
func dotWide(row []float32, weights []float64) float64 {
	weights = weights[:len(row)]
	var a, b, c, d float64
	j := 0
	for ; j+4 <= len(row); j += 4 {
		r, w := row[j:j+4:j+4], weights[j:j+4:j+4]
		a += float64(float64(r[0]) * w[0])
		b += float64(float64(r[1]) * w[1])
		c += float64(float64(r[2]) * w[2])
		d += float64(float64(r[3]) * w[3])
	}
	for ; j < len(row); j++ {
		a += float64(float64(row[j]) * weights[j])
	}
	return (a + b) + (c + d)
}

// newScorer puts the products of the rows where the words are found.
func newScorer(m *Model, products []float32) (*Scorer, error) {
	if !finite(products) {
		return nil, ErrNotFinite
	}
	d := m.dict
	s := &Scorer{args: m.args, kept: d.kept, pruned: d.pruned, mod: d.buckets}
	s.buckets = kernel.Alloc(len(products) - d.words)
	copy(s.buckets, products[d.words:])
	s.slots = kernel.AllocOf[scoreSlot](1 << bits.Len(uint(2*d.size())))
	for i := range d.size() {
		word := d.entry(i)
		if len(word) > math.MaxInt32-1 || len(s.text) > math.MaxUint32-len(word) {
			return nil, errors.New("the dictionary's words are too long to score with")
		}
		slot := s.find(word, d.hashes[i])
		if slot.size == 0 {
			*slot = scoreSlot{hash: d.hashes[i], size: uint32(len(word)) + 1}
			if copy(slot.short[:], word) < len(word) {
				slot.start = uint32(len(s.text))
				s.text = append(s.text, word...)
			}
		}
		if slot.label = i >= d.words; slot.label {
			slot.score = float32(i - d.words)
		} else {
			slot.score = products[i]
		}
	}
	return s, nil
}

// find returns the slot of a word, or the empty slot where it would stand.
func (s *Scorer) find(word []byte, h uint32) *scoreSlot {
	mask := uint32(len(s.slots) - 1)
	for i := spread(h) & mask; ; i = (i + 1) & mask {
		slot := &s.slots[i]
		if slot.size == 0 || slot.hash == h && s.holds(slot, word) {
			return slot
		}
	}
}

// holds reports whether a slot's word is the given one.
func (s *Scorer) holds(slot *scoreSlot, word []byte) bool {
	if int(slot.size) != len(word)+1 {
		return false
	}
	if len(word) <= len(slot.short) {
		return string(slot.short[:len(word)]) == string(word)
	}
	return string(s.text[slot.start:int(slot.start)+len(word)]) == string(word)
}
