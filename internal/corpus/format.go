package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"mathsieve/internal/corpus/parquetfile"
)

// A Format is how a document shard is stored.
type Format uint8

// The formats of document shards.
const (
	JSONL     Format = iota + 1 // one JSON object a line
	JSONLGzip                   // JSONL in one gzip member; read: any number of members
	JSONLZstd                   // JSONL in one zstd frame; read: any number of frames
	Parquet                     // Apache Parquet, zstd pages
)

// Errors of this package, to be tested with errors.Is.
var (
	// ErrUnknownFormat says that a file is no document shard.
	ErrUnknownFormat = errors.New("no document shard")
	// ErrNotSeekable says that a Parquet shard was given as a mere stream.
	ErrNotSeekable = errors.New("parquet needs random access and a size")
	// ErrNoTextColumn says that a Parquet file has no column of strings named text.
	ErrNoTextColumn = errors.New("no text column")
	// ErrCorrupt says that an attribute or shard file is damaged.
	ErrCorrupt = errors.New("corrupt file")
	// ErrUnsupported says that a Parquet file is encrypted, or of pages too large.
	ErrUnsupported = parquetfile.ErrUnsupported
)

// String returns the name of the format as options spell it.
func (f Format) String() string {
	switch f {
	case JSONL:
		return "jsonl"
	case JSONLGzip:
		return "jsonl.gz"
	case JSONLZstd:
		return "jsonl.zst"
	case Parquet:
		return "parquet"
	}
	return "unknown"
}

// Extension returns the ending of the shard's file name, with its dot.
func (f Format) Extension() string { return "." + f.String() }

// ParseFormat returns the format of a name that String returns.
func ParseFormat(name string) (Format, error) {
	for f := JSONL; f <= Parquet; f++ {
		if f.String() == name {
			return f, nil
		}
	}
	return 0, fmt.Errorf("format %q: want jsonl, jsonl.gz, jsonl.zst or parquet", name)
}

// A Reader yields the documents of one shard, in file order. It is not safe
// for concurrent use.
type Reader interface {
	// Read fills doc, or returns io.EOF after the last document. Every call
	// that fills doc or returns a *RowError consumes one row, so that a caller
	// who counts both knows the row of each document; after a *RowError the
	// reader goes on with the next row. All other errors end the shard: ErrCorrupt
	// if it is damaged, ErrUnsupported, or the input's own if that fails.
	//
	// The strings of doc are doc's own and stay valid; they share one piece of
	// memory, so who keeps only an id for long had better clone it. The maps and
	// the bytes of doc.Metadata are those that doc brought along, overwritten: a
	// copy of doc must not be kept over the next Read into the same doc.
	Read(doc *Document) error
	// Close frees what the reader holds; it does not close its input.
	Close() error
}

// A Writer stores the documents of one shard. It is not safe for concurrent use.
type Writer interface {
	// Write appends doc, which it does not retain.
	Write(doc *Document) error
	// Close completes the shard; it does not close its output. Without Close
	// the shard is not whole, and no reader takes it for one.
	Close() error
}

// A RowError reports one row of a shard that is no document.
type RowError struct {
	Name   string // name of the shard
	Row    int64  // position in the shard, from 0
	Line   int64  // line number from 1 in a JSONL shard, 0 in others
	Reason Reason // ReasonBadRow, ReasonRowTooLong or ReasonNoText
	Err    error
}

// Reasons of a RowError.
const (
	ReasonBadRow     Reason = "bad_row"      // not a JSON object
	ReasonRowTooLong Reason = "row_too_long" // longer than ReaderOptions.MaxRow
	ReasonNoText     Reason = "no_text"      // no field text that is a string
)

// Error says where and why.
func (e *RowError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s line %d: %v", e.Name, e.Line, e.Err)
	}
	return fmt.Sprintf("%s row %d: %v", e.Name, e.Row, e.Err)
}

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Err }

// DefaultMaxRow is the longest row that is read, in bytes.
const DefaultMaxRow = 64 << 20

