package dedup

import (
	"errors"
	"fmt"
	"io"

	"mathsieve/internal/shuffle"
)

// Settle is one task of one round of what Cluster does alone, for pairs that
// are too many for one task. It reads the star records of one section of all
// tasks of the round before, of Verify in the first, and decides about the
// documents of which it now knows enough:
//
//   - one without a leader is kept, and sends word to all that it leads;
//   - one that has word of a kept leader is dropped. It tells those that it leads
//     that they are rid of it, and waits for word of its other leaders, since
//     its twin is the most similar of all kept ones;
//   - one that waits for word of its leaders is passed on to the next round, with
//     its pairs.
//
// Word arrives in the next round. A document that is kept and its near
// duplicates, however many, are settled in three rounds; a chain takes a round
// for each link. What the last round leaves goes to Cluster, so the result
// is that of Cluster alone, whatever the number of rounds.
//
// Drops go to drops, in parts sections by pack, the twins to twins, in parts
// sections by node, and what is not settled to next, in the given number of
// sections by node. A quarter each of space.Memory sorts and buffers the
// outputs. Beside it a document takes 22 bytes for each of its leaders, at most
// 2 × Leaders for each band.
func Settle(src shuffle.Source, parts, sections int, drops, twins, next io.Writer, space shuffle.Space) (stats Stats, err error) {
	out, err := newDropWriter(parts, drops, twins, &stats, space)
	if err != nil {
		return stats, err
	}
	rest, err := shuffle.NewWriter(next, starWidth, sections, part(space, 4, "next"))
	if err != nil {
		return stats, errors.Join(err, out.abort())
	}
	defer func() { err = errors.Join(err, out.abort(), rest.Abort()) }()
	s := settler{out: out, rest: rest, sections: sections, stats: &stats}
	err = eachSorted(src, starWidth, part(space, 4, "sort"), func(r []byte) error {
		stats.In++
		return s.take(r)
	})
	if err == nil {
		err = s.decide()
	}
	if err != nil {
		return stats, fmt.Errorf("settle near duplicates: %w", err)
	}
	return stats, errors.Join(out.close(), rest.Close())
}

// A settler takes the star records of one node after the other: first word of
// leaders, then the leaders, then the members.
type settler struct {
	out      *dropWriter
	rest     *shuffle.Writer
	sections int
	stats    *Stats

	node    Node
	gone    map[Node]bool // leaders of which there is word
	kept    []byte        // records of leaders that are kept
	open    []byte        // records of leaders of which there is no word
	decided bool          // kept, open and best are complete
	best    twin
	record  []byte
}

func (s *settler) take(r []byte) error {
	if node := nodeAt(r, 0); node != s.node {
		if err := s.decide(); err != nil {
			return err
		}
		s.node, s.kept, s.open, s.decided, s.best = node, s.kept[:0], s.open[:0], false, twin{}
		clear(s.gone)
	}
	other := nodeAt(r, 9)
	switch starKind(r[8]) {
	case starDropped:
		s.know(other)
	case starKept:
		s.know(other)
		s.kept = append(s.kept, r...)
		s.best.consider(r)
	case starLeader:
		if !s.gone[other] {
			s.open = append(s.open, r...)
		}
	case starMember:
		if err := s.decide(); err != nil {
			return err
		}
		return s.tell(other, r)
	default:
		return fmt.Errorf("star record of kind %d", r[8])
	}
	return nil
}

func (s *settler) know(leader Node) {
	if s.gone == nil {
		s.gone = map[Node]bool{}
	}
	s.gone[leader] = true
}

// decide settles the node, or passes on what it knows of its leaders. It is
// called before the first member, and again after the last record.
func (s *settler) decide() error {
	if s.decided {
		return nil
	}
	s.decided = true
	if len(s.open) == 0 {
		if s.best.found {
			return s.out.drop(s.node, s.best)
		}
		return nil
	}
	for _, known := range [][]byte{s.kept, s.open} {
		for ; len(known) > 0; known = known[starWidth:] {
			if err := s.pass(known[:starWidth]); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell sends word to a member, or keeps the pair for the next round.
func (s *settler) tell(member Node, r []byte) error {
	switch {
	case s.best.found:
		s.record = appendStar(s.record[:0], member, starDropped, s.node, r[17:])
	case len(s.open) == 0:
		s.record = appendStar(s.record[:0], member, starKept, s.node, r[17:])
	default:
		return s.pass(r)
	}
	return s.pass(s.record)
}

func (s *settler) pass(r []byte) error {
	s.stats.Out++
	return s.rest.Add(nodePartition(nodeAt(r, 0), s.sections), r)
}
