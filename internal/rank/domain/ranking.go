package domain

import (
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"

	"github.com/zeebo/xxh3"

	"mathsieve/internal/shuffle"
)

// An Order says by what domains are listed, greatest first.
type Order string

const (
	// ByUncollected lists first what would add most pages, then tokens.
	ByUncollected Order = "uncollected"
	// ByPages lists by pages seen, then pages collected.
	ByPages Order = "pages"
	// ByCollected lists by pages collected, then by tokens collected.
	ByCollected Order = "collected"
	// ByShare lists by the share that was collected, then by pages collected.
	ByShare Order = "share"
)

// Orders returns all orders.
func Orders() []Order { return []Order{ByUncollected, ByPages, ByCollected, ByShare} }

// values returns what domains are compared by.
func (o Order) values(c Counts) (first, second uint64) {
	switch o {
	case ByPages:
		return uint64(c.Pages), uint64(c.Collected)
	case ByCollected:
		return uint64(c.Collected), uint64(c.CollectedTokens)
	case ByShare:
		// The bits of numbers that are not negative are in their order.
		return math.Float64bits(c.Share()), uint64(c.Collected)
	default:
		return uint64(c.Uncollected()), uint64(c.UncollectedTokens())
	}
}

// A Location is where a domain stands.
type Location struct {
	// Table is the number of the table, as Ranking.Add was told.
	Table int
	// Offset is its place in that table, for ReadAt.
	Offset int64
}

// rankWidth is the width of a record of a ranking: two values, each with all
// bits turned so that the greatest comes first, the hash of the name, table,
// offset; all big-endian.
const rankWidth = 8 + 8 + 8 + 4 + 8

// A Ranking puts domains in order without holding them: it keeps 36 bytes for
// each, in memory for the first so many or sorted on disk for all.
type Ranking struct {
	order  Order
	most   int
	first  rankHeap
	sorter *shuffle.Sorter // nil if most > 0
}

// NewRanking returns a ranking of the first n domains in the order, or of all
// if n is 0. Only that uses space.
func NewRanking(order Order, n int, space shuffle.Space) (*Ranking, error) {
	r := &Ranking{order: order, most: n}
	if !slices.Contains(Orders(), order) {
		return nil, fmt.Errorf("order %q is none of %v", order, Orders())
	}
	var err error
	if n <= 0 {
		r.sorter, err = shuffle.NewSorter(rankWidth, space)
	}
	return r, err
}

// Add takes note of a domain. Domains that the order does not tell apart stand
// in the order of the table, whatever the order of the calls.
func (r *Ranking) Add(d *Domain, at Location) error {
	first, second := r.order.values(d.Counts)
	var record [rankWidth]byte
	binary.BigEndian.PutUint64(record[0:], ^first)
	binary.BigEndian.PutUint64(record[8:], ^second)
	binary.BigEndian.PutUint64(record[16:], xxh3.HashString(d.Name))
	binary.BigEndian.PutUint32(record[24:], uint32(at.Table))
	binary.BigEndian.PutUint64(record[28:], uint64(at.Offset))
	if r.sorter != nil {
		return r.sorter.Add(record[:])
	}
	if len(r.first) < r.most {
		heap.Push(&r.first, record)
	} else if bytes.Compare(record[:], r.first[0][:]) < 0 {
		r.first[0] = record
		heap.Fix(&r.first, 0)
	}
	return nil
}

// Sorted yields where the domains are, first to last; an error ends it. It is
// called once.
func (r *Ranking) Sorted() iter.Seq2[Location, error] {
	return func(yield func(Location, error) bool) {
		if r.sorter == nil {
			slices.SortFunc(r.first, func(a, b [rankWidth]byte) int { return bytes.Compare(a[:], b[:]) })
			for _, record := range r.first {
				if !yield(location(record[:]), nil) {
					return
				}
			}
			return
		}
		sorted, err := r.sorter.Sort()
		for err == nil {
			var record []byte
			if record, err = sorted.Next(); err == nil && !yield(location(record), nil) {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(Location{}, err)
		}
	}
}

// Close removes the scratch files. It is called in any case.
func (r *Ranking) Close() error {
	if r.sorter == nil {
		return nil
	}
	return r.sorter.Close()
}

func location(record []byte) Location {
	return Location{
		Table:  int(binary.BigEndian.Uint32(record[24:])),
		Offset: int64(binary.BigEndian.Uint64(record[28:])),
	}
}

// A rankHeap has the last of its records first.
type rankHeap [][rankWidth]byte

func (h rankHeap) Len() int           { return len(h) }
func (h rankHeap) Less(i, j int) bool { return bytes.Compare(h[i][:], h[j][:]) > 0 }
func (h rankHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push and Pop make it a heap.Interface.
func (h *rankHeap) Push(x any) { *h = append(*h, x.([rankWidth]byte)) }

// Pop is not used: a heap that is full replaces its first.
func (h *rankHeap) Pop() any { panic("domain: Pop of a ranking") }
