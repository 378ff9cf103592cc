package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/extract/dom"
)

// maxFractionSteps bounds the search for the parts of a fraction, in nodes.
const maxFractionSteps = 8

// isFraction reports whether the class of n says that a fraction or a root is
// laid out in it.
func (p *page) isFraction(n dom.Node) bool {
	return p.tree.IsElement(n, dom.Span) && p.classes.lookup(p.tree.Class(n), false).math&mcFrac != 0
}

// denominatorOf returns the element that stands below n where n is the numerator
// of a fraction laid out in HTML, else None. Both parts have classes, or the
// lower one has a line above it, or they are a superscript, a slash and a
// subscript; a wrapper may stand between them and the element of the fraction.
func (p *page) denominatorOf(n dom.Node) dom.Node {
	t := &p.tree
	script := t.Tag(n) == dom.Sup
	if up := t.Parent(n); !p.isFraction(up) && (script || !p.isFraction(t.Parent(up)) ||
		t.HasAnyClass(up, "num", "den", "numerator", "denominator", "root")) {
		return dom.None
	}
	named := t.HasAnyClass(n, "num", "numerator")
	if !named && !script && t.Class(n) != "" {
		return dom.None
	}
	slash := false
	for s, steps := t.NextSibling(n), 0; s != dom.None && steps < maxFractionSteps; s, steps = t.NextSibling(s), steps+1 {
		if t.Kind(s) == dom.Text {
			slash = slash || bytes.IndexByte(t.RawText(s), '/') >= 0 || strings.Contains(p.textOf(s), "\u2044")
			continue
		}
		if t.Kind(s) != dom.Element || t.End(s) == s+1 {
			continue
		}
		switch {
		case named && t.HasAnyClass(s, "den", "denominator"),
			script && slash && t.Tag(s) == dom.Sub,
			!named && !script && t.Tag(s) == dom.Span && p.hasBar(s):
			return s
		}
	}
	return dom.None
}

// hasBar reports whether the style of n draws a line above it.
func (p *page) hasBar(n dom.Node) bool {
	style, ok := p.tree.Attr(n, "style")
	return ok && (strings.Contains(style, "border-top") || strings.Contains(style, "overline"))
}

// walkFraction prepares a fraction of HTML for its way into prose as num/den:
// the slash, that of the source or the one that only screen readers get, counts
// once.
func (p *page) walkFraction(n dom.Node) dom.Node {
	t := &p.tree
	for c := n + 1; c < min(t.End(n), n+maxFractionSteps); c++ {
		if !t.IsElement(c, dom.Span) {
			continue
		}
		den := p.denominatorOf(c)
		if den == dom.None {
			continue
		}
		p.m[c].flags |= nfNumerator
		for s := t.NextSibling(c); s != den; s = t.NextSibling(s) {
			p.m[s].flags |= nfDrop
		}
		break
	}
	return n + 1
}

// openNumerator sets a numerator apart from the whole number before it.
func (p *page) openNumerator(n dom.Node) {
	w := &p.walk
	if k := len(w.para); k > 0 && isDigit(w.para[k-1]) {
		w.para = append(w.para, ' ')
	}
	p.push(n, closeNumerator, '/')
}
