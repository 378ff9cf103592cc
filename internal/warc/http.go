package warc

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// HTTPOptions bounds the parsing of an HTTP response.
type HTTPOptions struct {
	// MaxBody is the largest body in bytes that is decompressed. Bodies that are
	// not compressed are as long as the record lets them be.
	MaxBody int64 `yaml:"max-body"`
	// MaxHeader is the largest header in bytes. Browsers stop at 256 KB, but
	// archives hold responses with a megabyte of cookies and a good page.
	MaxHeader int64 `yaml:"max-header"`
}

// DefaultHTTPOptions returns the limits for web archives.
func DefaultHTTPOptions() HTTPOptions {
	return HTTPOptions{MaxBody: 16 << 20, MaxHeader: 4 << 20}
}

// Validate reports limits that make no sense.
func (o HTTPOptions) Validate() error {
	switch {
	case o.MaxBody < 1 || o.MaxBody > 1<<30:
		return fmt.Errorf("max-body is %d bytes, must be in [1, 2^30]", o.MaxBody)
	case o.MaxHeader < 1<<10 || o.MaxHeader > 1<<26:
		return fmt.Errorf("max-header is %d bytes, must be in [2^10, 2^26]", o.MaxHeader)
	}
	return nil
}

// Errors of responses that have no usable body.
var (
	// ErrHTTPHeader: a header without end, or none at all and no body either.
	ErrHTTPHeader = errors.New("malformed HTTP header")
	// ErrHTTPEncoding: a body whose encoding cannot be undone.
	ErrHTTPEncoding = errors.New("undecodable HTTP body")
	// ErrHTTPTooLarge: a body longer than HTTPOptions.MaxBody when decoded.
	ErrHTTPTooLarge = errors.New("HTTP body too large")
)

// Flags of a response say what was mended.
const (
	// HTTPNoStatus: no status line, or one without a status code.
	HTTPNoStatus = "http_no_status"
	// HTTPNoHeader: no header at all, as HTTP/0.9 has it.
	HTTPNoHeader = "http_no_header"
	// HTTPNoHeaderEnd: no empty line between header and body.
	HTTPNoHeaderEnd = "http_no_header_end"
	// HTTPOddHeader: folded lines, or lines that are no field.
	HTTPOddHeader = "http_odd_header"
	// HTTPExtraCRLF: an empty line before the body that is not part of it.
	HTTPExtraCRLF = "http_extra_crlf"
	// HTTPLength: Content-Length is not the length of the body as stored.
	HTTPLength = "http_length"
	// HTTPLeftover: a Transfer-Encoding or Content-Encoding that the body no
	// longer has.
	HTTPLeftover = "http_leftover"
	// HTTPUnlabelled: a compressed body without Content-Encoding.
	HTTPUnlabelled = "http_unlabelled"
	// HTTPTruncated: an encoded body that is cut or broken; Body is the part
	// that decodes.
	HTTPTruncated = "http_truncated"
	// HTTPUnknownEncoding: a Content-Encoding that is not known, left as it is.
	HTTPUnknownEncoding = "http_unknown_encoding"
)

// A Response is an HTTP response out of an archive. Its slices refer to the
// parsed block or to the memory of the parser.
type Response struct {
	// Status is the status code, 0 if the response has none.
	Status int
	// Fields are the header fields in order.
	Fields []HTTPField
	// Body is the payload, with transfer and content encoding undone.
	Body []byte
	// Flags are the HTTP constants that apply.
	Flags []string
}

// An HTTPField is one header field. Folded values are joined by blanks.
type HTTPField struct{ Name, Value []byte }

// value returns the value of the first field of that name, or nil.
func (r *Response) value(name string) []byte {
	for _, f := range r.Fields {
		if len(f.Name) == len(name) && strings.EqualFold(string(f.Name), name) {
			return f.Value
		}
	}
	return nil
}

// Values returns the values of all fields of that name.
func (r *Response) Values(name string) []string {
	var values []string
	for _, f := range r.Fields {
		if len(f.Name) == len(name) && strings.EqualFold(string(f.Name), name) {
			values = append(values, string(f.Value))
		}
	}
	return values
}

