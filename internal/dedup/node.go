package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"mathsieve/internal/corpus"
)

// A Node names a document in 64 bits, such that the least node of a group of
// duplicates is the one to keep:
//
//	preference (22 bits) | position (42)
//
// The preference is 0 of documents that are kept in any case ([KeptNode]), else
// it follows from what the document is worth:
//
//	((96 - f) × 168 + 167 - l) × 256 + 255 - m
//
// where f in [0, 95], l in [0, 167] and m in [0, 255] are steps on the scales of
// formulas, length and capture ([NewNode]). As bit fields they would take a bit
// more, and seconds instead of months another 24.
//
// The position numbers pack and row, in this order. A pack is a document shard, a
// row the position of the document in it. The first 65,536 packs have room for
// 2²⁴ rows each, the 12,582,912 after them for 2¹⁸. So a run of few files may have
// long ones, shards of another tool, and a run of all WARC files of Common Crawl,
// some millions with up to 50,000 pages each, has numbers too. One split for both
// would do neither.
type Node uint64

const (
	// MaxPack is the greatest pack number.
	MaxPack = longPacks + shortPacks - 1

	positionBits = 42

	formulaSteps = 96
	lengthSteps  = 168
	monthSteps   = 256

	// Long packs take a quarter of the positions, short packs the rest.
	longPacks    = 1 << 16
	longRowBits  = 24
	shortPacks   = 3 << 22
	shortRowBits = 18
	shortStart   = longPacks << longRowBits
)

// MaxRow returns the greatest row that a pack has room for: 2²⁴-1, or from pack
// 65,536 on 2¹⁸-1.
func MaxRow(pack int) int {
	if pack < longPacks {
		return 1<<longRowBits - 1
	}
	return 1<<shortRowBits - 1
}

// ErrFull means that there are more input files, or documents in one of them,
// than nodes have numbers for.
var ErrFull = errors.New("too many documents")

// CheckPosition is ErrFull if there is no node for a pack and row.
func CheckPosition(pack, row int) error {
	if pack > MaxPack {
		return fmt.Errorf("%w: at most %d input files", ErrFull, MaxPack+1)
	}
	if row > MaxRow(pack) {
		return fmt.Errorf("%w: at most %d in input file number %d", ErrFull, MaxRow(pack)+1, pack+1)
	}
	return nil
}

// NewNode returns the node of a document. Of two documents that one is
// preferred which has more formulas, then that with the longer text, then the
// one captured later, then the earlier one by pack and row.
//
// Each of them is compared in steps, and what falls into one step ties. Numbers
// of formulas and bytes up to 16 have a step each, and above that every octave has
// eight (16, 18, 20, …, 30, 32, 36, …), of 6 to 12 %. The last step begins at 15,360
// formulas, at 7.5 MiB of text; Common Crawl cuts pages at 5 MiB. The steps of
// captures are months. The first one goes up to January 2013, before which Common
// Crawl has no WARC files, and the last one begins with March 2034. Older than all
// is a document without a date that can be read, as RFC 3339 has it.
//
// It panics if there is no such position ([CheckPosition]).
func NewNode(doc *corpus.Document, pack, row int) Node {
	return newNode(preference(doc.Metadata.FormulaCount(), len(doc.Text), doc.Date), pack, row)
}

// KeptNode returns the node of a document that is never dropped, whatever it
// repeats, and is preferred to all that may be. It panics as NewNode does.
func KeptNode(pack, row int) Node { return newNode(0, pack, row) }

func newNode(preference uint64, pack, row int) Node {
	if min(pack, row) < 0 || CheckPosition(pack, row) != nil {
		panic(fmt.Sprintf("dedup: pack %d, row %d out of range", pack, row))
	}
	return Node(preference<<positionBits | position(pack, row))
}

// preference returns the upper bits of a node; less is better.
func preference(formulas, textBytes int, captured string) uint64 {
	f := min(step(formulas), formulaSteps-1)
	l := min(step(textBytes), lengthSteps-1)
	m := month(captured)
	return uint64(((formulaSteps-f)*lengthSteps+lengthSteps-1-l)*monthSteps + monthSteps - 1 - m)
}

// kept reports whether the document is kept in any case.
func (n Node) kept() bool { return n>>positionBits == 0 }

// step places n on a scale: up to 16 exact, then eight steps an octave.
func step(n int) int {
	if n < 16 {
		return max(n, 0)
	}
	exponent := bits.Len(uint(n)) - 1
	return 16 + (exponent-4)*8 + n>>(exponent-3)&7
}

// month places the date of a capture on a scale of [0, 255]: 0 is no date, 1
// January 2013 or before, 255 March 2034 or after. It reads the head of a date,
// YYYY, YYYY-MM or YYYYMM, as it is written: WARC 1.1 allows dates to be cut, and
// a time zone moves few captures to another month.
func month(date string) int {
	year, ok := digits(date, 4)
	if !ok {
		return 0
	}
	m := 1
	if rest := date[4:]; rest != "" {
		if rest[0] == '-' {
			rest = rest[1:]
		}
		if m, ok = digits(rest, 2); !ok || m < 1 || m > 12 {
			return 0
		}
	}
	return min(max((year-2013)*12+m, 1), monthSteps-1)
}

// digits returns the number that the first n bytes of s spell.
func digits(s string, n int) (number int, ok bool) {
	if len(s) < n {
		return 0, false
	}
	for i := range n {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		number = number*10 + int(c)
	}
	return number, true
}

// position numbers pack and row in the order of packs, then rows.
func position(pack, row int) uint64 {
	if pack < longPacks {
		return uint64(pack)<<longRowBits | uint64(row)
	}
	return shortStart + uint64(pack-longPacks)<<shortRowBits + uint64(row)
}

// at returns the pack and row of the document.
func (n Node) at() (pack, row int) {
	p := uint64(n) & (1<<positionBits - 1)
	if p < shortStart {
		return int(p >> longRowBits), int(p & (1<<longRowBits - 1))
	}
	p -= shortStart
	return longPacks + int(p>>shortRowBits), int(p & (1<<shortRowBits - 1))
}

// Pack returns the shard of the document.
func (n Node) Pack() int {
	pack, _ := n.at()
	return pack
}

// Row returns the row of the document in its shard.
func (n Node) Row() int {
	_, row := n.at()
	return row
}

// byPosition is a node turned so that pack and row come first: numbers of this
// kind order documents as they lie in the files.
type byPosition uint64

func positionFirst(n Node) byPosition {
	return byPosition(bits.RotateLeft64(uint64(n), 64-positionBits))
}

func (p byPosition) node() Node { return Node(bits.RotateLeft64(uint64(p), positionBits)) }

func appendNode(dst []byte, n Node) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(n))
}

func nodeAt(record []byte, offset int) Node {
	return Node(binary.BigEndian.Uint64(record[offset:]))
}
