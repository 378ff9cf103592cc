package mathml

import (
	"strings"

	"mathsieve/internal/extract/dom"
)

// Content MathML says what a formula means; it is written in the usual
// notation, with the parentheses that precedence asks for.

// Precedences, from loose to tight.
const (
	precNone = iota
	precImplies
	precOr
	precAnd
	precRelation
	precSum
	precProduct
	precPower
	precAtom
)

// An infix operator of content MathML.
type infix struct {
	op   string // MathML character
	prec int
}

var infixes = map[string]infix{
	"plus": {"+", precSum}, "minus": {"−", precSum}, "times": {"\u2062", precProduct},
	"eq": {"=", precRelation}, "neq": {"≠", precRelation}, "lt": {"<", precRelation}, "gt": {">", precRelation},
	"leq": {"≤", precRelation}, "geq": {"≥", precRelation}, "equivalent": {"≡", precRelation}, "approx": {"≈", precRelation},
	"in": {"∈", precRelation}, "notin": {"∉", precRelation}, "subset": {"⊆", precRelation}, "prsubset": {"⊂", precRelation},
	"notsubset": {"⊈", precRelation}, "notprsubset": {"⊄", precRelation}, "tendsto": {"→", precRelation}, "factorof": {"∣", precRelation},
	"and": {"∧", precAnd}, "or": {"∨", precOr}, "xor": {"⊻", precOr}, "implies": {"⇒", precImplies},
	"union": {"∪", precSum}, "intersect": {"∩", precProduct}, "setdiff": {"∖", precSum}, "cartesianproduct": {"×", precProduct},
	"vectorproduct": {"×", precProduct}, "scalarproduct": {"⋅", precProduct}, "outerproduct": {"⊗", precProduct}, "compose": {"∘", precProduct},
	"rem": {"mod", precProduct},
}

// constants of content MathML.
var constants = map[string]string{
	"pi": "π", "infinity": "∞", "exponentiale": "e", "imaginaryi": "i", "emptyset": "∅", "eulergamma": "γ", "reals": "ℝ", "integers": "ℤ",
	"rationals": "ℚ", "naturalnumbers": "ℕ", "complexes": "ℂ", "primes": "ℙ", "true": "true", "false": "false", "notanumber": "NaN",
	"exists": "∃", "forall": "∀", "partialdiff": "∂", "diff": "d", "int": "∫", "sum": "∑", "product": "∏", "divergence": "div", "laplacian": "Δ", "curl": "curl", "grad": "grad",
}

// isContent reports whether tag belongs to content MathML.
func isContent(tag dom.Tag) bool {
	switch tag {
	case dom.Apply, dom.Ci, dom.Cn, dom.Csymbol, dom.Lambda, dom.Piecewise, dom.Bind:
		return true
	}
	return false
}

func localName(t *dom.Tree, n dom.Node) string {
	name := t.Name(n)
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return name
}

// contentName builds the content elements that have no tag of their own.
func (b *builder) contentName(n dom.Node, depth int) (index, bool) {
	name := localName(b.t, n)
	if text, ok := constants[name]; ok {
		return b.c.token(kIdent, variantNone, text), true
	}
	if op, ok := infixes[name]; ok {
		return b.c.token(kOperator, variantNone, op.op), true
	}
	switch name {
	case "vector", "set", "list", "interval":
		open, shut := "(", ")"
		if name == "set" {
			open, shut = "{", "}"
		}
		if name == "interval" {
			open, shut = "[", "]"
			switch c, _ := b.t.Attr(n, "closure"); c {
			case "open":
				open, shut = "(", ")"
			case "open-closed":
				open = "("
			case "closed-open":
				shut = ")"
			}
		}
		l := newList()
		b.op(&l, open)
		b.joined(&l, b.elements(n), ",", depth)
		b.op(&l, shut)
		return b.c.parent(kRow, l), true
	case "matrix":
		rows := newList()
		for _, row := range b.elements(n) {
			cells := newList()
			for _, cell := range b.elements(row) {
				in := newList()
				b.c.push(&in, b.meaning(cell, depth+2, precNone))
				b.c.push(&cells, b.c.parent(kTableCell, in))
			}
			b.c.push(&rows, b.c.parent(kTableRow, cells))
		}
		l := newList()
		b.op(&l, "(")
		b.c.push(&l, b.c.parent(kTable, rows))
		b.op(&l, ")")
		return b.c.parent(kRow, l), true
	}
	return none, false
}

