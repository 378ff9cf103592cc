package warc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	// maxLayers is how many content encodings are undone, one upon the other.
	maxLayers = 8
	// bodyWindow bounds the window of a zstd body: browsers take 8 MiB.
	bodyWindow = 8 << 20
	// keepBody is the largest buffer kept from one body to the next.
	keepBody = 4 << 20
	// piece is the size of the parts in which a larger body is gathered.
	piece = 1 << 20
)

// A bodyDecoder undoes the encodings of a body, reusing its memory.
type bodyDecoder struct {
	gz    gzip.Reader
	fl    io.ReadCloser
	zl    io.ReadCloser
	br    *brotli.Reader
	zs    *zstd.Decoder
	in    bytes.Reader
	out   [2][]byte
	which int
}

// spare returns the buffer that does not hold the body as it is so far.
func (d *bodyDecoder) spare() *[]byte {
	b := &d.out[1-d.which]
	if cap(*b) > keepBody {
		*b = nil
	}
	*b = (*b)[:0]
	return b
}

// accept makes the content of the spare buffer the body.
func (d *bodyDecoder) accept() []byte {
	d.which = 1 - d.which
	return d.out[d.which]
}

// decode returns body without the encodings that the fields of r name, as far
// as it has them. limit bounds the result of each step in bytes.
func (d *bodyDecoder) decode(body []byte, r *Response, limit int64) ([]byte, error) {
	if len(body) == 0 {
		return body, nil
	}
	if hasToken(r.Values("Transfer-Encoding"), "chunked") {
		ok, cut := unchunk(d.spare(), body)
		if ok {
			body = d.accept()
		} else {
			r.flag(HTTPLeftover)
		}
		if cut {
			r.flag(HTTPTruncated)
		}
	}
	encodings := tokens(r.Values("Content-Encoding"))
	if len(encodings) == 0 && bytes.HasPrefix(body, gzipMagic) && isText(r.ContentType()) {
		encodings = []string{"gzip"}
		r.flag(HTTPUnlabelled)
	}
	slices.Reverse(encodings)
	for _, encoding := range encodings[:min(len(encodings), maxLayers)] {
		decoded, err := d.layer(body, encoding, r, limit)
		if err != nil {
			return nil, err
		}
		body = decoded
	}
	return body, nil
}

// layer undoes one content encoding, if body has it.
func (d *bodyDecoder) layer(body []byte, encoding string, r *Response, limit int64) ([]byte, error) {
	var decoded []byte
	var err error
	switch encoding {
	case "identity", "none", "utf-8", "":
		return body, nil
	case "gzip", "x-gzip":
		if !bytes.HasPrefix(body, gzipMagic) {
			return d.leftover(body, encoding, nil, r)
		}
		decoded, err = d.read(limit)(d.gzip(body))
	case "deflate":
		decoded, err = d.read(limit)(d.zlib(body))
		if err != nil && len(decoded) == 0 {
			decoded, err = d.read(limit)(d.flate(body))
		}
	case "br":
		decoded, err = d.read(limit)(d.brotli(body))
	case "zstd":
		if !bytes.HasPrefix(body, zstdMagic) {
			return d.leftover(body, encoding, nil, r)
		}
		decoded, err = d.read(limit)(d.zstd(body))
	default:
		r.flag(HTTPUnknownEncoding)
		return body, nil
	}
	switch {
	case err == nil:
		return d.accept(), nil
	case errors.Is(err, ErrHTTPTooLarge):
		return nil, err
	case len(decoded) == 0 || (encoding == "br" || encoding == "deflate") && looksText(body):
		// Neither br nor deflate has a magic, so a few bytes of anything may
		// seem to decode.
		return d.leftover(body, encoding, err, r)
	}
	if !errors.Is(err, gzip.ErrHeader) { // that is junk behind a whole gzip body
		r.flag(HTTPTruncated)
	}
	return d.accept(), nil
}

// leftover returns the body as it is, if it seems to be text already.
func (d *bodyDecoder) leftover(body []byte, encoding string, cause error, r *Response) ([]byte, error) {
	if cause != nil && !looksText(body) {
		return nil, fmt.Errorf("%w: %s: %w", ErrHTTPEncoding, encoding, cause)
	}
	r.flag(HTTPLeftover)
	return body, nil
}

// looksText reports whether b starts like text in some encoding: no NUL, few
// control characters.
func looksText(b []byte) bool {
	b = b[:min(len(b), 512)]
	control := 0
	for _, c := range b {
		if c == 0 {
			return false
		}
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b {
			control++
		}
	}
	return control*50 <= len(b)
}

// read returns a function that reads all of what a decoder yields, up to
// limit, and returns what came before an error.
func (d *bodyDecoder) read(limit int64) func(io.Reader, error) ([]byte, error) {
	return func(r io.Reader, err error) ([]byte, error) {
		if err != nil {
			return nil, err
		}
		return d.readAll(r, limit)
	}
}

