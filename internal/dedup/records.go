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
//	candidate         leader 8 (pack and row first), member 8, band 1
//	attached pair     member 8 (pack and row first), leader 8, band 1,
//	                  leader's fingerprint 512
//	verified pair     member 8, leader 8, similarity 4 (float32), band 1
//	drop              pack and row 6, twin's pack and row 6, cause 1, band 1,
//	                  similarity 4 (float32)
//
// A text that is too short for bands has zeros for its band keys.
const (
	bandWidth      = 16
	candidateWidth = 17
	attachedWidth  = candidateWidth + FingerprintSize
	verifiedWidth  = 21
	dropWidth      = 18
)

// Widths of the files between the stages, in bytes per record.
const (
	// BandWidth is the width of what ExactText passes on and Candidates reads.
	BandWidth = bandWidth
	// CandidateWidth is the width of what Candidates writes and Attach reads.
	CandidateWidth = candidateWidth
	// AttachedWidth is the width of what Attach writes and Verify reads.
	AttachedWidth = attachedWidth
	// VerifiedWidth is the width of what Verify writes and Cluster reads.
	VerifiedWidth = verifiedWidth
	// DropWidth is the width of what ExactURL, ExactText and Cluster write
	// and Marks reads.
	DropWidth = dropWidth
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

// appendDrop appends a drop record.
func appendDrop(dst []byte, node, twin Node, why cause, band uint8, similarity float32) []byte {
	dst = appendPosition(dst, node)
	dst = appendPosition(dst, twin)
	dst = append(dst, byte(why), band)
	return binary.BigEndian.AppendUint32(dst, math.Float32bits(similarity))
}

func appendPosition(dst []byte, n Node) []byte {
	p := n.position()
	return append(dst, byte(p>>40), byte(p>>32), byte(p>>24), byte(p>>16), byte(p>>8), byte(p))
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
