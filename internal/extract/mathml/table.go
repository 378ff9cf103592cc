package mathml

import (
	"slices"
	"strings"
)

// writeFenced writes what only looks right together with its fences: a matrix,
// cases, a binomial coefficient. It returns the sibling after what it wrote.
func (c *Converter) writeFenced(i index) (next index, ok bool) {
	open := c.single(i)
	if c.nodes[open].kind != kOperator {
		return none, false
	}
	left := string(c.textOf(open))
	inside := c.nextVisible(i)
	if inside == none {
		return none, false
	}
	body := c.single(inside)
	isTable := c.nodes[body].kind == kTable
	isStack := c.nodes[body].kind == kFrac && c.nodes[body].flags&fNoLine != 0
	if !isTable && !isStack {
		return none, false
	}
	after := c.nextVisible(inside)
	// The closing fence may carry a script, as in the power of a matrix.
	fence, scripted := none, none
	if after != none {
		fence = c.fenceOf(after)
		if fence != c.single(after) {
			scripted = c.single(after)
		}
	}
	right := ""
	if fence != none && c.nodes[fence].kind == kOperator {
		right = string(c.textOf(fence))
	}
	switch {
	case isStack && left == "(" && right == ")":
		c.raw(`\binom`)
		num := c.nodes[body].first
		c.braced(num)
		c.braced(c.nodes[num].next)
	case isTable:
		env := matrixEnvironment(left, right)
		if env == "" {
			return none, false
		}
		if c.nodes[body].flags&fLines != 0 {
			return none, false
		}
		c.writeTable(body, env)
	default:
		return none, false
	}
	if scripted != none {
		lower := c.nodes[c.nodes[scripted].first].next
		c.writeScripts(lower, c.nodes[lower].next)
	}
	return c.nodes[after].next, true
}

// nextVisible returns the sibling after i that is not empty.
func (c *Converter) nextVisible(i index) index {
	for i = c.nodes[i].next; i != none && (c.isEmpty(i) || c.nodes[c.single(i)].kind == kSpace); i = c.nodes[i].next {
	}
	return i
}

func matrixEnvironment(left, right string) string {
	switch left + " " + right {
	case "( )":
		return "pmatrix"
	case "[ ]":
		return "bmatrix"
	case "{ }":
		return "Bmatrix"
	case "| |", "∣ ∣":
		return "vmatrix"
	case "‖ ‖", "∥ ∥", "|| ||":
		return "Vmatrix"
	}
	return ""
}

// writeCases writes a brace that opens before a table and does not close.
func (c *Converter) writeCases(i index) (next index, ok bool) {
	open := c.single(i)
	if c.nodes[open].kind != kOperator || string(c.textOf(open)) != "{" {
		return none, false
	}
	inside := c.nextVisible(i)
	if inside == none {
		return none, false
	}
	body := c.single(inside)
	if c.nodes[body].kind != kTable {
		return none, false
	}
	c.writeTable(body, "cases")
	return c.nodes[inside].next, true
}

// writeTable writes a table in the environment env, "" for the one that its
// attributes ask for.
func (c *Converter) writeTable(i index, env string) {
	n := &c.nodes[i]
	columns, rows := 0, 0
	labeled := false
	for row := n.first; row != none; row = c.nodes[row].next {
		k := 0
		for cell := c.nodes[row].first; cell != none; cell = c.nodes[cell].next {
			k++
		}
		if c.nodes[row].flags&fLabeled != 0 {
			labeled = true
			k--
		}
		columns = max(columns, k)
		rows++
	}
	if rows == 0 {
		return
	}
	align, columnLines, rowLines := tableAttrs(c.textOf(i))
	if rows == 1 && labeled {
		// One numbered formula, set as a table for its number only.
		c.writeTableRow(n.first, "")
		return
	}
	spec := ""
	if env == "" {
		env, spec = c.environmentOf(i, align, columnLines, columns)
	}
	c.raw(`\begin{`)
	c.raw(env)
	c.raw("}")
	if spec != "" {
		c.raw("{")
		c.raw(spec)
		c.raw("}")
	}
	c.word = false
	for row, k := n.first, 0; row != none; row, k = c.nodes[row].next, k+1 {
		c.writeTableRow(row, "&")
		if c.nodes[row].next != none {
			c.raw(`\\`)
			if lineAfter(rowLines, k) {
				c.raw(`\hline `)
			}
			// "[" after a line end would be its optional height.
			if c.startsWithBracket(c.nodes[row].next) {
				c.raw("{}")
			}
		}
	}
	c.raw(`\end{`)
	c.raw(env)
	c.raw("}")
}

// tableAttrEnd stands between the attributes of a table in the text of its node,
// which have none themselves.
const tableAttrEnd = 0

