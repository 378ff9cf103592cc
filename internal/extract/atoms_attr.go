package extract

import (
	"strings"

	"mathsieve/internal/extract/asciimath"
	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// scanMath makes n a formula if it carries one and reports whether the whole
// subtree is settled. The order is that of trust: what a renderer wrote comes
// before attributes, and attributes come before text in a likely container.
func (p *page) scanMath(n dom.Node, tag dom.Tag, a *attrs, bits classBits) bool {
	m := &p.m[n]
	if m.flags&nfCode != 0 && roles[tag]&roleCode == 0 {
		return false
	}
	if roles[tag]&roleCode != 0 {
		if bits.math&mcPreview != 0 {
			return p.mathJaxPreview(n)
		}
		return p.codeFormula(n, tag, a, bits)
	}
	switch tag {
	case dom.Math:
		return p.mathElement(n, a)
	case dom.MjxContainer:
		return p.mjxContainer(n, a)
	case dom.MjxAssistiveMml:
		if math := p.tree.Find(n, dom.Math); math != dom.None {
			return p.convertMathML(n, math, formMathJax3, dispUnknown)
		}
		return false
	case dom.MjxMath:
		return p.rebuilt(n, formMathJax3, dispUnknown, n, p.conv.ConvertCHTML)
	case dom.Img, dom.Image:
		return p.imageElement(n, a, bits)
	case dom.Var:
		if p.varFormula(n) {
			return true
		}
	case dom.Body, dom.Html, dom.Main, dom.Article, dom.Ul, dom.Ol, dom.Table, dom.Tbody, dom.Tr, dom.Form,
		dom.H1, dom.H2, dom.H3, dom.H4, dom.H5, dom.H6, dom.A, dom.Input, dom.Button, dom.Meta, dom.Link:
		if tag == dom.Table && bits.math&mcDisplay != 0 && p.displayTable(n) {
			return true
		}
		if tag == dom.Table || tag == dom.H1 || tag == dom.H2 || tag == dom.A {
			p.region(n, bits)
		}
		return false
	case dom.Other, dom.Formula, dom.Asciimath, dom.TexMath:
		if p.customElement(n, tag, a) {
			return true
		}
	}
	c := bits.math
	if c == 0 && a.tex == "" && a.mathml == "" {
		return false
	}
	switch {
	case c&mcJunk != 0:
		m.flags |= nfDrop
		return true
	case c&mcPreview != 0:
		return p.mathJaxPreview(n)
	case c&mcKatexError != 0:
		return p.katexError(n)
	case c&(mcKatex|mcKatexDisplay|mcKatexMathML) != 0:
		if p.katex(n, a, bits) {
			return true
		}
	case c&mcMathJaxNode != 0 && p.mathJaxNode(n, a, bits):
		return true
	case c&mcFrame != 0 && p.mathJaxFrame(n, a, bits):
		return true
	case c&mcWiki != 0 && p.wikiElement(n, bits):
		return true
	case c&mcTexError != 0:
		return p.texError(n)
	case c&mcMathQuill != 0 && p.mathQuill(n):
		return true
	case c&mcCopyText != 0 && p.afterFormula(n):
		m.flags |= nfDrop
		return true
	case c&mcSource != 0 && p.afterFormula(n):
		m.flags |= nfDrop
		return true
	}
	if a.tex != "" && p.attributeFormula(n, tag, a, bits) {
		return true
	}
	if a.mathml != "" && c&mcFrame == 0 && p.mathMLString(n, formAttribute, a.mathml, p.markedDisplay(tag, a, bits)) {
		return true
	}
	if c&mcAsciiMath != 0 {
		m.flags |= nfAsciiMath
	}
	if c&(mcBare|mcForce|mcHTMLMath) != 0 && p.bareContainer(n, bits, p.markedDisplay(tag, a, bits)) {
		return true
	}
	p.region(n, bits)
	return false
}

// region notes that raw delimiters inside n are certain.
func (p *page) region(n dom.Node, bits classBits) {
	if bits.math&mcRegion != 0 {
		p.m[n].flags |= nfRegion
	}
}

// markedDisplay is what attributes, class and tag say of the display.
func (p *page) markedDisplay(tag dom.Tag, a *attrs, bits classBits) display {
	switch {
	case a.display == "true" || a.display == "block" || a.display == "display":
		return dispBlock
	case a.display == "false" || a.display == "inline" || bits.math&mcInline != 0:
		return dispInline
	case bits.math&mcDisplay != 0, tag == dom.Div, tag == dom.P, tag == dom.Figure, tag == dom.Section:
		return dispBlock
	}
	return dispUnknown
}

// attributeFormula takes the TeX of a data attribute.
func (p *page) attributeFormula(n dom.Node, tag dom.Tag, a *attrs, bits classBits) bool {
	s := percentDecoded(strings.TrimSpace(a.tex))
	class := bits.math&(mcBare|mcForce|mcKatex|mcKatexDisplay|mcImage|mcRegion|mcMathQuill) != 0
	if s == "" || s == "true" || s == "false" || strings.HasPrefix(s, "{\"") || strings.HasPrefix(s, "[{") ||
		strings.Contains(s, "://") || isNumber(s) && !class {
		return false
	}
	switch a.texName {
	case "data-value", "data-content", "data-original", "data-raw", "data-expression", "data-entry", "data-math", "tex", "latex":
		if !class && (a.texName != "data-math" && a.texName != "data-expression" || !tex.LooksMath(s)) {
			return false
		}
	case "data-asciimath":
		p.scratch = asciimath.ToTeX(p.scratch[:0], s)
		return p.setAtom(n, formAsciiMath, string(p.scratch), p.markedDisplay(tag, a, bits))
	default:
		if !class && !tex.LooksMath(s) {
			return false
		}
	}
	if size := p.tree.End(n) - n; size > 2000 || roles[tag]&roleBlock != 0 && size > 200 {
		return false
	}
	d := p.markedDisplay(tag, a, bits)
	if a.tex != "" && strings.Contains(a.class, "ztext-math") {
		// Zhihu's editor marks display formulas by a final line break.
		d = blockIf(strings.HasSuffix(s, `\\`) || strings.HasPrefix(s, `\begin`))
		s = strings.TrimSuffix(s, `\\`)
	}
	return p.setAtom(n, formAttribute, s, d)
}

func isNumber(s string) bool {
	for i := range len(s) {
		if b := s[i]; (b < '0' || b > '9') && b != '.' && b != '-' && b != ',' {
			return false
		}
	}
	return true
}

// customElement handles elements that web components and XML vocabularies use
// for formulas.
func (p *page) customElement(n dom.Node, tag dom.Tag, a *attrs) bool {
	name := p.tree.Name(n)
	d := dispUnknown
	switch name {
	case "la-tex", "tex-math", "inline-math", "d-math", "dt-math", "math-renderer", "mathjax", "x-eq", "ms-katex", "latex-js",
		"eq", "tex", "latex", "formula", "math-tex", "math-field", "math-inline", "math-jax", "tex-inline", "eqn", "katex", "i-math", "ng-katex", "mathlive-static",
		"math-span", "m-math", "ka-tex", "x-katex", "inline-katex", "x-tex", "x-latex", "equation", "mjx", "anki-mathjax", "vue-mathjax", "vue-katex",
		"embed-katex":
		d = blockIf(a.display == "true" || isDisplayElement(&p.tree, n, name) || a.display == "block" || p.tree.HasAttr(n, "block") || p.tree.HasAttr(n, "display-mode") ||
			p.tree.HasClass(n, "js-display-math"))
		if d == dispInline {
			d = dispUnknown
		}
		if name == "tex-math" && d == dispUnknown && p.inDisplayWrapper(n) {
			d = dispBlock
		}
		if name == "tex-math" && d == dispUnknown && p.inInlineFormula(n) {
			d = dispInline
		}
	case "block-math", "math-block", "display-math", "eqnarray", "tex-block", "math-display", "math-div", "katex-block", "katex-display":
		d = dispBlock
	case "asciimath", "ascii-math", "a-math":
		p.scratch = asciimath.ToTeX(p.scratch[:0], strings.Trim(strings.TrimSpace(p.textOf(n)), "`"))
		return p.setAtom(n, formAsciiMath, string(p.scratch), dispUnknown)
	default:
		if isPrefixedMath(name) {
			return p.mathElement(n, a)
		}
		if !strings.HasPrefix(name, "katex-") {
			return false
		}
	}
	source := a.tex
	if source == "" {
		source = p.ownSource(n)
	}
	if source == "" && name == "math-field" {
		source, _ = p.tree.Attr(n, "value")
	}
	if source != "" && source != "true" {
		return p.setAtom(n, formElement, source, d)
	}
	size := int(p.tree.End(n) - n)
	if size > 200 || !p.spend(size) {
		return false
	}
	if p.tree.Find(n, dom.Math, dom.Annotation, dom.MjxContainer, dom.P, dom.Table) != dom.None {
		return false
	}
	if child := p.onlyChild(n); child != dom.None && p.classes.lookup(p.tree.Class(child), false).math&(mcKatex|mcKatexDisplay) != 0 {
		return false
	}
	src := strings.TrimSpace(p.textOf(n))
	if src == "" {
		return false
	}
	if tag == dom.Other && (name == "eq" || name == "tex" || name == "latex" || name == "formula" || name == "equation" || name == "mjx") && !tex.LooksMath(src) {
		if _, _, ok := tex.Delimited(src); !ok {
			return false
		}
	}
	return p.setAtom(n, formElement, strings.Clone(src), d)
}

// ownSource returns the TeX in an attribute that only elements of formulas have,
// unless it is a sentence with formulas in it.
func (p *page) ownSource(n dom.Node) string {
	for _, attribute := range [...]string{"expr", "formula", "equation"} {
		source, _ := p.tree.Attr(n, attribute)
		if _, _, ok := tex.Delimited(source); ok || source != "" && strings.IndexByte(source, '$') < 0 {
			return source
		}
	}
	return ""
}

// isDisplayElement reports whether an element of that name is a display formula:
// by its environment in GladTeX, by the section around it in markdown-it-texmath.
func isDisplayElement(t *dom.Tree, n dom.Node, name string) bool {
	switch name {
	case "eq":
		environment, _ := t.Attr(n, "env")
		return environment == "displaymath"
	case "eqn":
		return t.IsElement(t.Parent(n), dom.Section)
	}
	return false
}

// varFormula makes a variable a formula that is TeX, as on AtCoder; names of
// variables stay text.
func (p *page) varFormula(n dom.Node) bool {
	const most = 8 // nodes
	if p.tree.End(n)-n > most {
		return false
	}
	src := strings.TrimSpace(p.textOf(n))
	if base, _, ok := strings.Cut(src, "_"); !strings.ContainsAny(src, `\^`) && (!ok || len(base) > 1) {
		return false
	}
	if !tex.LooksTeX(src) || p.tree.Find(n, dom.Sub, dom.Sup) != dom.None {
		return false
	}
	return p.setAtom(n, formElement, strings.Clone(src), dispInline)
}

// inInlineFormula reports whether an article's mark-up calls n inline; the
// LaTeX document in it always has delimiters of display formulas.
func (p *page) inInlineFormula(n dom.Node) bool {
	for range 2 {
		if n = p.tree.Parent(n); n == dom.None {
			return false
		}
		if p.tree.Name(n) == "inline-formula" {
			return true
		}
	}
	return false
}

// wikiElement handles MediaWiki's wrapper: MathML, hidden or not, and an image.
func (p *page) wikiElement(n dom.Node, bits classBits) bool {
	t := &p.tree
	size := int(t.End(n) - n)
	if size > 20_000 || !p.spend(size) {
		return false
	}
	d := blockIf(bits.math&mcDisplay != 0)
	if math := t.Find(n, dom.Math); math != dom.None {
		if mode, _ := t.Attr(math, "display"); mode == "block" || d == dispInline && p.alone(n) {
			d = dispBlock
		}
		return p.convertMathML(n, math, formMediaWiki, d)
	}
	img := t.Find(n, dom.Img)
	if img == dom.None {
		return p.wikiSource(n, d)
	}
	if p.classes.lookup(t.Class(img), false).math&mcDisplay != 0 {
		d = dispBlock
	}
	alt, _ := t.Attr(img, "alt")
	if strings.TrimSpace(alt) == "" {
		return false
	}
	return p.setAtom(n, formMediaWiki, alt, d)
}

// wikiSource makes a formula of the source that MediaWiki shows, between dollars,
// to readers who want neither MathML nor images.
func (p *page) wikiSource(n dom.Node, d display) bool {
	inner, _, ok := tex.Delimited(strings.TrimSpace(p.textOf(n)))
	if !ok || p.hasElementChild(n) {
		return false
	}
	if d == dispInline && p.alone(n) {
		d = dispBlock
	}
	return p.setAtom(n, formMediaWiki, strings.Clone(inner), d)
}

// texError takes the source out of MediaWiki's complaint about it.
func (p *page) texError(n dom.Node) bool {
	if !p.spend(int(p.tree.End(n) - n)) {
		return false
	}
	s := strings.Join(strings.Fields(p.textOf(n)), " ")
	if !p.tree.ClassContains(n, "tex") && !strings.HasPrefix(s, "Failed to parse") {
		return false
	}
	s = afterComplaint(s)
	if !tex.LooksMath(s) && !tex.LooksTeX(s) {
		return false
	}
	d := dispUnknown
	if strings.HasPrefix(s, `{\displaystyle`) {
		d = blockIf(p.alone(n)) // MediaWiki writes it before any formula
	}
	return p.setAtom(n, formMediaWiki, strings.Clone(s), d)
}

// afterComplaint returns the source behind "Failed to parse (REASON): ", in any
// language. The reason may have parentheses of its own.
func afterComplaint(s string) string {
	if i := strings.Index(s, `: {\displaystyle `); i >= 0 {
		return s[i+len(": "):]
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				if after, ok := strings.CutPrefix(strings.TrimLeft(s[i+1:], " "), ": "); ok {
					return after
				}
				depth = -len(s) // no complaint of this shape
			}
		}
	}
	if _, after, ok := strings.Cut(s, "): "); ok {
		return after
	}
	if _, after, ok := strings.Cut(s, ": "); ok {
		return after
	}
	return s
}

