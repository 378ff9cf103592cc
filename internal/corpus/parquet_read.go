package corpus

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"mathsieve/internal/corpus/parquetfile"
)

const (
	parquetValues = 64      // of a column, decoded at a time
	parquetMemory = 1 << 30 // pages of all columns at a time, bytes
)

// A parquetReader reads a Parquet file row by row, one page of every column at
// a time. Columns with one value a row are read, those of groups under the name
// group.column; lists and maps are passed over.
type parquetReader struct {
	input    *watchedReaderAt
	file     *parquetfile.File
	columns  []parquetColumn
	group    int   // row group being read
	left     int64 // rows left in it
	row      int64
	limit    int
	assemble assembler
	number   []byte
}

// A parquetColumn is a column of the file and the reader's place in it.
type parquetColumn struct {
	name   string
	index  int
	toTime func(int64) time.Time // not nil for dates and times

	values *parquetfile.Column
	buffer [parquetValues]parquet.Value
	next   int
	filled int
}

func newParquetReader(r io.Reader, name string, o ReaderOptions) (*parquetReader, error) {
	at, size, err := randomAccess(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &parquetReader{input: &watchedReaderAt{ReaderAt: at}, limit: o.MaxRow, assemble: assembler{name: name}}
	if p.file, err = parquetfile.Open(p.input, size, parquetMemory); err != nil {
		return nil, fmt.Errorf("%s: %w", name, p.input.cause(err))
	}
	if err := p.findColumns(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p.group = -1
	return p, nil
}

// randomAccess returns r's bytes for reading at any place, and their number.
func randomAccess(r io.Reader) (io.ReaderAt, int64, error) {
	switch r := r.(type) {
	case RandomAccess:
		return r, r.Size(), nil
	case interface {
		io.ReaderAt
		Stat() (fs.FileInfo, error)
	}:
		info, err := r.Stat()
		if err != nil {
			return nil, 0, err
		}
		return r, info.Size(), nil
	}
	return nil, 0, ErrNotSeekable
}

func (p *parquetReader) findColumns() error {
	hasText := false
	for i, leaf := range p.file.Leaves() {
		_, decimal := leaf.Logical.(*format.DecimalType)
		if leaf.Repeated || decimal || leaf.Kind == parquet.Int96 {
			continue
		}
		hasText = hasText || leaf.Name == "text" && leaf.Kind == parquet.ByteArray
		p.columns = append(p.columns, parquetColumn{name: leaf.Name, index: i, toTime: timeOf(leaf.Logical)})
	}
	if !hasText {
		return ErrNoTextColumn
	}
	return nil
}

// timeOf returns what turns the values of a date or timestamp column into a
// time, or nil for another column.
func timeOf(logical format.LogicalTypeValue) func(int64) time.Time {
	switch logical := logical.(type) {
	case *format.DateType:
		return func(days int64) time.Time { return time.Unix(days*86400, 0) }
	case *format.TimestampType:
		if logical.Unit.Value == nil {
			return nil
		}
		unit := logical.Unit.Value.Duration()
		perSecond := int64(time.Second / unit)
		return func(n int64) time.Time { return time.Unix(n/perSecond, n%perSecond*int64(unit)) }
	}
	return nil
}

// Read fills doc from the next row.
func (p *parquetReader) Read(doc *Document) error {
	for p.left == 0 {
		if err := p.nextGroup(); err != nil {
			return err
		}
	}
	p.left--
	p.assemble.reset(doc)
	size := 0
	for i := range p.columns {
		column := &p.columns[i]
		value, err := column.read()
		if err != nil {
			return fmt.Errorf("%s row %d: column %s: %w", p.assemble.name, p.row, column.name, p.input.cause(err))
		}
		if value.IsNull() {
			continue
		}
		if value.Kind() == parquet.ByteArray || value.Kind() == parquet.FixedLenByteArray {
			size += len(value.ByteArray())
		}
		if size <= p.limit {
			p.field(column, value, doc)
		}
	}
	row := p.row
	p.row++
	switch {
	case size > p.limit:
		return &RowError{Name: p.assemble.name, Row: row, Reason: ReasonRowTooLong, Err: errTooLong}
	case !p.assemble.hasText:
		return &RowError{Name: p.assemble.name, Row: row, Reason: ReasonNoText, Err: errNoText}
	}
	p.assemble.finish(doc, row)
	return nil
}

// field takes in the value of one column of the row.
func (p *parquetReader) field(column *parquetColumn, value parquet.Value, doc *Document) {
	a := &p.assemble
	if value.Kind() == parquet.ByteArray && a.parquetString(column.name, value.ByteArray(), doc) {
		return
	}
	if a.offset < 0 && column.name == "source_offset" && value.Kind() == parquet.Int64 {
		a.offset = max(value.Int64(), 0)
		return
	}
	text, isNumber := appendValue(p.number[:0], column, value)
	p.number = text
	switch {
	case len(text) == 0:
	case column.name == "id":
		a.id = a.add(text, false)
	case column.name == "date" && column.toTime != nil:
		a.date = a.add(text, false)
	case !isNumber:
		a.extraKey(column.name)
		a.extra = appendString(a.extra, text)
	case !a.number(column.name, text):
		a.addExtra(column.name, text)
	}
}

// parquetString takes in a string where it has our meaning, and reports whether
// it did.
func (a *assembler) parquetString(name string, value []byte, doc *Document) bool {
	switch name {
	case "text":
		a.text, a.hasText = a.add(value, false), true
	case "id":
		a.id = a.add(value, false)
	case "url":
		a.url = a.add(value, false)
	case "date":
		a.date = a.add(value, false)
	case "source_file":
		a.file = a.add(value, false)
	case "metadata.title":
		a.title = a.add(value, false)
	case "metadata.language":
		a.language = a.add(value, false)
	case "metadata.url":
		a.metaURL = a.add(value, false)
		return false
	case "metadata":
		if !a.metadataObject(value, doc) {
			a.extraKey(name)
			a.extra = appendString(a.extra, value)
		}
	default:
		return false
	}
	return true
}

// appendValue appends a value as text, and reports whether that is a JSON
// number or truth value rather than a string. What is no text, as pictures and
// infinities, gives nothing.
func appendValue(dst []byte, column *parquetColumn, value parquet.Value) (text []byte, isNumber bool) {
	if column.toTime != nil && (value.Kind() == parquet.Int32 || value.Kind() == parquet.Int64) {
		n := value.Int64()
		if value.Kind() == parquet.Int32 {
			n = int64(value.Int32())
		}
		return column.toTime(n).UTC().AppendFormat(dst, time.RFC3339), false
	}
	switch value.Kind() {
	case parquet.Boolean:
		return strconv.AppendBool(dst, value.Boolean()), true
	case parquet.Int32:
		return strconv.AppendInt(dst, int64(value.Int32()), 10), true
	case parquet.Int64:
		return strconv.AppendInt(dst, value.Int64(), 10), true
	case parquet.Float:
		return appendFloat(dst, float64(value.Float()), 32), true
	case parquet.Double:
		return appendFloat(dst, value.Double(), 64), true
	case parquet.ByteArray, parquet.FixedLenByteArray:
		if b := value.ByteArray(); utf8.Valid(b) {
			return append(dst, b...), false
		}
	case parquet.Int96: // not among the columns
	}
	return dst, false
}

func appendFloat(dst []byte, f float64, bits int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dst
	}
	return strconv.AppendFloat(dst, f, 'g', -1, bits)
}

// nextGroup opens the columns of the next row group, io.EOF after the last.
func (p *parquetReader) nextGroup() error {
	p.closeColumns()
	if p.group++; p.group >= p.file.Groups() {
		p.group = p.file.Groups()
		return io.EOF
	}
	for i := range p.columns {
		c := &p.columns[i]
		var err error
		if c.values, err = p.file.Column(p.group, c.index); err != nil {
			return fmt.Errorf("%s row %d: column %s: %w", p.assemble.name, p.row, c.name, p.input.cause(err))
		}
	}
	p.left = p.file.Rows(p.group)
	return nil
}

func (p *parquetReader) closeColumns() {
	for i := range p.columns {
		c := &p.columns[i]
		if c.values != nil {
			c.values.Close()
		}
		c.values = nil
		c.next, c.filled = 0, 0
	}
}

// Close frees the pages.
func (p *parquetReader) Close() error {
	p.closeColumns()
	return nil
}

// read returns the column's value of the next row, valid until the next call.
func (c *parquetColumn) read() (parquet.Value, error) {
	if c.next == c.filled {
		n, err := c.values.Read(c.buffer[:])
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		c.next, c.filled = 0, n
		if err != nil {
			return parquet.Value{}, err
		}
	}
	c.next++
	return c.buffer[c.next-1], nil
}
