package fasttext

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"mathsieve/internal/fasttext/kernel"
)

// ErrQuantized says that rows of a quantised matrix were asked for.
var ErrQuantized = errors.New("not supported for quantized models")

// InputRows returns the number of rows of the input matrix.
func (m *Model) InputRows() int {
	rows, _ := m.input.shape()
	return rows
}

// InputRow appends row i of the input matrix to dst.
func (m *Model) InputRow(dst []float32, i int) ([]float32, error) {
	return appendRow(dst, m.input, i)
}

// OutputRow appends row i of the output matrix, that of label i, to dst.
func (m *Model) OutputRow(dst []float32, i int) ([]float32, error) {
	return appendRow(dst, m.output, i)
}

func appendRow(dst []float32, m matrix, i int) ([]float32, error) {
	switch m := m.(type) {
	case *denseMatrix:
		return append(dst, m.row(i)...), nil
	case *stripedMatrix:
		row := make([]float32, m.cols)
		m.copyRow(row, i)
		return append(dst, row...), nil
	}
	return dst, ErrQuantized
}

// WordVectors are the vectors of all words of a model, scaled to length 1.
type WordVectors struct {
	model   *Model
	vectors *denseMatrix
}

// NormalizedWordVectors computes the vectors of all words.
func (m *Model) NormalizedWordVectors() *WordVectors {
	v := &WordVectors{model: m, vectors: newDense(m.dict.words, m.args.Dim)}
	var vector []float32
	for i := range m.dict.words {
		vector = m.WordVector(vector[:0], string(m.dict.entry(i)))
		if norm := length(vector); norm > 0 {
			kernel.Best().Axpy(v.vectors.row(i), 1/norm, vector)
		}
	}
	return v
}

// length returns the Euclidean length of a vector.
func length(v []float32) float32 {
	sum := float32(0)
	for _, x := range v {
		sum += float32(x * x)
	}
	return float32(math.Sqrt(float64(sum)))
}

// Nearest returns the k words whose vectors are closest to that of word by
// cosine, which stands in Probability, closest first; word itself is left out.
func (v *WordVectors) Nearest(word string, k int) []Prediction {
	query := v.model.WordVector(nil, word)
	norm := length(query)
	if norm < 1e-8 {
		norm = 1
	}
	near := make([]scored, v.model.dict.words)
	for i := range near {
		near[i] = scored{score: v.vectors.dot(query, i) / norm, label: int32(i)}
	}
	slices.SortStableFunc(near, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var nearest []Prediction
	for _, s := range near {
		if other := string(v.model.dict.entry(int(s.label))); other != word && len(nearest) < k {
			nearest = append(nearest, Prediction{Label: other, Probability: s.score})
		}
	}
	return nearest
}