// ReaderOptions limit what a Reader takes in. The zero value means the defaults.
type ReaderOptions struct {
	// MaxRow is the longest row in bytes (a line of JSONL; the values of a
	// Parquet row); 0 means DefaultMaxRow.
	MaxRow int
}

// WriterOptions tune a Writer. The zero value means the defaults.
type WriterOptions struct {
	// RowGroupBytes is the size of a Parquet row group, in bytes of text before
	// compression; 0 means 64 MiB. It bounds the writer's memory.
	RowGroupBytes int64
}

// A RandomAccess input is what a Parquet shard is read from. An *os.File will
// do too.
type RandomAccess interface {
	io.ReaderAt
	Size() int64
}

// NewWriter returns a Writer of the given format. Its output is a function of
// the documents alone: no time, host or version of the tool is in it.
func NewWriter(w io.Writer, format Format, o WriterOptions) (Writer, error) {
	switch format {
	case JSONL, JSONLGzip, JSONLZstd:
		return newJSONLWriter(w, format)
	case Parquet:
		return newParquetWriter(w, o), nil
	}
	return nil, fmt.Errorf("write shard: format %d: %w", format, ErrUnknownFormat)
}

// NewReader returns a Reader of a shard of ours or of another tool: a field or
// column text is needed; id, url, date, source, metadata, score and token_count
// are taken where they have our meaning; all else is kept in Metadata.Extra.
// A document without an id gets NAME:ROW, one without a source gets NAME and
// its row. The name is the file's, without its folders.
//
// A Parquet shard needs r to be a RandomAccess or to have ReadAt and Stat.
func NewReader(r io.Reader, format Format, name string, o ReaderOptions) (Reader, error) {
	if o.MaxRow <= 0 {
		o.MaxRow = DefaultMaxRow
	}
	switch format {
	case JSONL, JSONLGzip, JSONLZstd:
		return newJSONLReader(r, format, name, o)
	case Parquet:
		return newParquetReader(r, name, o)
	}
	return nil, fmt.Errorf("%s: format %d: %w", name, format, ErrUnknownFormat)
}

// DetectFormat tells the format of a shard by its first bytes, 64 or more, and
// by its name where these do not decide. The error is ErrUnknownFormat.
func DetectFormat(head []byte, name string) (Format, error) {
	lower := strings.ToLower(name)
	for _, archive := range []string{".warc", ".arc.gz", ".wet.", ".wat.", ".tar", ".tgz"} {
		if strings.Contains(lower, archive) {
			return 0, fmt.Errorf("%s: %w", name, ErrUnknownFormat)
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return Parquet, nil
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return JSONLGzip, nil
	case isZstd(head):
		return JSONLZstd, nil
	}
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
	if len(trimmed) > 0 && trimmed[0] == '{' {
		return JSONL, nil
	}
	// Neither compressed nor an object: an empty shard, or a broken first line.
	if strings.HasSuffix(lower, ".jsonl") || strings.HasSuffix(lower, ".ndjson") {
		return JSONL, nil
	}
	return 0, fmt.Errorf("%s: %w", name, ErrUnknownFormat)
}

// isZstd reports whether head starts a zstd frame or a skippable frame (RFC 8878).
func isZstd(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	return bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		head[0]&0xf0 == 0x50 && bytes.HasPrefix(head[1:], []byte{0x2a, 0x4d, 0x18})
}

// IsShardName reports whether a file of that name in a folder of documents is a
// shard: *.jsonl, *.ndjson or *.json (the last only compressed, since a plain
// one is rather a manifest), with .gz or .zst behind it or not, and *.parquet.
// Names that start with a dot or an underscore are none.
func IsShardName(name string) bool {
	name = strings.ToLower(name[strings.LastIndexAny(name, `/\`)+1:])
	if name == "" || name[0] == '.' || name[0] == '_' {
		return false
	}
	if strings.HasSuffix(name, ".parquet") {
		return true
	}
	base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst"), ".zstd")
	return strings.HasSuffix(base, ".jsonl") || strings.HasSuffix(base, ".ndjson") ||
		base != name && strings.HasSuffix(base, ".json")
}
