package language

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Limits of what is looked at of a text, in bytes.
const (
	maxProse = 1 << 10 // prose that is judged
	maxText  = 8 << 10 // text in which the prose is sought
)

// appendProse appends the first prose of a text: without formulas, fenced code,
// and marks of headings, lists and tables.
func appendProse(dst []byte, text string) []byte {
	text = text[:min(len(text), maxText)]
	fenced := false
	for text != "" && len(dst) < maxProse {
		line, rest, _ := strings.Cut(text, "\n")
		if strings.HasPrefix(strings.TrimLeft(line, "> \t"), "```") {
			fenced = !fenced
			text = rest
			continue
		}
		if fenced {
			text = rest
			continue
		}
		i := strings.IndexAny(text, "$\n")
		if i < 0 {
			dst = append(dst, text...)
			break
		}
		dst = append(dst, text[:i]...)
		if text[i] == '\n' || i > 0 && text[i-1] == '\\' {
			dst = append(dst, ' ')
			text = text[i+1:]
			continue
		}
		dst = append(dst, ' ')
		text = afterFormula(text[i:])
	}
	dst = dst[:min(len(dst), maxProse)]
	for len(dst) > 0 && !utf8.Valid(dst[max(0, len(dst)-utf8.UTFMax):]) && !utf8.RuneStart(dst[len(dst)-1]) {
		dst = dst[:len(dst)-1]
	}
	return bytes.TrimRight(dst, "\xc0\xc1\xc2")
}

// afterFormula returns what follows the formula at the start of text, which
// begins with one dollar or two.
func afterFormula(text string) string {
	mark := "$"
	if strings.HasPrefix(text, "$$") {
		mark = "$$"
	}
	rest := text[len(mark):]
	for at := 0; ; {
		i := strings.Index(rest[at:], mark)
		if i < 0 {
			return rest
		}
		at += i
		if at == 0 || rest[at-1] != '\\' {
			return rest[at+len(mark):]
		}
		at++
	}
}
