package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"mathsieve/internal/shuffle"
)

// Attach is one task of the fourth global stage. It reads the candidates of one
// section of what all tasks of Candidates wrote, takes every pair once, and
// writes it with the leader's fingerprint to out, in parts sections by the
// member's pack. open opens the fingerprint file of a pack. Every pack is
// opened by one task only, and read once, from front to back.
//
// Half of space.Memory sorts, half buffers the output.
func Attach(src shuffle.Source, parts int, open func(pack int) (shuffle.File, error), out io.Writer, space shuffle.Space) (stats Stats, err error) {
	w, err := shuffle.NewWriter(out, attachedWidth, parts, part(space, 2, "attached"))
	if err != nil {
		return stats, err
	}
	prints := fingerprintReader{open: open}
	defer func() { err = errors.Join(err, prints.close(), w.Abort()) }()
	var lastLeader, lastMember Node
	record := make([]byte, 0, attachedWidth)
	err = eachSorted(src, candidateWidth, part(space, 2, "sort"), func(r []byte) error {
		stats.In++
		leader, member := byPosition(nodeAt(r, 0)).node(), nodeAt(r, 8)
		if leader == lastLeader && member == lastMember { // found in another band too
			return nil
		}
		lastLeader, lastMember = leader, member
		own, err := prints.at(leader)
		if err != nil {
			return err
		}
		stats.Out++
		record = appendNode(record[:0], Node(positionFirst(member)))
		record = appendNode(record, leader)
		record = append(record, r[16])
		record = append(record, own...)
		return w.Add(member.Pack()%parts, record)
	})
	if err != nil {
		return stats, fmt.Errorf("attach fingerprints: %w", err)
	}
	return stats, w.Close()
}

// Verify is one task of the fifth global stage. It reads one section of what
// all tasks of Attach wrote and writes the pairs whose fingerprints are at least
// Threshold similar to out, as star records: one for the leader of each pair,
// all that Cluster wants; and if bothEnds is set, as Settle wants it, another
// for the member. They are in the given number of sections by node. Files are
// opened and memory is used as by Attach.
func Verify(src shuffle.Source, o Options, bothEnds bool, sections int, open func(pack int) (shuffle.File, error), out io.Writer, space shuffle.Space) (stats Stats, err error) {
	w, err := shuffle.NewWriter(out, starWidth, sections, part(space, 2, "verified"))
	if err != nil {
		return stats, err
	}
	prints := fingerprintReader{open: open}
	defer func() { err = errors.Join(err, prints.close(), w.Abort()) }()
	threshold := float32(o.Threshold)
	record, rest := make([]byte, 0, starWidth), make([]byte, 0, 5)
	err = eachSorted(src, attachedWidth, part(space, 2, "sort"), func(r []byte) error {
		stats.In++
		member, leader := byPosition(nodeAt(r, 0)).node(), nodeAt(r, 8)
		own, err := prints.at(member)
		if err != nil {
			return err
		}
		similarity := (*Fingerprint)(own).Similarity((*Fingerprint)(r[17:]))
		if similarity < threshold {
			stats.Rejected++
			return nil
		}
		stats.Out++
		rest = binary.BigEndian.AppendUint32(rest[:0], math.Float32bits(similarity))
		rest = append(rest, r[16])
		record = appendStar(record[:0], leader, starMember, member, rest)
		if err := w.Add(nodePartition(leader, sections), record); err != nil || !bothEnds {
			return err
		}
		record = appendStar(record[:0], member, starLeader, leader, rest)
		return w.Add(nodePartition(member, sections), record)
	})
	if err != nil {
		return stats, fmt.Errorf("verify candidates: %w", err)
	}
	return stats, w.Close()
}
