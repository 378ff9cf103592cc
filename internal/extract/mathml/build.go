package mathml

import (
	"strings"

	"mathsieve/internal/extract/dom"
)

// A builder copies MathML elements out of a page.
type builder struct {
	c *Converter
	t *dom.Tree
}

// tagOf returns the tag of an element, by its local name where it has a
// prefix: HTML parsers take "m:mi" for one odd name.
func tagOf(t *dom.Tree, n dom.Node) dom.Tag {
	tag := t.Tag(n)
	if tag != dom.Other || t.Kind(n) != dom.Element {
		return tag
	}
	name := t.Name(n)
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		return dom.LookupTag(name[i+1:])
	}
	return tag
}

// container builds the children of n as a row.
func (b *builder) container(n dom.Node, depth int, v variant) index {
	l := newList()
	b.children(&l, n, depth, v)
	return b.c.parent(kRow, l)
}

// children builds the children of n into l.
func (b *builder) children(l *list, n dom.Node, depth int, v variant) {
	if depth >= maxDepth {
		b.flatten(l, n, v)
		return
	}
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		b.c.push(l, b.node(ch, depth+1, v))
	}
}

// flatten builds all tokens below n into l.
func (b *builder) flatten(l *list, n dom.Node, v variant) {
	for k := n + 1; k < b.t.End(n); {
		switch tagOf(b.t, k) {
		case dom.Mi, dom.Mn, dom.Mo, dom.Mtext, dom.Ms, dom.Mspace:
			b.c.push(l, b.node(k, maxDepth, v))
			k = b.t.End(k)
		case dom.Annotation, dom.AnnotationXML:
			k = b.t.End(k)
		default:
			k++
		}
	}
}

// args builds the element children of n, at most limit of them; the further
// ones are put into the last.
func (b *builder) args(n dom.Node, depth int, v variant, limit int) list {
	l := newList()
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if b.t.Kind(ch) != dom.Element {
			continue
		}
		i := b.node(ch, depth+1, v)
		if i == none {
			i = b.c.add(kEmpty)
		}
		if l.n == limit {
			b.merge(&l, i)
			continue
		}
		b.c.push(&l, i)
	}
	for l.n < limit {
		b.c.push(&l, b.c.add(kEmpty))
	}
	return l
}

// merge appends i to the last member of l, which becomes a row.
func (b *builder) merge(l *list, i index) {
	c := b.c
	last := l.last
	if c.nodes[last].kind != kRow {
		// The node moves, its place becomes the row.
		c.nodes = append(c.nodes, c.nodes[last])
		moved := index(len(c.nodes) - 1)
		c.nodes[moved].next = none
		c.nodes[last] = node{kind: kRow, first: moved, next: none, flags: c.nodes[moved].flags & fTall, depth: c.nodes[moved].depth}
	}
	// Rows with surplus children are rare and short; finding the end again is
	// bounded by keeping it in textEnd, which rows do not use.
	end := index(c.nodes[last].textEnd)
	if end == 0 {
		end = c.nodes[last].first
	}
	if end == none {
		c.nodes[last].first = i
	} else {
		for c.nodes[end].next != none {
			end = c.nodes[end].next
		}
		c.nodes[end].next = i
	}
	c.nodes[last].textEnd = int32(i)
	c.nodes[last].flags |= c.nodes[i].flags & fTall
}

