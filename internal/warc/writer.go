package warc

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A Compression is how a Writer stores records.
type Compression int

const (
	// Gzip stores each record as a gzip member, as Common Crawl does.
	Gzip Compression = iota
	// Zstd stores each record as a zstd frame.
	Zstd
	// Plain stores records uncompressed.
	Plain
)

// A Field is one header field of a record to write.
type Field struct{ Name, Value string }

// An Entry is a record to write.
type Entry struct {
	// Type, Date (RFC 3339, UTC), ContentType and Block are required; TargetURI
	// is for all types but warcinfo.
	Type, TargetURI, Date, ContentType string
	// ID is the WARC-Record-ID; if it is empty, one is derived from the entry.
	ID string
	// Fields are further header fields, written in order.
	Fields []Field
	// Block is the content; its digest is written along.
	Block []byte
	// Payload is the part of Block to write a WARC-Payload-Digest of, or nil.
	Payload []byte
}

// A Writer writes a WARC/1.0 file, a member a record. The same entries give
// the same bytes. It is not safe for concurrent use.
type Writer struct {
	w   io.Writer
	c   Compression
	gz  *gzip.Writer
	zs  *zstd.Encoder
	buf []byte
	err error
}

// NewWriter returns a Writer to w. There is nothing to close.
func NewWriter(w io.Writer, c Compression) (*Writer, error) {
	wr := &Writer{w: w, c: c}
	var err error
	switch c {
	case Gzip:
		wr.gz, err = gzip.NewWriterLevel(nil, gzip.DefaultCompression)
	case Zstd:
		wr.zs, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	case Plain:
	default:
		err = fmt.Errorf("unknown compression %d", c)
	}
	if err != nil {
		return nil, err
	}
	return wr, nil
}

// Write writes one record and returns its ID. After an error every call fails.
func (w *Writer) Write(e *Entry) (id string, err error) {
	if w.err != nil {
		return "", w.err
	}
	id = e.ID
	if id == "" {
		id = e.deriveID()
	}
	b := w.buf[:0]
	add := func(name, value string) {
		b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
	}
	b = append(b, "WARC/1.0\r\n"...)
	add("WARC-Type", e.Type)
	add("WARC-Date", e.Date)
	add("WARC-Record-ID", id)
	add("Content-Length", strconv.Itoa(len(e.Block)))
	add("Content-Type", e.ContentType)
	for _, f := range e.Fields {
		add(f.Name, f.Value)
	}
	if e.TargetURI != "" {
		add("WARC-Target-URI", e.TargetURI)
	}
	if e.Payload != nil {
		add("WARC-Payload-Digest", sha1Digest(e.Payload))
	}
	if e.Type != TypeWarcinfo {
		add("WARC-Block-Digest", sha1Digest(e.Block))
	}
	b = append(append(append(b, "\r\n"...), e.Block...), "\r\n\r\n"...)
	w.buf = b
	if w.err = w.member(b); w.err != nil {
		return "", w.err
	}
	return id, nil
}

// member writes b as one member.
func (w *Writer) member(b []byte) error {
	switch w.c {
	case Gzip:
		w.gz.Reset(w.w)
		if _, err := w.gz.Write(b); err != nil {
			return err
		}
		return w.gz.Close()
	case Zstd:
		_, err := w.w.Write(w.zs.EncodeAll(b, nil))
		return err
	case Plain:
	}
	_, err := w.w.Write(b)
	return err
}

// deriveID makes a UUID of version 8 (RFC 9562) out of what names the record.
func (e *Entry) deriveID() string {
	h := sha256.New()
	for _, s := range []string{e.Type, e.TargetURI, e.Date} {
		_, _ = io.WriteString(h, s+"\x00")
	}
	_, _ = h.Write(e.Block)
	sum := h.Sum(nil)
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	x := hex.EncodeToString(sum[:16])
	return "<urn:uuid:" + x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:] + ">"
}
