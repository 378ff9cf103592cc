package language

import (
	"strings"
	"unicode/utf8"
)

// Limits of what is looked at of a text, in bytes.
const (
	maxProse = 1 << 10 // prose that is judged
	maxText  = 8 << 10 // text in which the prose is sought
)

// appendProse appends the first prose of a text: without formulas and code.
func appendProse(dst []byte, text string) []byte {
	if head := text[:min(len(text), maxProse)]; strings.IndexByte(head, '$') < 0 && strings.IndexByte(head, '`') < 0 {
		for len(head) > 0 && len(head) < len(text) && !utf8.RuneStart(text[len(head)]) {
			head = head[:len(head)-1]
		}
		return append(dst, head...)
	}
	fenced, formula := false, false
	for line := range strings.Lines(text[:min(len(text), maxText)]) {
		if len(dst) > maxProse {
			break
		}
		if !formula && strings.HasPrefix(strings.TrimLeft(line, "> \t"), "```") {
			fenced = !fenced
			continue
		}
		if !fenced {
			dst, formula = appendLine(dst, line, formula)
		}
	}
	if len(dst) <= maxProse {
		return dst
	}
	end := maxProse
	for end > 0 && !utf8.RuneStart(dst[end]) {
		end--
	}
	return dst[:end]
}

// appendLine appends what is outside formulas. It takes and returns whether
// the line starts and ends within one.
func appendLine(dst []byte, line string, formula bool) ([]byte, bool) {
	for line != "" {
		i := strings.IndexAny(line, "$`")
		if i < 0 {
			i = len(line)
		} else if line[i] == '`' && !formula {
			dst = append(dst, line[:i]...)
			_, line, _ = strings.Cut(line[i+1:], "`")
			continue
		}
		part := line[:i]
		if !formula {
			dst = append(dst, part...)
		}
		line = line[i:]
		rest := strings.TrimLeft(line, "$")
		backslashes := len(part) - len(strings.TrimRight(part, `\`))
		if line != "" && backslashes%2 == 0 {
			formula = !formula
			dst = append(dst, ' ')
		}
		line = rest
	}
	return dst, formula
}
