package extract

import (
	"bytes"
	"encoding/json"
	"strings"

	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// subLimits bounds the trees of formulas that stand in attributes and scripts.
var subLimits = dom.Options{MaxBytes: 1 << 20, MaxNodes: 100_000, MaxDepth: 256, MaxFormatting: 64, MaxRepairs: 1000}

// isTeXAnnotation reports whether an annotation element holds TeX.
func (p *page) isTeXAnnotation(n dom.Node) bool {
	encoding, _ := p.tree.Attr(n, "encoding")
	return texEncoding(encoding)
}

func texEncoding(encoding string) bool {
	encoding = strings.TrimSpace(encoding)
	switch {
	case strings.EqualFold(encoding, "TeX"), strings.EqualFold(encoding, "LaTeX"):
		return true
	}
	return containsFold(encoding, "x-tex") || containsFold(encoding, "x-latex") || containsFold(encoding, "application/tex") ||
		containsFold(encoding, "text/latex") || containsFold(encoding, "application/latex")
}

// annotationTeX returns a copy of the TeX in the text of an annotation, which the
// editor of the learning platform Brightspace wraps in JSON.
func annotationTeX(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), `{"`) {
		var v struct {
			Math string `json:"math"`
		}
		if json.Unmarshal([]byte(text), &v) == nil && v.Math != "" {
			return v.Math
		}
	}
	return strings.Clone(text)
}

// findAnnotation returns the TeX annotation below n, or None.
func (p *page) findAnnotation(n dom.Node) dom.Node {
	t := &p.tree
	for c := t.Find(n, dom.Annotation); c != dom.None; c = t.FindNext(n, c, dom.Annotation) {
		if p.isTeXAnnotation(c) {
			return c
		}
	}
	if t.Tag(n) == dom.Other { // behind a namespace prefix
		for c := n + 1; c < t.End(n); c++ {
			if t.Kind(c) == dom.Element && t.Tag(c) == dom.Other && strings.HasSuffix(t.Name(c), ":annotation") && p.isTeXAnnotation(c) {
				return c
			}
		}
	}
	return dom.None
}

// mathElement makes a math element a formula.
func (p *page) mathElement(n dom.Node, a *attrs) bool {
	t := &p.tree
	if !p.spend(int(t.End(n) - n)) {
		p.tally.miss(formMathML, lossUnreadable)
		p.m[n].flags |= nfDrop
		return true
	}
	d := dispInline
	switch {
	case a.display == "block" || a.display == "display" || a.display == "true":
		d = dispBlock
	case p.inDisplayWrapper(n), a.display != "inline" && p.alone(n):
		d = dispBlock
	}
	alttext := ""
	if a.texName == "alttext" {
		alttext = a.tex
	}
	latex := ""
	if a.texName != "alttext" {
		latex = a.tex
	} else if v, ok := t.Attr(n, "data-latex"); ok {
		latex = v
	}
	if ann := p.findAnnotation(n); ann != dom.None {
		if src := p.textOf(ann); strings.TrimSpace(src) != "" {
			return p.setAtom(n, formMathML, annotationTeX(src), d)
		}
	}
	if altIsTeX(alttext) {
		return p.setAtom(n, formMathML, alttext, d)
	}
	if latex != "" {
		return p.setAtom(n, formMathML, latex, d)
	}
	if p.texSibling(n) {
		p.m[n].flags |= nfDrop
		return true
	}
	if !p.hasElementChild(n) {
		// Wikitext that leaked into the page.
		return p.setAtom(n, formMathML, strings.Clone(p.textOf(n)), d)
	}
	return p.convertMathML(n, n, formMathML, d)
}

// texSibling reports whether the author's TeX stands beside n, as in the
// alternatives of journal articles; that element then is the formula.
func (p *page) texSibling(n dom.Node) bool {
	t := &p.tree
	next, prev := n, n
	for range 2 {
		if next = t.NextElement(next); next == dom.None {
			break
		}
		if t.Tag(next) == dom.TexMath {
			return true
		}
	}
	for range 2 {
		if prev = t.PrevElement(prev); prev == dom.None {
			break
		}
		if t.Tag(prev) == dom.TexMath {
			return true
		}
	}
	return false
}

func (p *page) hasElementChild(n dom.Node) bool {
	for c := range p.tree.Children(n) {
		if p.tree.Kind(c) == dom.Element {
			return true
		}
	}
	return false
}

// altIsTeX reports whether the alttext of a math element is TeX and no speech.
func altIsTeX(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" {
		return false
	}
	if strings.ContainsAny(s, `\^_{`) {
		return true
	}
	if !strings.ContainsAny(s, " \n") {
		return len(s) <= 3 || !isLetters(s)
	}
	for w := range strings.FieldsSeq(s) {
		if len(w) > 2 && isLetters(w) {
			return false
		}
	}
	return true
}

