package address

import "strings"

// Path returns the normal form of a path, which must start with a slash: "" for
// the root, else segments each behind a slash. It reports false for a path with
// more than MaxDepth segments, a segment longer than MaxSegment, a question
// mark or a number sign.
func Path(path string) (string, bool) {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
		return "", false
	}
	var b pathBuilder
	b.build(path, MaxDepth)
	return string(b.buf), b.kept == b.seen
}

// Escape returns the normal form of a piece of a segment, or of a query, in
// which dots and slashes have no meaning.
func Escape(piece string) string {
	var b pathBuilder
	b.append(piece, 3*len(piece))
	return string(b.buf)
}

// A pathBuilder brings paths into normal form.
type pathBuilder struct {
	buf  []byte
	ends [MaxDepth]int // of the segments in buf
	kept int           // number of segments in buf
	seen int           // number of segments that the path has
}

// build fills buf with the first depth segments of path.
func (b *pathBuilder) build(path string, depth int) {
	b.buf, b.kept, b.seen = b.buf[:0], 0, 0
	for len(path) > 0 {
		end := 0
		for end < len(path) && path[end] != '/' && path[end] != '\\' {
			end++
		}
		segment := path[:end]
		path = path[min(end+1, len(path)):]
		switch dots(segment) {
		case 0:
			b.push(segment, depth)
		case 2:
			b.pop()
		}
	}
}

func (b *pathBuilder) push(segment string, depth int) {
	if segment == "" {
		return
	}
	b.seen++
	// A segment behind one that was left out is left out too.
	if b.kept != b.seen-1 || b.kept >= depth {
		return
	}
	start := len(b.buf)
	b.buf = append(b.buf, '/')
	if !b.append(segment, start+1+MaxSegment) {
		b.buf = b.buf[:start]
		return
	}
	b.ends[b.kept] = len(b.buf)
	b.kept++
}

func (b *pathBuilder) pop() {
	if b.seen == 0 {
		return
	}
	b.seen--
	if b.kept > b.seen {
		b.kept--
		end := 0
		if b.kept > 0 {
			end = b.ends[b.kept-1]
		}
		b.buf = b.buf[:end]
	}
}

// append appends the normal form of a segment. It reports false as soon as buf
// is longer than limit.
func (b *pathBuilder) append(segment string, limit int) bool {
	for i := 0; i < len(segment) && len(b.buf) <= limit; i++ {
		c := segment[i]
		if isPlain(c) {
			b.buf = append(b.buf, c)
			continue
		}
		if c == '%' {
			if v, ok := Unhex(segment, i+1); ok {
				i += 2
				if isUnreserved(v) {
					b.buf = append(b.buf, v)
					continue
				}
				c = v
			}
		}
		const digits = "0123456789ABCDEF"
		b.buf = append(b.buf, '%', digits[c>>4], digits[c&15])
	}
	return len(b.buf) <= limit
}

// dots returns 1 for a segment that names the folder itself, 2 for one that
// names the folder above, 0 for all others.
func dots(segment string) int {
	if len(segment) > len("%2e%2e") || segment == "" || segment[0] != '.' && segment[0] != '%' {
		return 0
	}
	n := 0
	for segment != "" {
		switch {
		case segment[0] == '.':
			segment = segment[1:]
		case len(segment) >= 3 && strings.EqualFold(segment[:3], "%2e"):
			segment = segment[3:]
		default:
			return 0
		}
		n++
	}
	if n > 2 {
		return 0
	}
	return n
}

// isUnreserved reports whether a byte means the same plainly and encoded
// (RFC 3986, 2.3).
func isUnreserved(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~'
}

// isPlain reports whether a byte stands plainly in the normal form.
func isPlain(c byte) bool {
	return isUnreserved(c) || strings.IndexByte("!&'()+,;=:@", c) >= 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// Unhex returns the byte that the two hexadecimal digits at position i of s
// stand for, and false if there are none.
func Unhex(s string, i int) (byte, bool) {
	if i+2 > len(s) {
		return 0, false
	}
	high, low := hexDigit(s[i]), hexDigit(s[i+1])
	return byte(high<<4 | low), high >= 0 && low >= 0
}

func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	default:
		return -1
	}
}
