package dedup

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

const (
	// MaxPack is the greatest pack number.
	MaxPack = 1<<24 - 1
	// MaxRow is the greatest row in a pack.
	MaxRow = 1<<24 - 1
)

// A Node names a document in 64 bits, such that the least node of a group of
// duplicates is the one to keep:
//
//	preference (16 bits) | pack (24) | row (24)
//
// A pack is a document shard, a row the position of the document in it. A
// preference below 256 is that of documents that are kept in any case
// ([KeptNode]).
type Node uint64

// NewNode returns the node of a document. Of two documents that one is
// preferred which has more formulas, then that with the longer text, then the
// earlier one by pack and row.
//
// Formulas and length are compared on a scale of 256 steps each: numbers up to
// 16 are themselves, greater ones are rounded down to one of eight steps per
// octave (16, 18, 20, …, 30, 32, 36, …), so that documents that differ by less
// than about 10 % tie and the earlier one stays. It panics if pack or row is
// out of range.
func NewNode(formulas, textBytes, pack, row int) Node {
	return newNode(uint64(0xFFFF-min(step(formulas), 254)<<8-step(textBytes)), pack, row)
}

// KeptNode returns the node of a document that is never dropped, whatever it
// repeats, and is preferred to all that may be. It panics as NewNode does.
func KeptNode(pack, row int) Node { return newNode(0, pack, row) }

func newNode(preference uint64, pack, row int) Node {
	if uint(pack) > MaxPack || uint(row) > MaxRow {
		panic(fmt.Sprintf("dedup: pack %d, row %d out of range", pack, row))
	}
	return Node(preference<<48 | uint64(pack)<<24 | uint64(row))
}

// kept reports whether the document is kept in any case.
func (n Node) kept() bool { return n>>56 == 0 }

// step places n on a scale of [0, 255]: up to 16 exact, then eight steps per
// octave.
func step(n int) int {
	if n < 16 {
		return max(n, 0)
	}
	exponent := bits.Len(uint(n)) - 1
	return min(16+(exponent-4)*8+n>>(exponent-3)&7, 255)
}

// Pack returns the shard of the document.
func (n Node) Pack() int { return int(n >> 24 & MaxPack) }

// Row returns the row of the document in its shard.
func (n Node) Row() int { return int(n & MaxRow) }

// position is the node without its preference: pack and row.
func (n Node) position() uint64 { return uint64(n) & (1<<48 - 1) }

// byPosition is a node turned so that pack and row come first: numbers of this
// kind order documents as they lie in the files.
type byPosition uint64

func positionFirst(n Node) byPosition { return byPosition(bits.RotateLeft64(uint64(n), 16)) }

func (p byPosition) node() Node { return Node(bits.RotateLeft64(uint64(p), -16)) }

func appendNode(dst []byte, n Node) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(n))
}

func nodeAt(record []byte, offset int) Node {
	return Node(binary.BigEndian.Uint64(record[offset:]))
}