// tableAttrs returns the alignments of columns and the lines after columns and rows
// that the text of a table node gives: the last of each is that of all further ones.
func tableAttrs(text []byte) (align, columnLines, rowLines []string) {
	a, lines, _ := strings.Cut(string(text), string(rune(tableAttrEnd)))
	columns, rows, _ := strings.Cut(lines, string(rune(tableAttrEnd)))
	return strings.Fields(a), strings.Fields(columns), strings.Fields(rows)
}

// hasLine reports whether one of lines is drawn.
func hasLine(lines []string) bool {
	return slices.ContainsFunc(lines, func(s string) bool { return s == "solid" || s == "dashed" })
}

// lineAfter reports whether lines has one after column or row k.
func lineAfter(lines []string, k int) bool {
	if len(lines) == 0 {
		return false
	}
	k = min(k, len(lines)-1)
	return hasLine(lines[k : k+1])
}

// environmentOf chooses the environment of a table without fences.
func (c *Converter) environmentOf(i index, align, columnLines []string, columns int) (env, spec string) {
	flags := c.nodes[i].flags
	if flags&fLines != 0 {
		// A specification longer than any real one is cut: LaTeX would not
		// take it, but the size of the output must stay bounded.
		var b strings.Builder
		for k := range min(columns, 200) {
			if k > 0 && lineAfter(columnLines, k-1) {
				b.WriteByte('|')
			}
			b.WriteByte(columnLetter(align, k))
		}
		return "array", b.String()
	}
	if flags&fAligned != 0 || (len(align) >= 2 && align[0] == "right" && align[1] == "left") {
		return "aligned", ""
	}
	return "matrix", ""
}

func columnLetter(align []string, k int) byte {
	if len(align) == 0 {
		return 'c'
	}
	switch align[min(k, len(align)-1)] {
	case "left":
		return 'l'
	case "right":
		return 'r'
	}
	return 'c'
}

// writeTableRow writes the cells of a row, and its number as a tag.
func (c *Converter) writeTableRow(row index, separator string) {
	if c.nodes[row].kind != kTableRow {
		c.writeRow(row)
		return
	}
	cell := c.nodes[row].first
	label := none
	if c.nodes[row].flags&fLabeled != 0 && cell != none {
		label = cell
		cell = c.nodes[cell].next
	}
	first := true
	for ; cell != none; cell = c.nodes[cell].next {
		if !first {
			c.raw(separator)
		}
		first = false
		c.writeRow(cell)
	}
	if label != none {
		c.writeTag(label)
	}
}

// writeTag writes the number of an equation.
func (c *Converter) writeTag(label index) {
	start := len(c.out)
	word := c.word
	c.writeRow(label)
	s := string(c.out[start:])
	c.out, c.word = c.out[:start], word
	if t, ok := strings.CutPrefix(s, `\text{`); ok && strings.HasSuffix(t, "}") && strings.Count(t, "}") == 1 {
		s = t[:len(t)-1]
	}
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s = s[1 : len(s)-1]
	}
	s = strings.TrimSpace(s)
	if s == "" {
		return
	}
	if strings.ContainsAny(s, `\^_`) {
		s = "$" + s + "$"
	}
	c.raw(`\tag{` + s + "}")
}

// startsWithBracket reports whether the first thing in the row is "[".
func (c *Converter) startsWithBracket(i index) bool {
	for i != none {
		switch n := &c.nodes[i]; n.kind {
		case kRow, kTableRow, kTableCell, kScript, kLimits:
			i = n.first
		case kOperator, kText:
			return n.mark == markNone && strings.HasPrefix(string(c.textOf(i)), "[")
		default:
			return false
		}
	}
	return false
}

// writeEnclosure writes menclose.
func (c *Converter) writeEnclosure(i index) {
	notation := string(c.textOf(i))
	body := c.nodes[i].first
	has := func(names ...string) bool {
		for word := range strings.FieldsSeq(notation) {
			if slices.Contains(names, word) {
				return true
			}
		}
		return false
	}
	ends := 0
	wrap := func(cmd string) {
		c.raw(cmd)
		c.raw("{")
		ends++
	}
	if has("box", "roundedbox", "circle") || (has("left") && has("right") && has("top") && has("bottom")) {
		wrap(`\boxed`)
	} else {
		if has("top", "actuarial") {
			wrap(`\overline`)
		}
		if has("bottom") {
			wrap(`\underline`)
		}
	}
	switch up, down := has("updiagonalstrike", "updiagonalarrow", "northeastarrow"), has("downdiagonalstrike"); {
	case up && down:
		wrap(`\xcancel`)
	case up, has("horizontalstrike"):
		wrap(`\cancel`)
	case down:
		wrap(`\bcancel`)
	}
	if has("radical") {
		wrap(`\sqrt`)
	}
	if has("longdiv") {
		wrap(`\overline`)
		c.raw(")")
	}
	c.writeRow(body)
	for range ends {
		c.raw("}")
	}
}
