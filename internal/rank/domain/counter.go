package domain

import (
	"errors"
	"io"

	"mathsieve/internal/shuffle"
)

// A Counter makes the partial table of some pages.
type Counter struct{}

// NewCounter returns a counter that works within space.Memory and spills to
// space.Scratch what does not fit. The cut is the log odds at which pages are
// collected: it says which samples are nearest. Infinite or NaN, there are no
// such samples. Of the options, PathDepth and Samples matter.
func NewCounter(o Options, cut float32, space shuffle.Space) (*Counter, error) {
	return nil, errors.ErrUnsupported
}

// Add counts a page. Nothing of it is kept after the return.
func (c *Counter) Add(p Page) error { return errors.ErrUnsupported }

// WriteTo writes the partial table in the given number of sections, at least 1
// and at most shuffle.MaxSections. It is called once, after the last Add.
func (c *Counter) WriteTo(w io.Writer, sections int) error { return errors.ErrUnsupported }

// Close removes the scratch files. It is called in any case.
func (c *Counter) Close() error { return nil }
