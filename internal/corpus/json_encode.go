package corpus

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// errScore says that a score cannot be written: JSON has no NaN and no infinity.
var errScore = errors.New("score is not a finite number")

// AppendJSON appends doc as one line of JSON without its newline. Keys stand in
// a fixed order, maps by key; date, score, token_count and empty maps are left
// out where unknown. Line separators that are not line feeds (U+0085, U+2028,
// U+2029) are escaped, since many readers break lines at them, and invalid
// UTF-8 becomes U+FFFD.
func AppendJSON(dst []byte, doc *Document) ([]byte, error) {
	dst = append(dst, `{"id":`...)
	dst = appendString(dst, doc.ID)
	dst = append(dst, `,"url":`...)
	dst = appendString(dst, doc.URL)
	dst = append(dst, `,"text":`...)
	dst = appendString(dst, doc.Text)
	if doc.Date != "" {
		dst = append(dst, `,"date":`...)
		dst = appendString(dst, doc.Date)
	}
	dst = append(dst, `,"source":{"file":`...)
	dst = appendString(dst, doc.Source.File)
	dst = append(dst, `,"offset":`...)
	dst = strconv.AppendInt(dst, doc.Source.Offset, 10)
	dst = append(dst, `},"metadata":`...)
	dst, err := appendMetadata(dst, &doc.Metadata)
	if err != nil {
		return dst, err
	}
	if doc.Score != nil {
		if !isFinite(*doc.Score) {
			return dst, errScore
		}
		dst = append(dst, `,"score":`...)
		dst = strconv.AppendFloat(dst, *doc.Score, 'g', -1, 64)
	}
	if doc.TokenCount != 0 {
		dst = append(dst, `,"token_count":`...)
		dst = strconv.AppendInt(dst, int64(doc.TokenCount), 10)
	}
	return append(dst, '}'), nil
}

func isFinite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// appendMetadata appends m as a JSON object.
func appendMetadata(dst []byte, m *Metadata) ([]byte, error) {
	dst = append(dst, `{"title":`...)
	dst = appendString(dst, m.Title)
	dst = append(dst, `,"language":`...)
	dst = appendString(dst, m.Language)
	dst = append(dst, `,"charset":`...)
	dst = appendString(dst, m.Charset)
	dst = appendCounts(dst, `,"formulas":`, m.Formulas)
	dst = appendCounts(dst, `,"formulas_lost":`, m.FormulasLost)
	if len(m.Extra) > 0 {
		dst = append(dst, `,"extra":`...)
		var err error
		if dst, err = appendCompact(dst, m.Extra); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func appendCounts(dst []byte, key string, counts map[string]int) []byte {
	if len(counts) == 0 {
		return dst
	}
	dst = append(dst, key...)
	separator := byte('{')
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		dst = append(dst, separator)
		separator = ','
		dst = appendString(dst, name)
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(counts[name]), 10)
	}
	return append(dst, '}')
}

// plain tells the bytes that stand for themselves in a JSON string.
var plain = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf
	}
	return table
}()

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string with its quotes.
func appendString[S string | []byte](dst []byte, s S) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			size := runeSize(s[i:])
			if size > 0 {
				i += size
				continue
			}
		}
		dst = append(dst, s[start:i]...)
		var size int
		dst, size = appendEscaped(dst, s[i:])
		i += size
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// runeSize returns the length of the rune that s starts with if it may stand in
// a JSON string as it is: valid UTF-8 and no line separator. Else it is 0.
func runeSize[S string | []byte](s S) int {
	r, size := decodeRune(s)
	if r == utf8.RuneError && size == 1 || r == '\u0085' || r == '\u2028' || r == '\u2029' {
		return 0
	}
	return size
}

func decodeRune[S string | []byte](s S) (rune, int) {
	// The conversion of at most four bytes does not allocate.
	return utf8.DecodeRuneInString(string(s[:min(len(s), utf8.UTFMax)]))
}

// appendEscaped appends the escape of the character that s starts with, and
// returns its length in s.
func appendEscaped[S string | []byte](dst []byte, s S) ([]byte, int) {
	switch c := s[0]; c {
	case '"', '\\':
		return append(dst, '\\', c), 1
	case '\n':
		return append(dst, '\\', 'n'), 1
	case '\r':
		return append(dst, '\\', 'r'), 1
	case '\t':
		return append(dst, '\\', 't'), 1
	}
	r, size := decodeRune(s)
	if r == utf8.RuneError && size == 1 {
		return append(dst, "\ufffd"...), 1
	}
	return append(dst, '\\', 'u',
		hexDigits[r>>12&0xf], hexDigits[r>>8&0xf], hexDigits[r>>4&0xf], hexDigits[r&0xf]), size
}

// appendCompact appends a JSON value without the white space between its
// tokens, so that it fits on a line, and fit for appendString's promises.
func appendCompact(dst, value []byte) ([]byte, error) {
	s := scanner{data: value}
	if err := s.skipValue(0); err != nil {
		return dst, err
	}
	if err := s.end(); err != nil {
		return dst, err
	}
	inString := false
	for i := 0; i < len(value); {
		c := value[i]
		switch {
		case !inString && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			i++
		case inString && c == '\\':
			dst = append(dst, value[i:i+2]...)
			i += 2
		case c >= utf8.RuneSelf:
			size := runeSize(value[i:])
			if size > 0 {
				dst = append(dst, value[i:i+size]...)
			} else {
				dst, size = appendEscaped(dst, value[i:])
			}
			i += size
		default:
			if c == '"' {
				inString = !inString
			}
			dst = append(dst, c)
			i++
		}
	}
	return dst, nil
}
