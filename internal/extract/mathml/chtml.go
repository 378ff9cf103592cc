package mathml

import (
	"slices"
	"strconv"
	"strings"

	"mathsieve/internal/extract/dom"

	"golang.org/x/text/unicode/norm"
)

// ConvertCHTML appends the LaTeX of a formula that MathJax 3 or 4 typeset as
// CHTML: n is mjx-container, mjx-math or any mjx- element below. MathJax 2, whose
// CommonHTML has classes of nearly the same names on spans, is read as well. It
// is for pages stored after typesetting that carry no source. See
// [Converter.Convert] for the rest.
func (c *Converter) ConvertCHTML(dst []byte, t *dom.Tree, n dom.Node) ([]byte, error) {
	c.reset()
	b := chtmlBuilder{builder{c: c, t: t}}
	l := newList()
	b.children(&l, n, 0)
	return c.finish(dst, c.parent(kRow, l))
}

// A chtmlBuilder reads the elements that MathJax makes of MathML: mjx-NAME for
// each MathML element, and inside it boxes that only lay out.
type chtmlBuilder struct{ builder }

// mjxName returns NAME of an mjx-NAME element, or of a span of the class
// mjx-NAME, in lower case, "" for others.
func mjxName(t *dom.Tree, n dom.Node) string {
	if t.Kind(n) != dom.Element {
		return ""
	}
	name, ok := strings.CutPrefix(t.Name(n), "mjx-")
	if !ok && t.Tag(n) == dom.Span {
		first, _, _ := strings.Cut(t.Class(n), " ")
		name, ok = strings.CutPrefix(first, "mjx-")
	}
	if !ok {
		return ""
	}
	return strings.ToLower(name)
}

func (b *chtmlBuilder) children(l *list, n dom.Node, depth int) {
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		b.c.push(l, b.node(ch, depth+1))
	}
}

func (b *chtmlBuilder) row(n dom.Node, depth int) index {
	if n == dom.None {
		return b.c.add(kEmpty)
	}
	l := newList()
	b.children(&l, n, depth)
	return b.c.parent(kRow, l)
}

// find returns the first element below n that is mjx-NAME for one of the
// names, without looking into other MathML elements' parts: boxes have one
// chain of boxes down to what is sought.
func (b *chtmlBuilder) find(n dom.Node, names ...string) dom.Node {
	if n == dom.None {
		return dom.None
	}
	for k := n + 1; k < b.t.End(n); {
		name := mjxName(b.t, k)
		if slices.Contains(names, name) {
			return k
		}
		// munder also names the box that holds base and lower script.
		layout := name == "munder" && mjxName(b.t, b.t.Parent(k)) == "box"
		if isMathElement(name) && !layout {
			k = b.t.End(k)
		} else {
			k++
		}
	}
	return dom.None
}

// isMathElement reports whether mjx-name stands for a MathML element rather
// than a part of its layout.
func isMathElement(name string) bool {
	switch name {
	case "mi", "mn", "mo", "mtext", "ms", "mspace", "mrow", "mfrac", "msqrt", "mroot", "mstyle", "msub", "msup", "msubsup",
		"munder", "mover", "munderover", "mmultiscripts", "mtable", "menclose", "mphantom", "mpadded", "mfenced", "texatom", "semantics", "math":
		return true
	}
	return false
}

// elements returns the mjx children of n that are no struts.
func (b *chtmlBuilder) elements(n dom.Node) []dom.Node {
	var all []dom.Node
	if n == dom.None {
		return nil
	}
	for ch := b.t.FirstChild(n); ch != dom.None; ch = b.t.NextSibling(ch) {
		if name := mjxName(b.t, ch); name != "" && !isStrut(name) {
			all = append(all, ch)
		}
	}
	return all
}

func isStrut(name string) bool {
	switch name {
	case "nstrut", "dstrut", "strut", "tstrut", "line", "spacer", "mark", "break", "surd", "linestrut", "rowstrut", "table-strut", "vsize":
		return true
	}
	return false
}

