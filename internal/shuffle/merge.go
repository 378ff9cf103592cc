package shuffle

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A run is one sorted input of a merge.
type run struct {
	file   io.ReadCloser
	buf    *bufio.Reader
	record []byte // the least record that was not yet given out
	prefix uint64 // its first eight bytes
	done   bool
}

// Advance implements [Runner]: it reads the run's next record.
func (r *run) Advance() error {
	_, err := io.ReadFull(r.buf, r.record)
	if errors.Is(err, io.EOF) {
		r.done = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("read sorted run: %w", err)
	}
	if len(r.record) >= 8 {
		r.prefix = binary.BigEndian.Uint64(r.record)
	}
	return nil
}

// Before implements [Runner].
func (r *run) Before(o *run) bool {
	if r.done || o.done {
		return !r.done
	}
	if r.prefix != o.prefix {
		return r.prefix < o.prefix
	}
	return less(r.record, o.record)
}

// merge is the source of several runs.
type merge struct {
	runs  *Tournament[*run]
	begun bool
}

func newMerge(runs []*run) (*merge, error) {
	for _, r := range runs {
		if err := r.Advance(); err != nil {
			return nil, err
		}
	}
	return &merge{runs: NewTournament(runs)}, nil
}

func (m *merge) Next() ([]byte, error) {
	if m.begun { // the record that was given out last is read
		if err := m.runs.Advance(); err != nil {
			return nil, err
		}
	}
	r := m.runs.Least()
	m.begun = !r.done
	if r.done {
		return nil, io.EOF
	}
	return r.record, nil
}
