package corpus

import (
	"errors"
	"fmt"
	"io"
)

// A failure is the first error of an input itself. Decoders report it as they
// report damage; but what could not be read this time may be read the next.
type failure struct{ err error }

func (f *failure) note(err error) {
	if f.err == nil && err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
}

// cause returns the failure of the input if there was one, else the error of
// its decoder, as ErrCorrupt unless it is ErrUnsupported.
func (f *failure) cause(err error) error {
	switch {
	case f.err != nil:
		return f.err
	case errors.Is(err, ErrCorrupt) || errors.Is(err, ErrUnsupported):
		return err
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// A watchedReader takes note of the failure of a Reader.
type watchedReader struct {
	io.Reader
	failure
}

func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.note(err)
	return n, err
}

// A watchedReaderAt takes note of the failure of a ReaderAt.
type watchedReaderAt struct {
	io.ReaderAt
	failure
}

func (w *watchedReaderAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.ReaderAt.ReadAt(p, off)
	w.note(err)
	return n, err
}
