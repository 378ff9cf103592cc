package annotation

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Marshal returns the file in its one canonical form, which Parse reads.
// Comments of a file that was parsed are lost.
func (f *File) Marshal() []byte {
	b := []byte("version: " + version + "\n")
	if len(f.rules) == 0 {
		return append(b, "rules: []\n"...)
	}
	b = append(b, "rules:\n"...)
	for _, r := range f.rules {
		b = r.appendYAML(b)
	}
	return b
}

func (r Rule) appendYAML(b []byte) []byte {
	when := ""
	if !r.When.IsZero() {
		when = r.When.UTC().Format(time.RFC3339)
	}
	before := "  - "
	for _, field := range [...][2]string{
		{"host", r.Host},
		{"domain", r.Domain},
		{"path", r.Path},
		{"pattern", r.Pattern},
		{"verdict", r.Verdict.String()},
		{"who", r.Who},
		{"when", when},
		{"note", r.Note},
	} {
		if field[1] == "" {
			continue
		}
		b = append(b, before...)
		b = append(b, field[0]...)
		b = append(b, ": "...)
		if field[0] == "when" {
			b = append(b, when...) // a time, not a text
		} else {
			b = appendScalar(b, field[1])
		}
		b = append(b, '\n')
		before = "    "
	}
	return b
}

// notPlain are words that some version of YAML takes for something else.
var notPlain = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

// appendScalar writes a text plainly where all readers of YAML take it for that
// text, else in double quotes.
func appendScalar(b []byte, s string) []byte {
	if isPlain(s) {
		return append(b, s...)
	}
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == ' ' || unicode.IsPrint(r):
			b = append(b, string(r)...)
		case r > 0xFFFF:
			b = fmt.Appendf(b, `\U%08X`, r)
		default:
			b = fmt.Appendf(b, `\u%04X`, r)
		}
	}
	return append(b, '"')
}

// isPlain reports whether a text is a letter or slash and then letters, digits,
// and marks that mean nothing where they stand; single blanks between.
func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		switch {
		case letter:
		case i == 0:
			if c != '/' {
				return false
			}
		case c == ' ':
			if s[i-1] == ' ' || i == len(s)-1 {
				return false
			}
		case '0' <= c && c <= '9', strings.IndexByte("/._~%+=?*$()-", c) >= 0:
		case c == '&' && s[i-1] != ' ':
		default:
			return false
		}
	}
	return s != "" && !slices.Contains(notPlain, strings.ToLower(s))
}
