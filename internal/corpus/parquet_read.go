package corpus

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetValues is how many values of a column are decoded at a time.
const parquetValues = 64

// A parquetReader reads a Parquet file row by row, one page of every column at
// a time. Columns with one value a row are read, those of groups under the name
// group.column; lists and maps are passed over.
type parquetReader struct {
	input    *watchedReaderAt
	file     *parquet.File
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

	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
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
	err = guard(func() error {
		p.file, err = parquet.OpenFile(p.input, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
		return err
	})
	if err != nil {
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

// guard runs a call into parquet-go, which panics on some damaged files.
func guard(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrCorrupt, p)
		}
	}()
	return call()
}

func (p *parquetReader) findColumns() error {
	hasText := false
	return guard(func() error {
		for _, path := range p.file.Schema().Columns() {
			leaf, ok := p.file.Schema().Lookup(path...)
			if !ok || leaf.MaxRepetitionLevel > 0 {
				continue
			}
			column := parquetColumn{name: strings.Join(path, "."), index: leaf.ColumnIndex}
			kind := leaf.Node.Type().Kind()
			decimal := false
			if logical := leaf.Node.Type().LogicalType(); logical != nil {
				column.toTime = timeOf(logical.Value)
				_, decimal = logical.Value.(*format.DecimalType)
			}
			hasText = hasText || column.name == "text" && kind == parquet.ByteArray
			if kind != parquet.Int96 && !decimal {
				p.columns = append(p.columns, column)
			}
		}
		if !hasText {
			return ErrNoTextColumn
		}
		return nil
	})
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
	groups := p.file.RowGroups()
	p.closeColumns()
	if p.group++; p.group >= len(groups) {
		p.group = len(groups)
		return io.EOF
	}
	return guard(func() error {
		p.left = groups[p.group].NumRows()
		chunks := groups[p.group].ColumnChunks()
		for i := range p.columns {
			p.columns[i].pages = chunks[p.columns[i].index].Pages()
		}
		return nil
	})
}

func (p *parquetReader) closeColumns() {
	for i := range p.columns {
		c := &p.columns[i]
		c.release()
		if c.pages != nil {
			_ = c.pages.Close() // frees buffers; the data was read
		}
		c.pages = nil
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
		if err := guard(c.fill); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return parquet.Value{}, err
		}
	}
	c.next++
	return c.buffer[c.next-1], nil
}

// fill decodes the next values, at least one, or returns an error.
func (c *parquetColumn) fill() error {
	c.next, c.filled = 0, 0
	for {
		if c.values == nil {
			page, err := c.pages.ReadPage()
			if err != nil {
				return err
			}
			c.page, c.values = page, page.Values()
		}
		n, err := c.values.ReadValues(c.buffer[:])
		c.filled = n
		if n > 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil {
			return io.ErrNoProgress
		}
		c.release()
	}
}

func (c *parquetColumn) release() {
	if c.page != nil {
		parquet.Release(c.page)
	}
	c.page, c.values = nil, nil
}
