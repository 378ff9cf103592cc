package warc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	slyrz "github.com/slyrz/warc"
)

var (
	recordStart = []byte("WARC/")

	fieldLength = []byte("content-length")
	fieldType   = []byte("warc-type")
	fieldID     = []byte("warc-record-id")
	fieldDigest = []byte("warc-block-digest")
)

// cutLine splits b behind its first line and returns the line without its
// end. Any number of CR before the LF belongs to the end: some writers turn
// CRLF into CR CR LF.
func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line, rest
}

// headEnd returns the length of the header that b starts with, its empty line
// included, or -1 if b does not hold its end.
func headEnd(b []byte) int {
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return -1
		}
		line := b[i : i+n]
		i += n + 1
		if len(bytes.TrimRight(line, "\r")) == 0 {
			return i
		}
	}
}

// versionOf reads a version line. known is false for a version that no
// specification or draft has.
func versionOf(line []byte) (ok, known bool) {
	v, found := bytes.CutPrefix(line, recordStart)
	v = bytes.TrimRight(v, " \t")
	if !found || len(v) == 0 || len(v) > 8 {
		return false, false
	}
	for _, c := range v {
		if (c < '0' || c > '9') && c != '.' {
			return false, false
		}
	}
	switch string(v) {
	case "1.0", "1.1", "0.16", "0.17", "0.18":
		return true, true
	}
	return true, false
}

// startsRecord reports whether b starts like a record.
func startsRecord(b []byte) bool { return bytes.HasPrefix(b, recordStart) }

// A scan is what the bounding of a record needs to know of its header.
type scan struct {
	length  int64 // of the block, -1 if the header does not say
	typ     []byte
	id      []byte
	digest  []byte
	version bool // the version line is one
	known   bool // and the version exists
	odd     bool // slyrz/warc must be given a normalised copy
}

// scanHead goes over the lines of a header.
func scanHead(head []byte) (s scan) {
	s.length = -1
	lengths, inLength := 0, false
	line, rest := cutLine(head)
	s.version, s.known = versionOf(line)
	// slyrz/warc takes the first line for the version, whatever it is.
	s.odd = !s.version && bytes.IndexByte(line, ':') >= 0 || bytes.Contains(head, []byte("\r\r\n"))
	for len(rest) > 0 {
		line, rest = cutLine(rest)
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			s.odd = true
			if inLength {
				s.length = -1
			}
			continue
		}
		inLength = false
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		if n := len(name); n > 0 && (name[n-1] == ' ' || name[n-1] == '\t') {
			s.odd = true
			name = bytes.TrimRight(name, " \t")
		}
		switch {
		case bytes.EqualFold(name, fieldLength):
			n, ok := parseLength(bytes.TrimSpace(value))
			inLength = true
			lengths++
			if !ok || lengths > 1 && n != s.length {
				n = -1
			}
			if lengths == 1 || s.length >= 0 {
				s.length = n
			}
		case bytes.EqualFold(name, fieldType):
			s.typ = bytes.TrimSpace(value)
		case bytes.EqualFold(name, fieldID):
			s.id = bytes.TrimSpace(value)
		case bytes.EqualFold(name, fieldDigest):
			s.digest = bytes.TrimSpace(value)
		}
	}
	return s
}

// parseLength accepts decimal digits only, unlike strconv.
func parseLength(b []byte) (int64, bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	return n, err == nil
}

// plausible reports whether a header found where none was expected may be one.
func (s *scan) plausible() bool {
	return s.version && s.known && s.length >= 0 && len(s.typ) > 0
}

// A headParser has slyrz/warc parse record headers, one at a time.
//
// It keeps one slyrz Reader for all records, as a new one costs 12 KB. The
// reader is fed the header only: at the end of the header it meets the end of
// its input, forgets the record and is ready for the next header. Blocks do
// not pass through it, so it copies none, and cannot be led astray by a
// length.
type headParser struct {
	feed   bytes.Reader
	reader *slyrz.Reader
	buf    []byte
}

// parse returns the fields of a header.
func (p *headParser) parse(head []byte, s *scan) (Header, error) {
	if s.odd || s.length < 0 {
		head = p.normalise(head, s)
	}
	p.feed.Reset(head)
	if p.reader == nil {
		// The constructor looks at the first bytes for the magic of gzip.
		reader, err := slyrz.NewReaderMode(&p.feed, slyrz.SequentialMode)
		if err != nil {
			return Header{}, fmt.Errorf("parse record header: %w", err)
		}
		p.reader = reader
	}
	rec, err := p.reader.ReadRecord()
	if err != nil {
		p.reader = nil
		return Header{}, fmt.Errorf("parse record header: %w", err)
	}
	if _, err := p.reader.ReadRecord(); !errors.Is(err, io.EOF) {
		p.reader = nil // a header that slyrz ended earlier; start afresh
	}
	if s.length < 0 {
		rec.Header.Del("Content-Length")
	}
	return Header{fields: rec.Header}, nil
}

// normalise rewrites the dialects that slyrz/warc misreads: folded lines (it
// drops the continuation or takes it for a field), blanks before the colon
// (kept in the name), CR CR LF (no end of the header), no version line (the
// first field is lost), and a Content-Length that is missing or no number (it
// refuses the record).
func (p *headParser) normalise(head []byte, s *scan) []byte {
	b := p.buf[:0]
	line, rest := cutLine(head)
	if s.version || bytes.IndexByte(line, ':') < 0 {
		b = append(b, line...)
	} else {
		b = append(append(b, "WARC/1.0\r\n"...), line...)
	}
	dropping := false
	for len(rest) > 0 {
		line, rest = cutLine(rest)
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if !dropping {
				b = append(append(b, ' '), bytes.TrimSpace(line)...)
			}
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		dropping = s.length < 0 && bytes.EqualFold(name, fieldLength)
		if dropping {
			continue
		}
		b = append(append(b, "\r\n"...), name...)
		if ok {
			b = append(append(b, ':'), value...)
		}
	}
	if s.length < 0 {
		b = append(b, "\r\nContent-Length: 0"...)
	}
	b = append(b, "\r\n\r\n"...)
	p.buf = b
	return b
}
