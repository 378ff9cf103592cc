package fasttext

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxVocabulary is the number of different tokens beyond which rare ones are
// forgotten while counting: three quarters of fastText's table of 30 million.
const maxVocabulary = 22_500_000

// ErrEmptyVocabulary says that no token is frequent enough.
var ErrEmptyVocabulary = errors.New("empty vocabulary: try a smaller minCount")

// A counter counts the tokens of a training set.
type counter struct {
	args   *Args
	dict   *dictionary // entries in the order of their first occurrence
	label  []bool      // entry is a label
	least  int64       // the threshold of the last time that entries were forgotten
	limit  int
	tokens int64
	// vectors, if not nil, have words that the dictionary is to have as well.
	vectors *Vectors
}

func newCounter(args *Args) *counter {
	c := &counter{args: args, dict: &dictionary{args: args}, least: 1, limit: maxVocabulary}
	c.dict.slots = make([]slot, 1<<16)
	return c
}

// example counts the tokens of an example and its end.
func (c *counter) example(ex *Example) {
	if !ex.Inline {
		for _, label := range ex.Labels {
			c.count([]byte(label), hashWord(label), true)
		}
	}
	for text := ex.Text; ; {
		token, rest, h := nextToken(text)
		if len(token) == 0 || string(token) == endOfLine {
			break
		}
		label := c.dict.isLabel(token)
		if label && !ex.Inline {
			c.tokens++
		} else {
			c.count(token, h, label)
		}
		text = rest
	}
	c.count([]byte(endOfLine), hashEndOfLine, false)
}

func (c *counter) count(token []byte, h uint32, label bool) {
	c.tokens++
	d := c.dict
	s := d.find(token, h)
	if s.entry > 0 {
		d.counts[s.entry-1]++
		return
	}
	d.add(token, 1)
	d.hashes = append(d.hashes, h)
	c.label = append(c.label, label)
	*s = slot{hash: h, entry: int32(len(d.counts))}
	switch {
	case len(d.counts) > c.limit:
		c.least++
		c.keep(c.least, c.least)
	case len(d.counts)*2 > len(d.slots):
		c.rehash(len(d.slots) * 2)
	}
}

// rehash builds the table anew with n slots.
func (c *counter) rehash(n int) {
	d := c.dict
	d.slots = make([]slot, n)
	mask := uint32(n - 1)
	for i, h := range d.hashes {
		at := spread(h) & mask
		for d.slots[at].entry != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = slot{hash: h, entry: int32(i + 1)}
	}
}

// keep forgets the words and labels that occurred fewer times than given, and
// sorts the rest: words before labels, frequent before rare, equal ones in the
// order of their first occurrence.
func (c *counter) keep(words, labels int64) {
	d := c.dict
	order := make([]int32, 0, len(d.counts))
	for i, n := range d.counts {
		if c.label[i] && n >= labels || !c.label[i] && n >= words {
			order = append(order, int32(i))
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		if c.label[a] != c.label[b] {
			if c.label[a] {
				return 1
			}
			return -1
		}
		return cmp.Compare(d.counts[b], d.counts[a])
	})
	kept := &dictionary{args: d.args}
	hashes, label := make([]uint32, len(order)), make([]bool, len(order))
	for i, from := range order {
		kept.add(d.entry(int(from)), d.counts[from])
		hashes[i], label[i] = d.hashes[from], c.label[from]
	}
	kept.hashes, c.label, c.dict = hashes, label, kept
	c.rehash(len(d.slots))
}

// dictionary returns the dictionary of what was counted.
func (c *counter) dictionary() *dictionary {
	c.keep(int64(c.args.MinCount), int64(c.args.MinCountLabel))
	if c.vectors != nil {
		c.addWords(c.vectors)
		c.keep(1, 0)
	}
	d := c.dict
	for _, label := range c.label {
		if label {
			d.labels++
		} else {
			d.words++
		}
	}
	d.tokens = c.tokens
	d.index()
	return d
}

// countTokens builds the dictionary of a source and of vectors, if there are any.
func countTokens(ctx context.Context, args *Args, source Source, vectors *Vectors) (*dictionary, error) {
	c := newCounter(args)
	c.vectors = vectors
	err := eachExample(ctx, source, func(ex *Example) error {
		c.example(ex)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count tokens: %w", err)
	}
	d := c.dictionary()
	switch {
	case d.size() == 0:
		return nil, ErrEmptyVocabulary
	case d.labels == 0:
		return nil, ErrNoLabels
	}
	return d, nil
}

// ErrNoLabels says that no example has both a label and a known word.
var ErrNoLabels = errors.New("no example has both a label and a known word")

// eachExample visits all examples of a source from its start.
func eachExample(ctx context.Context, source Source, visit func(*Example) error) error {
	if err := source.Rewind(); err != nil {
		return err
	}
	var ex Example
	for i := 0; ; i++ {
		if i%64 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		switch err := source.Next(&ex); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := visit(&ex); err != nil {
			return err
		}
	}
}