func (b *chtmlBuilder) node(n dom.Node, depth int) index {
	c, t := b.c, b.t
	if depth >= maxDepth || len(c.nodes) > maxNodes {
		return none
	}
	name := mjxName(t, n)
	switch name {
	case "assistive-mml", "speech", "copytext", "lazy":
		return none
	case "mi":
		return b.token(kIdent, n)
	case "mn":
		return b.token(kNumber, n)
	case "mo":
		i := b.token(kOperator, n)
		if isBigOperator(string(c.textOf(i))) {
			c.nodes[i].flags |= fTall
		}
		return i
	case "mtext", "ms", "utext":
		return b.token(kText, n)
	case "mspace":
		style, _ := t.Attr(n, "style")
		if cmd := spacing(emWidth(styleValue(style, "width"))); cmd != "" {
			return c.token(kSpace, variantNone, cmd)
		}
		return none
	case "mfrac":
		l := newList()
		c.push(&l, b.row(b.find(n, "num", "numerator"), depth))
		c.push(&l, b.row(b.find(n, "den", "denominator"), depth))
		i := c.parent(kFrac, l)
		if b.find(n, "line") == dom.None && b.find(n, "dtable") != dom.None || b.isAtop(n) {
			c.nodes[i].flags |= fNoLine
		}
		return i
	case "msqrt", "mroot":
		l := newList()
		c.push(&l, b.row(b.find(n, "box"), depth))
		if name == "msqrt" {
			return c.parent(kSqrt, l)
		}
		c.push(&l, b.row(b.find(n, "root"), depth))
		return c.parent(kRoot, l)
	case "msub", "msup", "msubsup":
		return b.scripts(name, n, depth)
	case "munder", "mover", "munderover":
		return b.limits(name, n, depth)
	case "mtable":
		return b.table(n, depth)
	case "mphantom":
		return none
	case "menclose":
		l := newList()
		c.push(&l, b.row(b.find(n, "box"), depth))
		i := c.parent(kEnclose, l)
		notation, ok := t.Attr(n, "notation")
		if !ok {
			notation = "box"
		}
		start := len(c.text)
		c.text = append(c.text, notation...)
		c.nodes[i].textStart, c.nodes[i].textEnd = int32(start), int32(len(c.text))
		return i
	case "":
		if t.Kind(n) == dom.Text {
			return b.stray(n, variantNone)
		}
		if t.Kind(n) != dom.Element || t.IsElement(n, dom.Script, dom.Style, dom.Svg, dom.Math) {
			return none
		}
	}
	if isStrut(name) {
		return none
	}
	return b.row(n, depth)
}

// isAtop reports whether a fraction has no line.
func (b *chtmlBuilder) isAtop(n dom.Node) bool {
	frac := b.find(n, "frac")
	return b.t.HasAttr(n, "atop") || frac != dom.None && b.t.HasAttr(frac, "atop")
}