// content builds the content element n.
func (b *builder) content(n dom.Node, depth int) index {
	return b.meaning(n, depth, precNone)
}

// elements returns the element children of n.
func (b *builder) elements(n dom.Node) []dom.Node {
	var all []dom.Node
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if b.t.Kind(ch) == dom.Element {
			all = append(all, ch)
		}
	}
	return all
}

func (b *builder) op(l *list, text string) {
	b.c.push(l, b.c.token(kOperator, variantNone, text))
}

// joined pushes the elements with an operator between them.
func (b *builder) joined(l *list, all []dom.Node, separator string, depth int) {
	for k, e := range all {
		if k > 0 {
			b.op(l, separator)
		}
		b.c.push(l, b.meaning(e, depth+1, precNone))
	}
}

// meaning builds n as an operand that must bind tighter than outer.
func (b *builder) meaning(n dom.Node, depth, outer int) index {
	c := b.c
	if depth >= maxDepth || len(c.nodes) > maxNodes {
		return c.token(kText, variantNone, strings.TrimSpace(string(b.t.AppendText(nil, n))))
	}
	switch tagOf(b.t, n) {
	case dom.Ci, dom.Csymbol:
		for _, e := range b.elements(n) {
			return b.node(e, depth+1, variantNone)
		}
		i := b.token(kIdent, n, variantNone)
		if w, _ := b.t.Attr(n, "type"); w == "vector" || w == "matrix" {
			c.nodes[i].variant = variantBold
		}
		return i
	case dom.Cn:
		return b.constant(n)
	case dom.Apply, dom.Bind:
		i, prec := b.apply(n, depth)
		if prec > outer || i == none {
			return i
		}
		return b.parenthesised(i)
	case dom.Lambda:
		l := newList()
		all := b.elements(n)
		for k, e := range all {
			if k == len(all)-1 {
				b.op(&l, "↦")
			} else if k > 0 {
				b.op(&l, ",")
			}
			b.c.push(&l, b.meaning(e, depth+1, precNone))
		}
		return c.parent(kRow, l)
	case dom.Bvar:
		l := newList()
		for _, e := range b.elements(n) {
			c.push(&l, b.meaning(e, depth+1, precNone))
		}
		return c.parent(kRow, l)
	case dom.Piecewise:
		return b.piecewise(n, depth)
	}
	return b.node(n, depth+1, variantNone)
}

func (b *builder) parenthesised(i index) index {
	l := newList()
	b.op(&l, "(")
	b.c.push(&l, i)
	b.op(&l, ")")
	return b.c.parent(kRow, l)
}

// constant builds cn: a number, a fraction, or a power of ten.
func (b *builder) constant(n dom.Node) index {
	c := b.c
	typ, _ := b.t.Attr(n, "type")
	var parts []string
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if s := strings.TrimSpace(string(b.t.AppendText(nil, ch))); s != "" {
			parts = append(parts, s)
		}
	}
	if len(parts) == 2 {
		first, second := c.token(kNumber, variantNone, parts[0]), c.token(kNumber, variantNone, parts[1])
		switch typ {
		case "rational":
			l := newList()
			c.push(&l, first)
			c.push(&l, second)
			return c.parent(kFrac, l)
		case "e-notation":
			l := newList()
			c.push(&l, first)
			b.op(&l, "×")
			c.push(&l, b.power(c.token(kNumber, variantNone, "10"), second))
			return c.parent(kRow, l)
		}
	}
	return c.token(kNumber, variantNone, strings.Join(parts, " "))
}

// power builds base^exponent.
func (b *builder) power(base, exponent index) index {
	l := newList()
	b.c.push(&l, base)
	b.c.push(&l, b.c.add(kEmpty))
	b.c.push(&l, exponent)
	return b.c.parent(kScript, l)
}

