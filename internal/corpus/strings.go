package corpus

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxStringBytes bounds one value of a string column, so that damage cannot ask
// for memory. A WARC header, which is where addresses come from, is shorter.
const maxStringBytes = 16 << 20

// A StringWriter writes a string column: an attribute of every row of a shard,
// such as its address, as a zstd frame with a checksum that holds for each row
// the length of the value as an unsigned varint and its bytes.
type StringWriter struct {
	z   *zstd.Encoder
	buf *bufio.Writer
}

// NewStringWriter starts a column on w.
func NewStringWriter(w io.Writer) (*StringWriter, error) {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(true), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("write strings: %w", err)
	}
	return &StringWriter{z: z, buf: bufio.NewWriterSize(z, columnChunk)}, nil
}

// Write appends the value of the next row, of at most 16 MiB.
func (w *StringWriter) Write(s string) error {
	if len(s) > maxStringBytes {
		return fmt.Errorf("write strings: value of %d bytes", len(s))
	}
	var length [binary.MaxVarintLen64]byte
	if _, err := w.buf.Write(length[:binary.PutUvarint(length[:], uint64(len(s)))]); err != nil {
		return fmt.Errorf("write strings: %w", err)
	}
	if _, err := w.buf.WriteString(s); err != nil {
		return fmt.Errorf("write strings: %w", err)
	}
	return nil
}

// Close ends the column. It does not close the file below.
func (w *StringWriter) Close() error {
	if err := errors.Join(w.buf.Flush(), w.z.Close()); err != nil {
		return fmt.Errorf("write strings: %w", err)
	}
	return nil
}

// A StringReader reads a string column, row by row.
type StringReader struct {
	input *watchedReader
	z     *zstd.Decoder
	buf   *bufio.Reader
	row   []byte
}

// NewStringReader starts to read a column.
func NewStringReader(r io.Reader) (*StringReader, error) {
	input := &watchedReader{Reader: r}
	z, err := zstd.NewReader(input, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil, fmt.Errorf("read strings: %w", err)
	}
	return &StringReader{input: input, z: z, buf: bufio.NewReaderSize(z, columnChunk)}, nil
}

// Next returns the value of the next row, valid until the call after. The error
// is io.EOF after the last row, ErrCorrupt if the column is damaged, and the
// input's own if that fails.
func (r *StringReader) Next() ([]byte, error) {
	n, err := binary.ReadUvarint(r.buf)
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, fmt.Errorf("read strings: %w", r.input.cause(err))
	case n > maxStringBytes:
		return nil, fmt.Errorf("read strings: %w: value of %d bytes", ErrCorrupt, n)
	}
	if uint64(cap(r.row)) < n {
		r.row = make([]byte, n)
	}
	r.row = r.row[:n]
	if _, err := io.ReadFull(r.buf, r.row); err != nil {
		return nil, fmt.Errorf("read strings: %w", r.input.cause(err))
	}
	return r.row, nil
}

// Close frees the decoder. It does not close the file below.
func (r *StringReader) Close() { r.z.Close() }
