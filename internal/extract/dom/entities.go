package dom

import (
	"html"
	"unicode/utf8"
)

// maxEntityName is the length of the longest named character reference,
// ampersand and semicolon included.
const maxEntityName = len("&CounterClockwiseContourIntegral;")

// maxEntities bounds Tree.entities, so that made-up names cannot fill it.
const maxEntities = 4096

// An entity is what a named character reference stands for.
type entity struct {
	text  string // with what follows the name, where only its beginning is a name
	whole bool   // all of it is a name
}

// appendReference appends to dst what the character reference at the start of
// b stands for, and returns the extended slice and the length of the
// reference. Where b, which begins with an ampersand, does not begin with a
// reference, that is the ampersand itself.
func (t *Tree) appendReference(dst, b []byte, attribute bool) ([]byte, int) {
	if len(b) > 1 && b[1] == '#' {
		return appendNumeric(dst, b)
	}
	n := 1
	for n < len(b) && n < maxEntityName && isAlphanumeric(b[n]) {
		n++
	}
	terminated := n < len(b) && b[n] == ';'
	if terminated {
		n++
	}
	switch string(b[1:n]) {
	case "":
		return append(dst, '&'), 1
	case "nbsp;":
		return append(dst, "\u00a0"...), n
	case "amp;":
		return append(dst, '&'), n
	case "lt;":
		return append(dst, '<'), n
	case "gt;":
		return append(dst, '>'), n
	case "quot;":
		return append(dst, '"'), n
	}
	e := t.entity(b[:n])
	if attribute && (!e.whole || !terminated && n < len(b) && (b[n] == '=' || isAlphanumeric(b[n]))) {
		return append(dst, '&'), 1
	}
	return append(dst, e.text...), n
}

// entity looks up a named character reference.
func (t *Tree) entity(name []byte) entity {
	if e, ok := t.entities[string(name)]; ok {
		return e
	}
	s := string(name)
	last := len(s) - 1
	text := html.UnescapeString(s)
	// A name that counts only up to some byte decodes to the same text with
	// and without its last byte, but for that byte.
	e := entity{text: text, whole: text != html.UnescapeString(s[:last])+s[last:]}
	if t.entities == nil {
		t.entities = make(map[string]entity)
	}
	if len(t.entities) < maxEntities {
		t.entities[s] = e
	}
	return e
}

// appendNumeric is appendReference for the references that begin with &#.
func appendNumeric(dst, b []byte) ([]byte, int) {
	n, base := 2, rune(10)
	if n < len(b) && (b[n] == 'x' || b[n] == 'X') {
		n, base = 3, 16
	}
	first, code := n, rune(0)
	for ; n < len(b); n++ {
		digit := digitValue(b[n])
		if digit >= base {
			break
		}
		if code <= utf8.MaxRune {
			code = code*base + digit
		}
	}
	if n == first {
		return append(dst, '&'), 1
	}
	if n < len(b) && b[n] == ';' {
		n++
	}
	switch {
	case 0x80 <= code && code <= 0x9f:
		code = windows1252[code-0x80]
	case code == 0:
		code = utf8.RuneError
	}
	// AppendRune writes U+FFFD for surrogates and what is out of range.
	return utf8.AppendRune(dst, code), n
}

func digitValue(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10
	}
	return 16
}

// windows1252 holds the characters that numeric references to the C1 controls
// stand for.
var windows1252 = [32]rune([]rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"))

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
