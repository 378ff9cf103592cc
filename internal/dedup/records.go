package dedup

import (
	"encoding/binary"
	"errors"
	"io"
	"math"

	"mathsieve/internal/shuffle"
)

// The records that go from stage to stage. Numbers are big-endian, so that the
// order of bytes is the order of numbers; node fields are Nodes.
//
//	url record        URL hash 16, node 8, text hash 16, band keys 8 × Bands
//	text record       text hash 16, node 8, band keys 8 × Bands
//	band record       band key 8, node 8
//	candidate         leader 8 (position first), member 8, band 1
//	attached pair     member 8 (position first), leader 8, band 1,
//	                  leader's fingerprint 512
//	star record       node 8, kind 1, other node 8, similarity 4 (float32), band 1
//	drop              pack and row 6, twin's pack and row 6, cause 1, band 1,
//	                  similarity 4 (float32)
//	twin              node 8
//
// A text that is too short for bands has zeros for its band keys.
const (
	bandWidth      = 16
	candidateWidth = 17
	attachedWidth  = candidateWidth + FingerprintSize
	starWidth      = 22
	dropWidth      = 18
	twinWidth      = 8
)

// Widths of the files between the stages, in bytes per record.
const (
	// BandWidth is the width of what ExactText passes on and Candidates reads.
	BandWidth = bandWidth
	// CandidateWidth is the width of what Candidates writes and Attach reads.
	CandidateWidth = candidateWidth
	// AttachedWidth is the width of what Attach writes and Verify reads.
	AttachedWidth = attachedWidth
	// StarWidth is the width of what Verify writes, and Settle and Cluster read.
	StarWidth = starWidth
	// DropWidth is the width of the drops that Marks reads.
	DropWidth = dropWidth
	// TwinWidth is the width of the twins that ClusterSizes reads.
	TwinWidth = twinWidth
)

// URLWidth returns the width of what a SketchWriter writes and ExactURL reads.
func (o Options) URLWidth() int { return o.TextWidth() + 16 }

// TextWidth returns the width of what ExactURL passes on and ExactText reads.
func (o Options) TextWidth() int {
	bands, _ := o.Banding()
	return 24 + 8*bands
}

// A cause says which stage dropped a document.
type cause uint8

const (
	causeURL cause = iota + 1
	causeText
	causeNear
)

// A starKind says what a star record tells its node about the other one.
type starKind uint8

const (
	starDropped starKind = iota + 1 // the other one was its leader, and is dropped
	starKept                        // the other one is its leader, and kept
	starLeader                      // the other one is its leader
	starMember                      // it is the leader of the other one
)

// appendStar appends a star record. rest is the similarity and the band, as
// they stand in another one.
func appendStar(dst []byte, node Node, kind starKind, other Node, rest []byte) []byte {
	dst = appendNode(dst, node)
	dst = append(dst, byte(kind))
	dst = appendNode(dst, other)
	return append(dst, rest...)
}

// nodePartition places records by their node, whose bits are mixed first: the
// upper ones of nodes are alike.
func nodePartition(n Node, parts int) int {
	mixed := (uint64(n) ^ uint64(n)>>32) * 0x9E3779B97F4A7C15
	mixed = (mixed ^ mixed>>29) * 0xBF58476D1CE4E5B9
	return shuffle.Partition(mixed^mixed>>32, parts)
}

// appendDrop appends a drop record.
func appendDrop(dst []byte, node, twin Node, why cause, band uint8, similarity float32) []byte {
	dst = appendPosition(dst, node)
	dst = appendPosition(dst, twin)
	dst = append(dst, byte(why), band)
	return binary.BigEndian.AppendUint32(dst, math.Float32bits(similarity))
}

func appendPosition(dst []byte, n Node) []byte {
	pack, row := n.at()
	return append(dst, byte(pack>>16), byte(pack>>8), byte(pack), byte(row>>16), byte(row>>8), byte(row))
}

// positionAt returns the pack and row at the head of record.
func positionAt(record []byte) (pack, row int) {
	return int(record[0])<<16 | int(record[1])<<8 | int(record[2]),
		int(record[3])<<16 | int(record[4])<<8 | int(record[5])
}

func float32At(record []byte, offset int) float32 {
	return math.Float32frombits(binary.BigEndian.Uint32(record[offset:]))
}

// each calls f with every record of src.
func each(src shuffle.Source, f func(record []byte) error) error {
	for {
		record, err := src.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(record); err != nil {
			return err
		}
	}
}

// eachSorted sorts src and calls f with its records in ascending order.
func eachSorted(src shuffle.Source, width int, space shuffle.Space, f func(record []byte) error) (err error) {
	sorter, err := shuffle.NewSorter(width, space)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sorter.Close()) }()
	if err := sorter.AddAll(src); err != nil {
		return err
	}
	sorted, err := sorter.Sort()
	if err != nil {
		return err
	}
	return each(sorted, f)
}

// part returns one of n equal shares of a space, under a name of its own.
func part(s shuffle.Space, n int64, name string) shuffle.Space {
	return shuffle.Space{Memory: s.Memory / n, Scratch: s.Scratch, Name: s.Name + name + "-"}
}