// node builds the node n, or none when it prints nothing.
func (b *builder) node(n dom.Node, depth int, v variant) index {
	c, t := b.c, b.t
	if len(c.nodes) > maxNodes {
		return none
	}
	switch t.Kind(n) {
	case dom.Element:
	case dom.Text:
		return b.stray(n, v)
	default:
		return none
	}
	tag := tagOf(t, n)
	if depth >= maxDepth {
		switch tag {
		case dom.Mi, dom.Mn, dom.Mo, dom.Mtext, dom.Ms, dom.Mspace:
		default:
			l := newList()
			b.flatten(&l, n, v)
			return c.parent(kRow, l)
		}
	}
	switch tag {
	case dom.Mi:
		return b.token(kIdent, n, v)
	case dom.Mn:
		return b.token(kNumber, n, v)
	case dom.Mo:
		return b.operator(n, v)
	case dom.Mtext:
		return b.token(kText, n, v)
	case dom.Ms:
		return b.quoted(n, v)
	case dom.Mspace:
		return b.space(n)
	case dom.Mglyph, dom.Img:
		if alt, _ := t.Attr(n, "alt"); alt != "" {
			return c.token(kText, v, alt)
		}
		return none
	case dom.Mfrac:
		i := c.parent(kFrac, b.args(n, depth, v, 2))
		if w, ok := t.Attr(n, "linethickness"); ok && zeroLength(w) {
			c.nodes[i].flags |= fNoLine
		}
		if w, _ := t.Attr(n, "bevelled"); w == "true" {
			c.nodes[i].flags |= fBevelled
		}
		return i
	case dom.Msqrt:
		l := newList()
		c.push(&l, b.container(n, depth, v))
		return c.parent(kSqrt, l)
	case dom.Mroot:
		return c.parent(kRoot, b.args(n, depth, v, 2))
	case dom.Msub, dom.Msup, dom.Msubsup, dom.Munder, dom.Mover, dom.Munderover:
		return b.scripts(tag, n, depth, v)
	case dom.Mmultiscripts:
		return b.multiscripts(n, depth, v)
	case dom.Mprescripts:
		return c.add(kPrescripts)
	case dom.MathNone:
		return c.add(kEmpty)
	case dom.Mfenced:
		return b.fenced(n, depth, v)
	case dom.Mtable:
		return b.table(n, depth, v)
	case dom.Mtr, dom.Mlabeledtr, dom.Tr:
		return b.tableRow(n, depth, v)
	case dom.Mtd, dom.Td:
		l := newList()
		b.children(&l, n, depth, v)
		return c.parent(kTableCell, l)
	case dom.Menclose:
		l := newList()
		c.push(&l, b.container(n, depth, v))
		notation, ok := t.Attr(n, "notation")
		if !ok {
			notation = "longdiv"
		}
		i := c.parent(kEnclose, l)
		start := len(c.text)
		c.text = append(c.text, notation...)
		c.nodes[i].textStart, c.nodes[i].textEnd = int32(start), int32(len(c.text))
		return i
	case dom.Mphantom:
		l := newList()
		c.push(&l, b.container(n, depth, v))
		return c.parent(kPhantom, l)
	case dom.Maction:
		return b.action(n, depth, v)
	case dom.Semantics:
		return b.semantics(n, depth, v)
	case dom.Annotation, dom.AnnotationXML, dom.Script, dom.Style, dom.Malignmark, dom.Maligngroup:
		return none
	case dom.Apply, dom.Ci, dom.Cn, dom.Csymbol, dom.Lambda, dom.Piecewise, dom.Bind:
		return b.content(n, depth)
	case dom.Mstyle, dom.Mrow, dom.Mpadded:
		if w, ok := t.Attr(n, "mathvariant"); ok {
			v = variantByName(w)
		}
		return b.container(n, depth, v)
	case dom.Other:
		if i, ok := b.contentName(n, depth); ok {
			return i
		}
	}
	return b.container(n, depth, v)
}

// stray builds text that stands outside a token: prose that leaked in.
func (b *builder) stray(n dom.Node, v variant) index {
	start := len(b.c.text)
	b.c.text = b.t.AppendText(b.c.text, n)
	s := strings.TrimSpace(string(b.c.text[start:]))
	b.c.text = b.c.text[:start]
	if s == "" {
		return none
	}
	k := kText
	if len(s) < 24 && !strings.ContainsAny(s, " \t\n") {
		k = kOperator // written character by character
	}
	return b.c.token(k, v, s)
}

// token builds a token element.
func (b *builder) token(k kind, n dom.Node, v variant) index {
	c, t := b.c, b.t
	if w, ok := t.Attr(n, "mathvariant"); ok {
		v = variantByName(w)
	} else if k == kIdent && v == variantNone {
		if w, _ := t.Attr(n, "fontstyle"); w == "normal" {
			v = variantNormal
		}
		if w, _ := t.Attr(n, "fontweight"); w == "bold" {
			v = variantBold
		}
	}
	start := len(c.text)
	for ch := t.FirstChild(n); ch != dom.None; ch = t.NextSibling(ch) {
		switch {
		case t.Kind(ch) != dom.Element || t.End(ch) > ch+1:
			c.text = t.AppendText(c.text, ch)
		case tagOf(t, ch) == dom.Mglyph:
			alt, _ := t.Attr(ch, "alt")
			c.text = append(c.text, alt...)
		case tagOf(t, ch) == dom.Br:
			c.text = append(c.text, ' ')
		}
	}
	c.text = normalise(c.text, start, k == kText)
	i := c.add(k)
	c.nodes[i].variant = v
	c.nodes[i].textStart, c.nodes[i].textEnd = int32(start), int32(len(c.text))
	return i
}

