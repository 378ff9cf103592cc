package extract

import (
	"strings"

	"mathsieve/internal/extract/asciimath"
	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// scriptType returns the part of a script's type that tells mathematics from
// code, "" if it is no formula. The type is matched by its prefix: display
// formulas are of the type "math/tex; mode=display".
func scriptType(typ string) string {
	typ = strings.TrimSpace(typ)
	if !hasFoldPrefix(typ, "math/") {
		return ""
	}
	name := typ[len("math/"):]
	if i := strings.IndexAny(name, "; \t"); i >= 0 {
		name = name[:i]
	}
	return name
}

// mathScript makes a script of MathJax 2 a formula.
func (p *page) mathScript(n dom.Node, typ string) {
	t := &p.tree
	d := blockIf(containsFold(typ, "mode=display") || containsFold(typ, "mode = display"))
	child := t.FirstChild(n)
	if child == dom.None || t.Kind(child) != dom.Text {
		p.m[n].flags |= nfGap
		return
	}
	src := string(t.RawText(child))
	name := scriptType(typ)
	if p.m[n].flags&nfHead != 0 {
		p.tally.miss(formMathJax2, lossDefinitions) // in the head it can only define macros
		p.cutDefinitions(src)
		return
	}
	if d == dispInline && isMathMLType(name) {
		d = dispUnknown // its math element says it, or what is around the script
		if p.inDisplayWrapper(n) {
			d = dispBlock
		}
	}
	p.scriptFormula(n, formMathJax2, name, src, d)
}

// scriptFormula makes n a formula out of the source in a script of the type name,
// as scriptType returns it.
func (p *page) scriptFormula(n dom.Node, f form, name, src string, d display) bool {
	switch {
	case isMathMLType(name):
		return p.mathMLString(n, f, src, d)
	case strings.EqualFold(name, "asciimath"):
		p.scratch = asciimath.ToTeX(p.scratch[:0], src)
		src = string(p.scratch)
	}
	return p.setAtom(n, f, src, d)
}

func isMathMLType(name string) bool {
	return strings.EqualFold(name, "mml") || strings.EqualFold(name, "mathml")
}

// mathJaxPreview handles what MathJax 2 shows until the formula is set: it goes
// if the formula follows, else it may be the only copy.
func (p *page) mathJaxPreview(n dom.Node) bool {
	t := &p.tree
	if script := t.Find(n, dom.Script); script != dom.None {
		if typ, _ := t.Attr(script, "type"); scriptType(typ) != "" {
			return false // the class stands around the formula itself
		}
	}
	next := n
	for range 3 {
		if next = t.NextElement(next); next == dom.None {
			break
		}
		if t.Tag(next) == dom.Script {
			if typ, _ := t.Attr(next, "type"); scriptType(typ) != "" {
				p.m[n].flags |= nfDrop
				return true
			}
			break
		}
		bits := p.classes.lookup(t.Class(next), false)
		if bits.math&mcFrame == 0 && t.Tag(next) != dom.MjxContainer {
			break
		}
		if p.frameHasSource(next) {
			p.m[n].flags |= nfDrop
			return true
		}
	}
	src := strings.TrimSpace(p.textOf(n))
	if inner, _, ok := tex.Delimited(src); ok {
		src = strings.TrimSpace(inner)
	}
	if code := roles[t.Tag(n)]&roleCode != 0; code || tex.LooksMath(src) {
		d := dispUnknown
		if code {
			d = blockIf(t.Tag(n) == dom.Pre) // kramdown's, which has nothing but TeX
		}
		return p.setAtom(n, formMathJax2, strings.Clone(src), d)
	}
	if t.Find(n, dom.Img, dom.Math) != dom.None {
		return false
	}
	p.m[n].flags |= nfDrop
	return true
}

// frameHasSource reports whether the output of MathJax 2 at n can be read
// without its preview.
func (p *page) frameHasSource(n dom.Node) bool {
	if p.scriptAfter(n) != dom.None {
		return true
	}
	t := &p.tree
	size := int(t.End(n) - n)
	if !p.spend(min(size, 64)) {
		return false
	}
	for c := n; c < t.End(n) && c < n+64; c++ {
		if t.Kind(c) == dom.Element && (t.Tag(c) == dom.Math || t.HasAttr(c, "data-mathml")) {
			return true
		}
	}
	return t.Find(n, dom.Math) != dom.None
}

// scriptAfter returns the script of MathJax 2 that belongs to the output at n,
// or None. The copy for screen readers may stand between them, but no output of
// another formula: each has a number of its own.
func (p *page) scriptAfter(n dom.Node) dom.Node {
	t := &p.tree
	for range 2 {
		next := t.NextElement(n)
		for range 2 {
			if next == dom.None {
				break
			}
			if t.Tag(next) == dom.Script {
				if typ, _ := t.Attr(next, "type"); scriptType(typ) != "" {
					return next
				}
				return dom.None
			}
			if p.classes.lookup(t.Class(next), false).math&mcFrame == 0 || isNumbered(t, next) && isNumbered(t, n) {
				return dom.None
			}
			next = t.NextElement(next)
		}
		// The output may be wrapped once more than the script.
		if next != dom.None || t.PrevElement(n) != dom.None {
			return dom.None
		}
		n = t.Parent(n)
		if n == dom.None || t.Tag(n) != dom.Span && t.Tag(n) != dom.Div {
			return dom.None
		}
	}
	return dom.None
}

// isNumbered reports whether n, or the first element in it, is the frame of a
// formula that MathJax 2 has set.
func isNumbered(t *dom.Tree, n dom.Node) bool {
	if isFrameID(t.ID(n)) {
		return true
	}
	child := t.FirstChild(n)
	return child != dom.None && t.Kind(child) == dom.Element && isFrameID(t.ID(child))
}

func isFrameID(id string) bool {
	return strings.HasPrefix(id, "MathJax-Element-") && strings.HasSuffix(id, "-Frame")
}

// mathJaxFrame handles the output of MathJax 2. The script beside it is the
// best source; a page that was cleaned of scripts still has MathML in an
// attribute or for screen readers.
func (p *page) mathJaxFrame(n dom.Node, a *attrs, bits classBits) bool {
	t := &p.tree
	if p.scriptAfter(n) != dom.None {
		p.m[n].flags |= nfDrop
		return true
	}
	mathml, label := a.mathml, a.label
	d := blockIf(bits.math&(mcFrameDisplay|mcDisplay) != 0)
	size := int(t.End(n) - n)
	if size > 20_000 || !p.spend(size) {
		return false
	}
	math, chtml := dom.None, dom.None
	for c := n + 1; c < t.End(n); c++ {
		if t.Kind(c) != dom.Element {
			continue
		}
		switch t.Tag(c) {
		case dom.Script:
			if typ, _ := t.Attr(c, "type"); scriptType(typ) != "" {
				return false // a wrapper around several formulas, or around one with its script
			}
		case dom.Math:
			if math == dom.None {
				math = c
			}
		case dom.Span, dom.Div:
			if mathml == "" {
				mathml, _ = t.Attr(c, "data-mathml")
			}
			if class := t.Class(c); class != "" {
				if p.classes.lookup(class, false).math&mcFrameDisplay != 0 {
					d = dispBlock
				}
				if chtml == dom.None && t.HasClass(c, "mjx-math") {
					chtml = c
					if label == "" {
						label, _ = t.Attr(c, "aria-label")
					}
				}
			}
		case dom.P, dom.Li, dom.H1, dom.H2, dom.H3:
			return false // the class stands on a part of the page
		}
	}
	switch {
	case label != "" && tex.LooksMath(label) && !isSpeech(label):
		return p.setAtom(n, formMathJax2, label, d)
	case mathml != "":
		return p.mathMLString(n, formMathJax2, mathml, d)
	case math != dom.None:
		return p.convertMathML(n, math, formMathJax2, d)
	}
	if prev := t.PrevElement(n); prev != dom.None && p.m[prev].flags&nfAtom != 0 && t.HasClass(prev, "MathJax_Preview") {
		p.m[n].flags |= nfDrop // the preview was the better copy
		return true
	}
	return chtml != dom.None && p.rebuilt(n, formMathJax2, d, chtml, p.conv.ConvertCHTML)
}

// mathJaxNode handles pages that mathjax-node typeset beforehand. The output of
// MathJax 2 in the browser has some of its classes, and the script beside it.
func (p *page) mathJaxNode(n dom.Node, a *attrs, bits classBits) bool {
	t := &p.tree
	if bits.math&mcFrame != 0 && p.scriptAfter(n) != dom.None {
		return false
	}
	size := int(t.End(n) - n)
	if size > 20_000 || !p.spend(size) {
		return false
	}
	d := blockIf(bits.math&mcDisplay != 0)
	label := a.label
	math, title := dom.None, dom.None
	for c := n + 1; c < t.End(n); c++ {
		if t.Kind(c) != dom.Element {
			continue
		}
		switch t.Tag(c) {
		case dom.Math:
			math = c
		case dom.Title:
			if title == dom.None {
				title = c
			}
		default:
			if label == "" {
				label, _ = t.Attr(c, "aria-label")
			}
			if d == dispInline && p.classes.lookup(t.Class(c), false).math&mcFrameDisplay != 0 {
				d = dispBlock
			}
		}
	}
	switch {
	case label != "" && !isSpeech(label):
		return p.setAtom(n, formMathJax2, label, d)
	case math != dom.None:
		return p.convertMathML(n, math, formMathJax2, d)
	case title != dom.None:
		if s := p.textOf(title); tex.LooksMath(s) && !isSpeech(s) {
			return p.setAtom(n, formMathJax2, strings.Clone(s), d)
		}
	}
	return false
}

// isSpeech reports whether a label reads a formula aloud.
func isSpeech(s string) bool {
	if strings.IndexByte(s, '\\') >= 0 {
		return false
	}
	words := 0
	for w := range strings.FieldsSeq(s) {
		if speechWords[w] {
			return true
		}
		if len(w) >= 3 && isLetters(w) {
			words++
		}
	}
	return words >= 2
}

// speechWords are words that readings of formulas have and TeX has not.
var speechWords = map[string]bool{
	"over": true, "squared": true, "cubed": true, "equals": true, "plus": true, "minus": true, "times": true, "sub": true,
	"divided": true, "root": true, "fraction": true, "prime": true, "power": true, "baseline": true, "of": true, "the": true,
	"upper": true, "StartFraction": true, "EndFraction": true, "StartRoot": true, "Superscript": true, "Subscript": true,
}

func isLetters(s string) bool {
	for i := range len(s) {
		if b := s[i] | 0x20; b < 'a' || b > 'z' {
			return false
		}
	}
	return s != ""
}

// mjxContainer handles the output of MathJax 3 and 4.
func (p *page) mjxContainer(n dom.Node, a *attrs) bool {
	t := &p.tree
	if p.scriptRightAfter(n) {
		p.m[n].flags |= nfDrop
		return true
	}
	size := int(t.End(n) - n)
	if !p.spend(size) {
		return false
	}
	d := blockIf(a.display == "true" || a.display == "block")
	rootTeX := a.tex
	formula, annotation, copytext, math, chtml, svg := dom.None, dom.None, dom.None, dom.None, dom.None, dom.None
	for c := n + 1; c < t.End(n); c++ {
		if t.Kind(c) != dom.Element {
			continue
		}
		switch t.Tag(c) {
		case dom.Formula:
			formula = c
		case dom.Annotation:
			if p.isTeXAnnotation(c) && annotation == dom.None {
				annotation = c
			}
		case dom.Math:
			if math == dom.None {
				math = c
				rootTeX = p.rootTeX(c, rootTeX)
			}
		case dom.MjxMath:
			if chtml == dom.None {
				chtml = c
				rootTeX = p.rootTeX(c, rootTeX)
			}
		case dom.G:
			if svg == dom.None {
				if kind, _ := t.Attr(c, "data-mml-node"); kind == "math" {
					svg = c
					rootTeX = p.rootTeX(c, rootTeX)
				}
			}
		case dom.Span:
			if class := t.Class(c); class != "" && p.classes.lookup(class, false).math&mcCopyText != 0 {
				copytext = c
			}
		}
	}
	switch {
	case formula != dom.None:
		return p.setAtom(n, formMathJax3, strings.Clone(p.textOf(formula)), d)
	case annotation != dom.None:
		return p.setAtom(n, formMathJax3, annotationTeX(p.textOf(annotation)), d)
	case rootTeX != "":
		return p.setAtom(n, formMathJax3, rootTeX, d)
	case copytext != dom.None:
		return p.setAtom(n, formMathJax3, strings.Clone(p.textOf(copytext)), d)
	case math != dom.None && p.refusedSource(math) != "":
		return p.setAtom(n, formMathJax3, strings.Clone(p.refusedSource(math)), d)
	case math != dom.None && p.convertMathML(n, math, formMathJax3, d):
		return true
	case chtml != dom.None && p.rebuilt(n, formMathJax3, d, chtml, p.conv.ConvertCHTML):
		return true
	case svg != dom.None && p.rebuildSVG(n, svg, d):
		return true
	}
	p.tally.miss(formMathJax3, lossUnreadable)
	p.m[n].flags |= nfDrop
	return true
}

// refusedSource returns the TeX in the error that is all there is in a math
// element: the source, where MathJax shows it instead of the error's message. It
// lies in the page's scratch memory.
func (p *page) refusedSource(math dom.Node) string {
	t := &p.tree
	failed := p.onlyChild(math)
	if !t.IsElement(failed, dom.Merror) {
		return ""
	}
	message, ok := t.Attr(failed, "data-mjx-error")
	if src := p.textOf(failed); ok && src != message && tex.LooksMath(src) {
		return src
	}
	return ""
}

// scriptRightAfter reports whether the output of MathJax 3 at n, or an element
// around nothing else, is followed by a script with its source, as in pages that
// the editor Typora has exported.
func (p *page) scriptRightAfter(n dom.Node) bool {
	t := &p.tree
	for range 2 {
		next := t.NextSibling(n)
		if next != dom.None && p.isBlankText(next) {
			next = t.NextSibling(next)
		}
		if next != dom.None {
			if t.Tag(next) != dom.Script {
				return false
			}
			typ, _ := t.Attr(next, "type")
			return scriptType(typ) != "" && t.FirstChild(next) != dom.None
		}
		up := t.Parent(n)
		if !t.IsElement(up, dom.Span, dom.Div) || p.onlyChild(up) != n {
			return false
		}
		n = up
	}
	return false
}

// rootTeX returns the source that MathJax 4 writes on the outermost node of a
// formula, joined from the children if the node lacks it. Deeper nodes carry
// their own part and must not be read: there is one for every token.
func (p *page) rootTeX(n dom.Node, found string) string {
	if found != "" {
		return found
	}
	t := &p.tree
	if source, ok := t.Attr(n, "data-latex"); ok && source != "" {
		return source
	}
	var parts []string
	for c := range t.Children(n) {
		if t.Kind(c) != dom.Element {
			continue
		}
		source, ok := t.Attr(c, "data-latex")
		if !ok {
			return ""
		}
		parts = append(parts, source)
		if len(parts) > 500 {
			return ""
		}
	}
	return strings.Join(parts, " ")
}

func containsFold(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}
