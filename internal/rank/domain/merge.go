package domain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"mathsieve/internal/shuffle"
)

// Partials are partial tables that were written with the same options, cut and
// number of sections.
type Partials struct {
	// N is the number of tables.
	N int
	// Open opens table i, in [0, N). Each is opened when its turn comes, and
	// closed again; no more than 256 are open at once.
	Open func(i int) (shuffle.File, error)
}

// Merge writes the table of the given section of all partial tables to w. It
// needs space.Memory for reading and sorting, and beside it the tree of one
// domain: some MB where that has MaxNodes nodes.
func Merge(ctx context.Context, o Options, in Partials, section int, w io.Writer, space shuffle.Space) (Totals, error) {
	if err := o.Validate(); err != nil {
		return Totals{}, err
	}
	common, err := in.common(o)
	if err != nil {
		return Totals{}, err
	}
	cut := math.Float32frombits(common.cut)
	table := newTableWriter(w, o, cut)
	trees := newTreeBuilder(o, cut, func(d *Domain, hosts int64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return table.write(d, hosts)
	})
	err = in.merge(ctx, o, common, section, space, trees.add)
	if err == nil {
		err = trees.finish()
	}
	if err == nil {
		err = table.close()
	}
	return table.totals, err
}

// common returns what all tables must have in common: what the first has.
func (in Partials) common(o Options) (head, error) {
	if in.N == 0 {
		return newHead(o, nan, 1), nil
	}
	f, err := in.Open(0)
	if err != nil {
		return head{}, err
	}
	h, err := readHead(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return head{}, fmt.Errorf("partial table 0: %w", err)
	}
	if int(h.depth) != o.PathDepth || int(h.samples) != o.Samples {
		return head{}, fmt.Errorf("partial table 0: path-depth %d, samples %d: %w", h.depth, h.samples, ErrMismatch)
	}
	return h, nil
}

// merge gives the entries of a section of all tables to take, in order.
func (in Partials) merge(ctx context.Context, o Options, common head, section int, space shuffle.Space, take func(hash uint64, key, payload []byte) error) (err error) {
	runs := newRuns(o, math.Float32frombits(common.cut), space)
	defer func() { err = errors.Join(err, runs.close()) }()
	fanIn := runs.fanIn()
	for first := 0; ; first += fanIn {
		if err := ctx.Err(); err != nil {
			return err
		}
		last := min(first+fanIn, in.N)
		src, err := in.open(&runs, common, section, first, last)
		if err != nil {
			return err
		}
		if first == 0 && last == in.N {
			return each(src, take)
		}
		if err := errors.Join(runs.write(src), runs.closeOpened()); err != nil {
			return err
		}
		if last == in.N {
			break
		}
	}
	src, err := runs.merged()
	if err != nil {
		return err
	}
	return each(src, take)
}

// open returns the source of the section of the tables in [first, last). The
// files are closed by runs.
func (in Partials) open(runs *runs, common head, section, first, last int) (source, error) {
	readers := make([]*runReader, 0, last-first)
	for i := first; i < last; i++ {
		f, err := in.Open(i)
		if err != nil {
			return nil, err
		}
		runs.opened = append(runs.opened, f)
		s, err := openSection(f, common, section)
		if err != nil {
			return nil, fmt.Errorf("partial table %d: %w", i, err)
		}
		name := "partial table " + strconv.Itoa(i)
		r, err := newRunReader(name, s, int(min(int64(runs.buffer(last-first)), s.end-s.at)))
		if err != nil {
			return nil, err
		}
		readers = append(readers, r)
	}
	return newMerger(readers, newStats(runs.options, runs.cut)), nil
}