func (b *builder) piecewise(n dom.Node, depth int) index {
	c := b.c
	rows := newList()
	for _, piece := range b.elements(n) {
		cells := newList()
		for k, e := range b.elements(piece) {
			in := newList()
			if k == 1 {
				c.push(&in, c.token(kText, variantNone, "if "))
			}
			c.push(&in, b.meaning(e, depth+2, precNone))
			c.push(&cells, c.parent(kTableCell, in))
		}
		if tagOf(b.t, piece) == dom.Otherwise {
			in := newList()
			c.push(&in, c.token(kText, variantNone, "otherwise"))
			c.push(&cells, c.parent(kTableCell, in))
		}
		c.push(&rows, c.parent(kTableRow, cells))
	}
	l := newList()
	open := c.token(kOperator, variantNone, "{")
	c.nodes[open].flags |= fFence
	c.push(&l, open)
	c.push(&l, c.parent(kTable, rows))
	return c.parent(kRow, l)
}

// apply builds an application and returns how tight it binds.
func (b *builder) apply(n dom.Node, depth int) (index, int) {
	c := b.c
	all := b.elements(n)
	if len(all) == 0 {
		return none, precAtom
	}
	head, args := all[0], all[1:]
	name := localName(b.t, head)
	// Qualifiers stand among the arguments.
	bound, from, to, degree, base := dom.None, dom.None, dom.None, dom.None, dom.None
	plainArgs := args[:0:0]
	for _, a := range args {
		switch localName(b.t, a) {
		case "bvar":
			bound = a
		case "lowlimit", "condition", "domainofapplication":
			from = a
		case "uplimit":
			to = a
		case "degree":
			degree = a
		case "logbase":
			base = a
		default:
			plainArgs = append(plainArgs, a)
		}
	}
	args = plainArgs
	arg := func(k, prec int) index {
		if k < len(args) {
			return b.meaning(args[k], depth+1, prec)
		}
		return c.add(kEmpty)
	}
	inner := func(q dom.Node) index {
		l := newList()
		for _, e := range b.elements(q) {
			c.push(&l, b.meaning(e, depth+1, precNone))
		}
		return c.parent(kRow, l)
	}
	pair := func(k kind, x, y index) index {
		l := newList()
		c.push(&l, x)
		c.push(&l, y)
		return c.parent(k, l)
	}
	l := newList()
	if op, ok := infixes[name]; ok && len(args) > 0 {
		if len(args) == 1 {
			b.op(&l, op.op)
			c.push(&l, arg(0, op.prec))
			return c.parent(kRow, l), op.prec
		}
		for k := range args {
			if k > 0 {
				b.op(&l, op.op)
			}
			prec := op.prec
			if k == 0 || name == "plus" || name == "times" || name == "and" || name == "or" {
				prec-- // associative to the left
			}
			c.push(&l, arg(k, prec))
		}
		return c.parent(kRow, l), op.prec
	}
	switch name {
	case "divide", "quotient":
		return pair(kFrac, arg(0, precNone), arg(1, precNone)), precAtom
	case "power":
		return b.power(arg(0, precPower), arg(1, precNone)), precPower
	case "root":
		if degree == dom.None {
			c.push(&l, arg(0, precNone))
			return c.parent(kSqrt, l), precAtom
		}
		return pair(kRoot, arg(0, precNone), inner(degree)), precAtom
	case "abs", "card", "floor", "ceiling":
		open, shut := "|", "|"
		switch name {
		case "floor":
			open, shut = "⌊", "⌋"
		case "ceiling":
			open, shut = "⌈", "⌉"
		}
		b.op(&l, open)
		c.push(&l, arg(0, precNone))
		b.op(&l, shut)
		return c.parent(kRow, l), precAtom
	case "factorial":
		c.push(&l, arg(0, precPower))
		b.op(&l, "!")
		return c.parent(kRow, l), precPower
	case "not":
		b.op(&l, "¬")
		c.push(&l, arg(0, precAnd))
		return c.parent(kRow, l), precAnd
	case "transpose":
		return b.power(arg(0, precPower), c.token(kIdent, variantNone, "T")), precPower
	case "conjugate", "mean":
		c.push(&l, arg(0, precNone))
		c.push(&l, c.add(kEmpty))
		c.push(&l, c.token(kOperator, variantNone, "¯"))
		return c.parent(kLimits, l), precAtom
	case "sum", "product", "limit", "int":
		return b.bounded(name, arg(0, precSum), bound, from, to, inner), precSum
	case "diff", "partialdiff":
		d := constants[name]
		if bound == dom.None {
			return b.power(arg(0, precPower), c.token(kOperator, variantNone, "′")), precPower
		}
		over, under := newList(), newList()
		c.push(&over, c.token(kIdent, variantNone, d))
		c.push(&under, c.token(kIdent, variantNone, d))
		c.push(&under, b.meaning(bound, depth+1, precNone))
		c.push(&l, pair(kFrac, c.parent(kRow, over), c.parent(kRow, under)))
		c.push(&l, arg(0, precProduct))
		return c.parent(kRow, l), precProduct
	case "forall", "exists":
		b.op(&l, constants[name])
		if bound != dom.None {
			c.push(&l, b.meaning(bound, depth+1, precNone))
			b.op(&l, ":")
		}
		c.push(&l, arg(0, precNone))
		return c.parent(kRow, l), precNone
	case "selector":
		index := newList()
		b.joined(&index, args[min(1, len(args)):], ",", depth)
		c.push(&l, arg(0, precPower))
		c.push(&l, c.parent(kRow, index))
		c.push(&l, c.add(kEmpty))
		return c.parent(kScript, l), precPower
	}
	// A function and its arguments.
	if f, ok := functionName(name); ok && tagOf(b.t, head) == dom.Other {
		fn := c.token(kIdent, variantNone, f)
		if base != dom.None {
			s := newList()
			c.push(&s, fn)
			c.push(&s, inner(base))
			c.push(&s, c.add(kEmpty))
			fn = c.parent(kScript, s)
		}
		c.push(&l, fn)
	} else {
		c.push(&l, b.meaning(head, depth+1, precPower))
	}
	b.op(&l, "\u2061")
	b.op(&l, "(")
	b.joined(&l, args, ",", depth)
	b.op(&l, ")")
	return c.parent(kRow, l), precAtom
}

