package parquetfile

import (
	"fmt"
	"math/bits"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

// A shape is what the header of a page declares, in any of its versions.
type shape struct {
	values     int32 // nulls among them
	size       int32 // bytes without compression
	plain      int32 // first bytes of it that are never compressed
	repeats    int32 // bytes of repetition levels, in version 2
	levels     int32 // bytes of definition levels, in version 2
	version    int   // 1, 2; 0 for a dictionary
	compressed bool
	encoding   format.Encoding
	levelsAs   format.Encoding // encoding of the definition levels
}

// plainDictionary is an old name: of plain values in a dictionary, and of
// numbers in a dictionary elsewhere.
const plainDictionary format.Encoding = 2

func shapeOf(header *format.PageHeader) (shape, error) {
	s := shape{size: header.UncompressedPageSize, compressed: true}
	var valid bool
	switch header.Type {
	case format.DictionaryPage:
		h := &header.DictionaryPageHeader
		valid = h.Valid
		s.values, s.encoding = h.V.NumValues, h.V.Encoding
	case format.DataPage:
		h := &header.DataPageHeader
		valid = h.Valid
		s.version, s.values, s.encoding, s.levelsAs = 1, h.V.NumValues, h.V.Encoding, h.V.DefinitionLevelEncoding
	case format.IndexPage: // is passed over
	case format.DataPageV2:
		h := &header.DataPageHeaderV2
		valid = h.Valid
		s.version, s.values, s.encoding, s.levelsAs = 2, h.V.NumValues, h.V.Encoding, format.RLE
		s.repeats, s.levels = h.V.RepetitionLevelsByteLength, h.V.DefinitionLevelsByteLength
		s.compressed = !h.V.IsCompressed.Valid || h.V.IsCompressed.V
		s.plain = s.repeats + s.levels
		if h.V.NumNulls < 0 || h.V.NumRows < 0 || s.repeats < 0 || s.levels < 0 || s.plain < 0 || s.plain > s.size {
			return s, fmt.Errorf("%w: negative counts, or levels of %d and %d bytes in a page of %d", ErrCorrupt, s.repeats, s.levels, s.size)
		}
	}
	if !valid || s.values < 0 {
		return s, fmt.Errorf("%w: a page of type %d without a header for it, or of %d values", ErrCorrupt, header.Type, s.values)
	}
	return s, nil
}

// memory returns about how much decoding the page takes, besides what check
// finds: the body twice, and for each value its level, its place or its number
// in a dictionary, and itself if it is a number.
func (s *shape) memory() int64 { return 2*int64(s.size) + 16*int64(s.values) }

// check finds whether the body holds what it declares, and returns how many
// bytes more than memory it takes to decode.
func (s *shape) check(body []byte, leaf *Leaf) (int64, error) {
	if s.version == 0 {
		return 0, s.checkDictionary(body, leaf)
	}
	data, expanded, err := s.checkLevels(body, leaf.column.MaxDefinitionLevel())
	if err != nil {
		return 0, fmt.Errorf("levels: %w", err)
	}
	more, err := s.checkValues(data, leaf)
	if err != nil {
		return 0, fmt.Errorf("values in %s: %w", s.encoding, err)
	}
	return expanded + more, nil
}

// checkDictionary bounds the number of values, for which room is made.
func (s *shape) checkDictionary(body []byte, leaf *Leaf) error {
	if s.encoding != format.Plain && s.encoding != plainDictionary {
		return fmt.Errorf("%w: dictionary in %s", ErrUnsupported, s.encoding)
	}
	var bits int64 // that a value takes at least
	switch leaf.Kind {
	case parquet.Boolean:
		bits = 1
	case parquet.Int32, parquet.Float, parquet.ByteArray:
		bits = 32
	case parquet.Int64, parquet.Double:
		bits = 64
	case parquet.Int96:
		bits = 96
	case parquet.FixedLenByteArray:
		bits = 8 * int64(leaf.column.Type().Length())
	}
	if bits*int64(s.values) > 8*int64(len(body)) {
		return fmt.Errorf("%w: dictionary of %d values in %d bytes", ErrCorrupt, s.values, len(body))
	}
	return nil
}

// checkLevels returns the values, which follow the levels, and how many bytes
// the levels expand to beyond one for each value.
func (s *shape) checkLevels(body []byte, maxLevel int) (values []byte, expanded int64, err error) {
	levels := cursor{data: body}
	length := uint64(s.levels)
	switch {
	case s.version == 2:
		if err := levels.skip(uint64(s.repeats)); err != nil {
			return nil, 0, err
		}
	case maxLevel > 0:
		if length, err = levels.uint32(); err != nil {
			return nil, 0, err
		}
	}
	start := levels.at
	if err := levels.skip(length); err != nil {
		return nil, 0, err
	}
	data, values := body[start:levels.at], body[levels.at:]
	switch {
	case maxLevel == 0:
		return values, 0, nil
	case s.levelsAs == format.BitPacked:
		return values, 8 * int64(len(data)), nil
	}
	return values, 0, s.checkRuns(data, bits.Len(uint(maxLevel)))
}

// checkValues returns how many bytes the values expand to beyond the size of
// the page and 16 bytes for each.
func (s *shape) checkValues(data []byte, leaf *Leaf) (int64, error) {
	switch {
	case s.encoding == format.Plain:
		return 0, nil
	case s.encoding == format.RLEDictionary || s.encoding == plainDictionary:
		if len(data) == 0 {
			return 0, nil
		}
		return 0, s.checkRuns(data[1:], int(data[0]))
	case s.encoding == format.RLE && leaf.Kind == parquet.Boolean:
		runs := cursor{data: data}
		length, err := runs.uint32()
		if err == nil {
			err = runs.need(length)
		}
		if err != nil {
			return 0, err
		}
		return 0, s.checkRuns(data[runs.at:][:length], 1)
	case s.encoding == format.DeltaBinaryPacked || s.encoding == format.DeltaLengthByteArray:
		_, err := s.checkDelta(data)
		return 0, err
	case s.encoding == format.DeltaByteArray:
		return s.checkPrefixed(data, leaf)
	case s.encoding == format.ByteStreamSplit:
		return s.fixed(leaf), nil
	}
	return 0, ErrUnsupported
}

// fixed returns the bytes of the page's values of a fixed length, which are
// made room for.
func (s *shape) fixed(leaf *Leaf) int64 {
	if leaf.Kind != parquet.FixedLenByteArray {
		return 0
	}
	return int64(leaf.column.Type().Length()) * int64(s.values)
}

// runSlack is how many values beyond the page's the last run may hold, since
// runs of packed values come by the eight.
const runSlack = 1 << 12

// checkRuns bounds the number of values in runs and packed groups of that many
// bits a value, which cost a few bytes a run whatever its length.
func (s *shape) checkRuns(data []byte, width int) error {
	if width > 32 {
		return fmt.Errorf("%w: numbers of %d bits", ErrCorrupt, width)
	}
	limit := uint64(s.values) + runSlack
	c := cursor{data: data}
	total := uint64(0)
	for c.at < len(data) {
		head, err := c.uvarint()
		if err != nil {
			return err
		}
		count, bytes := head>>1, uint64(width+7)/8
		if count > limit {
			return fmt.Errorf("%w: a run of %d in a page of %d values", ErrCorrupt, count, s.values)
		}
		switch {
		case head&1 != 0:
			count, bytes = 8*count, count*uint64(width)
		case count == 0:
			bytes = 0 // as parquet-go reads it
		}
		if total += count; total > limit {
			return fmt.Errorf("%w: more than the %d values declared", ErrCorrupt, s.values)
		}
		if err := c.skip(bytes); err != nil {
			return err
		}
	}
	return nil
}

// checkDelta bounds the number of the numbers in DELTA_BINARY_PACKED at the
// start of data, and returns the length of their encoding.
func (s *shape) checkDelta(data []byte) (int, error) {
	c := cursor{data: data}
	var head [4]uint64 // values in a block, parts of a block, values, the first of them
	for i := range head {
		var err error
		if head[i], err = c.uvarint(); err != nil {
			return 0, err
		}
	}
	block, parts, left := head[0], head[1], head[2]
	if block > 1<<16 || parts == 0 || block%parts != 0 || block == 0 || left > uint64(s.values) {
		return 0, fmt.Errorf("%w: %d values in blocks of %d in %d parts, in a page of %d values", ErrCorrupt, left, block, parts, s.values)
	}
	part := block / parts
	left -= min(left, 1)
	for left > 0 {
		if _, err := c.uvarint(); err != nil {
			return 0, err
		}
		if err := c.skip(parts); err != nil {
			return 0, err
		}
		for _, width := range data[c.at-int(parts) : c.at] {
			// Some writers leave out the end of the last part.
			if err := c.skip(min(part*uint64(width)/8, uint64(len(data)-c.at))); err != nil {
				return 0, err
			}
			if left -= min(left, part); left == 0 {
				break
			}
		}
	}
	return c.at, nil
}

// checkPrefixed returns how many bytes the strings of DELTA_BYTE_ARRAY expand
// to: each may repeat the whole string before it.
func (s *shape) checkPrefixed(data []byte, leaf *Leaf) (int64, error) {
	var total, sum int64
	for range 2 { // lengths of what is repeated, and of what follows
		end, err := s.checkDelta(data)
		if err != nil {
			return 0, err
		}
		lengths, err := new(delta.BinaryPackedEncoding).DecodeInt32(nil, data[:end])
		if err != nil {
			return 0, corrupt(err)
		}
		sum = 0
		for _, n := range lengths {
			if n < 0 {
				return 0, fmt.Errorf("%w: length %d", ErrCorrupt, n)
			}
			sum += int64(n)
		}
		total += sum
		data = data[end:]
	}
	if sum > int64(len(data)) {
		return 0, fmt.Errorf("%w: strings of %d bytes in %d", ErrCorrupt, sum, len(data))
	}
	return total + s.fixed(leaf), nil
}
