package mathml

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"mathsieve/internal/extract/dom"
)

// ConvertKaTeXHTML appends the LaTeX of a formula that KaTeX typeset as
// HTML: n is the katex-html element or any below. It is for pages that lost
// the MathML beside it. See [Converter.Convert] for the rest.
func (c *Converter) ConvertKaTeXHTML(dst []byte, t *dom.Tree, n dom.Node) ([]byte, error) {
	c.reset()
	b := katexBuilder{builder{c: c, t: t}}
	return c.finish(dst, b.row(n, 0))
}

// A katexBuilder reads KaTeX's spans. Their classes tell what an atom is; what
// stands above what, only the offsets in their styles tell.
type katexBuilder struct{ builder }

// A level is one line of a vertical list.
type level struct {
	node dom.Node
	top  float64 // of its baseline below that of the list, em; above is negative
}

func (b *katexBuilder) row(n dom.Node, depth int) index {
	l := newList()
	if n != dom.None && depth < maxDepth {
		b.children(&l, n, depth)
	}
	return b.c.parent(kRow, l)
}

// children builds the children of n. Scripts stand as a sibling after their
// base.
func (b *katexBuilder) children(l *list, n dom.Node, depth int) {
	c, t := b.c, b.t
	before := none // the sibling before l.last
	for ch := t.FirstChild(n); ch != dom.None; ch = t.NextSibling(ch) {
		if t.HasClass(ch, "msupsub") {
			lower, upper := b.supsub(ch, depth+1)
			if l.n == 0 {
				c.push(l, b.scripted(kScript, none, lower, upper))
				continue
			}
			// The last node becomes the base of the scripts.
			base := l.last
			script := b.scripted(kScript, base, lower, upper)
			if l.n == 1 {
				l.first = script
			} else {
				c.nodes[before].next = script
			}
			l.last = script
			continue
		}
		i := b.node(ch, depth+1)
		if i == none {
			continue
		}
		if l.last != none {
			before = l.last
		}
		c.push(l, i)
	}
}

// katexNot is the sign of KaTeX's fonts that negates the relation after it.
const katexNot = '\ue020'

// katexFonts are the classes that tell a font.
var katexFonts = []struct {
	class   string
	variant variant
}{
	{"mathbf", variantBold},
	{"textbf", variantBold},
	{"boldsymbol", variantBoldItalic},
	{"mathbb", variantDoubleStruck},
	{"mathcal", variantScript},
	{"mathscr", variantScript},
	{"mathfrak", variantFraktur},
	{"mathsf", variantSans},
	{"textsf", variantSans},
	{"mathtt", variantMono},
	{"texttt", variantMono},
	{"mathrm", variantNormal},
}

func (b *katexBuilder) node(n dom.Node, depth int) index {
	c, t := b.c, b.t
	if depth >= maxDepth || len(c.nodes) > maxNodes {
		return none
	}
	switch t.Kind(n) {
	case dom.Text:
		return b.text(n, variantNone)
	case dom.Element:
	default:
		return none
	}
	switch {
	case t.IsElement(n, dom.Svg, dom.Math, dom.Script, dom.Style),
		t.HasAnyClass(n, "strut", "pstrut", "vlist-s", "nulldelimiter", "frac-line", "hide-tail", "arraycolsep", "katex-mathml", "overline-line", "underline-line", "tag", "fix"):
		return none
	case t.HasClass(n, "mspace"):
		style, _ := t.Attr(n, "style")
		if em := emWidth(styleValue(style, "margin-right")); em >= 0.9 {
			return c.token(kSpace, variantNone, spacing(em))
		}
		return none
	case t.HasClass(n, "mfrac"):
		return b.fraction(n, depth)
	case t.HasClass(n, "sqrt"):
		return b.root(n, depth)
	case t.HasClass(n, "op-limits"):
		return b.limits(n, depth)
	case t.HasClass(n, "mtable"):
		return b.table(n, depth)
	case t.HasClass(n, "accent"):
		return b.accent(n, depth)
	case t.HasClass(n, "overline"), t.HasClass(n, "underline"):
		return b.line(n, depth)
	case t.HasClass(n, "mrel") && t.End(n) > n+2:
		// A slash that is laid over the relation before it.
		if s, ok := strings.CutSuffix(b.plainText(n), "/"); ok && utf8.RuneCountInString(s) == 1 {
			return c.token(kOperator, variantNone, norm.NFC.String(s+string(combiningSlash)))
		}
	case t.HasClass(n, "text"):
		return c.token(kText, variantNone, b.plainText(n))
	case t.HasClass(n, "mop") && !t.HasClass(n, "op-symbol") && !b.hasScripts(n):
		if s := b.plainText(n); len(s) > 1 && wordKind(s) == wordLatin {
			return c.token(kIdent, variantNone, s)
		}
	}
	if only := t.FirstChild(n); only != dom.None && t.IsText(only) && t.NextSibling(only) == dom.None {
		v := variantNone
		for _, f := range katexFonts {
			if t.HasClass(n, f.class) {
				v = f.variant
				break
			}
		}
		return b.text(only, v)
	}
	return b.row(n, depth)
}