// mathQuill takes the source that a static MathQuill formula keeps for copying,
// or all that is in the element before MathQuill has made a formula of it.
func (p *page) mathQuill(n dom.Node) bool {
	t := &p.tree
	size := int(t.End(n) - n)
	if !p.spend(size) {
		return false
	}
	for c := n + 1; c < t.End(n); c++ {
		if t.Kind(c) == dom.Element && p.classes.lookup(t.Class(c), false).math&mcSelectable != 0 {
			return p.setAtom(n, formAttribute, strings.Clone(p.textOf(c)), dispUnknown)
		}
	}
	if src := p.textOf(n); !p.hasElementChild(n) && looksBare(strings.TrimSpace(src)) {
		return p.setAtom(n, formAttribute, strings.Clone(src), dispUnknown) // before its script ran
	}
	return false
}

// afterFormula reports whether n repeats the formula right in front of it.
func (p *page) afterFormula(n dom.Node) bool {
	before := p.tree.PrevSibling(n)
	if before != dom.None && p.isBlankText(before) {
		before = p.tree.PrevSibling(before)
	}
	return before != dom.None && p.m[before].flags&nfAtom != 0
}

// svgFormula makes a drawing of a formula a formula: one by MathJax with its
// source, or one whose title or label is TeX.
func (p *page) svgFormula(n dom.Node) bool {
	t := &p.tree
	size := int(t.End(n) - n)
	if size > 50_000 || !p.spend(min(size, 400)) {
		return false
	}
	label, _ := t.Attr(n, "aria-label")
	title := ""
	for c := n + 1; c < t.End(n) && c < n+200; c++ {
		if t.Kind(c) != dom.Element {
			continue
		}
		switch t.Tag(c) {
		case dom.Title:
			if title == "" {
				title = strings.TrimSpace(p.textOf(c))
				title = strings.Clone(title)
			}
		case dom.G:
			if kind, _ := t.Attr(c, "data-mml-node"); kind == "math" {
				if src := p.rootTeX(c, ""); src != "" {
					return p.setAtom(n, formMathJax3, src, dispUnknown)
				}
				if title == "" && label == "" {
					return p.rebuildSVG(n, c, dispUnknown)
				}
			}
		}
	}
	for _, s := range [...]string{title, label} {
		if s != "" && strings.IndexByte(s, '\\') >= 0 && tex.LooksTeX(s) || s != "" && tex.LooksMath(s) && !isSpeech(s) && strings.ContainsAny(s, "^_=") {
			return p.setAtom(n, formAttribute, s, blockIf(p.alone(n)))
		}
	}
	return false
}
