package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/extract/tex"
)

// maxDouble is the length in bytes of the longest text between two double
// dollars that may be a formula without any sign of TeX.
const maxDouble = 200

// maxPairs bounds the pairs of double dollars of one text that are looked at.
const maxPairs = 16

// hasDoubleFormula reports whether a text with two dollars in a row has a
// formula between such, or begins or ends one; as a price, a process id of a
// shell or a reference of Perl they say nothing.
func hasDoubleFormula(raw []byte) bool {
	i := bytes.Index(raw, []byte("$$"))
	before, raw := raw[max(0, i-maxDollar):i], raw[i+2:]
	for k := range maxPairs {
		j := bytes.Index(raw, []byte("$$"))
		if j < 0 {
			return k == 0 && (tex.LooksTeX(view(raw[:min(len(raw), maxDollar)])) || tex.LooksTeX(view(before)))
		}
		if isDoubleFormula(view(raw[:j]), byteAt(raw, j+2), false) {
			return true
		}
		raw = raw[j+2:]
	}
	return false
}

// isDoubleFormula reports whether s, the text between two double dollars, is a
// formula. next is the byte after them, and likely says that the page is known
// to have formulas.
func isDoubleFormula(s string, next byte, likely bool) bool {
	trimmed := strings.TrimSpace(s)
	if trimmed == "" || isVariables(s, next) || isElement(s, next) {
		return false
	}
	if strings.ContainsAny(trimmed, `\^_`) {
		return true
	}
	if strings.IndexByte(trimmed, '=') < 0 && (len(trimmed) > maxDouble || prose(trimmed)) {
		return false
	}
	if isPriceMark(trimmed) || !hasOperand(trimmed) || !balanced(trimmed) || trimmed[0] == '=' && inWords(trimmed) {
		return false
	}
	if tex.LooksMath(trimmed) {
		return likely || trimmed[0] != '='
	}
	return likely && (!isSpace(s[0]) || !isLetter(next)) // unlike in "$$ is a number, $$name"
}

// isElement reports whether two double dollars are the sigils of two references
// of Perl, the first of which has an index or a member: $$item{name} and $$item.
// s is the text between them and next the byte after the second one.
func isElement(s string, next byte) bool {
	n := tex.StartsLikeVariable(s)
	return n > 0 && n < len(s) && strings.IndexByte("{[-", s[n]) >= 0 && (isLetter(next) || next == '{')
}

// isPriceMark reports whether the dollars before s were a mark of their own: s
// goes on after them, or has the next one.
func isPriceMark(s string) bool {
	return strings.IndexByte("),;.:$", s[0]) >= 0 || strings.Contains(s, "$$")
}

// hasOperand reports whether s has a letter, a digit or a character beyond ASCII.
func hasOperand(s string) bool {
	for i := range len(s) {
		if isAlnum(s[i]) || s[i] >= 0x80 {
			return true
		}
	}
	return false
}

// balanced reports whether each parenthesis of s has its partner. Next to
// brackets they may be the ends of intervals.
func balanced(s string) bool {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		case '[', ']':
			return true
		}
	}
	return depth == 0
}

// byteAt returns b[i], or a blank if b ends before.
func byteAt(b []byte, i int) byte {
	if i < len(b) {
		return b[i]
	}
	return ' '
}