// token builds a leaf. Its characters are the texts of mjx-c elements, or code
// points in their classes; styled letters come as mathematical alphanumerics.
func (b *chtmlBuilder) token(k kind, n dom.Node) index {
	c, t := b.c, b.t
	start := len(c.text)
	last, font := "", ""
	var whole []byte // what the pieces of a stretched sign are named after
	for m := n + 1; m < t.End(n); m++ {
		if t.Kind(m) == dom.Text {
			c.text = t.AppendText(c.text, m)
			continue
		}
		if f := fontOf(t.Class(m)); f != "" {
			font = f
		}
		name := mjxName(t, m)
		if name == "mark" || name == "stretchy-v" || name == "stretchy-h" {
			whole = append(whole, glyphs(t.Class(m))...)
			continue
		}
		if t.FirstChild(m) != dom.None {
			continue
		}
		class := t.Class(m)
		s := glyphs(class)
		// The pieces of a stretched sign repeat it.
		if s != "" && (s != last || !b.stretched(m, n)) {
			c.text = append(c.text, s...)
		}
		last = s
	}
	text := string(c.text[start:])
	c.text = c.text[:start]
	if text == "" {
		text = string(whole)
	}
	v := variantNone
	if font != "" {
		v = fontVariants[font]
		if k == kIdent && font == "main-R" && len(text) == 1 && isLetter(text[0]) {
			v = variantNormal
		}
		text = wholeSign(text)
	} else if r := firstRune(text); k == kIdent {
		// MathJax writes italic letters as such; an ASCII letter is upright.
		if len(text) == 1 && isLetter(text[0]) {
			v = variantNormal
		} else if _, av, ok := plain(r); ok && av != variantItalic {
			v = av
		}
	}
	text = norm.NFKC.String(text)
	i := c.token(k, v, text)
	c.text = normalise(c.text, start, k == kText)
	c.nodes[i].textEnd = int32(len(c.text))
	return i
}

// fontOf returns the font of MathJax 2 that a class names, such as "math-I" for
// MJXc-TeX-math-I. Of the fonts of MathJax 3, only the calligraphic one has the
// code points of plain letters.
func fontOf(class string) string {
	if strings.HasSuffix(class, " TEX-C") || strings.HasSuffix(class, " TEX-CB") {
		return "cal-R"
	}
	_, font, _ := strings.Cut(class, "MJXc-TeX-")
	font, _, _ = strings.Cut(font, " ")
	return strings.TrimSuffix(font, "w")
}

// fontVariants are the fonts of MathJax 2 that say what a letter means.
var fontVariants = map[string]variant{
	"main-B": variantBold, "ams-R": variantDoubleStruck, "cal-R": variantScript, "cal-B": variantScript, "frak-R": variantFraktur,
	"frak-B": variantFraktur, "sans-R": variantSans, "type-R": variantMono, "script-R": variantScript,
}

// wholeSign returns the sign that a text of pieces of a stretched bracket draws,
// or the text as it is.
func wholeSign(text string) string {
	switch r := firstRune(text); {
	case r >= '⎛' && r <= '⎝':
		return "("
	case r >= '⎞' && r <= '⎠':
		return ")"
	case r >= '⎡' && r <= '⎣':
		return "["
	case r >= '⎤' && r <= '⎦':
		return "]"
	case r >= '⎧' && r <= '⎩':
		return "{"
	case r >= '⎫' && r <= '⎭':
		return "}"
	case r == '∣' || r == '⏐':
		return "|"
	}
	return text
}

