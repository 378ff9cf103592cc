package parquetfile

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	firstWindow = 1 << 10  // bytes read to find a page's header
	maxHeader   = 64 << 20 // of a page: it may quote two values
	keepScratch = 4 << 20  // from one page to the next, bytes
)

// A Column reads the values of a column in one row group.
type Column struct {
	file   *File
	leaf   *Leaf
	codec  format.CompressionCodec
	at     int64 // of the next page in the file
	end    int64
	stream pageStream

	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
}

// Column opens the column of the leaf with that index in a row group. Close
// gives its memory back to the file.
func (f *File) Column(group, leaf int) (*Column, error) {
	chunk := &f.groups[group].Columns[leaf]
	meta := &chunk.MetaData
	switch {
	case chunk.CryptoMetadata.Value != nil:
		return nil, fmt.Errorf("%w: encrypted column", ErrUnsupported)
	case f.leaves[leaf].Repeated:
		return nil, fmt.Errorf("%w: lists and maps", ErrUnsupported)
	case chunk.FilePath != "":
		return nil, fmt.Errorf("%w: the column is in another file", ErrUnsupported)
	}
	c := &Column{file: f, leaf: &f.leaves[leaf], codec: meta.Codec, at: meta.DataPageOffset}
	if d := meta.DictionaryPageOffset; d != 0 {
		c.at = d
	}
	if n := meta.TotalCompressedSize; c.at < int64(len(magic)) || n < 0 || n > f.end-c.at {
		return nil, fmt.Errorf("%w: column of %d bytes at %d, the pages end at %d", ErrCorrupt, n, c.at, f.end)
	}
	c.end = c.at + meta.TotalCompressedSize
	c.stream.column = c
	err := guard(func() error {
		c.pages = f.chunks[leaf].(*parquet.FileColumnChunk).PagesFrom(&c.stream)
		return nil
	})
	return c, err
}

// Read fills values with the next ones, at least one, and returns their number;
// io.EOF after the last. They are valid until the next call. All errors are of
// this package or of the input.
func (c *Column) Read(values []parquet.Value) (n int, err error) {
	err = guard(func() error {
		n, err = c.read(values)
		return err
	})
	return n, err
}

func (c *Column) read(values []parquet.Value) (int, error) {
	for {
		if c.values == nil {
			page, err := c.pages.ReadPage()
			if err != nil {
				return 0, c.cause(err)
			}
			c.page, c.values = page, page.Values()
		}
		n, err := c.values.ReadValues(values)
		switch {
		case n > 0:
			return n, nil
		case err == nil:
			err = io.ErrNoProgress
		case errors.Is(err, io.EOF):
			c.release()
			continue
		}
		return 0, c.cause(err)
	}
}

// cause tells what of an error is whose: the stream's own, the end, or damage
// that parquet-go found.
func (c *Column) cause(err error) error {
	ended := errors.Is(c.stream.err, io.EOF)
	switch {
	case ended && errors.Is(err, io.EOF):
		return io.EOF
	case c.stream.err != nil && !ended:
		return c.stream.err
	}
	return corrupt(err)
}

func (c *Column) release() {
	if c.page != nil {
		parquet.Release(c.page)
	}
	c.page, c.values = nil, nil
}

// Close frees the pages. The values that Read gave are invalid after it.
func (c *Column) Close() {
	c.release()
	_ = guard(c.pages.Close) // frees buffers; the data was read
	c.file.free += c.stream.dictionary + c.stream.before + c.stream.current
	c.stream = pageStream{column: c, err: errClosed}
}

var errClosed = errors.New("column is closed")

// A pageStream gives parquet-go the pages of a column one after the other,
// checked and without compression. It is read from its start to its end, and
// may return fewer bytes than asked for, so that no page is read before its
// time.
type pageStream struct {
	column  *Column
	pending []byte // header and body of the page, as far as they were not read
	body    []byte
	err     error // of the first page that could not be given, or io.EOF

	// Memory of the dictionary, of the page before (which parquet-go keeps
	// until it has the next), and of the current one, in bytes.
	dictionary, before, current int64
}

// ReadAt reads what follows, whatever the offset.
func (s *pageStream) ReadAt(p []byte, _ int64) (int, error) {
	for len(s.pending) == 0 {
		s.pending, s.body = s.body, nil
		if len(s.pending) > 0 {
			break
		}
		if s.err != nil {
			return 0, s.err
		}
		s.err = s.next()
	}
	n := copy(p, s.pending)
	if s.pending = s.pending[n:]; len(s.pending) == 0 {
		s.pending = nil // parquet-go has its own copy now
	}
	return n, nil
}

