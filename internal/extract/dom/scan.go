package dom

import "bytes"

const whitespace = " \t\n\f\r"

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

func isLetter(c byte) bool { return c|0x20-'a' < 26 }

func skipSpace(src []byte, i int) int {
	for i < len(src) && isSpace(src[i]) {
		i++
	}
	return i
}

// skipAttributes returns the position of the angle bracket that closes a tag,
// len(src) if there is none, and whether the tag closes itself. It starts after
// the name of the tag.
func skipAttributes(src []byte, i int) (end int, selfClosing bool) {
	for i < len(src) {
		switch c := src[i]; {
		case c == '>':
			return i, false
		case c == '/':
			i++
			if i < len(src) && src[i] == '>' {
				return i, true
			}
			continue
		case isSpace(c):
			i++
			continue
		}
		i++ // even an equals sign: it begins the name here
		for i < len(src) && attrNameByte[src[i]] != 0 {
			i++
		}
		if i+1 < len(src) && src[i] == '=' && (src[i+1] == '"' || src[i+1] == '\'') {
			// Nearly all values stand so.
			n := bytes.IndexByte(src[i+2:], src[i+1])
			if n < 0 {
				return len(src), false
			}
			i += n + len("=''")
			continue
		}
		if i = skipSpace(src, i); i >= len(src) || src[i] != '=' {
			continue
		}
		if i = skipSpace(src, i+1); i >= len(src) {
			break
		}
		switch quote := src[i]; quote {
		case '"', '\'':
			i++
			n := bytes.IndexByte(src[i:], quote)
			if n < 0 {
				return len(src), false
			}
			i += n + 1
		default:
			for i < len(src) && src[i] != '>' && !isSpace(src[i]) {
				i++
			}
		}
	}
	return len(src), false
}

// An attrScanner walks over the attributes of one tag.
type attrScanner struct {
	src         []byte // up to the closing angle bracket
	at          int32
	left        int // attributes that may still be read
	name, value span
}

// attributes returns a scanner for the tag from the first byte of its name to
// its closing angle bracket.
func (t *Tree) attributes(start, stop int32) attrScanner {
	return attrScanner{src: t.src[:stop], at: t.nameEnd(start, stop), left: maxAttributes}
}

// nameEnd returns the end of the name of the tag in [start, stop).
func (t *Tree) nameEnd(start, stop int32) int32 {
	for start < stop && nameByte[t.src[start]] != 0 {
		start++
	}
	return start
}

// next moves to the next attribute. Names are as in the source, values are
// without quotes and not decoded; an attribute without value has an empty one.
func (s *attrScanner) next() bool {
	src, i := s.src, int(s.at)
	for i < len(src) && attrGap[src[i]] {
		i++
	}
	if i >= len(src) || s.left == 0 {
		return false
	}
	s.left--
	s.name.start = int32(i)
	i++
	for i < len(src) && attrNameByte[src[i]] != 0 {
		i++
	}
	s.name.stop = int32(i)
	s.value, i = attrValue(src, i)
	s.at = int32(i)
	return true
}

// attrValue returns the value of the attribute whose name ends at i, and where
// it ends; the tag has an end.
func attrValue(src []byte, i int) (value span, next int) {
	if i < len(src) && isSpace(src[i]) {
		i = skipSpace(src, i)
	}
	if i >= len(src) || src[i] != '=' {
		return span{}, i
	}
	if i = skipSpace(src, i+1); i >= len(src) {
		return span{}, i
	}
	if quote := src[i]; quote == '"' || quote == '\'' {
		i++
		n := bytes.IndexByte(src[i:], quote) // it is there, or the tag had no end
		return span{int32(i), int32(i + n)}, i + n + 1
	}
	value.start = int32(i)
	for i < len(src) && !isSpace(src[i]) {
		i++
	}
	value.stop = int32(i)
	return value, i
}

// commentEnd returns where the content of a comment that begins at start stops
// and where the comment ends.
func commentEnd(src []byte, start int) (stop, next int) {
	for i := start; ; i++ {
		n := bytes.IndexByte(src[i:], '>')
		if n < 0 {
			break
		}
		i += n
		body := src[start:i]
		switch {
		case bytes.HasSuffix(body, []byte("--")):
			return i - len("--"), i + 1
		case bytes.HasSuffix(body, []byte("--!")):
			return i - len("--!"), i + 1
		case len(body) == 0 || len(body) == 1 && body[0] == '-':
			return start, i + 1
		}
	}
	body := src[start:]
	for _, end := range []string{"--!", "--", "-"} {
		if bytes.HasSuffix(body, []byte(end)) {
			return len(src) - len(end), len(src)
		}
	}
	return len(src), len(src)
}

// isEndTag reports whether an end tag for name, which is in lower case, begins
// at the angle bracket src[i].
func isEndTag(src []byte, i int, name string) bool {
	i += len("</")
	end := i + len(name)
	return end < len(src) && src[i-1] == '/' && nameByte[src[end]] == 0 && equalFold(view(src[i:end]), name)
}

// rawTextEnd returns where the content of a raw text or RCDATA element that
// begins at i stops: before its end tag, or at the end of the file.
func rawTextEnd(src []byte, i int, name string) int {
	for ; ; i++ {
		n := bytes.IndexByte(src[i:], '<')
		if n < 0 {
			return len(src)
		}
		if i += n; isEndTag(src, i, name) {
			return i
		}
	}
}

// scriptEnd is rawTextEnd for script elements, whose end tag does not count in
// an HTML comment after a start tag.
func scriptEnd(src []byte, i int) int {
	const (
		plain = iota
		escaped
		doubleEscaped
	)
	state, dashes := plain, i // where the dashes that may end a comment begin
	for ; i < len(src); i++ {
		if state == plain {
			n := bytes.IndexByte(src[i:], '<')
			if n < 0 {
				break
			}
			i += n
			switch {
			case isEndTag(src, i, "script"):
				return i
			case bytes.HasPrefix(src[i:], []byte("<!--")):
				state = escaped
				i += len("<!--") - 1
				dashes = i - 1
			}
			continue
		}
		switch src[i] {
		case '-':
		case '>':
			if i-dashes >= 2 {
				state = plain
			}
			dashes = i + 1
		case '<':
			dashes = i + 1
			switch {
			case state == escaped && isEndTag(src, i, "script"):
				return i
			case state == doubleEscaped && isEndTag(src, i, "script"):
				state = escaped
				i += len("</script")
				dashes = i + 1
			case state == escaped && isStartTag(src, i, "script"):
				state = doubleEscaped
				i += len("<script")
				dashes = i + 1
			}
		default:
			dashes = i + 1
		}
	}
	return len(src)
}

// isStartTag reports whether a start tag with the name, which is in lower case,
// begins at the angle bracket src[i].
func isStartTag(src []byte, i int, name string) bool {
	i++
	end := i + len(name)
	return end < len(src) && nameByte[src[end]] == 0 && equalFold(view(src[i:end]), name)
}
