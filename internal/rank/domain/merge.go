package domain

import (
	"context"
	"errors"
	"io"

	"mathsieve/internal/shuffle"
)

// Partials are partial tables that were written with the same options, cut and
// number of sections.
type Partials struct {
	// N is the number of tables.
	N int
	// Open opens table i, in [0, N). Each is opened when its turn comes; no
	// more than 256 are open at once.
	Open func(i int) (shuffle.File, error)
}

// Merge writes the table of the given section of all partial tables to w.
func Merge(ctx context.Context, o Options, in Partials, section int, w io.Writer, space shuffle.Space) (Totals, error) {
	return Totals{}, errors.ErrUnsupported
}

// Combine writes one partial table that stands for all of in, which must be at
// least one: a step between counting and Merge where there are very many.
func Combine(ctx context.Context, o Options, in Partials, w io.Writer, space shuffle.Space) error {
	return errors.ErrUnsupported
}
