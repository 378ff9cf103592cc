package shuffle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// memoryScratch keeps scratch files in memory and counts what happens to them.
type memoryScratch struct {
	files   map[string][]byte
	created int
	open    int
	maxOpen int
	fail    string // the operation that fails
}

func newScratch() *memoryScratch { return &memoryScratch{files: map[string][]byte{}} }

type scratchWriter struct {
	bytes.Buffer
	done func([]byte)
	fail bool
}

func (w *scratchWriter) Write(p []byte) (int, error) {
	if w.fail {
		return 0, errDisk
	}
	return w.Buffer.Write(p)
}

func (w *scratchWriter) Close() error {
	w.done(w.Bytes())
	return nil
}

type scratchReader struct {
	*bytes.Reader
	done func()
}

func (r scratchReader) Close() error {
	r.done()
	return nil
}

var errDisk = errors.New("disk full")

func (m *memoryScratch) Create(name string) (io.WriteCloser, error) {
	if _, ok := m.files[name]; ok {
		return nil, fmt.Errorf("%s exists", name)
	}
	if m.fail == "create" {
		return nil, errDisk
	}
	m.created++
	return &scratchWriter{done: func(b []byte) { m.files[name] = b }, fail: m.fail == "write"}, nil
}

func (m *memoryScratch) Open(name string) (io.ReadCloser, error) {
	b, ok := m.files[name]
	if !ok || m.fail == "open" {
		return nil, fmt.Errorf("open %s: %w", name, errDisk)
	}
	m.open++
	m.maxOpen = max(m.maxOpen, m.open)
	return scratchReader{bytes.NewReader(b), func() { m.open-- }}, nil
}

func (m *memoryScratch) Remove(name string) error {
	if _, ok := m.files[name]; !ok {
		return fmt.Errorf("%s does not exist", name)
	}
	delete(m.files, name)
	return nil
}

// check returns an error if files are left over or open.
func (m *memoryScratch) check() error {
	if len(m.files) > 0 || m.open > 0 {
		return fmt.Errorf("%d files open, left: %v", m.open, slices.Collect(maps.Keys(m.files)))
	}
	return nil
}

// memoryFile is a File in memory.
type memoryFile struct {
	*bytes.Reader
	closed *int
}

func (f memoryFile) Close() error {
	*f.closed++
	return nil
}