// next takes the next page out of the file.
func (s *pageStream) next() error {
	c := s.column
	for {
		if c.at == c.end {
			return io.EOF
		}
		header, err := c.readHeader()
		if err != nil {
			return err
		}
		if header.Type != format.IndexPage {
			return s.take(&header)
		}
		c.at += int64(header.CompressedPageSize) // nobody needs it
	}
}

// readHeader decodes the header of the next page, and goes on to its body,
// which is there.
func (c *Column) readHeader() (header format.PageHeader, err error) {
	left := c.end - c.at
	for size := int64(firstWindow); ; size *= 8 {
		size = min(size, left, maxHeader)
		if int64(cap(c.file.window)) < size {
			c.file.window = make([]byte, size)
		}
		window := c.file.window[:size]
		if err := readFull(c.file.r, window, c.at); err != nil {
			return header, err
		}
		n, err := decodeThrift(window, min(left, maxHeader)-size, &header)
		if errors.Is(err, errShort) {
			continue
		}
		if cap(c.file.window) > keepScratch {
			c.file.window = nil
		}
		if err != nil {
			return header, fmt.Errorf("page header at %d: %w", c.at, err)
		}
		c.at += int64(n)
		left -= int64(n)
		if size := header.CompressedPageSize; size < 0 || int64(size) > left || header.UncompressedPageSize < 0 {
			return header, fmt.Errorf("%w: page of %d bytes at %d, of %d uncompressed, in a column that has %d more",
				ErrCorrupt, size, c.at, header.UncompressedPageSize, left)
		}
		return header, nil
	}
}

// take makes the page with that header, the next in the file, the pending one.
func (s *pageStream) take(header *format.PageHeader) error {
	c := s.column
	shape, err := shapeOf(header)
	if err != nil {
		return fmt.Errorf("page at %d: %w", c.at, err)
	}
	c.file.free += s.before
	s.before, s.current = s.current, 0
	if err := s.reserve(shape.memory()); err != nil {
		return err
	}
	body, err := c.readBody(header, &shape)
	if err != nil {
		return fmt.Errorf("page at %d: %w", c.at, err)
	}
	expanded, err := shape.check(body, c.leaf)
	if err != nil {
		return fmt.Errorf("page at %d: %w", c.at, err)
	}
	if err := s.reserve(expanded); err != nil {
		return err
	}
	if header.Type == format.DictionaryPage {
		s.dictionary, s.current = s.dictionary+s.current, 0
	}
	c.at += int64(header.CompressedPageSize)
	header.CompressedPageSize, header.UncompressedPageSize, header.CRC = shape.size, shape.size, 0
	header.DataPageHeader.V.Statistics = format.Statistics{}
	header.DataPageHeaderV2.V.Statistics = format.Statistics{}
	if s.pending, err = thrift.Marshal(new(thrift.CompactProtocol), header); err != nil {
		return err
	}
	s.body = body
	return nil
}

func (s *pageStream) reserve(n int64) error {
	err := s.column.file.reserve(n)
	if err == nil {
		s.current += n
	}
	return err
}

// readBody returns the body of the page at c.at, without compression.
func (c *Column) readBody(header *format.PageHeader, shape *shape) ([]byte, error) {
	size := int(header.CompressedPageSize)
	if c.codec == format.Uncompressed || !shape.compressed {
		if size != int(shape.size) {
			return nil, fmt.Errorf("%w: %d bytes, and %d without compression, though there is none", ErrCorrupt, size, shape.size)
		}
		body := make([]byte, size)
		return body, c.readStored(body, header)
	}
	if err := c.file.reserve(int64(size)); err != nil {
		return nil, err
	}
	defer func() { c.file.free += int64(size) }()
	if cap(c.file.raw) < size {
		c.file.raw = make([]byte, size)
	}
	stored := c.file.raw[:size]
	if size > keepScratch {
		c.file.raw = nil
	}
	if err := c.readStored(stored, header); err != nil {
		return nil, err
	}
	plain := int(shape.plain)
	if plain > size {
		return nil, fmt.Errorf("%w: levels of %d bytes in a page of %d", ErrCorrupt, plain, size)
	}
	body := make([]byte, shape.size)
	copy(body, stored[:plain])
	return body, c.file.codecs.decompress(c.codec, body[plain:], stored[plain:])
}

// readStored reads the body of the page at c.at as the file holds it.
func (c *Column) readStored(b []byte, header *format.PageHeader) error {
	if err := readFull(c.file.r, b, c.at); err != nil {
		return err
	}
	if sum := crc32.ChecksumIEEE(b); header.CRC != 0 && sum != uint32(header.CRC) {
		return fmt.Errorf("%w: checksum %08x, not %08x", ErrCorrupt, sum, uint32(header.CRC))
	}
	return nil
}
