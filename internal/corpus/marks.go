package corpus

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// A Mark is a sparse attribute: what one row of a shard has and most have not,
// above all the reason why it was dropped.
type Mark struct {
	Row    int    // row of the shard, from 0
	Reason Reason // why the row was dropped, or what was found in it
	// TwinPack and TwinRow name the shard and row of the document that was kept
	// instead, -1 if there is none.
	TwinPack, TwinRow int
	// Similarity is the Jaccard similarity with the twin, in [0, 1]; 0 unknown.
	Similarity float32
	// Detail says more: the n-gram that was matched, the rule that applied.
	Detail string
}

// maxMarkLine bounds a line of a marks file, in bytes.
const maxMarkLine = 1 << 20

// markLine is a Mark as its line of JSON.
type markLine struct {
	Row        *int    `json:"row"`
	Reason     Reason  `json:"reason"`
	TwinPack   *int    `json:"twin_pack"`
	TwinRow    *int    `json:"twin_row"`
	Similarity float32 `json:"similarity"`
	Detail     string  `json:"detail"`
}

// A MarkWriter writes a marks file: one zstd frame with one JSON object a line,
// in ascending order of rows.
type MarkWriter struct {
	buffer   *bufio.Writer
	compress io.WriteCloser
	line     []byte
	last     int
}

// NewMarkWriter returns a MarkWriter; nothing is whole before its Close.
func NewMarkWriter(w io.Writer) (*MarkWriter, error) {
	compress, err := compressor(w, JSONLZstd)
	if err != nil {
		return nil, fmt.Errorf("write marks: %w", err)
	}
	return &MarkWriter{buffer: bufio.NewWriterSize(compress, lineBuffer), compress: compress, last: -1}, nil
}

// Write appends a mark, whose row must be greater than that of the one before.
func (w *MarkWriter) Write(m Mark) error {
	if m.Row <= w.last {
		return fmt.Errorf("write mark: row %d after row %d", m.Row, w.last)
	}
	if !isFinite(float64(m.Similarity)) {
		return fmt.Errorf("write mark of row %d: similarity is not a finite number", m.Row)
	}
	w.last = m.Row
	line := w.line[:0]
	line = append(line, `{"row":`...)
	line = strconv.AppendInt(line, int64(m.Row), 10)
	line = append(line, `,"reason":`...)
	line = appendString(line, string(m.Reason))
	if m.TwinPack >= 0 && m.TwinRow >= 0 {
		line = append(line, `,"twin_pack":`...)
		line = strconv.AppendInt(line, int64(m.TwinPack), 10)
		line = append(line, `,"twin_row":`...)
		line = strconv.AppendInt(line, int64(m.TwinRow), 10)
	}
	if m.Similarity != 0 {
		line = append(line, `,"similarity":`...)
		line = strconv.AppendFloat(line, float64(m.Similarity), 'g', -1, 32)
	}
	if m.Detail != "" {
		line = append(line, `,"detail":`...)
		line = appendString(line, m.Detail)
	}
	line = append(line, '}', '\n')
	w.line = line
	if len(w.line) > maxMarkLine {
		return fmt.Errorf("write mark of row %d: detail of %d bytes", m.Row, len(m.Detail))
	}
	_, err := w.buffer.Write(w.line)
	return err
}

// Close completes the file; it does not close its output.
func (w *MarkWriter) Close() error {
	if err := w.buffer.Flush(); err != nil {
		return err
	}
	return w.compress.Close()
}

// A MarkReader reads a marks file in order.
type MarkReader struct {
	input *watchedReader
	lines lineReader
	z     io.Closer
	last  int
}

// NewMarkReader returns a MarkReader of r.
func NewMarkReader(r io.Reader) (*MarkReader, error) {
	input := &watchedReader{Reader: r}
	z, err := decompressor(input, JSONLZstd)
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", input.cause(err))
	}
	return &MarkReader{input: input, lines: lineReader{r: bufio.NewReaderSize(z, lineBuffer), limit: maxMarkLine}, z: z, last: -1}, nil
}

// Read returns the next mark, or io.EOF after the last. A damaged file gives
// ErrCorrupt, an input that fails its own error.
func (r *MarkReader) Read() (Mark, error) {
	line, err := r.lines.next()
	if err == io.EOF { //nolint:errorlint // lineReader.next returns the bare io.EOF
		return Mark{}, io.EOF
	}
	if err == nil {
		var m Mark
		if m, err = parseMark(line, r.last); err == nil {
			r.last = m.Row
			return m, nil
		}
	}
	return Mark{}, fmt.Errorf("read marks: line %d: %w", r.lines.line, r.input.cause(err))
}

func parseMark(line []byte, last int) (Mark, error) {
	var l markLine
	if err := json.Unmarshal(line, &l); err != nil {
		return Mark{}, err
	}
	if l.Row == nil || *l.Row <= last {
		return Mark{}, errors.New("rows do not ascend")
	}
	m := Mark{Row: *l.Row, Reason: l.Reason, TwinPack: -1, TwinRow: -1, Similarity: l.Similarity, Detail: l.Detail}
	if l.TwinPack != nil && l.TwinRow != nil {
		m.TwinPack, m.TwinRow = *l.TwinPack, *l.TwinRow
	}
	return m, nil
}

// Close frees the decompressor.
func (r *MarkReader) Close() error { return r.z.Close() }

// ReadMarks reads a whole marks file.
func ReadMarks(r io.Reader) ([]Mark, error) {
	mr, err := NewMarkReader(r)
	if err != nil {
		return nil, err
	}
	var marks []Mark
	for {
		m, err := mr.Read()
		if err == io.EOF { //nolint:errorlint // Read returns the bare io.EOF
			return marks, mr.Close()
		}
		if err != nil {
			return nil, errors.Join(err, mr.Close())
		}
		marks = append(marks, m)
	}
}