// ContentType returns the Content-Type in force: of several the last one that
// names a media type, as the Fetch standard has it.
func (r *Response) ContentType() string {
	best := ""
	for _, f := range r.Fields {
		if len(f.Name) == len("Content-Type") && strings.EqualFold(string(f.Name), "Content-Type") &&
			(best == "" || bytes.IndexByte(f.Value, '/') > 0) {
			best = string(f.Value)
		}
	}
	return best
}

// IsPage reports whether the response has a body that stands for its URL: the
// status is 200 or unknown.
func (r *Response) IsPage() bool { return r.Status == 200 || r.Status == 0 }

func (r *Response) flag(f string) {
	if !slices.Contains(r.Flags, f) {
		r.Flags = append(r.Flags, f)
	}
}

// An HTTPParser parses HTTP responses as archives hold them. It takes what
// net/http refuses: archived headers were often altered on the way, and the
// body is what counts. It is not safe for concurrent use.
type HTTPParser struct {
	o    HTTPOptions
	body bodyDecoder
}

// NewHTTPParser returns a parser with the limits o.
func NewHTTPParser(o HTTPOptions) *HTTPParser { return &HTTPParser{o: o} }

// Parse parses the block of a response record into r, whose slices it reuses.
// They are valid until the next Parse, and as long as block is. With an error
// the header in r is right and the body is empty.
func (p *HTTPParser) Parse(block []byte, r *Response) error {
	*r = Response{Fields: r.Fields[:0], Flags: r.Flags[:0]}
	body, err := p.parseHeader(block, r)
	if err != nil {
		return err
	}
	if n := extraLine(body, r); n > 0 {
		body = body[n:]
		r.flag(HTTPExtraCRLF)
	}
	if len(body) > 0 && !lengthFits(r, len(body)) {
		// The header is often that of a transfer that the crawler decoded; the
		// record alone says how long the body is.
		r.flag(HTTPLength)
	}
	body, err = p.body.decode(body, r, p.o.MaxBody)
	if err != nil {
		return err
	}
	r.Body = body
	return nil
}

// lengthFits reports whether Content-Length allows a body of n bytes.
func lengthFits(r *Response, n int) bool {
	v := r.value("Content-Length")
	if v == nil {
		return true
	}
	length, ok := parseLength(v)
	return ok && length == int64(n)
}

// extraLine returns the length of a line end at the start of body that is not
// part of it, as in all of CC-MAIN-2018-34. Many pages start with empty lines,
// so there must be evidence: Content-Length, or an encoded body behind.
func extraLine(body []byte, r *Response) int {
	n := leadingNewline(body)
	if n == 0 {
		return 0
	}
	if r.value("Content-Length") != nil {
		if lengthFits(r, len(body)) {
			return 0
		}
		if lengthFits(r, len(body)-n) {
			return n
		}
	}
	body = body[n:]
	line, _ := cutLine(body[:min(len(body), 64)])
	_, chunk := chunkSize(line)
	if magicAt(body) != formatUnknown || chunk && hasToken(r.Values("Transfer-Encoding"), "chunked") {
		return n
	}
	return 0
}

// leadingNewline returns the length of one line end at the start of b.
func leadingNewline(b []byte) int {
	switch {
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		return 2
	case len(b) > 0 && b[0] == '\n':
		return 1
	}
	return 0
}

