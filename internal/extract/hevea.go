package extract

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"mathsieve/internal/extract/dom"
)

// Limits of a display formula that HeVeA has laid out as nested tables.
const (
	maxDisplayNodes = 6000
	maxDisplayDepth = 40
)

// displayTable makes a table a formula that HeVeA, which turns LaTeX into HTML
// without MathML, has laid out: cells in a row stand side by side, those of a
// column are a fraction, an operator with its limits, scripts or a matrix.
func (p *page) displayTable(n dom.Node) bool {
	t := &p.tree
	size := int(t.End(n) - n)
	if size > maxDisplayNodes || !p.spend(size) {
		return false
	}
	if cell := t.Find(n, dom.Td); cell == dom.None || !t.HasClass(cell, "dcell") {
		return false
	}
	b, ok := p.appendDisplay(p.scratch2[:0], n, 0)
	p.scratch2 = b
	if !ok || len(bytes.TrimSpace(b)) == 0 {
		return false
	}
	source := strings.ReplaceAll(string(p.tagged(b, n)), "\n", " ")
	return p.setAtom(n, formHTML, mathTeX(source), dispBlock)
}

// maxTail is how many nodes may stand behind the number of a formula.
const maxTail = 8

// tagged returns a display formula with the number at its end, if it has one, as
// a tag: in an element that is there for it, or in parentheses apart from the
// rest.
func (p *page) tagged(b []byte, n dom.Node) []byte {
	t := &p.tree
	last := t.End(n) - 1
	for last > n && last > t.End(n)-maxTail && (t.Kind(last) != dom.Text || p.isBlankText(last)) {
		last--
	}
	if t.Kind(last) != dom.Text {
		return b
	}
	const blanks = " \n\u00a0"
	text := strings.TrimRight(p.textOf(last), blanks)
	open := strings.LastIndexByte(text, '(')
	if open < 0 || len(text)-open > maxEquationNumber || !hasTag([]byte(text[open:])) ||
		!strings.HasSuffix(text[:open], "\u00a0\u00a0") && !p.isEquationNumber(t.Parent(last)) &&
			(open == 0 || strings.Trim(text[:open], blanks) != "" || !t.IsElement(t.Parent(last), dom.Td) || t.PrevElement(t.Parent(last)) == dom.None) {
		return b
	}
	formula, ok := bytes.CutSuffix(bytes.TrimRight(b, " \n"), []byte(text[open:]))
	if formula = bytes.TrimRight(formula, " \n"); !ok || len(formula) == 0 {
		return b
	}
	return append(append(append(formula, ` \tag{`...), text[open+1:len(text)-1]...), '}')
}

// appendDisplay appends what stands in n, side by side.
func (p *page) appendDisplay(dst []byte, n dom.Node, depth int) ([]byte, bool) {
	t := &p.tree
	if depth > maxDisplayDepth {
		return dst, false
	}
	if t.Tag(n) == dom.Table {
		return p.appendDisplayTable(dst, n, depth)
	}
	for c := range t.Children(n) {
		switch t.Kind(c) {
		case dom.Text:
			p.text = t.AppendText(p.text[:0], c)
			dst = p.appendText(dst, p.text)
		case dom.Element:
			start := len(dst)
			switch t.Tag(c) {
			case dom.Sub:
				dst = append(bytes.TrimRight(dst, " "), "_{"...)
			case dom.Sup:
				dst = append(bytes.TrimRight(dst, " "), "^{"...)
			case dom.Br:
				dst = appendSpace(dst)
			}
			var ok bool
			if dst, ok = p.appendDisplay(dst, c, depth+1); !ok {
				return dst, false
			}
			if tag := t.Tag(c); tag == dom.Sub || tag == dom.Sup {
				dst = append(dst, '}')
			}
			if bracket := tallBracket(dst[min(start, len(dst)):]); bracket != "" {
				dst = append(dst[:start], bracket...)
			}
		default:
		}
	}
	return dst, true
}