// hasScripts reports whether n holds a base and its scripts.
func (b *katexBuilder) hasScripts(n dom.Node) bool {
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if b.t.HasClass(ch, "msupsub") {
			return true
		}
	}
	return false
}

// plainText returns the text below n without zero-width blanks.
func (b *katexBuilder) plainText(n dom.Node) string {
	return string(normalise(b.t.AppendText(nil, n), 0, true))
}

// text builds a text node as tokens: letters and signs one by one, digits
// together.
func (b *katexBuilder) text(n dom.Node, v variant) index {
	c := b.c
	l := newList()
	digits := ""
	flush := func() {
		if digits != "" {
			c.push(&l, c.token(kNumber, v, digits))
			digits = ""
		}
	}
	for _, r := range strings.TrimSpace(b.plainText(n)) {
		switch {
		case '0' <= r && r <= '9' || r == '.' && digits != "":
			digits += string(r)
			continue
		case isInvisible(r):
			continue
		case r == katexNot:
			r = combiningSlash
		}
		flush()
		if r < 0x80 && isLetter(byte(r)) || isAlphanumeric(r) || 0x370 <= r && r < 0x400 {
			c.push(&l, c.token(kIdent, v, string(r)))
			continue
		}
		i := c.token(kOperator, v, string(r))
		if isBigOperator(string(r)) {
			c.nodes[i].flags |= fTall
		}
		c.push(&l, i)
	}
	flush()
	switch l.n {
	case 0:
		return none
	case 1:
		return l.first
	}
	return c.parent(kRow, l)
}

// levels returns the lines of the first vertical list in n, from the top.
func (b *katexBuilder) levels(n dom.Node) []level {
	t := b.t
	list := dom.None
	for m := n + 1; m < t.End(n); m++ {
		if t.HasClass(m, "vlist") {
			list = m
			break
		}
	}
	if list == dom.None {
		return nil
	}
	var all []level
	for ch := t.FirstChild(list); ch != dom.None; ch = t.NextSibling(ch) {
		style, ok := t.Attr(ch, "style")
		if !ok {
			continue
		}
		top, err := strconv.ParseFloat(strings.TrimSuffix(styleValue(style, "top"), "em"), 64)
		if err != nil {
			continue
		}
		// Newer versions measure from the top of a strut.
		if strut := t.FirstChild(ch); strut != dom.None && t.HasClass(strut, "pstrut") {
			style, _ := t.Attr(strut, "style")
			top += emWidth(styleValue(style, "height"))
		}
		all = append(all, level{ch, top})
	}
	slices.SortStableFunc(all, func(x, y level) int { return cmp.Compare(x.top, y.top) })
	return all
}

// supsub builds scripts. A single one stands above the baseline or below it.
func (b *katexBuilder) supsub(n dom.Node, depth int) (lower, upper index) {
	lower, upper = none, none
	switch all := b.levels(n); len(all) {
	case 0:
	case 1:
		if i := b.row(all[0].node, depth); all[0].top < 0 {
			upper = i
		} else {
			lower = i
		}
	default:
		upper = b.row(all[0].node, depth)
		lower = b.row(all[len(all)-1].node, depth)
	}
	return lower, upper
}

func (b *katexBuilder) fraction(n dom.Node, depth int) index {
	all := b.levels(n)
	if len(all) < 2 {
		return b.row(n, depth)
	}
	l := newList()
	b.c.push(&l, b.row(all[0].node, depth))
	b.c.push(&l, b.row(all[len(all)-1].node, depth))
	i := b.c.parent(kFrac, l)
	if len(all) == 2 {
		b.c.nodes[i].flags |= fNoLine
	}
	return i
}

