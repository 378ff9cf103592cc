package tokens

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tiktoken-go/tokenizer"
)

// Library names the source of the vocabularies with its version, for manifests.
const Library = "github.com/tiktoken-go/tokenizer v0.10.0"

// Default is the vocabulary that is used unless another is named.
const Default = "cl100k_base"

// ErrUnknownVocabulary says that a vocabulary has a name that is not in Names.
var ErrUnknownVocabulary = errors.New("unknown vocabulary")

// Names returns the names of the vocabularies.
func Names() []string { return []string{"cl100k_base", "o200k_base"} }

// Check returns ErrUnknownVocabulary unless name is a vocabulary. It loads nothing.
func Check(name string) error {
	if slices.Contains(Names(), name) {
		return nil
	}
	return fmt.Errorf("%w %q: want %s", ErrUnknownVocabulary, name, strings.Join(Names(), " or "))
}

// A Vocabulary is a byte-pair encoding. It is read-only and safe for concurrent
// use; every goroutine counts with a Counter of its own.
type Vocabulary struct {
	ranks   map[string]uint32 // token -> rank, the order of merging
	bytes   *bytePairs
	classes *classTable
	next    func(t *classTable, text string, start int) (end int)
}

// New loads a vocabulary.
func New(name string) (*Vocabulary, error) {
	if err := Check(name); err != nil {
		return nil, err
	}
	codec, err := tokenizer.Get(tokenizer.Encoding(name))
	if err != nil {
		return nil, fmt.Errorf("load vocabulary %s: %w", name, err)
	}
	v := &Vocabulary{ranks: make(map[string]uint32, 1<<18), classes: newClassTable(), next: nextCL100K}
	if name == "o200k_base" {
		v.next = nextO200K
	}
	// The library does not export its ranks, but a token's number is its rank,
	// and the numbers run from 0 without a gap.
	for rank := uint(0); ; rank++ {
		token, err := codec.Decode([]uint{rank})
		if err != nil {
			break
		}
		v.ranks[token] = uint32(rank)
	}
	v.bytes = newBytePairs(v.ranks)
	for b := range 256 {
		if _, ok := v.ranks[string([]byte{byte(b)})]; !ok {
			return nil, fmt.Errorf("load vocabulary %s: no token for byte %#x", name, b)
		}
	}
	return v, nil
}

// A Counter counts tokens for one goroutine. It holds at most some 4 MB.
type Counter struct {
	vocabulary *Vocabulary
	cache      cache
	merger     merger
}

// NewCounter returns a Counter with an empty cache.
func (v *Vocabulary) NewCounter() *Counter {
	return &Counter{vocabulary: v, cache: newCache(), merger: merger{ranks: v.ranks, bytes: v.bytes}}
}

// Count returns the number of tokens of text. Special tokens are counted as the
// plain text they are. Count does not retain text, and allocates nothing once
// the pieces of the text are in the cache.
//
// Pieces of more than 64 KiB, which no prose has, are cut every 64 KiB before
// they are merged, so that memory and time stay in proportion to the text; each
// cut can add a token or two. Bytes that are not UTF-8 count as signs.
func (c *Counter) Count(text string) int {
	v := c.vocabulary
	count := 0
	for start := 0; start < len(text); {
		end := v.next(v.classes, text, start)
		if end-start > maxInline {
			count += c.long(text[start:end])
		} else {
			count += c.short(text, start, end)
		}
		start = end
	}
	return count
}

// short counts the piece text[start:end] of at most maxInline bytes.
func (c *Counter) short(text string, start, end int) int {
	k := inlineKey(text, start, end)
	slot := c.cache.slot(k)
	if slot.key == k {
		return int(slot.count)
	}
	n := c.merger.count(text[start:end])
	*slot = inlineEntry{key: k, count: uint32(n)}
	return n
}

// long counts a piece of more than maxInline bytes.
func (c *Counter) long(piece string) int {
	if len(piece) > maxCached {
		count := 0
		for len(piece) > maxPiece {
			count += c.merger.count(piece[:maxPiece])
			piece = piece[maxPiece:]
		}
		return count + c.merger.count(piece)
	}
	if n, ok := c.cache.long[piece]; ok {
		return int(n)
	}
	n := c.merger.count(piece)
	c.cache.addLong(piece, n)
	return n
}
