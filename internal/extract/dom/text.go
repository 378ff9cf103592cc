package dom

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// RawText returns the text of a text or comment node as it stands in the
// source, character references undecoded; for other nodes it is nil. Where the
// source has the text in several pieces, RawText copies them together.
func (t *Tree) RawText(n Node) []byte {
	d := &t.nodes[n]
	switch {
	case d.kind != Text && d.kind != Comment:
		return nil
	case d.flags&flagSegments == 0:
		return t.src[d.start:d.stop]
	}
	var raw []byte
	for i := d.start; i >= 0; i = t.segments[i].next {
		raw = append(raw, t.src[t.segments[i].start:t.segments[i].stop]...)
	}
	return raw
}

// Source returns what the page has between the start of element n and the end of
// the last node in it, without the end tags after that. It is nil where the page
// has no tag for n, or has the last node before it.
func (t *Tree) Source(n Node) []byte {
	start, stop := t.nodes[n].start, int32(0)
	if t.nodes[n].kind != Element || start == 0 {
		return nil
	}
	switch last := &t.nodes[t.nodes[n].end-1]; {
	case last.kind == Element && last.start > 0:
		tag := t.attributes(last.start)
		for tag.next() {
		}
		stop = int32(tag.at + bytes.IndexByte(t.src[tag.at:], '>') + 1)
	case last.flags&flagSegments != 0:
		stop = t.segments[last.stop].stop
	case last.kind != Element:
		stop = last.stop
	}
	if stop < start {
		return nil
	}
	return t.src[start-1 : stop]
}

// AppendText appends to dst the text of all text nodes in the subtree of n, n
// itself included, and returns the extended slice. Character references are
// decoded, line ends are \n, invalid UTF-8 and NUL become U+FFFD as the
// standard says. The content of script and style elements is text, too.
func (t *Tree) AppendText(dst []byte, n Node) []byte {
	for end := t.nodes[n].end; n < end; n++ {
		d := &t.nodes[n]
		if d.kind != Text {
			continue
		}
		if d.flags&flagSegments == 0 {
			dst = t.appendDecoded(dst, t.src[d.start:d.stop], d.flags, false)
			continue
		}
		for i := d.start; i >= 0; {
			s := &t.segments[i]
			dst = t.appendDecoded(dst, t.src[s.start:s.stop], s.flags, false)
			i = s.next
		}
	}
	return dst
}

// Text returns the decoded text of the subtree of n without the white space
// around it.
func (t *Tree) Text(n Node) string {
	at := len(t.scratch)
	t.scratch = t.AppendText(t.scratch, n)
	return strings.TrimSpace(view(t.scratch[at:]))
}

// IsBlank reports whether n is a text node that holds nothing but ASCII white
// space.
func (t *Tree) IsBlank(n Node) bool {
	d := &t.nodes[n]
	if d.kind != Text {
		return false
	}
	if d.flags&flagSegments == 0 {
		b := t.src[d.start:d.stop]
		return t.leadingSpace(b, d.flags) == len(b)
	}
	for i := d.start; i >= 0; i = t.segments[i].next {
		s := &t.segments[i]
		if b := t.src[s.start:s.stop]; t.leadingSpace(b, s.flags) != len(b) {
			return false
		}
	}
	return true
}

// value returns the decoded value of an attribute.
func (t *Tree) value(v span) string {
	b := t.src[v.start:v.stop]
	if bytes.IndexByte(b, '&') < 0 && (t.isPlain() || t.valid && bytes.IndexByte(b, '\r') < 0 && bytes.IndexByte(b, 0) < 0) {
		return view(b)
	}
	at := len(t.scratch)
	t.scratch = t.appendDecoded(t.scratch, b, 0, true)
	return view(t.scratch[at:])
}

// isPlain reports whether nothing in the source needs decoding but character
// references: it is valid UTF-8 without carriage returns and NUL bytes.
func (t *Tree) isPlain() bool {
	if t.plain == unknown {
		t.plain = no
		if bytes.IndexByte(t.src, '\r') < 0 && bytes.IndexByte(t.src, 0) < 0 && (t.valid || utf8.Valid(t.src)) {
			t.plain = yes
		}
	}
	return t.plain == yes
}

// appendDecoded appends raw to dst: line ends become \n, NUL bytes U+FFFD or
// nothing, character references what they stand for.
func (t *Tree) appendDecoded(dst, raw []byte, f flags, attribute bool) []byte {
	plain, at := t.isPlain(), len(dst)
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			i = len(raw)
		}
		if plain {
			dst = append(dst, raw[:i]...)
		} else {
			dst = appendCleaned(dst, raw[:i], f)
		}
		if raw = raw[i:]; len(raw) == 0 {
			break
		}
		n := 1
		if f&flagRaw != 0 {
			dst = append(dst, '&')
		} else {
			dst, n = t.appendReference(dst, raw, attribute)
		}
		raw = raw[n:]
	}
	if !plain && !t.valid && !utf8.Valid(dst[at:]) {
		valid := strings.ToValidUTF8(string(dst[at:]), "\ufffd")
		dst = append(dst[:at], valid...)
	}
	return dst
}

// appendCleaned appends raw to dst, but for carriage returns and NUL bytes.
func appendCleaned(dst, raw []byte, f flags) []byte {
	from := 0
	for i, c := range raw {
		if c > '\r' || c != '\r' && c != 0 {
			continue
		}
		dst = append(dst, raw[from:i]...)
		from = i + 1
		switch {
		case c == '\r':
			if from == len(raw) || raw[from] != '\n' {
				dst = append(dst, '\n')
			}
		case f&flagDropNUL == 0:
			dst = append(dst, "\ufffd"...)
		}
	}
	return append(dst, raw[from:]...)
}

// leadingSpace returns the number of bytes of raw that stand for white space
// before the first other character.
func (t *Tree) leadingSpace(raw []byte, f flags) int {
	i := 0
	for i < len(raw) {
		switch c := raw[i]; {
		case isSpace(c):
			i++
		case c == 0 && f&flagDropNUL != 0:
			i++
		case c == '&' && f&flagRaw == 0:
			var buf [8]byte
			decoded, n := t.appendReference(buf[:0], raw[i:], false)
			if len(decoded) != 1 || !isSpace(decoded[0]) {
				return i
			}
			i += n
		default:
			return i
		}
	}
	return i
}
