package corpus

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	// lineBuffer is what a shard is read and written in, in bytes.
	lineBuffer = 256 << 10
	// keptBuffer is the largest row buffer that is kept for the next row.
	keptBuffer = 8 << 20
	// maxZstdWindow is the largest zstd window that is accepted, in bytes: what
	// "zstd --long=27" makes.
	maxZstdWindow = 128 << 20

	byteOrderMark = "\xef\xbb\xbf"
)

// Causes of a RowError.
var (
	errTooLong = errors.New("row longer than the limit")
	errNoText  = errors.New("no field text that is a string")
)

// compressor wraps w in the compression of the format; Close ends the
// compressed stream and not w.
func compressor(w io.Writer, format Format) (io.WriteCloser, error) {
	if format == JSONLGzip {
		return gzip.NewWriter(w), nil
	}
	if format == JSONLZstd {
		// One stream is compressed by one goroutine; shards run side by side.
		// Zero frames make an empty shard tell itself from a lost one.
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
	}
	return nopCloser{w}, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// decompressor undoes compressor, with bounded memory. An input of no bytes is
// an error: a compressed file has a header at least, so an empty one is what a
// crash left behind.
func decompressor(r io.Reader, format Format) (io.ReadCloser, error) {
	if format == JSONL {
		return io.NopCloser(r), nil
	}
	input := bufio.NewReaderSize(r, lineBuffer)
	if _, err := input.Peek(1); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if format == JSONLGzip {
		return gzip.NewReader(input)
	}
	z, err := zstd.NewReader(input, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

type jsonlWriter struct {
	buffer   *bufio.Writer
	compress io.WriteCloser
	line     []byte
}

func newJSONLWriter(w io.Writer, format Format) (*jsonlWriter, error) {
	compress, err := compressor(w, format)
	if err != nil {
		return nil, fmt.Errorf("write shard: %w", err)
	}
	return &jsonlWriter{buffer: bufio.NewWriterSize(compress, lineBuffer), compress: compress}, nil
}

// Write appends doc as a line.
func (w *jsonlWriter) Write(doc *Document) error {
	var err error
	if w.line, err = AppendJSON(w.line[:0], doc); err != nil {
		return fmt.Errorf("write document %s: %w", doc.ID, err)
	}
	w.line = append(w.line, '\n')
	_, err = w.buffer.Write(w.line)
	if cap(w.line) > keptBuffer {
		w.line = nil
	}
	return err
}

// Close writes what is buffered and ends the compressed stream.
func (w *jsonlWriter) Close() error {
	if err := w.buffer.Flush(); err != nil {
		return err
	}
	return w.compress.Close()
}

type jsonlReader struct {
	input    *watchedReader
	lines    lineReader
	closer   io.Closer
	row      int64
	assemble assembler
}

func newJSONLReader(r io.Reader, format Format, name string, o ReaderOptions) (*jsonlReader, error) {
	input := &watchedReader{Reader: r}
	plain, err := decompressor(input, format)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, input.cause(err))
	}
	return &jsonlReader{
		input:    input,
		lines:    lineReader{r: bufio.NewReaderSize(plain, lineBuffer), limit: o.MaxRow},
		closer:   plain,
		assemble: assembler{name: name},
	}, nil
}

// Read fills doc from the next line that is not blank.
func (r *jsonlReader) Read(doc *Document) error {
	line, err := r.lines.next()
	switch {
	case err == io.EOF: //nolint:errorlint // lineReader.next returns the bare io.EOF
		return io.EOF
	case errors.Is(err, errTooLong):
		return r.rowError(ReasonRowTooLong, err)
	case err != nil:
		return fmt.Errorf("%s line %d: %w", r.assemble.name, r.lines.line, r.input.cause(err))
	}
	r.assemble.reset(doc)
	if err := r.assemble.object(line, doc); err != nil {
		return r.rowError(ReasonBadRow, err)
	}
	if !r.assemble.hasText {
		return r.rowError(ReasonNoText, errNoText)
	}
	r.assemble.finish(doc, r.row)
	r.row++
	return nil
}

func (r *jsonlReader) rowError(reason Reason, err error) error {
	r.row++
	return &RowError{Name: r.assemble.name, Row: r.row - 1, Line: r.lines.line, Reason: reason, Err: err}
}

// Close frees the decompressor.
func (r *jsonlReader) Close() error {
	_ = r.closer.Close() // says again what Read has said
	return nil
}

// A lineReader cuts a stream into lines of bounded length.
type lineReader struct {
	r     *bufio.Reader
	limit int
	line  int64 // number of the line that next returned, from 1
	long  []byte
}

// next returns the next line that is not blank, without its end; it is valid
// until the next call. After errTooLong, which comes once the line was read
// over, the reader goes on.
func (l *lineReader) next() ([]byte, error) {
	for {
		l.line++
		line, err := l.read()
		if l.line == 1 && len(line) >= len(byteOrderMark) && string(line[:len(byteOrderMark)]) == byteOrderMark {
			line = line[len(byteOrderMark):]
		}
		if err != nil {
			return nil, err
		}
		if s := (scanner{data: line}); s.peek() != 0 || s.pos < len(line) {
			return line, nil
		}
	}
}

// read returns the next line, blank or not.
func (l *lineReader) read() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == nil && len(line) <= l.limit {
		return line, nil
	}
	if cap(l.long) > keptBuffer {
		l.long = nil
	}
	l.long = append(l.long[:0], line...)
	length := len(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.r.ReadSlice('\n')
		if length += len(line); length <= l.limit {
			l.long = append(l.long, line...)
		}
	}
	switch {
	case err != nil && err != io.EOF:
		return nil, err
	case length == 0:
		return nil, io.EOF
	case length > l.limit:
		return nil, errTooLong
	}
	return l.long, nil
}