// parseHeader reads status line and fields, and returns the rest.
func (p *HTTPParser) parseHeader(block []byte, r *Response) (body []byte, err error) {
	line, rest := cutLine(block)
	status, isStatus := statusLine(line)
	switch {
	case isStatus:
		r.Status = status
		if status == 0 {
			r.flag(HTTPNoStatus)
		}
	case isField(line):
		r.flag(HTTPNoStatus)
		rest = block
	case len(line) == 0 && len(rest) > 0 && isHeaderStart(rest):
		return p.parseHeader(rest, r) // a stray empty line first
	default:
		r.flag(HTTPNoHeader)
		r.flag(HTTPNoStatus)
		if len(block) == 0 {
			return nil, fmt.Errorf("%w: empty block", ErrHTTPHeader)
		}
		return block, nil
	}
	for len(rest) > 0 {
		if int64(len(block)-len(rest)) > p.o.MaxHeader {
			return nil, fmt.Errorf("%w: longer than %d bytes", ErrHTTPHeader, p.o.MaxHeader)
		}
		start := rest
		line, rest = cutLine(rest)
		if len(line) == 0 {
			return rest, nil
		}
		if startsBody(line) {
			r.flag(HTTPNoHeaderEnd)
			return start, nil
		}
		if !r.addLine(line) {
			r.flag(HTTPOddHeader)
		}
	}
	if len(block) > 0 && block[len(block)-1] != '\n' || int64(len(block)) > p.o.MaxHeader {
		return nil, fmt.Errorf("%w: no end in %d bytes", ErrHTTPHeader, len(block))
	}
	r.flag(HTTPNoHeaderEnd)
	return nil, nil
}

// addLine adds a header line to the fields; false means an odd one.
func (r *Response) addLine(line []byte) bool {
	if line[0] == ' ' || line[0] == '\t' {
		if n := len(r.Fields); n > 0 {
			f := &r.Fields[n-1]
			f.Value = append(append(f.Value, ' '), bytes.TrimSpace(line)...)
		}
		return false
	}
	// A leading colon is an HTTP/2 pseudo header.
	i := bytes.IndexByte(line[1:], ':') + 1
	if i < 1 {
		return false
	}
	name := bytes.TrimRight(line[:i], " \t")
	value := bytes.TrimSpace(line[i+1:])
	// Clipped, so that appending a folded line moves it out of the block.
	r.Fields = append(r.Fields, HTTPField{name, slices.Clip(value)})
	return len(name) == i && line[0] != ':'
}

// statusLine reads "HTTP/1.1 200 OK" and what passes for it: any version,
// HTTP/2 without reason, "h2 200", "ICY 200 OK", a missing code.
func statusLine(line []byte) (status int, ok bool) {
	protocol, rest, _ := bytes.Cut(line, []byte(" "))
	isHTTP := len(protocol) >= 4 && bytes.EqualFold(protocol[:4], []byte("HTTP"))
	if len(protocol) == 0 || len(protocol) > 20 || bytes.ContainsAny(protocol, ":<>{") {
		return 0, false
	}
	for _, c := range protocol {
		if c <= ' ' || c > '~' {
			return 0, false
		}
	}
	rest = bytes.TrimLeft(rest, " \t")
	if len(rest) < 3 || len(rest) > 3 && rest[3] >= '0' && rest[3] <= '9' {
		return 0, isHTTP
	}
	for _, c := range rest[:3] {
		if c < '0' || c > '9' {
			return 0, isHTTP
		}
		status = status*10 + int(c-'0')
	}
	if !isHTTP && (len(rest) > 3 && rest[3] != ' ' || status < 100 || status > 599) {
		return 0, false
	}
	return status, true
}

// isField reports whether line is a header field with a proper name. Text
// with a colon in it has blanks before the colon.
func isField(line []byte) bool {
	i := bytes.IndexByte(line, ':')
	if i < 1 || i > 128 {
		return false
	}
	for _, c := range line[:i] {
		if !isTokenChar(c) {
			return false
		}
	}
	return true
}

func isTokenChar(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

func isHeaderStart(b []byte) bool {
	line, _ := cutLine(b)
	_, ok := statusLine(line)
	return ok
}

// startsBody reports whether a line of the header is none, but the start of a
// body that no empty line precedes. "<" starts no field name.
func startsBody(line []byte) bool {
	line = bytes.TrimLeft(bytes.TrimPrefix(line, []byte("\ufeff")), " \t")
	return len(line) > 1 && line[0] == '<' && (line[1] == '!' || line[1] == '?' || line[1] == '/' ||
		line[1] >= 'a' && line[1] <= 'z' || line[1] >= 'A' && line[1] <= 'Z')
}
