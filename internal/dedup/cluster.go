package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"

	"mathsieve/internal/shuffle"
)

// Cluster is the contraction, the only global step that is one task. It reads
// the verified pairs of all tasks of Verify and decides in the order of nodes,
// best first: a document is dropped if and only if it is paired with a better
// one that was kept. Its twin is the kept one that is most similar to it, the
// better one of equals. sink gets one drop record for each dropped document, in
// the order of nodes.
//
// So every dropped document is at least Threshold similar to a document that
// stays, and a chain of small changes never collapses into one: its members are
// compared with what was kept, not with each other.
//
// Half of space.Memory sorts the pairs; the other half sorts the twins to count
// the clusters. Beside it there is one bit per document for every stretch of
// 65,536 rows in which a document is dropped, at most 5 GB for 40 billion
// documents.
func Cluster(src shuffle.Source, space shuffle.Space, sink func(drop []byte) error) (stats Stats, err error) {
	twins, err := shuffle.NewSorter(8, part(space, 2, "twins"))
	if err != nil {
		return stats, err
	}
	defer func() { err = errors.Join(err, twins.Close()) }()
	c := cluster{dropped: rowSet{}, twins: twins, sink: sink, stats: &stats}
	err = eachSorted(src, verifiedWidth, part(space, 2, "sort"), func(r []byte) error {
		stats.In++
		member, leader := nodeAt(r, 0), nodeAt(r, 8)
		if member != c.member {
			if err := c.decide(); err != nil {
				return err
			}
			c.member, c.found = member, false
		}
		if c.dropped.has(leader.position()) {
			return nil
		}
		if s := float32At(r, 16); !c.found || s > c.similarity {
			c.found, c.twin, c.similarity, c.band = true, leader, s, r[20]
		}
		return nil
	})
	if err == nil {
		err = c.decide()
	}
	if err == nil {
		err = c.countClusters()
	}
	if err != nil {
		return stats, fmt.Errorf("cluster near duplicates: %w", err)
	}
	return stats, nil
}

type cluster struct {
	dropped rowSet
	twins   *shuffle.Sorter
	sink    func(drop []byte) error
	stats   *Stats

	member     Node // whose pairs are being read
	found      bool // a kept leader of it; the best so far is:
	twin       Node
	similarity float32
	band       uint8
	record     []byte
}

// decide settles the fate of the member whose pairs have all been read.
func (c *cluster) decide() error {
	if !c.found {
		return nil
	}
	c.dropped.add(c.member.position())
	c.stats.Dropped++
	c.record = appendNode(c.record[:0], c.twin)
	if err := c.twins.Add(c.record); err != nil {
		return err
	}
	c.record = appendDrop(c.record[:0], c.member, c.twin, causeNear, c.band, c.similarity)
	return c.sink(c.record)
}

// countClusters counts how many documents share a twin.
func (c *cluster) countClusters() error {
	sorted, err := c.twins.Sort()
	if err != nil {
		return err
	}
	var last uint64
	size := int64(1)
	err = each(sorted, func(r []byte) error {
		twin := binary.BigEndian.Uint64(r)
		if twin != last && size > 1 {
			c.stats.Groups.add(size)
			size = 1
		}
		last = twin
		size++
		return nil
	})
	if size > 1 {
		c.stats.Groups.add(size)
	}
	return err
}

// A rowSet is a set of positions: bitmaps of 8 KiB for stretches of 65,536
// rows, only for those that have a member.
type rowSet map[uint64]*[1024]uint64

func (s rowSet) add(position uint64) {
	chunk := s[position>>16]
	if chunk == nil {
		chunk = new([1024]uint64)
		s[position>>16] = chunk
	}
	chunk[position>>6&1023] |= 1 << (position & 63)
}

func (s rowSet) has(position uint64) bool {
	chunk := s[position>>16]
	return chunk != nil && chunk[position>>6&1023]>>(position&63)&1 == 1
}