func (b *katexBuilder) root(n dom.Node, depth int) index {
	c, t := b.c, b.t
	body, degree := dom.None, none
	for ch := t.FirstChild(n); ch != dom.None; ch = t.NextSibling(ch) {
		if t.HasClass(ch, "root") {
			if all := b.levels(ch); len(all) > 0 {
				degree = b.row(all[0].node, depth)
			}
			continue
		}
		if body == dom.None && t.Kind(ch) == dom.Element {
			body = ch
		}
	}
	l := newList()
	content := none
	if body != dom.None {
		// The radical sign is the line without text.
		for _, lv := range b.levels(body) {
			if i := b.row(lv.node, depth); content == none || !c.isEmpty(i) {
				content = i
			}
		}
		if content == none {
			content = b.row(body, depth)
		}
	} else {
		content = c.add(kEmpty)
	}
	c.push(&l, content)
	if degree == none {
		return c.parent(kSqrt, l)
	}
	c.push(&l, degree)
	return c.parent(kRoot, l)
}

// limits builds an operator with limits: the line with the operator is the
// one that holds an mop.
func (b *katexBuilder) limits(n dom.Node, depth int) index {
	all := b.levels(n)
	at := -1
	for k, lv := range all {
		for m := lv.node + 1; m < b.t.End(lv.node) && at < 0; m++ {
			if b.t.HasClass(m, "mop") && !b.t.HasClass(m, "mtight") {
				at = k
			}
		}
	}
	if at < 0 {
		return b.row(n, depth)
	}
	lower, upper := none, none
	if at > 0 {
		upper = b.row(all[0].node, depth)
	}
	if at+1 < len(all) {
		lower = b.row(all[len(all)-1].node, depth)
	}
	return b.scripted(kLimits, b.row(all[at].node, depth), lower, upper)
}

// accent builds a letter with an accent: the accent is the line with
// accent-body.
func (b *katexBuilder) accent(n dom.Node, depth int) index {
	base, sign := none, none
	for _, lv := range b.levels(n) {
		mark := dom.None
		for m := lv.node + 1; m < b.t.End(lv.node); m++ {
			if b.t.HasClass(m, "accent-body") {
				mark = m
				break
			}
		}
		if mark != dom.None {
			sign = b.c.token(kOperator, variantNone, accentSign(b.plainText(mark)))
		} else if base == none {
			base = b.row(lv.node, depth)
		}
	}
	if sign == none {
		return b.row(n, depth)
	}
	return b.scripted(kLimits, base, none, sign)
}

// accentSign returns the accent that KaTeX draws, the arrow of \vec where it
// is a picture.
func accentSign(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return "→"
	}
	return s
}

func (b *katexBuilder) line(n dom.Node, depth int) index {
	base := none
	for _, lv := range b.levels(n) {
		if i := b.row(lv.node, depth); base == none || !b.c.isEmpty(i) {
			base = i
		}
	}
	if base == none {
		return b.row(n, depth)
	}
	bar := b.c.token(kOperator, variantNone, "―")
	if b.t.HasClass(n, "underline") {
		return b.scripted(kLimits, base, bar, none)
	}
	return b.scripted(kLimits, base, none, bar)
}

// table builds a table, which KaTeX stores column by column.
func (b *katexBuilder) table(n dom.Node, depth int) index {
	c, t := b.c, b.t
	var columns [][]level
	aligned := false
	for m := n + 1; m < t.End(n); {
		if t.Kind(m) == dom.Element && t.HasClassPrefix(m, "col-align-") {
			switch len(columns) {
			case 0:
				aligned = t.HasClass(m, "col-align-r")
			case 1:
				aligned = aligned && t.HasClass(m, "col-align-l")
			}
			columns = append(columns, b.levels(m))
			m = t.End(m)
			continue
		}
		m++
	}
	height := 0
	for _, col := range columns {
		height = max(height, len(col))
	}
	rows := newList()
	for r := range height {
		cells := newList()
		for _, col := range columns {
			in := newList()
			if len(c.nodes) > maxNodes {
				return none // columns of very different heights
			}
			if r < len(col) {
				c.push(&in, b.row(col[r].node, depth))
			}
			c.push(&cells, c.parent(kTableCell, in))
		}
		c.push(&rows, c.parent(kTableRow, cells))
	}
	i := c.parent(kTable, rows)
	if aligned && len(columns) > 1 {
		c.nodes[i].flags |= fAligned
	}
	return i
}
