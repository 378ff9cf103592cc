package fasttext

import (
	"fmt"
	"slices"
)

// A Model is a fastText model. It is read-only; any number of goroutines may
// use it, each through a [Predictor] or a [Worker] of its own.
type Model struct {
	args     Args
	dict     *dictionary
	input    matrix
	output   matrix
	quantOut bool
	tables   *tables
	tree     *huffman // of a model with LossHS, else nil
}

// prepare computes what follows from the model's file.
func (m *Model) prepare() {
	m.tables = newTables()
	if m.args.Loss == LossHS && m.args.Model == ModelSupervised {
		m.tree = newHuffman(m.dict.targetCounts())
	}
}

// Args returns the hyper-parameters stored in the model. The file does not
// hold lr, minCountLabel, seed, thread and the label prefix: a loaded model
// has the defaults there.
func (m *Model) Args() Args { return m.args }

// Labels returns the labels with their prefix, most frequent first.
func (m *Model) Labels() []string {
	labels := make([]string, m.dict.labels)
	for i := range labels {
		labels[i] = m.dict.label(i)
	}
	return labels
}

// LabelCounts returns how often each of Labels stood in the training text.
func (m *Model) LabelCounts() []int64 { return slices.Clone(m.dict.counts[m.dict.words:]) }

// Words returns the number of words with a row of their own.
func (m *Model) Words() int { return m.dict.words }

// Word returns word i of the dictionary, most frequent first, and its count.
func (m *Model) Word(i int) (word string, count int64) {
	if i < 0 || i >= m.dict.words {
		panic(fmt.Sprintf("fasttext: word %d of %d", i, m.dict.words))
	}
	return string(m.dict.entry(i)), m.dict.counts[i]
}

// Tokens returns the number of tokens of the training text.
func (m *Model) Tokens() int64 { return m.dict.tokens }

// Quantized reports whether the input matrix is product-quantised (.ftz).
func (m *Model) Quantized() bool {
	_, quantized := m.input.(*quantMatrix)
	return quantized
}

// WordVector appends the vector of a word to dst: the mean of its own row, if
// it has one, and the rows of its character n-grams. For a label it is of no
// use, but what fastText prints: the row with the number of the label's entry,
// which is a bucket's, counts as its own.
func (m *Model) WordVector(dst []float32, word string) []float32 {
	d := m.dict
	var rows []int32
	id := d.id([]byte(word), hashWord(word))
	if id >= 0 && int64(id) < d.rows() {
		rows = append(rows, int32(id))
	}
	if d.args.MaxN > 0 && word != endOfLine {
		rows = d.appendSubwords(rows, []byte(word))
	}
	vector := make([]float32, d.args.Dim)
	if len(rows) > 0 {
		m.mean(vector, rows)
	}
	return append(dst, vector...)
}

// mean sets dst to the mean of input rows, of which there must be one at least.
func (m *Model) mean(dst []float32, rows []int32) {
	m.input.sum(dst, rows)
	factor := float32(1 / float64(len(rows)))
	for j := range dst {
		dst[j] *= factor
	}
}