// convertMathML makes n a formula out of the MathML element math below it or
// beside it.
func (p *page) convertMathML(n, math dom.Node, f form, d display) bool {
	if math != n {
		if ann := p.findAnnotation(math); ann != dom.None {
			return p.setAtom(n, f, annotationTeX(p.textOf(ann)), d)
		}
		if alt, ok := p.tree.Attr(math, "alttext"); ok && altIsTeX(alt) {
			return p.setAtom(n, f, alt, d)
		}
		if d == dispUnknown {
			mode, _ := p.tree.Attr(math, "display")
			d = blockIf(mode == "block")
		}
	}
	t := &p.tree
	if again := p.unprefixed(math); again != dom.None {
		t, math = &p.sub, again
	}
	out, err := p.conv.Convert(p.scratch[:0], t, math)
	p.scratch = out
	if err != nil {
		p.tally.miss(f, lossUnreadable)
		p.m[n].flags |= nfDrop
		return true
	}
	return p.setAtom(n, f, string(out), d)
}

// unprefixed parses a formula behind a namespace prefix anew, without the prefix,
// if it has tags that close themselves: HTML knows these in MathML only, and else
// puts all that follows <m:mspace/> into it. It returns the math element of the
// tree for small sources, or None.
func (p *page) unprefixed(math dom.Node) dom.Node {
	prefix, ok := strings.CutSuffix(p.tree.Name(math), "math")
	if !ok || prefix == "" {
		return dom.None
	}
	src := p.tree.Source(math)
	if !bytes.Contains(src, []byte("/>")) {
		return dom.None
	}
	p.scratch2 = appendUnprefixed(p.scratch2[:0], view(src), prefix)
	if p.sub.Parse(p.scratch2, subLimits) != nil {
		return dom.None
	}
	return findMath(&p.sub)
}

// appendUnprefixed appends the tags and texts of src to b, without the prefix,
// which ends in a colon, of the names of elements.
func appendUnprefixed(b []byte, src, prefix string) []byte {
	for {
		i := strings.IndexByte(src, '<') + 1
		if i > 0 && i < len(src) && src[i] == '/' {
			i++
		}
		if i == 0 {
			return append(b, src...)
		}
		b = append(b, src[:i]...)
		if src = src[i:]; len(src) >= len(prefix) && strings.EqualFold(src[:len(prefix)], prefix) {
			src = src[len(prefix):]
		}
	}
}

// mathMLString makes n a formula out of MathML that stands in an attribute or a
// script: plain, escaped once more, in percent codes, or in the notation of Wiris.
func (p *page) mathMLString(n dom.Node, f form, src string, d display) bool {
	if xml, ok := tex.WirisMathML(src); ok {
		src = xml
	}
	if !strings.Contains(src, "<") {
		switch {
		case strings.Contains(src, "&lt;"):
			src = tex.Unescape(src)
		case strings.Contains(src, "%3Cmath"):
			src = percentDecoded(src)
		}
	}
	src = strings.ReplaceAll(src, "&amp;#", "&#")
	if i := strings.Index(src, ":math"); i > 0 && strings.Contains(src, "/>") {
		prefix := src[strings.LastIndexByte(src[:i], '<')+1 : i+1]
		src = string(appendUnprefixed(nil, src, prefix))
	}
	if err := p.sub.Parse([]byte(src), subLimits); err != nil {
		p.tally.miss(f, lossUnreadable)
		p.m[n].flags |= nfDrop
		return true
	}
	math := findMath(&p.sub)
	if math == dom.None {
		return false
	}
	return p.convertSub(n, math, f, d)
}

// findMath returns the first math element of a tree, with or without a
// namespace prefix, or None.
func findMath(t *dom.Tree) dom.Node {
	for c := dom.Node(0); int(c) < t.Len(); c++ {
		if t.Kind(c) == dom.Element && (t.Tag(c) == dom.Math || t.Tag(c) == dom.Other && isPrefixedMath(t.Name(c))) {
			return c
		}
	}
	return dom.None
}

// isPrefixedMath reports whether an element name is math behind a namespace
// prefix, which HTML parsers take for one odd name.
func isPrefixedMath(name string) bool {
	return len(name) > 5 && strings.HasSuffix(name, ":math")
}

// convertSub makes n a formula out of an element of the tree for small sources.
func (p *page) convertSub(n, math dom.Node, f form, d display) bool {
	t := &p.sub
	for c := t.Find(math, dom.Annotation); c != dom.None; c = t.FindNext(math, c, dom.Annotation) {
		if encoding, _ := t.Attr(c, "encoding"); texEncoding(encoding) {
			p.scratch = t.AppendText(p.scratch[:0], c)
			return p.setAtom(n, f, annotationTeX(view(p.scratch)), d)
		}
	}
	if d == dispUnknown {
		mode, _ := t.Attr(math, "display")
		d = blockIf(mode == "block")
	}
	if latex, ok := t.Attr(math, "data-latex"); ok && latex != "" {
		return p.setAtom(n, f, latex, d)
	}
	out, err := p.conv.Convert(p.scratch[:0], t, math)
	p.scratch = out
	if err != nil {
		p.tally.miss(f, lossUnreadable)
		p.m[n].flags |= nfDrop
		return true
	}
	return p.setAtom(n, f, string(out), d)
}

// rebuilt makes n a formula out of the visual tree at from, which convert turns
// into TeX.
func (p *page) rebuilt(n dom.Node, f form, d display, from dom.Node, convert func([]byte, *dom.Tree, dom.Node) ([]byte, error)) bool {
	out, err := convert(p.scratch[:0], &p.tree, from)
	p.scratch = out
	if err != nil || len(bytes.TrimSpace(out)) == 0 {
		return false
	}
	return p.setAtom(n, f, string(out), d)
}
