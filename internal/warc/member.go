package warc

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// A format is how a member of the file is encoded.
type format int

const (
	formatUnknown format = iota
	formatPlain
	formatGzip
	formatZstd
)

// String returns the name of the format.
func (f format) String() string {
	switch f {
	case formatPlain:
		return "plain"
	case formatGzip:
		return "gzip"
	case formatZstd:
		return "zstd"
	case formatUnknown:
	}
	return "unknown"
}

var (
	gzipMagic = []byte{0x1f, 0x8b, 0x08}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// gzipTrailer is the size of CRC-32 and length behind a deflate stream.
const gzipTrailer = 8

// magicAt returns the format whose member b starts.
func magicAt(b []byte) format {
	switch {
	case bytes.HasPrefix(b, gzipMagic):
		return formatGzip
	case bytes.HasPrefix(b, zstdMagic), isSkippable(b):
		return formatZstd
	}
	return formatUnknown
}

// isSkippable reports whether b starts a zstd skippable frame.
func isSkippable(b []byte) bool {
	return len(b) >= 4 && b[0]&0xf0 == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18
}

// findMagic returns the index of the next member start of format f, of any
// compressed format if f is unknown, or -1.
func findMagic(b []byte, f format) int {
	at := -1
	if f != formatZstd {
		at = bytes.Index(b, gzipMagic)
	}
	if f != formatGzip {
		if i := bytes.Index(b, zstdMagic); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	return at
}

// A decoder opens members one after the other, reusing its memory.
type decoder struct {
	gz gzip.Reader
	zs zstdDecoder
}

// open returns a reader of the member of format f at the position of in. It
// returns io.EOF at the end of the member, if what the format can check of
// it is right.
func (d *decoder) open(in *input, f format) (io.Reader, error) {
	switch f {
	case formatGzip:
		if err := d.gz.Reset(in.br); err != nil {
			return nil, noEOF(err)
		}
		d.gz.Multistream(false)
		return &d.gz, nil
	case formatZstd:
		return d.zs.open(in)
	case formatPlain:
		return plainReader{in}, nil
	case formatUnknown:
	}
	return nil, fmt.Errorf("no decoder for %s data", f)
}

// plainReader reads the rest of a file that is not compressed.
type plainReader struct{ in *input }

func (p plainReader) Read(b []byte) (int, error) {
	p.in.mark()
	return p.in.br.Read(b)
}

// noEOF turns the end of input inside a member into the error that it is.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// memberReason names the damage that a decoding error is.
func memberReason(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return ReasonTruncated
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, errZstdChecksum):
		return ReasonChecksum
	}
	return ReasonCorrupt
}

// outerReader presents the content of a gzip file, all members joined, as the
// file to read. A decoding error ends it like the end of a cut file and is
// kept for the report.
type outerReader struct {
	gz  *gzip.Reader
	in  *input
	err error
}

func (o *outerReader) Read(p []byte) (int, error) {
	if o.err != nil {
		return 0, io.EOF
	}
	n, err := o.gz.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	if fatal := o.in.fatal(); fatal != nil {
		return n, fatal
	}
	o.err = err
	return n, io.EOF
}
