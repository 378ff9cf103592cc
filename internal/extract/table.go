package extract

import (
	"bytes"
	"strconv"
	"strings"

	"mathsieve/internal/extract/dom"
)

// Limits of what is printed as a pipe table: longer cells make paragraphs, and
// more columns are layout.
const (
	maxCellText    = 300
	maxHeadedCell  = 1000
	maxTableColumn = 60
)

// tabulate gives the tags of a table to the spans that LaTeXML draws it with where
// HTML allows no table. Spans that only break the lines of a cell stay spans, and so
// does a single row or column.
func (p *page) tabulate(n dom.Node) {
	t := &p.tree
	first := firstElement(t, n)
	if !t.IsElement(first, dom.Span) {
		return
	}
	row := first
	if t.HasAnyClass(first, "ltx_thead", "ltx_tbody") {
		row = firstElement(t, first)
	}
	if row == dom.None || t.NextElement(first) == dom.None && t.NextElement(row) == dom.None {
		return
	}
	if cell := firstElement(t, row); cell == dom.None || t.NextElement(cell) == dom.None || t.Closest(n, dom.Table) != dom.None {
		return
	}
	t.Retag(n, dom.Table)
	for c := range t.Children(n) {
		switch {
		case !t.IsElement(c, dom.Span):
		case t.HasAnyClass(c, "ltx_thead", "ltx_tbody", "ltx_tfoot"):
			t.Retag(c, dom.Tbody)
			for row := range t.Children(c) {
				p.tabulateRow(row)
			}
		default:
			p.tabulateRow(c)
		}
	}
}

// tabulateRow gives their tags to a row and the cells in it.
func (p *page) tabulateRow(row dom.Node) {
	t := &p.tree
	if !t.IsElement(row, dom.Span) || !t.HasClass(row, "ltx_tr") {
		return
	}
	t.Retag(row, dom.Tr)
	for cell := range t.Children(row) {
		switch {
		case !t.IsElement(cell, dom.Span):
		case t.HasClass(cell, "ltx_th"):
			t.Retag(cell, dom.Th)
		case t.HasClass(cell, "ltx_td"):
			t.Retag(cell, dom.Td)
		}
	}
}

// firstElement returns the first child of n that is an element, or None.
func firstElement(t *dom.Tree, n dom.Node) dom.Node {
	c := t.FirstChild(n)
	if c != dom.None && t.Kind(c) != dom.Element {
		c = t.NextElement(c)
	}
	return c
}

// isDataTable tells tables of data from tables that only lay out a page. It
// looks at the rows of this table alone: with a table inside, it is layout.
func (p *page) isDataTable(n dom.Node) bool {
	t := &p.tree
	if class := t.Class(n); class != "" && p.classes.lookup(class, false).math&(mcEquationTable|mcDisplayWrapper) != 0 {
		return false
	}
	if p.m[n].class&pcSignature != 0 {
		return false // a line for each parameter
	}
	if role, _ := t.Attr(n, "role"); role == "presentation" || role == "none" {
		return false
	}
	rows, cells, columns, row, texts := 0, 0, 0, 0, 0
	longest := int32(0)
	headed, lists, atoms := false, false, false
	for c := n + 1; c < t.End(n); c++ {
		if t.Kind(c) != dom.Element {
			continue
		}
		m := &p.m[c]
		if m.flags&(nfDrop|nfAtom) != 0 {
			atoms = atoms || m.flags&nfAtom != 0
			c = t.End(c) - 1
			continue
		}
		switch t.Tag(c) {
		case dom.Table, dom.Pre, dom.Blockquote, dom.Form, dom.Hr, dom.H1, dom.H2, dom.Article, dom.Section, dom.Textarea:
			return false
		case dom.Ul, dom.Ol, dom.Dl, dom.H3, dom.H4, dom.H5, dom.H6:
			lists = true
		case dom.Tr:
			rows++
			row = 0
		case dom.Th, dom.Td:
			headed = headed || t.Tag(c) == dom.Th
			cells++
			row++
			columns = max(columns, row)
			longest = max(longest, m.text)
			if m.text > 6 {
				texts++
			}
		case dom.Caption, dom.Thead:
			headed = true
		}
	}
	if columns < 2 || columns > maxTableColumn {
		return false
	}
	if !headed {
		if border, ok := t.Attr(n, "border"); ok && border != "0" {
			headed = true
		}
	}
	if atoms && texts == 0 && !headed && !p.holdsValues(n) {
		return false // an array of equations
	}
	if headed {
		return longest <= maxHeadedCell && cells >= 2
	}
	return rows >= 2 && longest <= maxCellText && !lists
}

