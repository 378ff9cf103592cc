package extract

import (
	"strconv"
	"strings"
)

// jsKind is a kind of token of JavaScript, as far as configurations matter.
type jsKind uint8

const (
	jsEnd    jsKind = iota
	jsString        // a string, unescaped
	jsOpen          // ( [ or {
	jsClose         // ) ] or }
	jsOther         // a name, a number, an operator
)

// A jsScanner splits JavaScript into the tokens that object literals are made
// of. Comments are skipped; regular expressions come out as odd tokens, which
// no caller minds.
type jsScanner struct {
	src    []byte
	pos    int
	opened byte // the bracket of the last jsOpen
}

func (s *jsScanner) next() (kind jsKind, text string) {
	src := s.src
	for s.pos < len(src) {
		b := src[s.pos]
		switch {
		case isSpace(b) || b == ',' || b == ':' || b == ';':
			s.pos++
		case b == '/' && s.pos+1 < len(src) && src[s.pos+1] == '/':
			for s.pos < len(src) && src[s.pos] != '\n' {
				s.pos++
			}
		case b == '/' && s.pos+1 < len(src) && src[s.pos+1] == '*':
			s.pos += len("/*")
			for s.pos < len(src) && (src[s.pos] != '/' || src[s.pos-1] != '*') {
				s.pos++
			}
			s.pos = min(s.pos+1, len(src)) // the comment may have no end
		case b == '"' || b == '\'' || b == '`':
			return jsString, s.str(b)
		case b == '[' || b == '{' || b == '(':
			s.pos++
			s.opened = b
			return jsOpen, ""
		case b == ']' || b == '}' || b == ')':
			s.pos++
			return jsClose, ""
		case isIdentifier(b):
			start := s.pos
			for s.pos < len(src) && isIdentifier(src[s.pos]) {
				s.pos++
			}
			return jsOther, string(src[start:s.pos])
		default:
			s.pos++
			if b == '!' && s.pos < len(src) && src[s.pos] == '0' {
				s.pos++
				return jsOther, "!0"
			}
		}
	}
	return jsEnd, ""
}

// str reads the string that begins with the quote at pos.
func (s *jsScanner) str(quote byte) string {
	s.pos++
	start := s.pos
	for s.pos < len(s.src) && s.src[s.pos] != quote && s.src[s.pos] != '\\' {
		s.pos++
	}
	if s.pos < len(s.src) && s.src[s.pos] == quote {
		s.pos++
		return string(s.src[start : s.pos-1])
	}
	var sb strings.Builder
	sb.Write(s.src[start:s.pos])
	for s.pos < len(s.src) && s.src[s.pos] != quote {
		b := s.src[s.pos]
		s.pos++
		if b == '\\' && s.pos < len(s.src) {
			b = s.src[s.pos]
			s.pos++
			switch b {
			case 'n':
				b = '\n'
			case 't':
				b = '\t'
			case 'r':
				b = '\r'
			case 'u':
				if r, err := strconv.ParseUint(string(s.src[s.pos:min(s.pos+4, len(s.src))]), 16, 16); err == nil && s.pos+4 <= len(s.src) {
					sb.WriteRune(rune(r))
					s.pos += 4
					continue
				}
			}
		}
		sb.WriteByte(b)
	}
	s.pos = min(s.pos+1, len(s.src)) // the string may have no end
	return sb.String()
}

// isKey reports whether a colon follows the last token.
func (s *jsScanner) isKey() bool {
	for i := s.pos; i < len(s.src); i++ {
		if !isSpace(s.src[i]) {
			return s.src[i] == ':'
		}
	}
	return false
}

func isIdentifier(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '$' || b >= 0x80
}
