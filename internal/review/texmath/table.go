package texmath

import "strings"

// A tableKind is an environment of rows and columns.
type tableKind struct {
	name        string
	open, close string
	// columns are the alignments, l, c or r, of the columns in turn.
	columns string
	display bool // cells are set as displays
	align   bool // columns belong together in pairs: relations and their sides
	small   bool
	// spec is an argument with the columns, skip an argument to pass over.
	spec, skip bool
}

var environments = map[string]tableKind{
	"matrix": {}, "pmatrix": {open: "(", close: ")"}, "bmatrix": {open: "[", close: "]"}, "Bmatrix": {open: "{", close: "}"},
	"vmatrix": {open: "|", close: "|"}, "Vmatrix": {open: "‖", close: "‖"}, "smallmatrix": {small: true},
	"psmallmatrix": {open: "(", close: ")", small: true}, "bsmallmatrix": {open: "[", close: "]", small: true},
	"array": {spec: true}, "darray": {spec: true, display: true}, "tabular": {spec: true}, "subarray": {spec: true, small: true},
	"cases": {open: "{", columns: "l"}, "dcases": {open: "{", columns: "l", display: true}, "rcases": {close: "}", columns: "l"}, "drcases": {close: "}", columns: "l", display: true},
	"numcases": {open: "{", columns: "l", skip: true},
	"aligned":  {columns: "rl", display: true, align: true}, "align": {columns: "rl", display: true, align: true}, "split": {columns: "rl", display: true, align: true},
	"flalign": {columns: "rl", display: true, align: true}, "eqnarray": {columns: "rcl", display: true, align: true},
	"alignat": {columns: "rl", display: true, align: true, skip: true}, "alignedat": {columns: "rl", display: true, align: true, skip: true}, "xalignat": {columns: "rl", display: true, align: true, skip: true},
	"gather": {display: true}, "gathered": {display: true}, "multline": {columns: "l", display: true}, "multlined": {columns: "l", display: true},
	"equation": {columns: "rl", display: true, align: true}, "math": {columns: "rl", align: true}, "displaymath": {columns: "rl", display: true, align: true},
	"subequations": {columns: "rl", display: true, align: true}, "dmath": {columns: "l", display: true}, "CD": {},
}

// environment reads from behind \begin to the matching \end.
func (p *parser) environment() *Node {
	name := strings.TrimSpace(p.raw())
	kind, ok := environments[strings.TrimSuffix(name, "*")]
	kind.name = name
	if !ok {
		p.notKnown(`\begin{`+name+`}`, "")
		kind.columns, kind.align = "l", true
	}
	switch {
	case kind.align || strings.HasSuffix(name, "*"):
		p.optional()
	case kind.spec && name != "subarray":
		p.optional()
	}
	if kind.skip {
		p.raw()
	}
	borders := ""
	if kind.spec {
		kind.columns, borders = columnSpec(p.raw())
	}
	t := p.table(kind)
	t.addBorders(borders)
	if p.acceptCommand("end") {
		if end := strings.TrimSpace(p.raw()); end != name {
			p.broken = true
		}
	} else {
		p.broken = true
	}
	if len(t.Kids) == 1 && len(t.Kids[0].Kids) == 1 && kind.align {
		return p.group(t.Kids[0].Kids[0].Kids)
	}
	return p.fence(kind.open, t, kind.close)
}

// addBorders draws the rules between columns, as columnSpec gave them.
func (n *Node) addBorders(borders string) {
	for col := range borders {
		if borders[col] != '|' {
			continue
		}
		for _, tr := range n.Kids {
			switch {
			case col < len(tr.Kids):
				tr.Kids[col].addClass("vl")
			case col == len(tr.Kids) && col > 0:
				tr.Kids[col-1].addClass("vr")
			}
		}
	}
}

// columnSpec reads the columns of an array: their alignments, and for each,
// and behind the last, whether a rule is at its left.
func columnSpec(spec string) (columns, borders string) {
	border := byte(' ')
	for i := 0; i < len(spec) && len(columns) < 64; i++ {
		switch c := spec[i]; c {
		case 'l', 'c', 'r', 'p', 'm', 'b', 'X':
			if c != 'c' && c != 'r' {
				c = 'l'
			}
			columns += string(c)
			borders += string(border)
			border = ' '
		case '|', ':':
			border = '|'
		case '{': // of @{…} and p{…}
			if end := strings.IndexByte(spec[i:], '}'); end > 0 {
				i += end
			}
		}
	}
	return columns, borders + string(border)
}

