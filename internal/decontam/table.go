package decontam

import (
	"iter"
	"math/bits"
)

// A bitmap tells most of the keys that are not in a set: 16 bits or more for
// every key that is, so that it stays in the processor's cache where the set
// itself would not.
type bitmap struct {
	words []uint64
	shift uint
}

func newBitmap(keys int) bitmap {
	log := max(bits.Len(uint(keys))+4, 6)
	return bitmap{words: make([]uint64, 1<<(log-6)), shift: uint(64 - log)}
}

func (b *bitmap) set(hash uint64) {
	i := mix(hash) >> b.shift
	b.words[i>>6] |= 1 << (i & 63)
}

func (b *bitmap) has(hash uint64) bool {
	i := mix(hash) >> b.shift
	return b.words[i>>6]>>(i&63)&1 != 0
}

// A slot of a hash table: part of a hash, and a value plus one; 0 is empty.
type slot struct{ tag, value uint32 }

// A hashTable maps 64-bit hashes to values, several of which may have the same
// hash. It is open addressing with linear probing, at most half full.
type hashTable struct {
	slots  []slot
	filter bitmap
}

func newHashTable(keys int) hashTable {
	return hashTable{slots: make([]slot, 1<<bits.Len(uint(2*keys))), filter: newBitmap(keys)}
}

// place returns the first slot for a hash, and its tag.
func (t *hashTable) place(hash uint64) (i, tag uint32) {
	m := mix(hash ^ 0xa0761d6478bd642f)
	return uint32(m) & uint32(len(t.slots)-1), uint32(m >> 32)
}

func (t *hashTable) add(hash uint64, value uint32) {
	t.filter.set(hash)
	i, tag := t.place(hash)
	for t.slots[i].value != 0 {
		i = (i + 1) & uint32(len(t.slots)-1)
	}
	t.slots[i] = slot{tag, value + 1}
}

// find yields the values that the hash may have: all of its own, and few others.
func (t *hashTable) find(hash uint64) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if !t.filter.has(hash) {
			return
		}
		i, tag := t.place(hash)
		for t.slots[i].value != 0 {
			if t.slots[i].tag == tag && !yield(t.slots[i].value-1) {
				return
			}
			i = (i + 1) & uint32(len(t.slots)-1)
		}
	}
}
