// Package parquetfile reads the columns of Parquet files that anyone may have
// written. The decoding is parquet-go's, which allocates what a file declares
// and expands what a codec gives; here every declared size is checked against
// the bytes that are there, and against a limit of memory, before parquet-go
// sees it. Format: https://parquet.apache.org/docs/file-format.
package parquetfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Errors of this package, to be tested with errors.Is.
var (
	// ErrCorrupt says that a file contradicts itself or the format.
	ErrCorrupt = errors.New("invalid Parquet")
	// ErrUnsupported says that a file uses what is not read here (encryption,
	// columns in other files, other codecs and encodings), or that its pages
	// need more memory than is given.
	ErrUnsupported = errors.New("unsupported Parquet")
)

const (
	magic        = "PAR1"
	trailerBytes = 8         // length of the footer, magic
	maxDepth     = 32        // groups in groups
	maxMetadata  = 256 << 20 // decoded footer, bytes
)

// A File is an open Parquet file. It is not safe for concurrent use.
type File struct {
	r      io.ReaderAt
	end    int64 // of the pages, where the footer starts
	groups []format.RowGroup
	leaves []Leaf
	chunks []parquet.ColumnChunk // of a file like this one, without codecs
	free   int64                 // bytes of memory that may still be taken
	raw    []byte                // scratch: a page as it is stored
	window []byte                // scratch: the head of a page
	codecs decompressor
}

// A Leaf is a column that holds values.
type Leaf struct {
	Name     string // path, joined with dots
	Kind     parquet.Kind
	Logical  format.LogicalTypeValue // nil if the file says nothing
	Repeated bool                    // in a list or map: not one value a row

	column *parquet.Column
}

// Open reads the footer of the file of size bytes. Its columns will hold at
// most about memory bytes at a time, together.
func Open(r io.ReaderAt, size, memory int64) (*File, error) {
	metadata, end, err := readFooter(r, size)
	if err != nil {
		return nil, err
	}
	leaves, err := checkSchema(metadata.Schema)
	if err != nil {
		return nil, err
	}
	for i := range metadata.RowGroups {
		group := &metadata.RowGroups[i]
		if n := len(group.Columns); n != leaves || group.NumRows < 0 {
			return nil, fmt.Errorf("%w: row group %d has %d columns of %d rows, the schema %d", ErrCorrupt, i, n, group.NumRows, leaves)
		}
	}
	f := &File{r: r, end: end, groups: metadata.RowGroups, free: memory}
	if err := guard(func() error { return f.bind(metadata.Schema, leaves) }); err != nil {
		return nil, err
	}
	return f, nil
}

// Leaves returns the columns that hold values, in file order.
func (f *File) Leaves() []Leaf { return f.leaves }

// Groups returns the number of row groups.
func (f *File) Groups() int { return len(f.groups) }

// Rows returns how many rows a row group declares.
func (f *File) Rows(group int) int64 { return f.groups[group].NumRows }

// readFooter returns what the footer says, and where it starts.
func readFooter(r io.ReaderAt, size int64) (*format.FileMetaData, int64, error) {
	var trailer [trailerBytes]byte
	if size < int64(len(magic))+trailerBytes {
		return nil, 0, fmt.Errorf("%w: %d bytes", ErrCorrupt, size)
	}
	if err := readFull(r, trailer[:], size-trailerBytes); err != nil {
		return nil, 0, fmt.Errorf("read length of the footer: %w", err)
	}
	switch string(trailer[4:]) {
	case magic:
	case "PARE":
		return nil, 0, fmt.Errorf("%w: encrypted footer", ErrUnsupported)
	default:
		return nil, 0, fmt.Errorf("%w: no %s at the end", ErrCorrupt, magic)
	}
	length := int64(binary.LittleEndian.Uint32(trailer[:]))
	end := size - trailerBytes - length
	switch {
	case end < int64(len(magic)):
		return nil, 0, fmt.Errorf("%w: footer of %d bytes in a file of %d", ErrCorrupt, length, size)
	case length > maxMetadata:
		return nil, 0, fmt.Errorf("%w: footer of %d bytes", ErrUnsupported, length)
	}
	footer := make([]byte, length)
	if err := readFull(r, footer, end); err != nil {
		return nil, 0, fmt.Errorf("read footer: %w", err)
	}
	var metadata format.FileMetaData
	if _, err := decodeThrift(footer, 0, &metadata); err != nil {
		return nil, 0, fmt.Errorf("footer: %w", err)
	}
	return &metadata, end, nil
}