// holdsValues reports whether a table of formulas and short texts without headings
// is one of data: rows of one length, with names or numbers in some cells. A
// formula that is displayed or begins with a relation, a relation in a cell, the
// label of an exercise and the number of an equation are signs of a layout; so is
// a column of letters beside formulas.
func (p *page) holdsValues(n dom.Node) bool {
	t := &p.tree
	rows, columns, column, values := 0, 0, 0, 0
	telling := false // not only letters in the first column
	for c := n + 1; c < t.End(n); c++ {
		m := &p.m[c]
		if m.flags&nfDrop != 0 || t.Kind(c) != dom.Element {
			c = t.End(c) - 1
			continue
		}
		tag := t.Tag(c)
		switch {
		case tag == dom.Tr:
			if rows == 1 {
				columns = column
			}
			if column != columns {
				return false
			}
			rows++
			column = 0
		case tag == dom.Td && m.atoms == 0 && m.flags&nfAtom == 0:
			switch text := strings.TrimSpace(p.textOf(c)); {
			case text == "":
			case isLayoutText(text):
				return false
			default:
				values++
				telling = telling || column > 0 || len(text) > 2
			}
		}
		if tag == dom.Td {
			column += span(t, c, "colspan")
		}
		if m.flags&nfAtom != 0 {
			if a := m.atom - 1; p.atoms[a].display || bytes.HasPrefix(p.tex(a), []byte("=")) {
				return false
			}
			c = t.End(c) - 1
		}
	}
	return rows >= 2 && column == columns && values >= 2 && telling
}

// isLayoutText reports whether a short text in a cell of its own joins or labels
// the formulas beside it.
func isLayoutText(s string) bool {
	switch s {
	case "=", "<", ">", "≤", "≥", "≠", "≈", "≡", "⇒", "→", ",", ";", "and", "or", "if", "for", "where", "with":
		return true
	}
	return s[0] == '(' || strings.IndexByte(").:", s[len(s)-1]) >= 0
}

// writeTable prints a table of data with pipes.
func (p *page) writeTable(n dom.Node) {
	t := &p.tree
	w := &p.walk
	rows := 0
	var covered spans
	for c := n + 1; c < t.End(n); {
		if t.Kind(c) != dom.Element || p.m[c].flags&nfDrop != 0 {
			c = t.End(c)
			continue
		}
		switch t.Tag(c) {
		case dom.Caption:
			w.para = w.para[:0]
			p.walkTree(c)
			c = t.End(c)
		case dom.Tr:
			if columns := p.writeRow(c, rows == 0, &covered); columns > 0 {
				if rows == 0 {
					p.out.newline()
					for range columns {
						p.out.buf = append(p.out.buf, "| --- "...)
					}
					p.out.buf = append(p.out.buf, '|')
				}
				rows++
			}
			c = t.End(c)
		case dom.Tbody, dom.Thead, dom.Tfoot:
			c++
		default:
			c = t.End(c)
		}
	}
}

// spans are the rows that cells above still cover, by column.
type spans [maxTableColumn]uint16

// writeRow prints one row and returns the number of its columns. Columns that
// cells of earlier rows cover are left empty.
func (p *page) writeRow(tr dom.Node, first bool, covered *spans) int {
	t := &p.tree
	w := &p.walk
	o := &p.out
	columns := 0
	for c := range t.Children(tr) {
		if tag := t.Tag(c); tag != dom.Td && tag != dom.Th || p.m[c].flags&nfDrop != 0 {
			continue
		}
		if columns == 0 {
			if first {
				o.begin()
			} else {
				o.newline()
			}
		}
		columns = p.skipCovered(columns, covered)
		o.buf = append(o.buf, "| "...)
		o.lines = len(o.buf)
		w.cell = true
		if p.m[c].flags&nfAtom != 0 {
			p.walkAtom(p.m[c].atom - 1)
			p.flush()
		} else {
			p.walkTree(c)
		}
		w.cell = false
		o.trim()
		if len(o.buf) > o.lines {
			o.buf = append(o.buf, ' ')
		}
		rows := span(t, c, "rowspan")
		for k := range span(t, c, "colspan") {
			if k > 0 {
				o.buf = append(o.buf, "| "...)
			}
			if columns < len(covered) {
				covered[columns] = uint16(rows - 1)
			}
			columns++
		}
		o.lines = len(o.buf)
	}
	if columns > 0 {
		columns = p.skipCovered(columns, covered)
		o.buf = append(o.buf, '|')
		o.lines = len(o.buf)
	}
	return columns
}

// skipCovered prints empty cells for the columns from column on that a cell above
// covers, and returns the first that is free.
func (p *page) skipCovered(column int, covered *spans) int {
	o := &p.out
	for column < len(covered) && covered[column] > 0 {
		covered[column]--
		o.buf = append(o.buf, "| "...)
		o.lines = len(o.buf)
		column++
	}
	return column
}

// span returns the number of columns or rows that a cell covers, as its attribute
// name says.
func span(t *dom.Tree, cell dom.Node, name string) int {
	if s, ok := t.Attr(cell, name); ok {
		if v, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && v > 1 {
			return min(v, 20)
		}
	}
	return 1
}

// writeCell writes the paragraph of a cell, in which kinds occur, into the row.
func (p *page) writeCell(src []byte, kinds uint8) {
	src = trimMarks(src)
	if len(src) == 0 {
		return
	}
	w := textWriter{p: p, src: src, oneLine: true, escape: true}
	w.write(kinds)
}
