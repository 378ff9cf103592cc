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

// advance reads the run's next record.
func (r *run) advance() error {
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

// before reports whether r's record comes before o's; a run that is done comes
// after all others.
func (r *run) before(o *run) bool {
	if r.done || o.done {
		return !r.done
	}
	if r.prefix != o.prefix {
		return r.prefix < o.prefix
	}
	return less(r.record, o.record)
}

// merge is a tournament of runs: loser[i] for i > 0 lost the match at inner
// node i of a binary tree whose leaves are the runs, loser[0] won them all.
type merge struct {
	runs  []*run
	loser []int
	begun bool
}

func newMerge(runs []*run) (*merge, error) {
	for _, r := range runs {
		if err := r.advance(); err != nil {
			return nil, err
		}
	}
	m := &merge{runs: runs, loser: make([]int, len(runs))}
	m.loser[0] = m.play(1)
	return m, nil
}

// play fills the losers of the subtree at inner node i and returns its winner.
// Node i has the children 2i and 2i+1; numbers from len(runs) on are leaves.
func (m *merge) play(i int) int {
	if i >= len(m.runs) {
		return i - len(m.runs)
	}
	winner, loser := m.play(2*i), m.play(2*i+1)
	if m.runs[loser].before(m.runs[winner]) {
		winner, loser = loser, winner
	}
	m.loser[i] = loser
	return winner
}

func (m *merge) Next() ([]byte, error) {
	winner := m.loser[0]
	if m.begun {
		// The run that won last time moves on and plays its way up again.
		if err := m.runs[winner].advance(); err != nil {
			return nil, err
		}
		for i := (winner + len(m.runs)) / 2; i > 0; i /= 2 {
			if m.runs[m.loser[i]].before(m.runs[winner]) {
				winner, m.loser[i] = m.loser[i], winner
			}
		}
		m.loser[0] = winner
	}
	m.begun = true
	r := m.runs[winner]
	if r.done {
		m.begun = false
		return nil, io.EOF
	}
	return r.record, nil
}
