package domain

import (
	"errors"
	"io"

	"mathsieve/internal/shuffle"
)

// A source yields entries in ascending order, each key once. They are valid
// until the next call; io.EOF follows the last one.
type source interface {
	next() (hash uint64, key, payload []byte, err error)
}

// A merger is the source of several runs: entries of the same key become one.
type merger struct {
	runs    *shuffle.Tournament[*runReader] // nil if there are none
	sums    *stats
	key     []byte
	payload []byte
}

func newMerger(runs []*runReader, sums *stats) *merger {
	m := &merger{sums: sums}
	if len(runs) > 0 {
		m.runs = shuffle.NewTournament(runs)
	}
	return m
}

// least returns the run whose entry comes first, nil if all are done.
func (m *merger) least() *runReader {
	if m.runs == nil || m.runs.Least().done {
		return nil
	}
	return m.runs.Least()
}

func (m *merger) next() (hash uint64, key, payload []byte, err error) {
	r := m.least()
	if r == nil {
		return 0, nil, nil, io.EOF
	}
	hash = r.hash
	m.key = append(m.key[:0], r.key...)
	m.payload = append(m.payload[:0], r.payload...)
	if err := m.runs.Advance(); err != nil {
		return 0, nil, nil, err
	}
	several := false
	for r = m.least(); r != nil && r.hash == hash && string(r.key) == string(m.key); r = m.least() {
		if !several {
			several = true
			m.sums.reset()
			if err := m.sums.addPayload(m.payload); err != nil {
				return 0, nil, nil, err
			}
		}
		if err := m.sums.addPayload(r.payload); err != nil {
			return 0, nil, nil, err
		}
		if err := m.runs.Advance(); err != nil {
			return 0, nil, nil, err
		}
	}
	if several {
		m.payload = m.sums.appendPayload(m.payload[:0])
	}
	return hash, m.key, m.payload, nil
}

// each calls take for every entry of src.
func each(src source, take func(hash uint64, key, payload []byte) error) error {
	for {
		hash, key, payload, err := src.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := take(hash, key, payload); err != nil {
			return err
		}
	}
}
