package review

import (
	"strings"

	"mathsieve/internal/review/texmath"
)

// Limits of what is sent of one document.
const (
	maxText    = 256 << 10 // bytes of text
	maxFormula = 8 << 10   // bytes of a formula within a line; beyond, a dollar is a dollar
)

// A block is a part of a text that stands on lines of its own.
type block struct {
	// Kind is h (heading), p (paragraph), code or math.
	Kind  string `json:"kind"`
	Level int    `json:"level,omitempty"` // of a heading, 1 to 6
	// Parts are strings, which are text, and formulas.
	Parts []any `json:"parts"`
}

// A formula is one formula of a text.
type formula struct {
	TeX     string        `json:"tex"`
	Math    *texmath.Node `json:"math"`
	Display bool          `json:"display,omitempty"`
	// Whole says that all of it could be converted.
	Whole bool `json:"whole"`
}

// A codeSpan is text that is program code.
type codeSpan struct {
	Code string `json:"code"`
}

// blocks takes the text of a document apart, as package extract writes it:
// headings, fenced code, formulas between dollars. It reports whether the end
// of the text was left out.
func blocks(text string) (out []block, cut bool) {
	if len(text) > maxText {
		text, cut = strings.ToValidUTF8(text[:maxText], ""), true
	}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); {
		line := strings.TrimSpace(lines[i])
		bare := strings.TrimLeft(line, "> ")
		switch {
		case line == "":
			i++
		case strings.HasPrefix(bare, "```"):
			end := closing(lines, i+1, fenceOf(bare))
			out = append(out, block{Kind: "code", Parts: []any{strings.Join(lines[i+1:min(end, len(lines))], "\n")}})
			i = end + 1
		case bare == "$$":
			end := closing(lines, i+1, "$$")
			if end == len(lines) { // never closed: it is no formula
				out = append(out, block{Kind: "p", Parts: []any{lines[i]}})
				i++
				continue
			}
			tex := strings.Join(lines[i+1:end], "\n")
			if bare != line { // within a quotation each line has its mark
				tex = strings.ReplaceAll("\n"+tex, "\n> ", "\n")
			}
			out = append(out, block{Kind: "math", Parts: []any{convert(strings.TrimSpace(tex), true)}})
			i = end + 1
		case headingLevel(bare) > 0:
			level := headingLevel(bare)
			out = append(out, block{Kind: "h", Level: level, Parts: inline(bare[level+1:])})
			i++
		default:
			end := i + 1
			for end < len(lines) && !startsBlock(lines[end]) {
				end++
			}
			out = append(out, block{Kind: "p", Parts: inline(strings.Join(lines[i:end], "\n"))})
			i = end
		}
	}
	return out, cut
}

func startsBlock(line string) bool {
	bare := strings.TrimLeft(strings.TrimSpace(line), "> ")
	return bare == "" || bare == "$$" || strings.HasPrefix(bare, "```") || headingLevel(bare) > 0
}

func fenceOf(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, "`"))]
}

// closing returns the index of the line that is the mark, or len(lines).
func closing(lines []string, from int, mark string) int {
	for i := from; i < len(lines); i++ {
		if strings.TrimLeft(strings.TrimSpace(lines[i]), "> ") == mark {
			return i
		}
	}
	return len(lines)
}

func headingLevel(line string) int {
	level := len(line) - len(strings.TrimLeft(line, "#"))
	if level < 1 || level > 6 || len(line) == level || line[level] != ' ' {
		return 0
	}
	return level
}

// inline finds formulas and code in a paragraph. Text is kept as it is, except
// that escaped dollars lose their backslash.
func inline(text string) []any {
	var parts []any
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			parts = append(parts, plain.String())
			plain.Reset()
		}
	}
	for i := 0; i < len(text); {
		next := strings.IndexAny(text[i:], "$`\\")
		if next < 0 {
			plain.WriteString(text[i:])
			break
		}
		plain.WriteString(text[i : i+next])
		i += next
		switch text[i] {
		case '\\':
			if i+1 < len(text) && text[i+1] == '$' {
				i++
			}
		case '`':
			if code, size := span(text[i:]); size > 0 {
				flush()
				parts = append(parts, codeSpan{code})
				i += size
				continue
			}
		case '$':
			if tex, display, size := dollars(text[i:]); size > 0 {
				i += size
				if display { // stands on lines of its own already
					trimLineBreak(&plain)
					i += len(text[i:]) - len(strings.TrimPrefix(text[i:], "\n"))
				}
				flush()
				parts = append(parts, convert(tex, display))
				continue
			}
		}
		plain.WriteByte(text[i])
		i++
	}
	flush()
	return parts
}

// trimLineBreak takes a line break at the end away.
func trimLineBreak(b *strings.Builder) {
	if text, ok := strings.CutSuffix(b.String(), "\n"); ok {
		b.Reset()
		b.WriteString(text)
	}
}

// span reads code between equal numbers of backticks on a line.
func span(s string) (code string, size int) {
	mark := fenceOf(s)
	line, _, _ := strings.Cut(s[len(mark):], "\n")
	end := strings.Index(line, mark)
	if end <= 0 || strings.HasPrefix(line[end+len(mark):], "`") {
		return "", 0
	}
	return line[:end], 2*len(mark) + end
}

// dollars reads a formula at the start of s. Dollars within braces belong to
// it, as in \text{for $n$}, if it has an end behind them.
func dollars(s string) (tex string, display bool, size int) {
	mark := "$"
	if strings.HasPrefix(s, "$$") {
		mark, display = "$$", true
	}
	body := s[len(mark):min(len(s), maxFormula)]
	if !display {
		body, _, _ = strings.Cut(body, "\n")
	}
	depth, first := 0, -1
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			depth--
		case '$':
			if !strings.HasPrefix(body[i:], mark) {
				continue
			}
			if first < 0 {
				first = i
			}
			if depth <= 0 {
				first = i
				i = len(body)
			}
		}
	}
	if first <= 0 {
		return "", false, 0
	}
	return strings.TrimSpace(body[:first]), display, first + 2*len(mark)
}

func convert(tex string, display bool) formula {
	f := texmath.Convert(tex, display)
	return formula{TeX: tex, Math: f.Math, Display: display, Whole: f.Complete}
}
