package domain

import (
	"errors"
	"io"
)

// A tournament merges runs: loser[i] for i > 0 lost the match at inner node i
// of a binary tree whose leaves are the runs, loser[0] won them all (Knuth, The
// Art of Computer Programming, volume 3, 5.4.1).
type tournament struct {
	runs  []*runReader
	loser []int
}

func newTournament(runs []*runReader) *tournament {
	t := &tournament{runs: runs, loser: make([]int, max(len(runs), 1))}
	if len(runs) > 0 {
		t.loser[0] = t.play(1)
	}
	return t
}

// play fills the losers of the subtree at inner node i and returns its winner.
// Node i has the children 2i and 2i+1; numbers from len(runs) on are leaves.
func (t *tournament) play(i int) int {
	if i >= len(t.runs) {
		return i - len(t.runs)
	}
	winner, loser := t.play(2*i), t.play(2*i+1)
	if t.runs[loser].before(t.runs[winner]) {
		winner, loser = loser, winner
	}
	t.loser[i] = loser
	return winner
}

// least returns the run whose entry comes first, nil if all are done.
func (t *tournament) least() *runReader {
	if len(t.runs) == 0 || t.runs[t.loser[0]].done {
		return nil
	}
	return t.runs[t.loser[0]]
}

// advance lets the run that came first go on.
func (t *tournament) advance() error {
	winner := t.loser[0]
	if err := t.runs[winner].advance(); err != nil {
		return err
	}
	for i := (winner + len(t.runs)) / 2; i > 0; i /= 2 {
		if t.runs[t.loser[i]].before(t.runs[winner]) {
			winner, t.loser[i] = t.loser[i], winner
		}
	}
	t.loser[0] = winner
	return nil
}

// A source yields entries in ascending order, each key once. They are valid
// until the next call; io.EOF follows the last one.
type source interface {
	next() (hash uint64, key, payload []byte, err error)
}

// A merger is the source of several runs: entries of the same key become one.
type merger struct {
	t       *tournament
	sums    *stats
	key     []byte
	payload []byte
}

func newMerger(runs []*runReader, sums *stats) *merger {
	return &merger{t: newTournament(runs), sums: sums}
}

func (m *merger) next() (hash uint64, key, payload []byte, err error) {
	r := m.t.least()
	if r == nil {
		return 0, nil, nil, io.EOF
	}
	hash = r.hash
	m.key = append(m.key[:0], r.key...)
	m.payload = append(m.payload[:0], r.payload...)
	if err := m.t.advance(); err != nil {
		return 0, nil, nil, err
	}
	several := false
	for r = m.t.least(); r != nil && r.hash == hash && string(r.key) == string(m.key); r = m.t.least() {
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
		if err := m.t.advance(); err != nil {
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
