package domain

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/zeebo/xxh3"

	"mathsieve/internal/address"
)

// A tree is a uvarint threshold and the node of the domain. A node is
//
//	uvarint length, name
//	uvarint number of folded children, uvarint number of children, children
//	only if there is not one child that has all pages of the node, which a
//	byte 1 says instead of the 0 in front of the following:
//	uvarint pages, collected, tokens, tokens collected
//	uvarint number of buckets; for each uvarint index, pages
//	twice, random and near: uvarint number of samples; for each
//	        byte 1 if collected, log odds float32, uvarint pack, row
//
// Of most domains all pages are of one host, and of many one path.
func appendDomain(dst []byte, d *Domain) []byte {
	dst = binary.AppendUvarint(dst, uint64(d.Threshold))
	return appendNode(dst, &d.Node)
}

func appendNode(dst []byte, n *Node) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(n.Name)))
	dst = append(dst, n.Name...)
	dst = binary.AppendUvarint(dst, uint64(n.Folded))
	dst = binary.AppendUvarint(dst, uint64(len(n.Children)))
	for _, c := range n.Children {
		dst = appendNode(dst, c)
	}
	if n.onlyChild() {
		return append(dst, 1)
	}
	dst = append(dst, 0)
	dst = appendCounts(dst, n.Counts)
	dst = binary.AppendUvarint(dst, uint64(len(n.Scores)))
	for _, b := range n.Scores {
		dst = binary.AppendUvarint(dst, uint64(b.Index))
		dst = binary.AppendUvarint(dst, uint64(b.Pages))
	}
	return appendSamples(appendSamples(dst, n.Random), n.Near)
}

func appendSamples(dst []byte, samples []Sample) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(samples)))
	for _, p := range samples {
		var flags byte
		if p.Collected {
			flags = flagCollected
		}
		dst = append(dst, flags)
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(p.Logit))
		dst = binary.AppendUvarint(dst, uint64(p.Pack))
		dst = binary.AppendUvarint(dst, uint64(p.Row))
	}
	return dst
}

// A treeDecoder decodes one tree.
type treeDecoder struct {
	decoder
	nodes int
}

func decodeDomain(tree []byte) (*Domain, error) {
	t := treeDecoder{decoder: decoder{rest: tree}}
	d := &Domain{Threshold: t.count()}
	t.node(&d.Node, 0)
	if t.bad || len(t.rest) > 0 {
		return nil, fmt.Errorf("tree: %w", ErrFormat)
	}
	return d, nil
}

func (t *treeDecoder) node(n *Node, depth int) {
	if t.nodes++; t.nodes > MaxNodes+1 || depth > 2+maxPathDepth {
		t.bad = true
		return
	}
	n.Name = string(t.take(int(min(t.uvarint(), 2*address.MaxSegment+1))))
	n.Folded = t.count()
	// A node takes four bytes at least.
	for range t.length(4) {
		if t.bad {
			return
		}
		c := &Node{}
		t.node(c, depth+1)
		n.Children = append(n.Children, c)
	}
	switch t.byte() {
	case 0:
		n.Counts = t.counts()
		n.Scores = t.histogram()
		n.Random, n.Near = t.samples(), t.samples()
	case 1:
		if len(n.Children) != 1 {
			t.bad = true
			return
		}
		c := n.Children[0]
		n.Counts, n.Scores, n.Random, n.Near = c.Counts, c.Scores, c.Random, c.Near
	default:
		t.bad = true
	}
}

func (t *treeDecoder) histogram() Histogram {
	length := t.length(2)
	if length == 0 || length > Buckets {
		t.bad = t.bad || length > 0
		return nil
	}
	h := make(Histogram, length)
	before := -1
	for i := range h {
		index := t.uvarint()
		if index >= Buckets || int(index) <= before {
			t.bad = true
			return nil
		}
		before = int(index)
		h[i] = Bucket{Index: before, Pages: t.count()}
	}
	return h
}

func (t *treeDecoder) samples() []Sample {
	length := t.length(7)
	if length == 0 || length > maxSamples {
		t.bad = t.bad || length > 0
		return nil
	}
	samples := make([]Sample, length)
	for i := range samples {
		samples[i] = Sample{Collected: t.byte()&flagCollected != 0, Logit: math.Float32frombits(t.uint32()), Pack: t.row(), Row: t.row()}
	}
	return samples
}

// ReadAt returns the domain at an offset that Reader.Offset gave for the same
// file.
func ReadAt(r io.ReaderAt, offset int64) (*Domain, error) {
	t := &Reader{r: io.NewSectionReader(r, offset, maxTree+binary.MaxVarintLen64+4), hash: xxh3.New(), buf: make([]byte, 16<<10), next: offset}
	d, err := t.read()
	if err != nil {
		return nil, fmt.Errorf("read domain at byte %d: %w", offset, err)
	}
	return d, nil
}