func (b *builder) operator(n dom.Node, v variant) index {
	i := b.token(kOperator, n, v)
	d := &b.c.nodes[i]
	if s, ok := b.t.Attr(n, "stretchy"); ok {
		if s == "false" {
			d.flags |= fRigid
		} else {
			d.flags |= fStretchy
		}
	}
	if s, _ := b.t.Attr(n, "fence"); s == "true" {
		d.flags |= fFence
	}
	switch s, _ := b.t.Attr(n, "form"); s {
	case "prefix":
		d.flags |= fPrefix
	case "postfix":
		d.flags |= fPostfix
	}
	if isBigOperator(string(b.c.textOf(i))) {
		d.flags |= fTall
	}
	return i
}

func (b *builder) quoted(n dom.Node, v variant) index {
	open, ok := b.t.Attr(n, "lquote")
	if !ok {
		open = `"`
	}
	shut, ok := b.t.Attr(n, "rquote")
	if !ok {
		shut = `"`
	}
	i := b.token(kText, n, v)
	return b.c.token(kText, v, open+string(b.c.textOf(i))+shut)
}

func (b *builder) scripts(tag dom.Tag, n dom.Node, depth int, v variant) index {
	limit := 2
	if tag == dom.Msubsup || tag == dom.Munderover {
		limit = 3
	}
	l := b.args(n, depth, v, limit)
	c := b.c
	// One form for all: base, lower, upper.
	base := l.first
	second := c.nodes[base].next
	switch tag {
	case dom.Msub, dom.Munder:
		upper := c.add(kEmpty)
		c.nodes[second].next = upper
	case dom.Msup, dom.Mover:
		lower := c.add(kEmpty)
		c.nodes[base].next = lower
		c.nodes[lower].next = second
	}
	k := kScript
	if tag == dom.Munder || tag == dom.Mover || tag == dom.Munderover {
		k = kLimits
	}
	l.first = base
	return c.parent(k, l)
}

func (b *builder) multiscripts(n dom.Node, depth int, v variant) index {
	l := newList()
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if b.t.Kind(ch) != dom.Element {
			continue
		}
		i := b.node(ch, depth+1, v)
		if i == none {
			i = b.c.add(kEmpty)
		}
		b.c.push(&l, i)
	}
	if l.n == 0 {
		return none
	}
	return b.c.parent(kMulti, l)
}

// fenced builds the mfenced element as the row that it stands for.
func (b *builder) fenced(n dom.Node, depth int, v variant) index {
	c := b.c
	attr := func(name, def string) string {
		if s, ok := b.t.Attr(n, name); ok {
			return strings.TrimSpace(s)
		}
		return def
	}
	separators := []rune(strings.Join(strings.Fields(attr("separators", ",")), ""))
	l := newList()
	open := c.token(kOperator, variantNone, attr("open", "("))
	c.nodes[open].flags |= fFence | fStretchy | fPrefix
	c.push(&l, open)
	k := 0
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if b.t.Kind(ch) != dom.Element {
			continue
		}
		i := b.node(ch, depth+1, v)
		if i == none {
			continue
		}
		if k > 0 && len(separators) > 0 {
			c.push(&l, c.token(kOperator, variantNone, string(separators[min(k-1, len(separators)-1)])))
		}
		c.push(&l, i)
		k++
	}
	shut := c.token(kOperator, variantNone, attr("close", ")"))
	c.nodes[shut].flags |= fFence | fStretchy | fPostfix
	c.push(&l, shut)
	return c.parent(kRow, l)
}

// action builds the child of maction that is shown.
func (b *builder) action(n dom.Node, depth int, v variant) index {
	selected := 1
	if s, ok := b.t.Attr(n, "selection"); ok {
		selected = atoi(s, 1)
	}
	k, chosen := 0, dom.None
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if b.t.Kind(ch) != dom.Element {
			continue
		}
		if k++; k == 1 || k == selected {
			chosen = ch
		}
		if k == selected {
			break
		}
	}
	if chosen == dom.None {
		return none
	}
	return b.node(chosen, depth+1, v)
}