// readFull fills b from offset at; a file that ends before is corrupt.
func readFull(r io.ReaderAt, b []byte, at int64) error {
	switch n, err := r.ReadAt(b, at); {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: %w", ErrCorrupt, io.ErrUnexpectedEOF)
	default:
		return err
	}
}

// checkSchema bounds the depth of the schema, whose elements are listed depth
// first, and returns the number of its leaves.
func checkSchema(schema []format.SchemaElement) (leaves int, err error) {
	var open []int32 // children that are still to come, by depth
	for i := range schema {
		element := &schema[i]
		children := element.NumChildren.V
		switch {
		case i > 0 && len(open) == 0:
			return 0, fmt.Errorf("%w: schema element %d has no parent", ErrCorrupt, i)
		case children < 0 || children > 0 && element.Type.Valid:
			return 0, fmt.Errorf("%w: schema element %d has %d children", ErrCorrupt, i, children)
		case len(open) == maxDepth:
			return 0, fmt.Errorf("%w: schema more than %d deep", ErrUnsupported, maxDepth)
		}
		if len(open) > 0 {
			open[len(open)-1]--
		}
		if children > 0 {
			open = append(open, children)
		}
		if element.Type.Valid {
			leaves++
		}
		for len(open) > 0 && open[len(open)-1] == 0 {
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 || len(schema) == 0 {
		return 0, fmt.Errorf("%w: schema of %d elements ends early", ErrCorrupt, len(schema))
	}
	return leaves, nil
}

// bind has parquet-go open a file of this schema without pages and codecs,
// whose column chunks read from wherever they are told to.
func (f *File) bind(schema []format.SchemaElement, leaves int) error {
	group := format.RowGroup{Columns: make([]format.ColumnChunk, leaves)}
	for i := range group.Columns {
		meta := &group.Columns[i].MetaData
		meta.Codec = format.Uncompressed
		meta.TotalCompressedSize = math.MaxInt64
	}
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), &format.FileMetaData{
		Version: 1, Schema: schema, RowGroups: []format.RowGroup{group},
	})
	if err != nil {
		return err
	}
	shell := append([]byte(magic), footer...)
	shell = binary.LittleEndian.AppendUint32(shell, uint32(len(footer)))
	shell = append(shell, magic...)
	opened, err := parquet.OpenFile(bytes.NewReader(shell), int64(len(shell)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return corrupt(err)
	}
	f.chunks = opened.RowGroups()[0].ColumnChunks()
	f.addLeaves(opened.Root())
	return nil
}

func (f *File) addLeaves(c *parquet.Column) {
	if c.Leaf() {
		leaf := Leaf{Name: strings.Join(c.Path(), "."), Repeated: c.MaxRepetitionLevel() > 0, Kind: c.Type().Kind(), column: c}
		if logical := c.Type().LogicalType(); logical != nil {
			leaf.Logical = logical.Value
		}
		f.leaves = append(f.leaves, leaf)
	}
	for _, child := range c.Columns() {
		f.addLeaves(child)
	}
}

// reserve takes n bytes of the memory that is left.
func (f *File) reserve(n int64) error {
	if n > f.free {
		return fmt.Errorf("%w: a page needs %d bytes, and %d are left of the limit", ErrUnsupported, n, f.free)
	}
	f.free -= n
	return nil
}

// corrupt returns the error of a decoder as ErrCorrupt. An end of its input in the
// midst of a page must not pass for the end of the column.
func corrupt(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
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