// stretched reports whether m stands in a part of a stretched sign in n.
func (b *chtmlBuilder) stretched(m, n dom.Node) bool {
	for m = b.t.Parent(m); m > n; m = b.t.Parent(m) {
		if strings.HasPrefix(mjxName(b.t, m), "stretchy") {
			return true
		}
	}
	return false
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// glyphs returns the characters whose code points the classes name: "mjx-c"
// followed by hexadecimal digits.
func glyphs(class string) string {
	var s []rune
	for word := range strings.FieldsSeq(class) {
		hex, ok := strings.CutPrefix(word, "mjx-c")
		if !ok || hex == "" || len(hex) > 6 {
			continue
		}
		if code, err := strconv.ParseUint(hex, 16, 32); err == nil && code >= ' ' {
			s = append(s, rune(code))
		}
	}
	return string(s)
}

// styleValue returns the value of a property in a style attribute.
func styleValue(style, property string) string {
	for decl := range strings.SplitSeq(style, ";") {
		key, value, ok := strings.Cut(decl, ":")
		if ok && strings.TrimSpace(key) == property {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// scripts builds a base with scripts. In mjx-script of msubsup the superscript
// comes first; MathJax 2 names all parts.
func (b *chtmlBuilder) scripts(name string, n dom.Node, depth int) index {
	if base := b.find(n, "base"); base != dom.None {
		var parts [2]index
		for i, part := range [...]string{"sub", "sup"} {
			parts[i] = none
			if s := b.find(n, part); s != dom.None {
				parts[i] = b.row(s, depth)
			}
		}
		return b.scripted(kScript, b.row(base, depth), parts[0], parts[1])
	}
	base, script := dom.None, dom.None
	for _, e := range b.elements(n) {
		if mjxName(b.t, e) == "script" {
			script = e
		} else if base == dom.None {
			base = e
		}
	}
	lower, upper := none, none
	parts := b.elements(script)
	switch {
	case len(parts) == 0 && script != dom.None:
		i := b.row(script, depth)
		if name == "msub" {
			lower = i
		} else {
			upper = i
		}
	case name == "msub" && len(parts) > 0:
		lower = b.row(script, depth)
	case name == "msup" && len(parts) > 0:
		upper = b.row(script, depth)
	case len(parts) > 0:
		upper = b.node(parts[0], depth+1)
		if len(parts) > 1 {
			lower = b.node(parts[1], depth+1)
		}
	}
	return b.scripted(kScript, b.one(base, depth), lower, upper)
}

// one builds a part that may be missing.
func (b *chtmlBuilder) one(n dom.Node, depth int) index {
	if n == dom.None {
		return none
	}
	return b.node(n, depth+1)
}

// scripted builds a script node out of parts that may be none.
func (b *builder) scripted(k kind, base, lower, upper index) index {
	l := newList()
	for _, part := range [...]index{base, lower, upper} {
		if part == none {
			part = b.c.add(kEmpty)
		}
		b.c.push(&l, part)
	}
	return b.c.parent(k, l)
}

// limits builds what stands under and over. With limits="false" the scripts
// stand to the right.
func (b *chtmlBuilder) limits(name string, n dom.Node, depth int) index {
	if s, _ := b.t.Attr(n, "limits"); s == "false" {
		switch name {
		case "munder":
			return b.scripts("msub", n, depth)
		case "mover":
			return b.scripts("msup", n, depth)
		}
		return b.scripts("msubsup", n, depth)
	}
	base := b.find(n, "base", "op")
	lower, upper := none, none
	if name != "mover" {
		if u := b.find(n, "under"); u != dom.None {
			lower = b.row(u, depth)
		}
	}
	if name != "munder" {
		if o := b.find(n, "over"); o != dom.None {
			upper = b.row(o, depth)
		}
	}
	body := none
	if base != dom.None {
		body = b.row(base, depth)
	}
	return b.scripted(kLimits, body, lower, upper)
}

func (b *chtmlBuilder) table(n dom.Node, depth int) index {
	c, t := b.c, b.t
	rows := newList()
	aligned := false
	for k := n + 1; k < t.End(n); {
		name := mjxName(t, k)
		if name != "mtr" && name != "mlabeledtr" {
			if isMathElement(name) {
				k = t.End(k)
			} else {
				k++
			}
			continue
		}
		cells := newList()
		all := b.elements(k)
		aligned = aligned || len(all) > 1 && b.alignOf(all[0]) == "right" && b.alignOf(all[1]) == "left"
		for _, cell := range all {
			l := newList()
			b.children(&l, cell, depth+2)
			c.push(&cells, c.parent(kTableCell, l))
		}
		c.push(&rows, c.parent(kTableRow, cells))
		k = t.End(k)
	}
	i := c.parent(kTable, rows)
	if t.HasAttr(n, "width") || strings.Contains(t.Class(n), "align") || aligned {
		c.nodes[i].flags |= fAligned
	}
	return i
}

// alignOf returns how the style of a cell aligns it, "" for the middle.
func (b *chtmlBuilder) alignOf(cell dom.Node) string {
	style, _ := b.t.Attr(cell, "style")
	return styleValue(style, "text-align")
}