// semantics builds the presentation part: the first child, or an annotation
// that holds presentation where the first child is content.
func (b *builder) semantics(n dom.Node, depth int, v variant) index {
	main := dom.None
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if b.t.Kind(ch) != dom.Element {
			continue
		}
		switch tagOf(b.t, ch) {
		case dom.Annotation:
		case dom.AnnotationXML:
			enc, _ := b.t.Attr(ch, "encoding")
			if (main == dom.None || isContent(tagOf(b.t, main))) && strings.EqualFold(enc, "MathML-Presentation") {
				return b.container(ch, depth, v)
			}
		default:
			if main == dom.None {
				main = ch
			}
		}
	}
	if main == dom.None {
		return none
	}
	return b.node(main, depth+1, v)
}

func (b *builder) table(n dom.Node, depth int, v variant) index {
	c, t := b.c, b.t
	l := newList()
	for ch := t.FirstChild(n); ch != dom.None; ch = t.NextSibling(ch) {
		if t.Kind(ch) != dom.Element {
			continue
		}
		i := b.node(ch, depth+1, v)
		if i == none {
			continue
		}
		switch c.nodes[i].kind {
		case kTableRow:
		case kTableCell:
			row := newList()
			c.push(&row, i)
			i = c.parent(kTableRow, row)
		default:
			cell := newList()
			c.push(&cell, i)
			row := newList()
			c.push(&row, c.parent(kTableCell, cell))
			i = c.parent(kTableRow, row)
		}
		c.push(&l, i)
	}
	i := c.parent(kTable, l)
	start := len(c.text)
	for k, name := range [...]string{"columnalign", "columnlines", "rowlines"} {
		if k > 0 {
			c.text = append(c.text, tableAttrEnd)
		}
		value, _ := t.Attr(n, name)
		c.text = append(c.text, value...)
	}
	d := &c.nodes[i]
	d.textStart, d.textEnd = int32(start), int32(len(c.text))
	if s, _ := t.Attr(n, "displaystyle"); s == "true" || isAlignment(t.Class(n)) {
		d.flags |= fAligned
	}
	if _, columns, rows := tableAttrs(c.textOf(i)); hasLine(columns) || hasLine(rows) {
		d.flags |= fLines
	}
	return i
}

// isAlignment reports whether a table has the class that TeX4ht gives to the
// environments with aligned columns.
func isAlignment(class string) bool {
	for _, environment := range [...]string{"align", "split", "eqnarray"} {
		if strings.HasPrefix(class, environment) {
			return true
		}
	}
	return false
}

// numberCell returns the cell of a row with the number of the equation, which
// TeX4ht sets last, or None.
func (b *builder) numberCell(row dom.Node) dom.Node {
	last := dom.None
	for ch := b.t.FirstChild(row); ch != dom.None; ch = b.t.NextSibling(ch) {
		if b.t.Kind(ch) == dom.Element {
			last = ch
		}
	}
	if last != dom.None {
		if class := b.t.Class(last); class == "eq-no" || strings.HasSuffix(class, "-label") {
			return last
		}
	}
	return dom.None
}

func (b *builder) tableRow(n dom.Node, depth int, v variant) index {
	c := b.c
	l := newList()
	number := b.numberCell(n)
	if number != dom.None {
		if i := b.node(number, depth+1, v); i != none {
			c.push(&l, i)
		} else {
			number = dom.None
		}
	}
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if b.t.Kind(ch) != dom.Element || ch == number {
			continue
		}
		i := b.node(ch, depth+1, v)
		if i == none {
			continue
		}
		if c.nodes[i].kind != kTableCell {
			cell := newList()
			c.push(&cell, i)
			i = c.parent(kTableCell, cell)
		}
		c.push(&l, i)
	}
	i := c.parent(kTableRow, l)
	if tagOf(b.t, n) == dom.Mlabeledtr || number != dom.None {
		c.nodes[i].flags |= fLabeled
	}
	return i
}

// space builds mspace.
func (b *builder) space(n dom.Node) index {
	width, ok := b.t.Attr(n, "width")
	if !ok {
		return none
	}
	cmd := spacing(emWidth(width))
	if cmd == "" {
		return none
	}
	return b.c.token(kSpace, variantNone, cmd)
}
