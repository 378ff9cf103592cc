package domain

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"mathsieve/internal/shuffle"
)

const (
	// maxFanIn is the greatest number of runs that are merged at once: each is
	// an open file.
	maxFanIn = 256
	// runBuffer is the size in bytes below which reading a run costs more in
	// calls than in bytes.
	runBuffer = 64 << 10
)

// runs are sorted runs in scratch files.
type runs struct {
	options Options
	cut     float32
	space   shuffle.Space
	names   []string
	made    int
	opened  []io.Closer
}

func newRuns(o Options, cut float32, space shuffle.Space) runs {
	space.Memory = max(space.Memory, shuffle.MinMemory)
	return runs{options: o, cut: cut, space: space}
}

// fanIn is the number of runs that are merged at once.
func (r *runs) fanIn() int { return int(min(max(r.space.Memory/2/runBuffer, 2), maxFanIn)) }

// buffer is the size of the buffer of one of n runs.
func (r *runs) buffer(n int) int {
	return int(min(max(r.space.Memory/2/int64(n), runBuffer), 1<<20))
}

// write stores all of src as a new run.
func (r *runs) write(src source) error {
	name := fmt.Sprintf("%sdomains-%06d", r.space.Name, r.made)
	f, err := r.space.Scratch.Create(name)
	if err != nil {
		return fmt.Errorf("spill domains: %w", err)
	}
	r.made++
	r.names = append(r.names, name)
	out := bufio.NewWriterSize(f, runBuffer)
	var w runWriter
	var buf []byte
	err = each(src, func(_ uint64, key, payload []byte) error {
		buf = w.append(buf[:0], key, payload)
		_, err := out.Write(buf)
		return err
	})
	if err == nil {
		err = out.Flush()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("spill domains: %w", err)
	}
	return nil
}

// merged returns the source of all runs, after as many passes as it takes. It
// is valid until close.
func (r *runs) merged() (source, error) {
	fanIn := r.fanIn()
	for len(r.names) > fanIn {
		src, err := r.open(r.names[:fanIn])
		if err == nil {
			err = r.write(src)
		}
		if err = errors.Join(err, r.closeOpened()); err != nil {
			return nil, err
		}
		for _, name := range r.names[:fanIn] {
			if err := r.space.Scratch.Remove(name); err != nil {
				return nil, fmt.Errorf("remove merged run: %w", err)
			}
		}
		r.names = r.names[fanIn:]
	}
	return r.open(r.names)
}

func (r *runs) open(names []string) (source, error) {
	readers := make([]*runReader, 0, len(names))
	for _, name := range names {
		f, err := r.space.Scratch.Open(name)
		if err != nil {
			return nil, fmt.Errorf("open run: %w", err)
		}
		r.opened = append(r.opened, f)
		reader, err := newRunReader(name, f, r.buffer(len(names)))
		if err != nil {
			return nil, err
		}
		readers = append(readers, reader)
	}
	return newMerger(readers, newStats(r.options, r.cut)), nil
}

func (r *runs) closeOpened() error {
	var err error
	for _, f := range r.opened {
		err = errors.Join(err, f.Close())
	}
	r.opened = nil
	return err
}

// close removes all runs.
func (r *runs) close() error {
	err := r.closeOpened()
	for _, name := range r.names {
		err = errors.Join(err, r.space.Scratch.Remove(name))
	}
	r.names = nil
	return err
}
