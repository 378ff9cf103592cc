package tex

import (
	"html"
	"strings"
	"unicode/utf8"
)

// decodeLeftovers turns what is left of HTML in the TeX of a page into
// characters: entities encoded twice, line break elements, invisible
// characters. None of them can be TeX: an alignment "&" is never followed by a
// name and a semicolon.
func decodeLeftovers(s string) string {
	if strings.IndexByte(s, '&') >= 0 {
		s = Unescape(s)
	}
	if strings.IndexByte(s, '<') >= 0 {
		s = dropBreaks(s)
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] == 0 {
			if strings.ContainsAny(s, "\u00a0\u00ad\u200b\u2060\ufeff\u2061\u2062\u2063\u2064\u2009\u202f\x00") {
				s = invisible.Replace(s)
			}
			break
		}
	}
	return s
}

// invisible drops characters that no TeX means; blanks of other widths become
// plain ones.
var invisible = strings.NewReplacer(
	"\u00a0", " ", "\u2009", " ", "\u202f", " ", "\u00ad", "", "\u200b", "", "\u2060", "", "\ufeff", "",
	"\u2061", "", "\u2062", "", "\u2063", "", "\u2064", "", "\x00", "",
)

// Unescape decodes the character references in s once. Unlike
// [html.UnescapeString] it wants their semicolon, so that the alignment of
// "a &= b &lt c" is no reference.
func Unescape(s string) string {
	var b strings.Builder
	from := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '&' {
			continue
		}
		if n := reference(s[i:]); n > 0 {
			b.WriteString(s[from:i])
			b.WriteString(html.UnescapeString(s[i : i+n]))
			from = i + n
			i = from - 1
		}
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

// reference returns the length of the character reference at the start of s,
// or 0.
func reference(s string) int {
	const longest = 32 // of the names in the HTML standard
	end := strings.IndexByte(s[:min(len(s), longest+2)], ';')
	if end < 2 {
		return 0
	}
	name := s[1:end]
	if name[0] == '#' {
		name = name[1:]
		if name == "" {
			return 0
		}
		if name[0]|0x20 == 'x' {
			name = name[1:]
		}
	}
	for k := range len(name) {
		if !isLetter(name[k]) && !isDigit(name[k]) {
			return 0
		}
	}
	return end + 1
}

// dropBreaks puts a line end for each br element, and nothing for the
// paragraph marks that blog software adds to line ends.
func dropBreaks(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		n := breakElement(s)
		if n == 0 {
			b.WriteByte('<')
			s = s[1:]
			continue
		}
		b.WriteByte('\n')
		s = s[n:]
	}
}

// breakElement returns the length of the tag at the start of s if it is br,
// wbr or the end of a paragraph, else 0.
func breakElement(s string) int {
	end := strings.IndexByte(s[:min(len(s), 64)], '>')
	if end < 0 {
		return 0
	}
	name := strings.ToLower(strings.Trim(s[1:end], " /\t\r\n"))
	switch {
	case name == "br", name == "wbr", strings.HasPrefix(name, "br "), name == "p" && s[1] == '/':
		return end + 1
	}
	return 0
}
