package tokens

import (
	"math/bits"
	"strings"
)

const (
	// maxInline is the longest piece, in bytes, that is cached within its entry.
	maxInline = 15
	// maxCached is the longest piece, in bytes, that is cached at all.
	maxCached = 64
	// inlineBits is the binary logarithm of the number of inline entries:
	// 1.5 MB, so that the table stays near the processor.
	inlineBits = 16
	// maxLong bounds the number of cached pieces of more than maxInline bytes.
	maxLong = 1 << 14
)

// A key is a piece of 1 to maxInline bytes: its bytes, zeros, and its length in
// the last byte. The zero key is no piece.
type key struct{ low, high uint64 }

// An inlineEntry is a piece and its count.
type inlineEntry struct {
	key   key
	count uint32
}

// A cache remembers the token counts of pieces. Short pieces lie in a table
// where each has one place and a newer one evicts the older; the few long ones
// in a map that is emptied when it is full. Both hold whole pieces, so a hit is
// always right.
type cache struct {
	short []inlineEntry
	long  map[string]uint32
}

func newCache() cache {
	return cache{short: make([]inlineEntry, 1<<inlineBits), long: make(map[string]uint32)}
}

func (c *cache) slot(k key) *inlineEntry {
	high, low := bits.Mul64(k.low^0x9e3779b97f4a7c15, k.high^0xd6e8feb86659fd93)
	return &c.short[(high^low)>>(64-inlineBits)&(1<<inlineBits-1)]
}

func (c *cache) addLong(piece string, count int) {
	if len(c.long) >= maxLong {
		clear(c.long)
	}
	c.long[strings.Clone(piece)] = uint32(count)
}

// inlineKey returns the key of text[start:end].
func inlineKey(text string, start, end int) key {
	n := end - start
	if start+16 <= len(text) {
		s := text[start : start+16]
		k := key{load64(s[:8]), load64(s[8:])}
		if n < 8 {
			return key{k.low & (1<<(8*n) - 1), uint64(n) << 56}
		}
		return key{k.low, k.high&(1<<(8*(n-8))-1) | uint64(n)<<56}
	}
	var k key
	for i := range n {
		b := uint64(text[start+i])
		if i < 8 {
			k.low |= b << (8 * i)
		} else {
			k.high |= b << (8 * (i - 8))
		}
	}
	k.high |= uint64(n) << 56
	return k
}

// load64 returns the eight bytes of s, the first lowest; the compiler makes one
// load of it.
func load64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
