package mathml

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// appendRune appends r, U+FFFD left out.
func appendRune(dst []byte, r rune) []byte {
	if r == utf8.RuneError {
		return dst
	}
	return utf8.AppendRune(dst, r)
}

// combiningSlash negates the relation before it; nearly all of them have a
// character of their own.
const combiningSlash = '\u0338'

// normalise collapses white space in text[start:] and drops what never shows:
// joiners, byte order marks, control characters. Only in text do blanks at the
// ends stay.
func normalise(text []byte, start int, keepEnds bool) []byte {
	s := string(text[start:])
	text = text[:start]
	blank := false
	for _, r := range s {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == '\u00a0' || 0x2000 <= r && r <= 0x200A || r == 0x202F || r == 0x205F || r == 0x3000:
			blank = true
			continue
		case r < ' ' || 0x200B <= r && r <= 0x200F || r == 0x2060 || r == 0xFEFF || r == 0xAD || 0xFE00 <= r && r <= 0xFE0F:
			continue
		}
		if blank && (keepEnds || len(text) > start) {
			text = append(text, ' ')
		}
		blank = false
		if r == combiningSlash && len(text) > start {
			last, size := utf8.DecodeLastRune(text[start:])
			text = text[:len(text)-size]
			if whole := norm.NFC.String(string([]rune{last, r})); utf8.RuneCountInString(whole) == 1 {
				text = append(text, whole...)
			} else {
				text = appendRune(appendRune(text, r), last) // as \not stands in TeX
			}
			continue
		}
		text = appendRune(text, r)
	}
	if blank && keepEnds {
		text = append(text, ' ')
	}
	return text
}

// containsString reports whether the single character in s is in set.
func containsString(set, s string) bool {
	return s != "" && utf8.RuneCountInString(s) == 1 && strings.Contains(set, s)
}

func allDots(s string) bool { return strings.Trim(s, ".…⋯") == "" }

// atoi parses a small number, def when s is none.
func atoi(s string, def int) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return def
	}
	return n
}

// zeroLength reports whether a MathML length is zero.
func zeroLength(s string) bool {
	n, _, ok := parseLength(s)
	return ok && n == 0
}

// parseLength splits a length into number and unit.
func parseLength(s string) (n float64, unit string, ok bool) {
	s = strings.TrimSpace(s)
	end := 0
	for end < len(s) && strings.IndexByte("+-.0123456789", s[end]) >= 0 {
		end++
	}
	n, err := strconv.ParseFloat(s[:end], 64)
	return n, strings.ToLower(strings.TrimSpace(s[end:])), err == nil
}

// namedSpaces are MathML's names for widths, in eighteenths of an em.
var namedSpaces = map[string]float64{
	"veryverythinmathspace": 1, "verythinmathspace": 2, "thinmathspace": 3, "mediummathspace": 4, "thickmathspace": 5,
	"verythickmathspace": 6, "veryverythickmathspace": 7,
}

// emWidth returns a width in em, 0 for what is none or negative.
func emWidth(s string) float64 {
	if n, ok := namedSpaces[strings.TrimSpace(s)]; ok {
		return n / 18
	}
	n, unit, ok := parseLength(s)
	if !ok || n < 0 {
		return 0
	}
	switch unit {
	case "em", "":
		return n
	case "ex":
		return n * 0.43
	case "px":
		return n / 16
	case "pt":
		return n / 10
	case "pc":
		return n * 1.2
	case "mm":
		return n * 0.28
	case "cm":
		return n * 2.8
	case "in":
		return n * 7.2
	case "mu":
		return n / 18
	}
	return 0
}

// spacing returns the space command for a width in em.
func spacing(em float64) string {
	switch {
	case em < 0.1:
		return ""
	case em < 0.2:
		return `\,`
	case em < 0.9:
		return `\;`
	case em < 1.8:
		return `\quad`
	}
	return `\qquad`
}

// trimSpacing drops spacing at both ends of out[base:].
func trimSpacing(out []byte, base int) []byte {
	s := string(out[base:])
	for {
		t := strings.TrimSpace(s)
		for _, cmd := range [...]string{`\qquad`, `\quad`, `\,`, `\;`, `\:`, `\!`} {
			t = strings.TrimPrefix(t, cmd)
			if len(t) > len(cmd) && strings.HasSuffix(t, cmd) && t[len(t)-len(cmd)-1] != '\\' || t == cmd {
				t = strings.TrimSuffix(t, cmd)
			}
		}
		t = strings.TrimPrefix(t, `\ `)
		if t == `\` || strings.HasSuffix(t, `\`) && !strings.HasSuffix(t, `\\`) {
			t = t[:len(t)-1]
		}
		if t == s {
			break
		}
		s = t
	}
	return append(out[:base], s...)
}