// functionName returns the name under which a content element is written.
func functionName(name string) (string, bool) {
	switch name {
	case "ident":
		return "id", true
	case "determinant":
		return "det", true
	case "real":
		return "Re", true
	case "imaginary":
		return "Im", true
	}
	return name, len(name) < 16
}

// bounded builds a sum, product, limit or integral.
func (b *builder) bounded(name string, body index, bound, from, to dom.Node, inner func(dom.Node) index) index {
	c := b.c
	l := newList()
	op, k := constants[name], kLimits
	var sign index
	switch name {
	case "product":
		sign = c.token(kOperator, variantNone, "∏")
	case "limit":
		sign = c.token(kIdent, variantNone, "lim")
	default:
		sign = c.token(kOperator, variantNone, op)
		if name == "int" {
			k = kScript
		}
	}
	c.nodes[sign].flags |= fTall
	lower, upper := newList(), newList()
	if bound != dom.None && name != "int" {
		c.push(&lower, inner(bound))
		if from != dom.None {
			relation := "="
			if name == "limit" {
				relation = "→"
			}
			b.op(&lower, relation)
		}
	}
	if from != dom.None {
		c.push(&lower, inner(from))
	}
	if to != dom.None {
		c.push(&upper, inner(to))
	}
	s := newList()
	c.push(&s, sign)
	c.push(&s, c.parent(kRow, lower))
	c.push(&s, c.parent(kRow, upper))
	c.push(&l, c.parent(k, s))
	c.push(&l, body)
	if name == "int" && bound != dom.None {
		c.push(&l, c.token(kSpace, variantNone, `\,`))
		c.push(&l, c.token(kIdent, variantNone, "d"))
		c.push(&l, inner(bound))
	}
	return c.parent(kRow, l)
}