// displayRows returns the rows of a table, each with its first cell, and the
// place of the row that is a line, or -1.
func (p *page) displayRows(table dom.Node) (rows []dom.Node, line int) {
	t := &p.tree
	line = -1
	for part := range t.Children(table) {
		if !t.IsElement(part, dom.Tbody, dom.Thead) {
			continue
		}
		for row := range t.Children(part) {
			if !t.IsElement(row, dom.Tr) {
				continue
			}
			if cell := t.FirstChild(row); cell != dom.None && t.HasAnyClass(cell, "hbar", "hrule") {
				line = len(rows)
			}
			rows = append(rows, row)
		}
	}
	return rows, line
}

// appendDisplayTable appends one table: a row of boxes, or boxes above each
// other.
func (p *page) appendDisplayTable(dst []byte, n dom.Node, depth int) ([]byte, bool) {
	rows, line := p.displayRows(n)
	stacked := p.tree.HasClass(n, "display")
	part := func(open string, row dom.Node, end string) bool {
		var ok bool
		dst = append(dst, open...)
		dst, ok = p.appendDisplay(dst, row, depth+1)
		dst = append(bytes.TrimRight(dst, " "), end...)
		return ok
	}
	switch {
	case line == 0 && len(rows) == 2:
		const root = "√"
		if before := bytes.TrimRight(dst, " \n"); bytes.HasSuffix(before, []byte(root)) {
			dst = before[:len(before)-len(root)]
			dst = append(dst, `\sqrt`...)
		} else {
			dst = append(dst, `\overline`...)
		}
		return dst, part("{", rows[1], "}")
	case line == 1 && len(rows) == 3:
		return dst, part(`\frac{`, rows[0], "}") && part("{", rows[2], "}")
	case stacked && len(rows) == 1:
		return p.appendDisplay(dst, rows[0], depth+1)
	case stacked && len(rows) == 3:
		ok := part("", rows[1], "")
		return dst, ok && part("_{", rows[2], "}") && part("^{", rows[0], "}")
	case stacked && len(rows) == 2:
		return dst, part(`\underset{`, rows[1], "}") && part("{", rows[0], "}")
	}
	return p.appendMatrix(dst, rows, depth)
}

// appendMatrix appends rows of cells as an array without its brackets. What
// only has one cell with something in it is that cell.
func (p *page) appendMatrix(dst []byte, rows []dom.Node, depth int) ([]byte, bool) {
	t := &p.tree
	start := len(dst)
	dst = append(dst, `\begin{matrix}`...)
	body := len(dst)
	cells := 0
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, `\\`...)
		}
		first, end := true, len(dst)
		for cell := range t.Children(row) {
			if !t.IsElement(cell, dom.Td, dom.Th) {
				continue
			}
			if !first {
				dst = append(dst, '&')
			}
			first = false
			from := len(dst)
			var ok bool
			if dst, ok = p.appendDisplay(dst, cell, depth+1); !ok {
				return dst, false
			}
			if inside := bytes.TrimSpace(dst[from:]); len(inside) > 0 {
				dst = dst[:from+copy(dst[from:], inside)]
				cells++
				end = len(dst)
			} else {
				dst = dst[:from]
			}
		}
		dst = dst[:end]
	}
	if cells <= 1 && len(rows) <= 1 {
		inside := dst[body:]
		return dst[:start+copy(dst[start:], bytes.TrimLeft(inside, "&"))], true
	}
	return append(dst, `\end{matrix}`...), true
}

// tallBracket returns the bracket that b draws in pieces above each other, or
// "".
func tallBracket(b []byte) string {
	s := strings.TrimSpace(string(b))
	r, size := utf8.DecodeRuneInString(s)
	if len(s) <= size || len(s) > 200 {
		return ""
	}
	for _, piece := range s {
		if piece != ' ' && piece != '\n' && (piece < 0x239b || piece > 0x23b3) && piece != '⎪' {
			return ""
		}
	}
	switch r {
	case '⎛':
		return `\left(`
	case '⎞':
		return `\right)`
	case '⎡':
		return `\left[`
	case '⎤':
		return `\right]`
	case '⎧':
		return `\left\{`
	case '⎫':
		return `\right\}`
	}
	return "|"
}
