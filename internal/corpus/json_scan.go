package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Errors of broken JSON.
var (
	errJSON     = errors.New("invalid JSON")
	errJSONDeep = errors.New("JSON nested too deeply")
)

// maxJSONDepth bounds the nesting of a value, and so the scanner's stack.
const maxJSONDepth = 256

// A scanner walks over one JSON value (RFC 8259) without building it. It is as
// strict as encoding/json about syntax and as lenient about invalid UTF-8.
type scanner struct {
	data []byte
	pos  int
}

func (s *scanner) syntaxError() error {
	return fmt.Errorf("%w at byte %d", errJSON, s.pos)
}

// peek skips white space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// take consumes the byte c, or reports a syntax error.
func (s *scanner) take(c byte) error {
	if s.peek() != c {
		return s.syntaxError()
	}
	s.pos++
	return nil
}

// end reports an error if anything but white space is left.
func (s *scanner) end() error {
	if s.peek(); s.pos != len(s.data) {
		return s.syntaxError()
	}
	return nil
}

// next tells whether the object or list that was opened has another member: it
// consumes the comma before it, or the closing bracket.
func (s *scanner) next(first bool, closing byte) (bool, error) {
	switch c := s.peek(); {
	case c == closing:
		s.pos++
		return false, nil
	case first:
		return true, nil
	case c == ',':
		s.pos++
		return true, nil
	}
	return false, s.syntaxError()
}

// raw consumes one value and returns its bytes.
func (s *scanner) raw() ([]byte, error) {
	s.peek()
	start := s.pos
	err := s.skipValue(0)
	return s.data[start:s.pos], err
}

// skipValue consumes one value of any kind.
func (s *scanner) skipValue(depth int) error {
	switch c := s.peek(); c {
	case '"':
		_, _, err := s.rawString()
		return err
	case '{':
		return s.skipObject(depth + 1)
	case '[':
		return s.skipList(depth + 1)
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		_, err := s.number()
		return err
	}
}

func (s *scanner) skipObject(depth int) error {
	if depth > maxJSONDepth {
		return errJSONDeep
	}
	s.pos++
	for first := true; ; first = false {
		more, err := s.next(first, '}')
		if err != nil || !more {
			return err
		}
		if s.peek() != '"' {
			return s.syntaxError()
		}
		if _, _, err := s.rawString(); err != nil {
			return err
		}
		if err := s.take(':'); err != nil {
			return err
		}
		if err := s.skipValue(depth); err != nil {
			return err
		}
	}
}

func (s *scanner) skipList(depth int) error {
	if depth > maxJSONDepth {
		return errJSONDeep
	}
	s.pos++
	for first := true; ; first = false {
		more, err := s.next(first, ']')
		if err != nil || !more {
			return err
		}
		if err := s.skipValue(depth); err != nil {
			return err
		}
	}
}

func (s *scanner) literal(word string) error {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		return s.syntaxError()
	}
	s.pos += len(word)
	return nil
}

// number consumes a number and returns its bytes.
func (s *scanner) number() ([]byte, error) {
	start := s.pos
	if s.pos < len(s.data) && s.data[s.pos] == '-' {
		s.pos++
	}
	leading := s.pos
	if s.digits() == 0 || s.data[leading] == '0' && s.pos > leading+1 {
		return nil, s.syntaxError()
	}
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		s.pos++
		if s.digits() == 0 {
			return nil, s.syntaxError()
		}
	}
	if s.pos < len(s.data) && s.data[s.pos]|0x20 == 'e' {
		s.pos++
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		if s.digits() == 0 {
			return nil, s.syntaxError()
		}
	}
	return s.data[start:s.pos], nil
}

func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos]-'0' <= 9 {
		s.pos++
	}
	return s.pos - start
}

// rawString consumes a string and returns what stands between its quotes, and
// whether that must be unescaped.
func (s *scanner) rawString() (raw []byte, escaped bool, err error) {
	start := s.pos + 1
	for i := start; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case plain[c] || c >= utf8.RuneSelf:
		case c == '"':
			s.pos = i + 1
			return s.data[start:i], escaped, nil
		case c == '\\':
			escaped = true
			size := escapeSize(s.data[i:])
			if size == 0 {
				s.pos = i
				return nil, false, s.syntaxError()
			}
			i += size - 1
		default: // a control character
			s.pos = i
			return nil, false, s.syntaxError()
		}
	}
	s.pos = len(s.data)
	return nil, false, s.syntaxError()
}

// escapeSize returns the length of the escape that b starts with, 0 if it is none.
func escapeSize(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(b[2:]); ok {
			return 6
		}
	}
	return 0
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c-'0' <= 9:
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// appendUnescaped appends the characters of a string that rawString returned,
// as valid UTF-8.
func appendUnescaped(dst, raw []byte, escaped bool) []byte {
	start := len(dst)
	if !escaped {
		dst = append(dst, raw...)
		return repairUTF8(dst, start)
	}
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			break
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i:]
		switch c := raw[1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(raw[2:])
			if utf16.IsSurrogate(r) {
				r, raw = surrogate(r, raw)
			}
			dst = utf8.AppendRune(dst, r)
			raw = raw[4:]
		default:
			dst = append(dst, c)
		}
		raw = raw[2:]
	}
	return repairUTF8(append(dst, raw...), start)
}

// surrogate joins the surrogate that raw starts with to the one that follows. It
// returns raw from its last used escape on, and U+FFFD if there is no pair.
func surrogate(high rune, raw []byte) (rune, []byte) {
	if len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
		low, _ := hex4(raw[8:])
		if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
			return r, raw[6:]
		}
	}
	return utf8.RuneError, raw
}

// repairUTF8 replaces each invalid byte of dst[start:] by U+FFFD.
func repairUTF8(dst []byte, start int) []byte {
	if utf8.Valid(dst[start:]) {
		return dst
	}
	runes := []rune(string(dst[start:]))
	return append(dst[:start], string(runes)...)
}

// integer returns the whole number that a JSON number stands for.
func integer(number []byte) (int64, bool) {
	if n, err := strconv.ParseInt(string(number), 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil || f != float64(int64(f)) || f > 1<<53 || f < -1<<53 {
		return 0, false
	}
	return int64(f), true
}
