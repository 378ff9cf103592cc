package fasttext

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// ErrVectors says that a file does not hold word vectors, or not such as the
// model needs.
var ErrVectors = errors.New("not word vectors that can be used")

// Vectors are word vectors to start a training from.
type Vectors struct {
	dim   int
	words [][]byte
	data  []float32 // [words × dim]
}

// ReadVectors reads word vectors in the format of fastText's .vec files: a line
// with the number of words and dim, then a line for each word with its numbers.
// Numbers that are not finite are refused. An error in the text wraps
// [ErrVectors]. The memory taken is proportional to what was read, whatever the
// first line declares.
func ReadVectors(r io.Reader, dim int) (*Vectors, error) {
	in := newLineReader(r)
	v := &Vectors{dim: dim}
	words, err := v.readHead(&in)
	for i := 0; i < words && err == nil; i++ {
		err = v.readWord(&in)
		if err != nil {
			err = fmt.Errorf("word %d of %d: %w", i+1, words, err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read word vectors: %w", err)
	}
	return v, nil
}

// readHead reads the first line and returns the number of words.
func (v *Vectors) readHead(in *lineReader) (int, error) {
	line, _, err := in.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	number, rest, _ := nextToken(line)
	columns, rest, _ := nextToken(rest)
	more, _, _ := nextToken(rest)
	words, errWords := strconv.Atoi(string(number))
	dim, errDim := strconv.Atoi(string(columns))
	switch {
	case errWords != nil || errDim != nil || words < 0 || len(more) > 0:
		return 0, fmt.Errorf("%w: the first line is %.40q, not the numbers of words and columns", ErrVectors, line)
	case dim != v.dim:
		return 0, fmt.Errorf("%w: they have %d columns, and the model has dim %d", ErrVectors, dim, v.dim)
	}
	return words, nil
}

// readWord reads a line with a word and its vector.
func (v *Vectors) readWord(in *lineReader) error {
	line, _, err := in.next()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the file ends here", ErrVectors)
	}
	if err != nil {
		return err
	}
	word, rest, _ := nextToken(line)
	if len(word) == 0 {
		return fmt.Errorf("%w: an empty line", ErrVectors)
	}
	for j := range v.dim {
		var token []byte
		token, rest, _ = nextToken(rest)
		x, err := strconv.ParseFloat(string(token), 32)
		if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			return fmt.Errorf("%w: number %d of %.40q is %.40q", ErrVectors, j+1, word, token)
		}
		v.data = append(v.data, float32(x))
	}
	if more, _, _ := nextToken(rest); len(more) > 0 {
		return fmt.Errorf("%w: %.40q has more than %d numbers", ErrVectors, word, v.dim)
	}
	v.words = append(v.words, bytes.Clone(word))
	return nil
}

// addWords adds the words to a dictionary from which rare ones are gone, and
// counts each once more, as fastText does. No word becomes a label.
func (c *counter) addWords(v *Vectors) {
	tokens := c.tokens
	for _, word := range v.words {
		if !c.dict.isLabel(word) {
			c.count(word, hashWord(word), false)
		}
	}
	c.tokens = tokens // of the text alone
}

// start sets the rows of the words that have a vector. Of equal words the last
// counts.
func (t *trainer) start(v *Vectors) {
	d := t.model.dict
	for i, word := range v.words {
		if id := d.id(word, hashWord(word)); id >= 0 && id < d.words {
			t.in.setRow(id, v.data[i*v.dim:][:v.dim])
		}
	}
}
