package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"mathsieve/internal/shuffle"
)

// Candidates is one task of the third global stage. It reads the band records
// of one section of what all tasks of ExactText passed on, gathers the
// documents that agree in a band into buckets, and writes the pairs to compare
// to out, in parts sections by the leader's pack.
//
// A bucket of fewer than GiantBucket documents pairs every document with the
// Leaders least ones before it, a giant one with the least one only. Documents
// that are kept in any case are counted apart: a document is paired with the
// least of them, and with the least of the others, and they are not paired with
// each other. The pairs are therefore at most Leaders times the records, twice
// that against kept ones, and no bucket is left out.
//
// Half of space.Memory sorts, half buffers the output. Beside it a bucket takes
// eight bytes for each of up to GiantBucket documents.
func Candidates(src shuffle.Source, o Options, parts int, out io.Writer, space shuffle.Space) (stats Stats, err error) {
	w, err := shuffle.NewWriter(out, candidateWidth, parts, part(space, 2, "pairs"))
	if err != nil {
		return stats, err
	}
	defer func() { err = errors.Join(err, w.Abort()) }()
	b := bucket{options: o, parts: parts, out: w, stats: &stats}
	err = eachSorted(src, bandWidth, part(space, 2, "sort"), func(r []byte) error {
		stats.In++
		if key := binary.BigEndian.Uint64(r); key != b.key || b.size == 0 {
			if err := b.finish(); err != nil {
				return err
			}
			b.key = key
		}
		return b.add(nodeAt(r, 8))
	})
	if err == nil {
		err = b.finish()
	}
	if err != nil {
		return stats, fmt.Errorf("pair documents of a band: %w", err)
	}
	return stats, w.Close()
}

// A bucket collects the documents that share a band key, in ascending order.
type bucket struct {
	options Options
	parts   int
	out     *shuffle.Writer
	stats   *Stats
	key     uint64
	size    int64
	nodes   []Node // the first of them, fewer than GiantBucket
	led     bool   // first is known; of a giant bucket
	first   Node   // the least one that may be dropped
	record  []byte
}

func (b *bucket) add(n Node) error {
	b.size++
	if b.size < int64(b.options.GiantBucket) {
		b.nodes = append(b.nodes, n)
		return nil
	}
	if b.size == int64(b.options.GiantBucket) { // it has just become a giant
		for _, member := range b.nodes {
			if err := b.follow(member); err != nil {
				return err
			}
		}
	}
	return b.follow(n)
}

// follow pairs the next document of a giant bucket with the least ones.
func (b *bucket) follow(n Node) error {
	if n.kept() {
		return nil
	}
	if least := b.nodes[0]; least.kept() {
		if err := b.pair(least, n); err != nil {
			return err
		}
	}
	if !b.led {
		b.led, b.first = true, n
		return nil
	}
	return b.pair(b.first, n)
}

// finish pairs the documents of a bucket that is complete, and empties it.
func (b *bucket) finish() error {
	switch {
	case b.size >= int64(b.options.GiantBucket):
		b.stats.Giant++
		b.stats.GiantMembers += b.size
	default:
		if err := b.pairAll(); err != nil {
			return err
		}
	}
	if b.size > 1 {
		b.stats.Groups.add(b.size)
	}
	b.size, b.nodes, b.led = 0, b.nodes[:0], false
	return nil
}

// pairAll pairs the documents of a bucket that is no giant.
func (b *bucket) pairAll() error {
	kept := 0 // they stand in front
	for kept < len(b.nodes) && b.nodes[kept].kept() {
		kept++
	}
	free := b.nodes[kept:]
	for i, member := range free {
		for _, leaders := range [][]Node{b.nodes[:min(kept, b.options.Leaders)], free[:min(i, b.options.Leaders)]} {
			for _, leader := range leaders {
				if err := b.pair(leader, member); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (b *bucket) pair(leader, member Node) error {
	b.stats.Out++
	b.record = appendNode(b.record[:0], Node(positionFirst(leader)))
	b.record = appendNode(b.record, member)
	b.record = append(b.record, bandOf(b.key))
	return b.out.Add(leader.Pack()%b.parts, b.record)
}