// readAll gathers what exceeds keepBody in pieces: a buffer that grew would, for
// a body that turns out to be a bomb, leave several times the limit behind.
func (d *bodyDecoder) readAll(r io.Reader, limit int64) ([]byte, error) {
	out := d.spare()
	b := *out
	var full [][]byte
	size := int64(0) // of full
	for {
		if len(b) == cap(b) {
			if len(full) == 0 && len(b) < keepBody {
				b = slices.Grow(b, 4096)
			} else {
				full, size = append(full, b), size+int64(len(b))
				b = make([]byte, 0, piece)
			}
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if size+int64(len(b)) > limit {
			return nil, fmt.Errorf("%w: over %d bytes when decoded", ErrHTTPTooLarge, limit)
		}
		if err != nil {
			if len(full) > 0 {
				b = slices.Concat(append(full, b)...)
			}
			*out = b
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return b, err
		}
	}
}

func (d *bodyDecoder) source(body []byte) *bytes.Reader {
	d.in.Reset(body)
	return &d.in
}

func (d *bodyDecoder) gzip(body []byte) (io.Reader, error) {
	err := d.gz.Reset(d.source(body))
	return &d.gz, noEOF(err)
}

func (d *bodyDecoder) zlib(body []byte) (io.Reader, error) {
	if d.zl == nil {
		zl, err := zlib.NewReader(d.source(body))
		if err != nil {
			return nil, noEOF(err)
		}
		d.zl = zl
		return zl, nil
	}
	err := d.zl.(zlib.Resetter).Reset(d.source(body), nil)
	return d.zl, noEOF(err)
}

func (d *bodyDecoder) flate(body []byte) (io.Reader, error) {
	if d.fl == nil {
		d.fl = flate.NewReader(d.source(body))
		return d.fl, nil
	}
	err := d.fl.(flate.Resetter).Reset(d.source(body), nil)
	return d.fl, err
}

func (d *bodyDecoder) brotli(body []byte) (io.Reader, error) {
	if d.br == nil {
		d.br = brotli.NewReader(nil)
	}
	err := d.br.Reset(d.source(body))
	return d.br, err
}

func (d *bodyDecoder) zstd(body []byte) (io.Reader, error) {
	if d.zs == nil {
		zs, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(bodyWindow))
		if err != nil {
			return nil, err
		}
		d.zs = zs
	}
	err := d.zs.Reset(d.source(body))
	return d.zs, err
}

// isText reports whether a page could be behind the content type.
func isText(contentType string) bool {
	t := strings.ToLower(strings.TrimSpace(contentType))
	return t == "" || strings.HasPrefix(t, "text/") || strings.HasPrefix(t, "application/xhtml")
}

// tokens returns the lower-case elements of comma-separated field values.
func tokens(values []string) []string {
	var list []string
	for _, v := range values {
		for t := range strings.SplitSeq(v, ",") {
			if t = strings.ToLower(strings.TrimSpace(t)); t != "" {
				list = append(list, t)
			}
		}
	}
	return list
}

func hasToken(values []string, token string) bool {
	return slices.Contains(tokens(values), token)
}

// unchunk appends to out the content of a chunked body (RFC 9112, section
// 7.1). ok is false if body is not chunked; cut tells that it ends before its
// last chunk, as bodies do that a crawler cut at its size limit.
func unchunk(out *[]byte, body []byte) (ok, cut bool) {
	chunks := 0
	for {
		line, rest := cutLine(body)
		size, valid := chunkSize(line)
		switch {
		case !valid && (chunks == 0 || len(body) > 0):
			// One good size line may be text by chance, so a body that turns
			// to something else is taken as it is, unless it ends there.
			return false, false
		case !valid:
			return true, true
		case rest == nil: // the line itself is cut
			return chunks > 0, chunks > 0 && size != 0
		case size == 0:
			return true, false
		case size > int64(len(rest)):
			// Cut in its first chunk: it must at least look like a page.
			ok = chunks > 0 || startsBody(bytes.TrimSpace(rest)) || magicAt(rest) != formatUnknown
			*out = append(*out, rest...)
			return ok, ok
		}
		*out = append(*out, rest[:size]...)
		body = rest[size:]
		body = body[leadingNewline(body):]
		chunks++
	}
}

// chunkSize reads the hexadecimal size at the start of a chunk line.
func chunkSize(line []byte) (size int64, ok bool) {
	if i := bytes.IndexByte(line, ';'); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimSpace(line)
	if len(line) == 0 || len(line) > 15 {
		return 0, false
	}
	for _, c := range line {
		switch {
		case c >= '0' && c <= '9':
			size = size<<4 | int64(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			size = size<<4 | int64(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return size, true
}
