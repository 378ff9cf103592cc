package extract

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"mathsieve/internal/extract/mathml"
)

// mathTeX returns a formula set in HTML with the letters and signs of Unicode as
// TeX.
func mathTeX(s string) string {
	s = unicodeTeX.Replace(s)
	var b []byte
	done := 0
	for i := 0; i < len(s); {
		if s[i] < 0xcf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if command, ok := mathml.TeX(r); ok {
			b = append(b, s[done:i]...)
			if isLetter(command[0]) && endsInName(b) {
				b = append(b, ' ')
			}
			b = append(b, command...)
			if command[0] == '\\' && isLetter(command[len(command)-1]) {
				b = append(b, ' ')
			}
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return s
	}
	return string(append(b, s[done:]...))
}

// endsInName reports whether a letter behind b would go on the name of a
// command.
func endsInName(b []byte) bool {
	n := len(b)
	for n > 0 && isLetter(b[n-1]) {
		n--
	}
	return n < len(b) && n > 0 && b[n-1] == '\\'
}

// accentCommands are the commands of the combining characters that mathematics
// uses.
var accentCommands = map[rune]string{
	0x300: `\grave`, 0x301: `\acute`, 0x302: `\hat`, 0x303: `\tilde`, 0x304: `\bar`, 0x305: `\overline`, 0x306: `\breve`,
	0x307: `\dot`, 0x308: `\ddot`, 0x30a: `\mathring`, 0x30c: `\check`, 0x332: `\underline`,
	0x20d6: `\overleftarrow`, 0x20d7: `\vec`, 0x20db: `\dddot`,
}

// accents sets accents over the letters of one formula.
type accents struct {
	from, end int // what the last one stands over, with it
	levels    int // how many stand there
}

// maxAccents is the number of accents over one letter that become TeX.
const maxAccents = 3

// append appends the first character of src, beyond ASCII. A combining character
// becomes an accent over what it stands on; so does that of a letter that has
// one, in italics, where it is no letter of a word.
func (a *accents) append(dst, src []byte, italic bool) ([]byte, int) {
	r, size := utf8.DecodeRune(src)
	next, _ := utf8.DecodeRune(src[size:])
	before, width := utf8.DecodeLastRune(dst)
	command := accentCommands[r]
	switch {
	case command == "":
		if !italic || unicode.IsLetter(before) || unicode.IsLetter(next) {
			break
		}
		parts := norm.NFD.Properties(src[:size]).Decomposition()
		base, n := utf8.DecodeRune(parts)
		mark, m := utf8.DecodeRune(parts[n:])
		command = accentCommands[mark]
		if n == 0 || m == 0 || n+m < len(parts) || command == "" || isSpeechAccent(mark) || !unicode.IsLetter(base) {
			break
		}
		a.from, a.levels = len(dst), 0
		return a.over(utf8.AppendRune(dst, base), command), size
	case a.from >= 0 && a.end == len(dst) && a.levels < maxAccents:
		return a.over(dst, command), size
	case unicode.IsLetter(before):
		base := dst[len(dst)-width:]
		if isComposed(base, src[:size]) {
			word, _ := utf8.DecodeLastRune(dst[:len(dst)-width])
			if isSpeechAccent(r) || unicode.IsLetter(word) || unicode.IsLetter(next) {
				break // a letter of a language
			}
		}
		a.from, a.levels = len(dst)-width, 0
		return a.over(dst, command), size
	}
	return append(dst, src[:size]...), size
}

// over sets an accent over the end of dst, from a.from on.
func (a *accents) over(dst []byte, command string) []byte {
	base := string(dst[a.from:])
	dst = append(append(append(dst[:a.from], command...), '{'), base...)
	dst = append(dst, '}')
	a.end = len(dst)
	a.levels++
	return dst
}

// isSpeechAccent reports whether a combining character is in common use in words
// of one letter.
func isSpeechAccent(r rune) bool { return r == 0x300 || r == 0x301 }

// isComposed reports whether there is one character for a letter and its accent.
func isComposed(base, mark []byte) bool {
	both := norm.NFC.Bytes(append(append([]byte(nil), base...), mark...))
	return utf8.RuneCount(both) == 1
}

// maxBoldLetters is the length in bytes of the longest bold name.
const maxBoldLetters = 12

// appendBold appends the bold letters or digits at the start of src, and returns
// how much of src they are: the mark alone if they are no name.
func appendBold(dst, src []byte) ([]byte, int) {
	start := 1
	if start < len(src) && src[start] == mkEm {
		start++
	}
	n := start
	for n < len(src) {
		r, size := utf8.DecodeRune(src[n:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			break
		}
		n += size
	}
	name := src[start:n]
	if n < len(src) && src[n] == mkEmEnd && start > 1 {
		n++
	}
	if len(name) == 0 || len(name) > maxBoldLetters || n == len(src) || src[n] != mkBold && src[n] != mkSub && src[n] != mkSup {
		return dst, 1
	}
	command := `\mathbf{`
	for _, b := range name {
		if b >= 0x80 {
			command = `\boldsymbol{`
		}
	}
	dst = append(dst, command...)
	return append(appendHTMLMath(dst, name), '}'), n
}

// maxModulus is the length in bytes of the longest modulus, with marks.
const maxModulus = 80

// appendModulus appends the start of the parenthesis of a congruence, whose word
// is at i, and returns where it ends in src, or 0.
func appendModulus(dst, src []byte, i int) ([]byte, int) {
	rest, ok := bytes.CutPrefix(src[i:], []byte("mod "))
	if !ok || len(dst) == 0 || dst[len(dst)-1] != '(' {
		return dst, 0
	}
	n := bytes.IndexByte(rest[:min(len(rest), maxModulus)], ')')
	if n <= 0 || bytes.IndexByte(rest[:n], '(') >= 0 || !isBalanced(rest[:n]) {
		return dst, 0
	}
	dst = bytes.TrimRight(dst[:len(dst)-1], " ")
	return append(dst, ` \pmod{`...), i + len("mod ") + n
}

// isBalanced reports whether as many groups and scripts end in b as begin.
func isBalanced(b []byte) bool {
	depth := 0
	for _, c := range b {
		switch c {
		case mkSub, mkSup, mkFrac, mkRoot, mkGroup, mkBar:
			depth++
		case mkSubEnd, mkSupEnd, mkGroupEnd, mkBarEnd:
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}

// shortWords are the words of two or three letters that stand between formulas;
// of longer ones any may.
var shortWords = map[string]bool{
	"if": true, "is": true, "or": true, "of": true, "to": true, "in": true, "on": true, "at": true, "by": true, "as": true, "iff": true,
	"and": true, "for": true, "all": true, "the": true, "not": true, "odd": true, "any": true, "are": true,
}

// namedOperators are the functions without a command whose argument often has no
// parentheses.
var namedOperators = map[string]bool{
	"rank": true, "tr": true, "sgn": true, "sign": true, "diag": true, "span": true, "lcm": true, "grad": true, "div": true, "curl": true,
	"rot": true, "ord": true, "card": true, "vol": true, "supp": true, "codim": true, "coker": true, "erf": true, "cov": true, "var": true,
	"argmin": true, "argmax": true, "Re": true, "Im": true, "Tr": true, "Var": true, "Cov": true, "Hom": true, "Aut": true, "Gal": true, "Pr": true,
}

// appendWord appends the upright letters at i, n of them, of a formula whose
// variables are in italics, and returns how much of src that is: the name of an
// operator, words of the text, or a name of several letters.
func appendWord(dst, src []byte, i, n int) ([]byte, int) {
	word := string(src[i : i+n])
	rest := src[i+n:]
	blank := len(rest) > 0 && rest[0] == ' '
	called := len(rest) > 0 && (rest[0] == '(' || rest[0] == '[')
	argument := bytes.TrimLeft(rest, outerMarks)
	lower, capital := strings.ToLower(word) == word, word[0] < 'a'
	switch {
	case word == "mod" && blank && bytes.HasSuffix(dst, []byte(" ")):
		return append(dst, `\bmod`...), n
	case called && (capital || n > 3 || namedOperators[word]),
		namedOperators[word] && len(argument) > 0 && isArgument(argument[0]) && len(argument) < len(rest):
		return appendCommand(dst, `\operatorname`, word), n
	case isTextWord(word) && (i == 0 || src[i-1] == ' ') && endsWord(rest):
		start, end := i, i+n
		if i > 0 {
			start--
			dst = bytes.TrimSuffix(dst, []byte(" "))
		}
		for blank {
			more := letters(src[end+1:])
			if next := src[end+1 : end+1+more]; !isTextWord(string(next)) || !endsWord(src[end+1+more:]) {
				end++ // the blank
				break
			}
			end += 1 + more
			blank = end < len(src) && src[end] == ' '
		}
		return appendCommand(dst, `\text`, string(src[start:end])), end - i
	case !lower && capital:
		return appendCommand(dst, `\mathrm`, word), n
	}
	return append(dst, word...), n
}

func appendCommand(dst []byte, command, argument string) []byte {
	return append(append(append(append(dst, command...), '{'), argument...), '}')
}

// isTextWord reports whether letters in a formula are a word of the sentence.
func isTextWord(s string) bool {
	return shortWords[s] || len(s) > 3 && strings.ToLower(s) == s && strings.ContainsAny(s, "aeiouy") && !operators[s]
}

// endsWord reports whether a word ends before b.
func endsWord(b []byte) bool {
	return len(b) == 0 || strings.IndexByte(" ,.;:", b[0]) >= 0
}
