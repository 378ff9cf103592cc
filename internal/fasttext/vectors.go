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

// An NgramVector is a word or a character n-gram with its row of the input matrix.
type NgramVector struct {
	Text   string
	Vector []float32
}

// NgramVectors returns what the vector of a word is the mean of: its own row, if
// it has one, and those of the character n-grams of "<word>" that the model has.
func (m *Model) NgramVectors(word string) []NgramVector {
	var vectors []NgramVector
	d := m.dict
	add := func(text string, row int32) {
		v := NgramVector{Text: text, Vector: make([]float32, d.args.Dim)}
		m.input.sum(v.Vector, []int32{row})
		vectors = append(vectors, v)
	}
	if id := d.id([]byte(word), hashWord(word)); id >= 0 && int64(id) < d.rows() {
		add(word, int32(id))
	}
	if d.args.MaxN > 0 && word != endOfLine {
		marked := "<" + word + ">"
		eachSubword([]byte(word), d.args.MinN, d.args.MaxN, func(h uint32, from, to int) {
			if row := d.bucketRow(d.buckets.of(uint64(h))); row >= 0 {
				add(marked[from:to], row)
			}
		})
	}
	return vectors
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
	return v.nearest(v.model.WordVector(nil, word), k, word)
}

// Analogies returns the k words whose vectors are closest to a - b + c, each of
// the three scaled to length 1, as [WordVectors.Nearest] does; the three
// themselves are left out.
func (v *WordVectors) Analogies(a, b, c string, k int) []Prediction {
	query := make([]float32, v.model.args.Dim)
	var vector []float32
	for i, word := range []string{a, b, c} {
		vector = v.model.WordVector(vector[:0], word)
		factor := 1 / (float64(length(vector)) + 1e-8)
		if i == 1 {
			factor = -factor
		}
		kernel.Best().Axpy(query, float32(factor), vector)
	}
	return v.nearest(query, k, a, b, c)
}

// nearest returns the k words but some whose vectors are closest to query.
func (v *WordVectors) nearest(query []float32, k int, but ...string) []Prediction {
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
		if other := string(v.model.dict.entry(int(s.label))); !slices.Contains(but, other) && len(nearest) < k {
			nearest = append(nearest, Prediction{Label: other, Probability: s.score})
		}
	}
	return nearest
}
