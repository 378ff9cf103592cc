package fasttext

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrMemory says that the examples need more memory than allowed and that
// there is no scratch file to put them into.
var ErrMemory = errors.New("the examples do not fit into the memory given")

// A ScratchFile is temporary storage: written once from the start, then read
// at any place.
type ScratchFile interface {
	io.Writer
	io.ReaderAt
}

// A store holds the examples as feature ids: each word is hashed once, not
// once an epoch. Examples are packed into blocks, which stay in memory up to a
// limit and go to a scratch file beyond it.
//
// A record is: number of labels, number of features, number of tokens, labels,
// features.
type store struct {
	blocks   []block
	current  []int32
	memory   int64 // bytes that blocks in memory may still take
	scratch  func() (ScratchFile, error)
	file     ScratchFile
	written  int64
	examples int64
	features int64
	encoded  []byte
}

// A block is a run of whole records.
type block struct {
	records []int32 // nil if the block is in the scratch file
	offset  int64   // there, in bytes
	length  int     // in int32
}

const (
	// blockLength is the length of a block in int32; a longer example has a
	// block of its own. A block takes some ten milliseconds to learn.
	blockLength = 1 << 18
	headLength  = 3
)

// add appends an example.
func (s *store) add(labels, features []int32, tokens int) error {
	need := headLength + len(labels) + len(features)
	if len(s.current) > 0 && len(s.current)+need > blockLength {
		if err := s.flush(); err != nil {
			return err
		}
	}
	if s.current == nil {
		s.current = make([]int32, 0, max(blockLength, need))
	}
	s.current = append(s.current, int32(len(labels)), int32(len(features)), int32(tokens))
	s.current = append(s.current, labels...)
	s.current = append(s.current, features...)
	s.examples++
	s.features += int64(len(features))
	return nil
}

// flush closes the current block.
func (s *store) flush() error {
	records := s.current
	if len(records) == 0 {
		return nil
	}
	bytes := int64(len(records)) * 4
	if bytes <= s.memory {
		s.memory -= bytes
		s.blocks = append(s.blocks, block{records: records, length: len(records)})
		s.current = nil
		return nil
	}
	if s.file == nil {
		if s.scratch == nil {
			return ErrMemory
		}
		file, err := s.scratch()
		if err != nil {
			return fmt.Errorf("open scratch file: %w", err)
		}
		s.file = file
	}
	s.encoded = s.encoded[:0]
	for _, x := range records {
		s.encoded = binary.LittleEndian.AppendUint32(s.encoded, uint32(x))
	}
	if _, err := s.file.Write(s.encoded); err != nil {
		return fmt.Errorf("write scratch file at byte %d: %w", s.written, err)
	}
	s.blocks = append(s.blocks, block{offset: s.written, length: len(records)})
	s.written += bytes
	s.current = records[:0]
	return nil
}

// A blockBuffer is one worker's memory for a block from the scratch file.
type blockBuffer struct {
	raw     []byte
	records []int32
}

// load returns the records of block i, which are valid until the next load into
// the same buffer. It may be called by many workers at a time.
func (s *store) load(i int, buffer *blockBuffer) ([]int32, error) {
	b := s.blocks[i]
	if b.records != nil {
		return b.records, nil
	}
	buffer.raw = slices.Grow(buffer.raw[:0], b.length*4)[:b.length*4]
	if _, err := s.file.ReadAt(buffer.raw, b.offset); err != nil {
		return nil, fmt.Errorf("read scratch file at byte %d: %w", b.offset, err)
	}
	buffer.records = buffer.records[:0]
	for at := 0; at < len(buffer.raw); at += 4 {
		buffer.records = append(buffer.records, int32(binary.LittleEndian.Uint32(buffer.raw[at:])))
	}
	return buffer.records, nil
}

// A record is one example of a block.
type record struct {
	labels, features []int32
	tokens           int
}

// nextRecord cuts the first record off a block.
func nextRecord(records []int32) (record, []int32) {
	labels, features := int(records[0]), int(records[1])
	r := record{tokens: int(records[2])}
	records = records[headLength:]
	r.labels, records = records[:labels], records[labels:]
	r.features, records = records[:features], records[features:]
	return r, records
}
