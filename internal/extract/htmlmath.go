package extract

import (
	"bytes"

	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// htmlMath returns the subtree of n, whose class has the given meaning, as TeX:
// scripts by _ and ^, italics by nothing.
func (p *page) htmlMath(n dom.Node, class mathClass) string {
	buf := p.inlineOf(p.scratch2[:0], n)
	p.scratch2 = buf
	written := bytes.IndexByte(buf, '\\') >= 0 // as TeX by its author
	if !written && class&mcHTMLMath != 0 && !isTeXGroup(buf, class) {
		p.text = appendHTMLMath(p.text[:0], buf)
		buf = p.text
	}
	p.rawTeX = false
	p.scratch = p.appendTeX(p.scratch[:0], buf)
	if written {
		return string(p.scratch)
	}
	return mathTeX(string(p.scratch))
}

// isTeXGroup reports whether the braces and underscores of a text without
// commands are those of TeX, and no signs of their own.
func isTeXGroup(text []byte, class mathClass) bool {
	return class&mcBare != 0 && tex.LooksTeX(view(text)) ||
		bytes.Contains(text, []byte("_{")) || bytes.Contains(text, []byte("{,}")) || bytes.Contains(text, []byte("{}"))
}

// operators are the functions and operators that have a command of their name.
var operators = map[string]bool{
	"sin": true, "cos": true, "tan": true, "cot": true, "sec": true, "csc": true, "sinh": true, "cosh": true, "tanh": true, "coth": true,
	"arcsin": true, "arccos": true, "arctan": true, "log": true, "ln": true, "lg": true, "exp": true, "lim": true, "max": true, "min": true,
	"sup": true, "inf": true, "det": true, "dim": true, "ker": true, "deg": true, "gcd": true, "arg": true,
}

// appendHTMLMath appends the content of a formula set in HTML, with marks, in
// which characters that TeX reserves are escaped, upright names of functions are
// commands, bold letters, accents and words have theirs, and roots and bars stand
// before what they cover.
func appendHTMLMath(dst, src []byte) []byte {
	italic, script := 0, 0
	upright := bytes.IndexByte(src, mkEm) >= 0 // and what is not in italics is so on purpose
	modulusEnd := -1
	accent := accents{from: -1}
	for i := 0; i < len(src); i++ {
		switch b := src[i]; {
		case b == '{' || b == '}' || b == '_' || b == '&':
			dst = append(dst, '\\', b)
		case b == ')' && i == modulusEnd:
			dst = append(dst, '}')
		case b == mkEm:
			italic++
			dst = append(dst, b)
		case b == mkEmEnd:
			italic--
			dst = append(dst, b)
		case b == mkSub || b == mkSup:
			script++
			dst = append(dst, b)
		case b == mkSubEnd || b == mkSupEnd:
			script--
			dst = append(dst, b)
		case b == mkBar:
			dst = append(append(dst, `\overline`...), b)
		case b == mkStrong:
			var n int
			dst, n = appendBold(dst, src[i:])
			italic += bytes.Count(src[i:i+n], []byte{mkEm}) - bytes.Count(src[i:i+n], []byte{mkEmEnd})
			i += n - 1
		case isLetter(b) && italic == 0:
			word := src[i : i+letters(src[i:])]
			at := i
			i += len(word) - 1
			after := bytes.TrimLeft(src[i+1:], outerMarks)
			switch {
			case operators[string(word)] && (len(after) > 0 && isArgument(after[0]) || bytes.HasSuffix(dst, []byte(`\arg `))):
				dst = append(append(dst, '\\'), word...)
				if len(after) > 0 && (isLetter(after[0]) || after[0] == 0xf0) && src[i+1] != ' ' {
					dst = append(dst, ' ')
				}
			case upright && script == 0 && len(word) > 1:
				var n int
				if dst, n = appendModulus(dst, src, at); n > 0 {
					modulusEnd = n
					i++ // the blank
					break
				}
				dst, n = appendWord(dst, src, at, len(word))
				i = at + n - 1
			default:
				dst = append(dst, word...)
			}
		case b < 0x80:
			dst = append(dst, b)
		case bytes.HasPrefix(src[i:], []byte("√")):
			var n int
			dst, n = appendRoot(dst, src[i:])
			i += n - 1
		case bytes.HasPrefix(src[i:], []byte("∥")):
			n := len("∥")
			if i > 0 && src[i-1] == ' ' && i+n < len(src) && src[i+n] == ' ' {
				dst = append(dst, src[i:i+n]...) // a relation
			} else {
				dst = append(dst, `\|`...) // a norm
			}
			i += n - 1
		default:
			var n int
			dst, n = accent.append(dst, src[i:], italic > 0)
			i += n - 1
		}
	}
	return dst
}

// isArgument reports whether b may come after the name of a function; units like
// min stand before an operator or nothing.
func isArgument(b byte) bool {
	return isAlnum(b) || b == '(' || b == '[' || b == '{' || b == '|' || b == mkSub || b == mkSup ||
		b == 0xce || b == 0xcf || b == 0xf0 // Greek letters, letters of mathematics
}

// appendEscaped appends a formula in plain text with the characters escaped that
// TeX reserves for groups.
func appendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		if s[i] == '{' || s[i] == '}' || s[i] == '&' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return dst
}

// letters returns the number of letters at the start of b.
func letters(b []byte) int {
	n := 0
	for n < len(b) && isLetter(b[n]) {
		n++
	}
	return n
}

// appendRoot appends the root whose sign src begins with, and returns how much
// of src that is: under the sign is what has a bar, else a number or a letter.
func appendRoot(dst, src []byte) ([]byte, int) {
	sign := len("√")
	rest := src[sign:]
	if len(rest) > 0 && rest[0] == mkBar {
		return append(append(dst, `\sqrt`...), mkBar), sign + 1
	}
	start := 0
	if len(rest) > 0 && rest[0] == mkEm {
		start = 1
	}
	n := start
	for n < len(rest) && isDigit(rest[n]) {
		n++
	}
	if n == start && letters(rest[start:]) == 1 {
		n++
	}
	radicand := rest[start:n]
	if start > 0 && n < len(rest) && rest[n] == mkEmEnd {
		n++
		start = 0
	}
	var script []byte
	if n < len(rest) && rest[n] == mkSub {
		script = rest[n : n+1+bytes.IndexByte(rest[n:], mkSubEnd)]
	}
	if len(radicand) == 0 || n < len(rest) && rest[n] == mkSup {
		return append(dst, src[:sign]...), sign // under it is who knows what
	}
	dst = append(append(append(append(dst, `\sqrt{`...), radicand...), script...), '}')
	return append(dst, rest[:start]...), sign + n + len(script)
}
