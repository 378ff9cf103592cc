package dedup

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"mathsieve/internal/shuffle"
)

// hashSize is the size in bytes of the key of an exact group.
const hashSize = 16

// ExactURL is one task of the first global stage. It reads the url records of
// one section of all sketch files, in any order, and keeps of every group of
// equal URLs the least node, and those that are kept in any case. It writes to drops one drop record for each of the
// others, in parts sections by pack, and to next the text records of the kept
// documents, in parts sections by text hash.
//
// A third of space.Memory sorts, a third each buffers the two outputs; what
// does not fit is in scratch.
func ExactURL(src shuffle.Source, o Options, parts int, drops, next io.Writer, space shuffle.Space) (Stats, error) {
	text := make([]byte, 0, o.TextWidth())
	return exact(src, exactStage{
		cause: causeURL, width: o.URLWidth(), nextWidth: o.TextWidth(), parts: parts, drops: drops, next: next,
		pass: func(record []byte, out *shuffle.Writer) (int64, error) {
			text = append(text[:0], record[hashSize+8:2*hashSize+8]...)
			text = append(text, record[hashSize:hashSize+8]...)
			text = append(text, record[2*hashSize+8:]...)
			return 1, out.Add(partition(text, parts), text)
		},
	}, space)
}

// ExactText is one task of the second global stage. It reads the text records
// of one section of what all tasks of ExactURL passed on and keeps of every
// group of equal texts the least node. It writes drops as ExactURL does, and to
// next the band records of the kept documents, in parts sections by band key.
// Memory is used as by ExactURL.
func ExactText(src shuffle.Source, o Options, parts int, drops, next io.Writer, space shuffle.Space) (Stats, error) {
	record := make([]byte, 0, bandWidth)
	return exact(src, exactStage{
		cause: causeText, width: o.TextWidth(), nextWidth: bandWidth, parts: parts, drops: drops, next: next,
		pass: func(text []byte, out *shuffle.Writer) (int64, error) {
			var n int64
			for keys := text[hashSize+8:]; len(keys) > 0; keys = keys[8:] {
				if binary.BigEndian.Uint64(keys) == 0 {
					break
				}
				record = append(record[:0], keys[:8]...)
				record = append(record, text[hashSize:hashSize+8]...)
				if err := out.Add(partition(record, parts), record); err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		},
	}, space)
}

// exactStage is what differs between the two exact stages.
type exactStage struct {
	cause            cause
	width, nextWidth int
	parts            int
	drops, next      io.Writer
	// pass hands a kept document on and returns the number of records.
	pass func(record []byte, out *shuffle.Writer) (int64, error)
}

func exact(src shuffle.Source, stage exactStage, space shuffle.Space) (stats Stats, err error) {
	drops, err := shuffle.NewWriter(stage.drops, dropWidth, stage.parts, part(space, 3, "drops"))
	if err != nil {
		return stats, err
	}
	next, err := shuffle.NewWriter(stage.next, stage.nextWidth, stage.parts, part(space, 3, "next"))
	if err != nil {
		return stats, err
	}
	defer func() { err = errors.Join(err, drops.Abort(), next.Abort()) }()

	var key [hashSize]byte
	var keeper Node
	var size int64
	record := make([]byte, 0, dropWidth)
	err = eachSorted(src, stage.width, part(space, 3, "sort"), func(r []byte) error {
		stats.In++
		node := nodeAt(r, hashSize)
		if size > 0 && bytes.Equal(r[:hashSize], key[:]) {
			size++
			if node.kept() {
				n, err := stage.pass(r, next)
				stats.Out += n
				return err
			}
			stats.Dropped++
			record = appendDrop(record[:0], node, keeper, stage.cause, 0, 0)
			return drops.Add(node.Pack()%stage.parts, record)
		}
		if size > 1 {
			stats.Groups.add(size)
		}
		key, keeper, size = [hashSize]byte(r), node, 1
		n, err := stage.pass(r, next)
		stats.Out += n
		return err
	})
	if err != nil {
		return stats, fmt.Errorf("group equal hashes: %w", err)
	}
	if size > 1 {
		stats.Groups.add(size)
	}
	return stats, errors.Join(drops.Close(), next.Close())
}
