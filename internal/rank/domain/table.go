package domain

import (
	"errors"
	"io"
)

var (
	// ErrFormat means that a file is not a domain table or partial table, or
	// is cut short.
	ErrFormat = errors.New("not a domain table")
	// ErrChecksum means that a table's bytes are not those that were written.
	ErrChecksum = errors.New("domain table checksum differs")
	// ErrMismatch means that partial tables were made with other options,
	// another cut, or another number of sections than is asked for.
	ErrMismatch = errors.New("domain tables do not belong together")
)

// Totals are the sums of a table.
type Totals struct {
	// Domains and Hosts are the numbers of different ones, exactly. Pages
	// without a host count as one of each.
	Domains, Hosts int64
	// Mathematical is the number of domains that Options.Mathematical takes.
	Mathematical int64
	// All sums up all pages, InMathematical those of the domains related to
	// mathematics.
	All, InMathematical Counts
}

// Add adds the totals of another section.
func (t *Totals) Add(u Totals) {
	t.Domains += u.Domains
	t.Hosts += u.Hosts
	t.Mathematical += u.Mathematical
	t.All.add(u.All)
	t.InMathematical.add(u.InMathematical)
}

// A Reader yields the domains of one table.
type Reader struct{}

// NewReader reads the head of a table. It reads r in large pieces.
func NewReader(r io.Reader) (*Reader, error) { return nil, errors.ErrUnsupported }

// Options returns the options that the table was made with.
func (r *Reader) Options() Options { return Options{} }

// Cut returns the log odds at which pages were collected.
func (r *Reader) Cut() float32 { return 0 }

// Next returns the next domain, which is the caller's, or io.EOF after the
// last one if the checksum is right, ErrChecksum if it is not.
func (r *Reader) Next() (*Domain, error) { return nil, errors.ErrUnsupported }

// Offset returns where the domain that Next returned last starts in the file,
// for ReadAt.
func (r *Reader) Offset() int64 { return 0 }

// Totals returns the sums of the table. They are known after io.EOF.
func (r *Reader) Totals() Totals { return Totals{} }

// ReadAt returns the domain at an offset that Reader.Offset gave for the same
// file.
func ReadAt(r io.ReaderAt, offset int64) (*Domain, error) { return nil, errors.ErrUnsupported }