// table reads rows up to \end, or to the end of the source.
func (p *parser) table(kind tableKind) *Node {
	p.enter()
	defer func() { p.depth-- }()
	outer := p.font
	defer func() { p.font = outer }()
	t := p.node("mtable")
	switch {
	case kind.display:
		t.set("displaystyle", "true")
	case kind.small:
		t.set("scriptlevel", "1")
	}
	if kind.align {
		t.set("class", "align")
	}
	for !p.over {
		tr := p.node("mtr")
		for p.hline() {
			tr.addClass("hl")
		}
		for {
			tr.Kids = append(tr.Kids, p.cell(kind, len(tr.Kids)))
			if p.peek() != '&' {
				break
			}
			p.pos++
		}
		more := p.lineBreak()
		switch {
		case more || len(t.Kids) == 0 || !tr.blank():
			t.Kids = append(t.Kids, tr)
		case tr.Attrs != nil: // a rule at the very end
			t.Kids[len(t.Kids)-1].addClass("hb")
		}
		if !more {
			break
		}
	}
	return t
}

// blank says that all cells of a row are empty.
func (n *Node) blank() bool {
	for _, cell := range n.Kids {
		if len(cell.Kids) > 0 {
			return false
		}
	}
	return true
}

func (n *Node) addClass(class string) {
	for i, a := range n.Attrs {
		if a.Name == "class" {
			if a.Value != class {
				n.Attrs[i].Value += " " + class
			}
			return
		}
	}
	n.set("class", class)
}

func (p *parser) cell(kind tableKind, column int) *Node {
	td := p.node("mtd")
	align := byte('c')
	if n := len(kind.columns); n > 0 {
		if kind.align {
			column %= n
		}
		if column < n {
			align = kind.columns[column]
		} else if !kind.spec {
			align = kind.columns[n-1]
		}
	}
	var content *Node
	if p.acceptCommand("multicolumn") {
		span := p.raw()
		columns, _ := columnSpec(p.raw())
		if columns != "" {
			align = columns[0]
		}
		if len(span) == 1 && '1' < span[0] && span[0] <= '9' {
			td.set("columnspan", span)
		}
		content = p.node("mrow", p.arg(), p.row(stopCell))
	} else {
		content = p.row(stopCell)
	}
	if align != 'c' {
		td.addClass(string(align))
	}
	if content.Name == "mrow" && content.Attrs == nil {
		td.Kids = content.Kids
	} else {
		td.Kids = []*Node{content}
	}
	return td
}

// hline reads a rule between rows.
func (p *parser) hline() bool {
	name := p.peekCommand()
	switch name {
	case "hline", "toprule", "midrule", "bottomrule", "hdashline", "cline", "cmidrule":
		p.acceptCommand(name)
		if name == "cline" || name == "cmidrule" {
			p.raw()
		}
		return true
	}
	return false
}

// lineBreak reads the end of a row and the space that may be asked for there.
func (p *parser) lineBreak() bool {
	name := p.peekCommand()
	switch name {
	case "\\", "cr", "newline", "tabularnewline":
	default:
		return false
	}
	p.acceptCommand(name)
	if p.pos < len(p.src) && p.src[p.pos] == '*' {
		p.pos++
	}
	if p.pos < len(p.src) && p.src[p.pos] == '[' {
		start := p.pos
		if text, ok := p.optional(); !ok || !isDimension(text) {
			p.pos = start
		}
	}
	return true
}

func isDimension(s string) bool {
	_, ok := dimension(s)
	return ok
}

// substack reads lines one above the other.
func (p *parser) substack() *Node {
	if !p.accept('{') {
		return p.arg()
	}
	t := p.table(tableKind{small: true})
	t.Attrs = nil // it stands in a script already
	t.addClass("align")
	if !p.accept('}') {
		p.broken = true
	}
	return t
}
