package extract

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// maxScript is how far the end of a script is looked for, in bytes; a longer
// one gets braces anyway.
const maxScript = 64

// script writes what opens a sub or sup element at i: "_" or "^", with a brace
// if more than one character follows. Ordinals and trade marks stay plain, notes
// go.
func (w *textWriter) script(i int) int {
	src := w.src
	open, end := src[i], src[i]+1
	inside, closed := src[i+1:min(len(src), i+1+maxScript)], false
	depth := 0
	for j, b := range inside {
		if b == open {
			depth++
		}
		if b == end {
			if depth == 0 {
				inside, closed = inside[:j], true
				break
			}
			depth--
		}
	}
	trimmed := bytes.Trim(inside, outerMarks)
	if closed && len(trimmed) == 0 {
		return i + 1 + len(inside) + 1
	}
	if closed && open == mkSup {
		if isNoteMark(trimmed) {
			return i + 1 + len(inside) + 1
		}
		if n := w.fraction(trimmed, i+1+len(inside)+1); n > 0 {
			return n
		}
	}
	o := &w.p.out
	var before []byte
	if w.started {
		before = o.buf[o.lines:]
	}
	if closed && open == mkSup && len(trimmed) <= 3 && isDigits(trimmed) && strings.IndexByte(`.,;:!?"`, lastByte(before)) >= 0 {
		return i + 1 + len(inside) + 1 // the number of a note behind a sentence
	}
	plain := closed && open == mkSup && isOrdinal(trimmed, before) || prose(string(trimmed)) || !w.started && !closed
	if plain {
		w.scripts = append(w.scripts, 0)
		return i + 1
	}
	w.afterMath = false
	w.start()
	o.trimBlank()
	sign := byte('_')
	if open == mkSup {
		sign = '^'
	}
	o.buf = append(o.buf, sign)
	if closed && utf8.RuneCount(trimmed) == 1 {
		w.scripts = append(w.scripts, 0)
	} else {
		o.buf = append(o.buf, '{')
		w.scripts = append(w.scripts, '}')
	}
	i++
	for i < len(src) && strings.IndexByte(outerMarks, src[i]) >= 0 {
		i++
	}
	return i
}

// outerMarks are blanks and marks that mean nothing at the ends of a script.
const outerMarks = " \n\x06\x07\x08\x0b" + lineMarks

// endScript ends the script that the mark at i closes. A blank at its end goes
// behind it, if a word follows.
func (w *textWriter) endScript(i int) int {
	i++
	n := len(w.scripts)
	if n == 0 {
		return i
	}
	o := &w.p.out
	length := len(o.buf)
	o.trim()
	blank := len(o.buf) < length && i < len(w.src) && isAlnum(w.src[i])
	if w.scripts[n-1] == '}' {
		o.buf = append(o.buf, '}')
	}
	w.scripts = w.scripts[:n-1]
	if blank {
		o.buf = append(o.buf, ' ')
	}
	return i
}

// trimBlank drops one blank between a base and its script.
func (o *writer) trimBlank() {
	if n := len(o.buf); n > o.lines && o.buf[n-1] == ' ' && n-1 > o.lines && o.buf[n-2] == ')' {
		o.buf = o.buf[:n-1]
	}
}

// fraction prints a superscript, a slash and a subscript as a/b, and returns
// the position after them, or 0.
func (w *textWriter) fraction(num []byte, next int) int {
	rest := w.src[next:]
	var slash int
	switch {
	case bytes.HasPrefix(rest, []byte("\u2044")):
		slash = len("\u2044")
	case bytes.HasPrefix(rest, []byte("/")):
		slash = 1
	default:
		return 0
	}
	rest = rest[slash:]
	if len(rest) < 3 || rest[0] != mkSub || !isDigits(num) {
		return 0
	}
	end := bytes.IndexByte(rest[:min(len(rest), 12)], mkSubEnd)
	if end < 0 || !isDigits(rest[1:end]) {
		return 0
	}
	w.text(append(append(append([]byte(nil), num...), '/'), rest[1:end]...))
	return next + slash + end + 1
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// lastByte returns the last byte of b, or a blank.
func lastByte(b []byte) byte {
	if len(b) == 0 {
		return ' '
	}
	return b[len(b)-1]
}

// isOrdinal reports whether a superscript is the ending of an ordinal after the
// text before it, or a trade mark, and no exponent. After a variable, st, nd and
// rd are products of exponents, and so is a single letter after one letter.
func isOrdinal(b, before []byte) bool {
	last := lastByte(before)
	switch string(b) {
	case "TM", "tm", "SM", "®", "©", "™", "℠", "(R)", "(TM)", "(C)":
		return true
	case "th", "Th", "TH", "ème", "eme", "ième", "ieme":
		last = lastByte(bytes.TrimRight(before, " "))
		if n := len(before); n > 1 && (before[n-2] == '_' || before[n-2] == '^') {
			return false // it would go on the script before it
		}
		return isAlnum(last) || last != ' ' && strings.IndexByte(")]$", last) >= 0
	case "st", "nd", "rd", "St", "ST", "ND", "RD":
		last = lastByte(bytes.TrimRight(before, " "))
		return isDigit(last) || last == ')' || last == '$' || romanNumeral(before) > 1
	case "er", "re", "ère":
		return isDigit(last) || romanNumeral(before) > 0
	case "e", "ers", "es", "nde", "º", "ª", "o", "a", "te", "ten", "ro", "da", "do":
		return isDigit(last) || romanNumeral(before) > 1 || string(b) == "o" && last|0x20 == 'n'
	case "me", "lle", "gr":
		return last == 'M'
	case "os":
		return last|0x20 == 'n'
	}
	return false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// romanNumeral returns the length of the Roman numeral, up to 39, that is the
// last word of b.
func romanNumeral(b []byte) int {
	n := 0
	for n < len(b) && strings.IndexByte("IVX", b[len(b)-1-n]) >= 0 {
		n++
	}
	if n < len(b) && (isAlnum(b[len(b)-1-n]) || b[len(b)-1-n] >= 0x80) {
		return 0
	}
	return n
}

// isNoteMark reports whether a superscript refers to a note.
func isNoteMark(b []byte) bool {
	if len(b) >= 3 && b[0] == '[' && b[len(b)-1] == ']' {
		return len(b) <= 12
	}
	switch string(b) {
	case "†", "‡", "§", "¶", "††", "↩", "↩︎", "✉":
		return true
	}
	return false
}
