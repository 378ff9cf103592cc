package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/extract/dom"
)

// maxEquationNodes is the size of the largest table that is looked at as an
// array of equations.
const maxEquationNodes = 3000

// maxEquationNumber is the length of the longest equation number in bytes.
const maxEquationNumber = 20

// writeEquations prints a table whose cells hold nothing but formulas and
// equation numbers as one aligned display formula: so do LaTeXML and latex2html
// lay out eqnarray and align. Numbers become tags of their rows, but for those of
// LaTeXML, whose groups are one formula with one number; the conditions that it puts
// below equations stay text of their own. It reports false, and
// prints nothing, for any other table.
func (p *page) writeEquations(n dom.Node) bool {
	t := &p.tree
	m := &p.m[n]
	if m.atoms == 0 || int(m.text) > 8*int(m.atoms)+40 || t.End(n)-n > maxEquationNodes {
		return false
	}
	marked := p.classes.lookup(t.Class(n), false).math&mcEquationTable != 0
	p.scratch2 = p.scratch2[:0]
	var first, last int32 = -1, -1
	rows, cells, count := 0, 0, 0
	wide, numbered, tagged := false, false, false
	rowStart := 0
	var number []byte    // of the row
	var apart []dom.Node // conditions
	for c := n + 1; c < t.End(n); {
		cm := &p.m[c]
		switch {
		case cm.flags&nfDrop != 0:
			c = t.End(c)
			continue
		case marked && t.HasClass(c, "ltx_constraint"):
			apart = append(apart, c)
			c = t.End(c)
			continue
		case cm.flags&nfAtom != 0:
			last = cm.atom - 1
			if first < 0 {
				first = last
			}
			count++
			if b := len(p.scratch2); b > rowStart && p.scratch2[b-1] != ' ' {
				p.scratch2 = append(p.scratch2, ' ')
			}
			p.scratch2 = append(p.scratch2, p.tex(last)...)
			c = t.End(c)
			continue
		case t.Kind(c) == dom.Text:
			if text := bytes.TrimSpace(t.RawText(c)); len(text) > 0 {
				if !isEquationNumber(text) {
					return false
				}
				if text[0] == '(' && text[len(text)-1] == ')' {
					if number != nil {
						return false // parts of an exercise, side by side
					}
					number, numbered = text, true
				}
			}
		case t.Kind(c) == dom.Element && cm.atoms == 0 && p.isEquationNumber(c):
			text := strings.TrimSpace(p.textOf(c))
			if len(text) > maxEquationNumber {
				return false
			}
			if text != "" && !marked {
				number, numbered = []byte(text), true
			}
			c = t.End(c)
			continue
		case t.Kind(c) == dom.Element:
			switch t.Tag(c) {
			case dom.Table, dom.Th, dom.Caption, dom.P, dom.Ul, dom.Ol, dom.Pre:
				return false
			case dom.Tr:
				tagged = tagged || hasTag(number)
				p.scratch2 = endEquation(p.scratch2, rowStart, number)
				rowStart = len(p.scratch2)
				number = nil
				rows++
				cells = 0
			case dom.Td:
				if p.isPadding(c) {
					break
				}
				if cells++; cells > 1 && len(p.scratch2) > rowStart && !isRelation(p.scratch2[rowStart:]) || cells == 2 && (marked || wide) {
					p.scratch2 = append(p.scratch2, " & "...)
					wide = true
				}
			}
		}
		c++
	}
	if count < 2 || !marked && !wide {
		if count == 1 && (marked || numbered && rows == 1) {
			p.atoms[first].display = true
		}
		return false
	}
	environment := "aligned"
	if tagged || hasTag(number) {
		environment = "align*" // inside another display, tags are no TeX
	}
	p.scratch = append(p.scratch[:0], "\\begin{"+environment+"}\n"...)
	p.scratch = append(p.scratch, endEquation(p.scratch2, rowStart, number)...)
	p.scratch = bytes.TrimSuffix(p.scratch, []byte(" \\\\\n"))
	p.scratch = append(p.scratch, "\n\\end{"+environment+"}"...)
	i, kind := p.addAtom(p.atoms[first].form, string(p.scratch), dispBlock)
	if kind != addedAtom {
		return false
	}
	p.walkAtom(i)
	p.flush()
	for _, condition := range apart {
		p.walkTree(condition)
		p.flush()
	}
	for k := first; k <= last; k++ {
		a := &p.atoms[k]
		for len(apart) > 0 && t.End(apart[0]) <= a.node {
			apart = apart[1:]
		}
		if len(apart) == 0 || !t.Contains(apart[0], a.node) {
			a.emitted = true
			p.tally.lose(a.form, lossJoined)
		}
	}
	return true
}

// isPadding reports whether a cell only pushes the formulas to the middle of the
// page or holds their number, as LaTeXML has it.
func (p *page) isPadding(cell dom.Node) bool {
	t := &p.tree
	return t.HasClass(cell, "ltx_eqn_center_padleft") || t.HasClass(cell, "ltx_eqn_center_padright") || t.HasClass(cell, "ltx_eqn_eqno") ||
		t.HasClass(cell, "ltx_eqn_left_padleft") || t.HasClass(cell, "ltx_eqn_left_padright") || t.HasClass(cell, "ltx_eqn_right_padleft")
}

// endEquation closes the row that begins at start in an array of equations and
// has the given number, if any.
func endEquation(b []byte, start int, number []byte) []byte {
	end := len(bytes.TrimRight(b, " &"))
	if end <= start {
		return b[:start]
	}
	b = b[:end]
	if hasTag(number) {
		b = append(b, ` \tag{`...)
		b = append(append(b, number[1:len(number)-1]...), '}')
	}
	return append(b, " \\\\\n"...)
}

// hasTag reports whether the number of a row is one in parentheses, which \tag
// sets itself.
func hasTag(number []byte) bool {
	if len(number) < 3 || number[0] != '(' || number[len(number)-1] != ')' {
		return false
	}
	for _, b := range number[1 : len(number)-1] {
		if !isAlnum(b) && b != '.' && b != '-' && b != '\'' && b != '*' {
			return false
		}
	}
	return true
}

// isRelation reports whether the last cell of a row is a sign that stands
// between the sides of an equation, which need no second alignment.
func isRelation(row []byte) bool {
	i := bytes.LastIndex(row, []byte(" & "))
	if i < 0 {
		return false
	}
	cell := bytes.TrimSpace(row[i+3:])
	return len(cell) > 0 && len(cell) <= 8 && (cell[0] == '=' || cell[0] == '<' || cell[0] == '>' || cell[0] == '\\')
}

// isEquationNumber reports whether text is the number of an equation, or a mark
// of punctuation behind it.
func isEquationNumber(text []byte) bool {
	if len(text) > 14 {
		return false
	}
	if string(text) == "&nbsp;" || len(text) == 1 && bytes.IndexByte([]byte(".,;"), text[0]) >= 0 {
		return true
	}
	return text[0] == '(' || text[len(text)-1] == ')'
}
