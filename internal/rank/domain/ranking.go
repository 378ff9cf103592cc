package domain

import (
	"errors"
	"iter"

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

// Orders are all orders.
func Orders() []Order { return []Order{ByUncollected, ByPages, ByCollected, ByShare} }

// A Location is where a domain stands.
type Location struct {
	// Table is the number of the table, as Ranking.Add was told.
	Table int
	// Offset is its place in that table, for ReadAt.
	Offset int64
}

// A Ranking puts domains in order without holding them: it keeps 36 bytes for
// each, in memory for the first so many or sorted on disk for all.
type Ranking struct{}

// NewRanking returns a ranking of the first n domains in the order, or of all
// if n is 0. Only that needs space.Scratch.
func NewRanking(order Order, n int, space shuffle.Space) (*Ranking, error) {
	return nil, errors.ErrUnsupported
}

// Add takes note of a domain. Domains that the order does not tell apart stand
// in the order of the table, whatever the order of the calls.
func (r *Ranking) Add(d *Domain, at Location) error { return errors.ErrUnsupported }

// Sorted yields where the domains are, first to last; an error ends it. It is
// called once.
func (r *Ranking) Sorted() iter.Seq2[Location, error] { return nil }

// Close removes the scratch files. It is called in any case.
func (r *Ranking) Close() error { return nil }
