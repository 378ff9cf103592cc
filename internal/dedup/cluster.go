package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"mathsieve/internal/shuffle"
)

// Cluster decides about all near duplicates in one task, in the order of nodes,
// best first: a document is dropped if and only if it is paired with a better
// one that is kept. Its twin is the kept one that is most similar to it, the
// better one of equals. That is the lexicographically first maximal independent
// set of the graph of verified pairs.
//
// So every dropped document is at least Threshold similar to a document that
// stays, and a chain of small changes never collapses into one: its members are
// compared with what was kept, not with each other.
//
// src gives the star records of all tasks of Verify, or what the last of Settle
// has left. They are sorted by leader and passed once; a document that is kept
// sends word of it to each document that it leads, through a priority queue in
// which it waits until the pass arrives there (time-forward processing: Chiang
// et al., "External-Memory Graph Algorithms", 1995). Nothing is held for the
// documents, so memory is space.Memory however many there are: a quarter each
// for the sort, the queue, and the two outputs, as Settle writes them.
func Cluster(src shuffle.Source, parts int, drops, twins io.Writer, space shuffle.Space) (stats Stats, err error) {
	out, err := newDropWriter(parts, drops, twins, &stats, space)
	if err != nil {
		return stats, err
	}
	queue, err := shuffle.NewQueue(starWidth, part(space, 4, "queue"))
	if err != nil {
		return stats, errors.Join(err, out.abort())
	}
	defer func() { err = errors.Join(err, queue.Close(), out.abort()) }()
	c := clusterer{queue: queue, out: out}
	err = eachSorted(src, starWidth, part(space, 4, "sort"), func(r []byte) error {
		stats.In++
		switch starKind(r[8]) {
		case starKept: // found out by Settle
			return queue.Push(r)
		case starMember:
			return c.lead(r)
		case starDropped, starLeader: // the other side of a pair: not needed here
			return nil
		}
		return fmt.Errorf("star record of kind %d", r[8])
	})
	if err == nil {
		err = c.until(^Node(0))
	}
	if err != nil {
		return stats, fmt.Errorf("cluster near duplicates: %w", err)
	}
	return stats, out.close()
}

// A clusterer is on its way through the nodes in ascending order.
type clusterer struct {
	queue   *shuffle.Queue // star records of the kind starKept, to nodes ahead
	out     *dropWriter
	leader  Node // whose members are being read
	dropped bool // it is dropped
	record  []byte
}

// lead takes a record of a leader and one of its members.
func (c *clusterer) lead(r []byte) error {
	leader := nodeAt(r, 0)
	if leader != c.leader {
		if err := c.until(leader); err != nil {
			return err
		}
		c.leader = leader
		best, err := c.take(leader)
		if err != nil {
			return err
		}
		c.dropped = best.found
	}
	if c.dropped {
		return nil
	}
	c.record = appendStar(c.record[:0], nodeAt(r, 9), starKept, leader, r[17:])
	return c.queue.Push(c.record)
}

// until drops all nodes below the given one that word waits for.
func (c *clusterer) until(node Node) error {
	for head := c.queue.Peek(); head != nil && nodeAt(head, 0) < node; head = c.queue.Peek() {
		if _, err := c.take(nodeAt(head, 0)); err != nil {
			return err
		}
	}
	return nil
}

// take drops a node if word of a kept leader waits for it.
func (c *clusterer) take(node Node) (best twin, err error) {
	for head := c.queue.Peek(); head != nil && nodeAt(head, 0) == node; head = c.queue.Peek() {
		best.consider(head)
		if err := c.queue.Pop(); err != nil {
			return best, err
		}
	}
	if best.found {
		err = c.out.drop(node, best)
	}
	return best, err
}

// A twin is the best of the kept leaders of a document so far.
type twin struct {
	found      bool
	node       Node
	similarity float32
	band       uint8
}

// consider takes a star record of the kind starKept.
func (t *twin) consider(r []byte) {
	node, similarity := nodeAt(r, 9), float32At(r, 17)
	if !t.found || similarity > t.similarity || similarity == t.similarity && node < t.node {
		*t = twin{true, node, similarity, r[21]}
	}
}

// A dropWriter writes the drops of near duplicates in sections by pack, and
// their twins in sections by node.
type dropWriter struct {
	drops, twins *shuffle.Writer
	parts        int
	stats        *Stats
	record       []byte
}

func newDropWriter(parts int, drops, twins io.Writer, stats *Stats, space shuffle.Space) (*dropWriter, error) {
	d, err := shuffle.NewWriter(drops, dropWidth, parts, part(space, 4, "drops"))
	if err != nil {
		return nil, err
	}
	t, err := shuffle.NewWriter(twins, twinWidth, parts, part(space, 4, "twins"))
	return &dropWriter{drops: d, twins: t, parts: parts, stats: stats}, err
}

func (w *dropWriter) drop(node Node, t twin) error {
	w.stats.Dropped++
	w.record = appendNode(w.record[:0], t.node)
	if err := w.twins.Add(nodePartition(t.node, w.parts), w.record); err != nil {
		return err
	}
	w.record = appendDrop(w.record[:0], node, t.node, causeNear, t.band, t.similarity)
	return w.drops.Add(node.Pack()%w.parts, w.record)
}

func (w *dropWriter) close() error { return errors.Join(w.drops.Close(), w.twins.Close()) }

func (w *dropWriter) abort() error { return errors.Join(w.drops.Abort(), w.twins.Abort()) }

// ClusterSizes counts clusters by size: documents that are kept, each with its
// near duplicates. It reads one section of the twins that all tasks of Settle
// and Cluster wrote.
func ClusterSizes(src shuffle.Source, space shuffle.Space) (sizes Histogram, err error) {
	var last uint64
	size := int64(1)
	err = eachSorted(src, twinWidth, space, func(r []byte) error {
		node := binary.BigEndian.Uint64(r)
		if node != last && size > 1 {
			sizes.add(size)
			size = 1
		}
		last = node
		size++
		return nil
	})
	if size > 1 {
		sizes.add(size)
	}
	return sizes, err
}
