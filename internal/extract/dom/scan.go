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

// An attrScanner walks over the attributes of one tag that has an end.
type attrScanner struct {
	src         []byte
	at          int
	left        int // attributes that may still be read
	name, value span
}

// attributes returns a scanner for the tag whose name begins at start, of which
// 0 has no attributes.
func (t *Tree) attributes(start int32) attrScanner {
	s := attrScanner{src: t.src, at: int(start)}
	if start > 0 {
		s.left = maxAttributes
		for nameByte[s.src[s.at]] != 0 {
			s.at++
		}
	}
	return s
}

// next moves to the next attribute. Names are as in the source, values are
// without quotes and not decoded; an attribute without value has an empty one.
func (s *attrScanner) next() bool {
	if s.left == 0 {
		return false
	}
	s.left--
	src, i := s.src, s.at
	for attrGap[src[i]] {
		i++
	}
	if src[i] == '>' {
		s.left = 0
		return false
	}
	s.name.start = int32(i)
	i++
	for attrNameByte[src[i]] != 0 {
		i++
	}
	s.name.stop = int32(i)
	s.value, s.at = attrValue(src, i)
	return true
}

// attrValue returns the value of the attribute whose name ends at i, and where
// it ends: at len(src) if the tag has no end.
func attrValue(src []byte, i int) (value span, next int) {
	if i = skipSpace(src, i); i >= len(src) || src[i] != '=' {
		return span{}, i
	}
	if i = skipSpace(src, i+1); i >= len(src) {
		return span{}, i
	}
	start := i
	if quote := src[i]; quote == '"' || quote == '\'' {
		start++
		n := bytes.IndexByte(src[start:], quote)
		if n < 0 {
			return span{}, len(src)
		}
		i = start + n
		return span{int32(start), int32(i)}, i + 1
	}
	for i < len(src) && src[i] != '>' && !isSpace(src[i]) {
		i++
	}
	return span{int32(start), int32(i)}, i
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
