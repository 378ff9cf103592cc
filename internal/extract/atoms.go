package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// A display says how a formula is set, where the mark-up says so.
type display uint8

const (
	dispUnknown display = iota
	dispInline
	dispBlock
)

// block returns dispBlock if b, else dispInline.
func blockIf(b bool) display {
	if b {
		return dispBlock
	}
	return dispInline
}

// An atom is one formula. Whatever a page uses to show it, the text gets it
// exactly once.
type atom struct {
	start, end int32 // its TeX in page.texBuf
	node       dom.Node
	form       form
	display    bool
	emitted    bool
}

// tex returns the TeX of an atom.
func (p *page) tex(i int32) []byte {
	a := &p.atoms[i]
	return p.texBuf[a.start:a.end]
}

// setAtom makes the subtree of n one formula with the source src, which may lie
// in any buffer but texBuf. It reports true in any case: also an empty formula
// or one that only defines macros stands for the whole subtree.
func (p *page) setAtom(n dom.Node, f form, src string, d display) bool {
	i, kind := p.addAtom(f, src, d)
	m := &p.m[n]
	switch kind {
	case addedBlank:
		m.flags |= nfGap
		return true
	case addedDefinitions:
		m.flags |= nfDrop
		return true
	case addedAtom:
	}
	a := &p.atoms[i]
	a.node = n
	if p.isTwin(i, n) {
		p.atoms = p.atoms[:i]
		p.texBuf = p.texBuf[:a.start]
		p.tally.lose(f, lossDuplicate)
		m.flags |= nfDrop
		return true
	}
	m.flags |= nfAtom
	m.atom = i + 1
	m.atoms = 1
	return true
}

// isTwin reports whether atom i, at n, repeats the atom before it: one of the
// two stands in a noscript element, or a script of MathJax 2 comes right after
// the image that it replaces.
func (p *page) isTwin(i int32, n dom.Node) bool {
	if i == 0 {
		return false
	}
	before := p.atoms[i-1].node
	if before <= 0 || n-before > 16 {
		return false
	}
	if (p.m[n].flags^p.m[before].flags)&nfNoscript == 0 &&
		(p.atoms[i].form != formMathJax2 || p.atoms[i-1].form != formImage || !p.touches(before, n)) {
		return false
	}
	return bytes.Equal(p.tex(i), p.tex(i-1))
}

// touches reports whether the element n comes right after the image before,
// which may be wrapped in up to two elements.
func (p *page) touches(before, n dom.Node) bool {
	for range 3 {
		switch next := p.tree.NextSibling(before); {
		case next == n:
			return true
		case next != dom.None:
			return false
		}
		if before = p.tree.Parent(before); before <= dom.Root {
			break
		}
	}
	return false
}

// added tells what addAtom made of a source.
type added uint8

const (
	addedAtom added = iota
	addedBlank
	addedDefinitions
)

// addAtom cleans a source and stores it as a formula without a node.
func (p *page) addAtom(f form, src string, d display) (index int32, kind added) {
	src = strings.TrimSpace(src)
	if src == "" {
		return 0, addedBlank
	}
	only := isScope(src)
	if tex.MayDefine(src) {
		only = definitionsOnly(src)
		src = p.cutDefinitions(src)
	}
	if only {
		p.tally.miss(f, lossDefinitions)
		return 0, addedDefinitions
	}
	src = p.expandMacros(src)
	xml, labels := mentions(src)
	if xml {
		src = p.unescapeXMLMacros(src)
	}
	if labels {
		src = tex.DropLabels(src, p.isReferred)
	}
	start := int32(len(p.texBuf))
	var hint tex.Display
	p.texBuf, hint = tex.Clean(p.texBuf, src)
	p.texBuf = p.texBuf[:int(start)+dropControls(p.texBuf[start:])]
	if len(p.texBuf) == int(start) {
		return 0, addedBlank
	}
	if !p.mayCompose {
		for _, b := range p.texBuf[start:] {
			if b >= 0xcc {
				p.mayCompose = true
				break
			}
		}
	}
	if d == dispUnknown {
		d = blockIf(hint == tex.Block)
	} else if d == dispInline && hint == tex.Block && tex.IsDisplayEnvironment(view(p.texBuf[start:])) {
		d = dispBlock // whatever the wrapper says, TeX knows no other
	}
	p.texBuf = p.texBuf[:int(start)+settleLines(p.texBuf[start:], d == dispBlock)]
	p.tally.found[f]++
	p.atoms = append(p.atoms, atom{start: start, end: int32(len(p.texBuf)), node: dom.None, form: f, display: d == dispBlock})
	return int32(len(p.atoms) - 1), addedAtom
}

// dropControls takes the control characters out of src, in place, but for line
// ends and tabs, and returns its new length. A formula out of an attribute or a
// script has not been through appendText.
func dropControls(src []byte) int {
	n := 0
	for i := 0; i < len(src); i++ {
		b := src[i]
		switch {
		case b >= 0x20 && b != 0x7f && b != 0xc2, b == '\n', b == '\t':
		case b == 0xc2 && i+1 < len(src) && src[i+1] >= 0xa0:
		case b == 0xc2:
			i++
			continue
		default:
			continue
		}
		src[n] = b
		n++
	}
	return n
}

// textOf returns the decoded text of a subtree in the page's scratch memory.
func (p *page) textOf(n dom.Node) string {
	p.scratch = p.tree.AppendText(p.scratch[:0], n)
	return view(p.scratch)
}

// isBlankText reports whether n is a text node of white space.
func (p *page) isBlankText(n dom.Node) bool {
	return p.tree.Kind(n) == dom.Text && len(bytes.TrimSpace(p.tree.RawText(n))) == 0
}

// alone reports whether n, with the inline elements around it, is all there is
// in a paragraph, a definition or a centred block, punctuation excepted.
func (p *page) alone(n dom.Node) bool {
	t := &p.tree
	for range 5 {
		for s, steps := t.NextSibling(n), 0; s != dom.None; s = t.NextSibling(s) {
			if steps++; steps > 4 || !p.isFiller(s) {
				return false
			}
		}
		for s, steps := t.PrevSibling(n), 0; s != dom.None; s = t.PrevSibling(s) {
			if steps++; steps > 4 || !p.isBlankText(s) && t.Kind(s) != dom.Comment && !p.isEquationNumber(s) {
				return false
			}
		}
		n = t.Parent(n)
		switch t.Tag(n) {
		case dom.P, dom.Dd, dom.Center:
			return true
		case dom.Div:
			return p.isCentred(n)
		case dom.Span, dom.A, dom.I, dom.B, dom.Em, dom.Strong, dom.Font, dom.Nobr, dom.Small, dom.Big:
		default:
			return false
		}
	}
	return false
}

// isCentred reports whether an attribute or the style of a block sets it in the
// middle of the line.
func (p *page) isCentred(n dom.Node) bool {
	if align, ok := p.tree.Attr(n, "align"); ok && strings.EqualFold(align, "center") {
		return true
	}
	style, ok := p.tree.Attr(n, "style")
	if !ok {
		return false
	}
	_, align, ok := strings.Cut(style, "text-align:")
	return ok && strings.HasPrefix(strings.TrimLeft(align, " "), "center")
}

// isFiller reports whether n is white space, a comment, or the punctuation that
// closes a display formula.
func (p *page) isFiller(n dom.Node) bool {
	switch p.tree.Kind(n) {
	case dom.Comment:
		return true
	case dom.Text:
		b := bytes.TrimSpace(p.tree.RawText(n))
		return len(b) == 0 || len(b) == 1 && (b[0] == '.' || b[0] == ',' || b[0] == ';') || string(b) == "&nbsp;"
	case dom.Element:
		return p.tree.Tag(n) == dom.Br || p.isEquationNumber(n)
	case dom.Document, dom.Doctype:
	}
	return false
}

// isEquationNumber reports whether the class of an element says that it is the
// number beside a display formula.
func (p *page) isEquationNumber(n dom.Node) bool {
	return p.classes.lookup(p.tree.Class(n), false).math&mcEquationNumber != 0
}

// inDisplayWrapper reports whether one of the four elements around n is a
// wrapper of display formulas: by a name that only these have, or as a display
// of whatever is in it, if that is n alone.
func (p *page) inDisplayWrapper(n dom.Node) bool {
	t := &p.tree
	formula := n
	for range 4 {
		n = t.Parent(n)
		if n == dom.None {
			return false
		}
		bits := p.classes.lookup(t.Class(n), false)
		if bits.math&mcDisplayWrapper != 0 {
			return true
		}
		if (bits.math&mcDisplay != 0 && t.IsElement(n, dom.Span, dom.Div) || bits.math&mcBare != 0 && t.IsElement(n, dom.Div)) &&
			p.isLoneFormula(formula, n) {
			p.m[n].flags |= nfDisplay
			return true
		}
		if t.Name(n) == "disp-formula" {
			return true
		}
		if t.Tag(n) == dom.Div {
			if kind, _ := t.Attr(n, "data-type"); kind == "equation" {
				return true
			}
		}
		if t.Tag(n) == dom.P || t.Tag(n) == dom.Td && bits.math == 0 {
			return false
		}
	}
	return false
}

// isLoneFormula reports whether a formula is all there is in the element wrapper
// around it, but for punctuation, a number, and other copies of it before it.
func (p *page) isLoneFormula(formula, wrapper dom.Node) bool {
	t := &p.tree
	for n := formula; n != wrapper; n = t.Parent(n) {
		for s, steps := t.NextSibling(n), 0; s != dom.None; s = t.NextSibling(s) {
			if steps++; steps > 4 || !p.isFiller(s) && !p.isNumberLabel(s) {
				return false
			}
		}
		for s, steps := t.PrevSibling(n), 0; s != dom.None; s = t.PrevSibling(s) {
			if steps++; steps > 4 || p.m[s].flags&nfDrop == 0 && !p.isFiller(s) && !p.isNumberLabel(s) {
				return false
			}
		}
	}
	return true
}

// isNumberLabel reports whether n is a label that holds the number of a formula,
// in parentheses.
func (p *page) isNumberLabel(n dom.Node) bool {
	t := &p.tree
	if !t.IsElement(n, dom.Span, dom.Div) || t.End(n)-n > 4 || !t.HasClass(n, "label") {
		return false
	}
	text := strings.TrimSpace(p.textOf(n))
	return len(text) > 2 && len(text) <= maxEquationNumber && text[0] == '(' && text[len(text)-1] == ')'
}

// settleLines brings the white space of a formula in order, in place, and
// returns its new length: an inline formula stands on one line, and so does a
// display formula whose first line is its last.
func settleLines(src []byte, block bool) int {
	if block {
		return len(trimBreaks(src))
	}
	joinLines(src)
	return len(trimBreaks(src))
}

// trimBreaks drops white space and line breaks of TeX at the end of a formula,
// where they break nothing.
func trimBreaks(src []byte) []byte {
	for {
		trimmed := bytes.TrimRight(src, " \n")
		if oddBackslashes(trimmed) {
			src = trimmed[:len(trimmed)-1] // a control space
			continue
		}
		if !bytes.HasSuffix(trimmed, []byte(`\\`)) {
			return trimmed
		}
		src = trimmed[:len(trimmed)-2]
	}
}

// definitionsOnly reports whether a source only defines macros, also where an
// author forgot the backslash of the name.
func definitionsOnly(src string) bool {
	if isScope(src) {
		return true
	}
	if rest, ok := strings.CutPrefix(src, `\newcommand{`); ok && rest != "" && rest[0] != '\\' {
		src = `\newcommand{\` + rest
	}
	return tex.DefinitionsOnly(src)
}

// isScope reports whether a source only begins or ends a scope of macros, as
// those on Stack Exchange do.
func isScope(src string) bool { return src == `\begingroup` || src == `\endgroup` }

// mentions reports whether a source may have the macros that unescapeXMLMacros
// replaces, and labels.
func mentions(src string) (xml, labels bool) {
	for i := 0; i+1 < len(src); i++ {
		if src[i] != '\\' {
			continue
		}
		switch rest := src[i+1:]; rest[0] {
		case 'a':
			xml = xml || strings.HasPrefix(rest, "amp")
		case 'g':
			xml = xml || strings.HasPrefix(rest, "gt")
		case 'l':
			xml = xml || strings.HasPrefix(rest, "lt")
			labels = labels || strings.HasPrefix(rest, "label{")
		}
	}
	return xml, labels
}

// unescapeXMLMacros replaces the macros by which PreTeXt avoids the characters
// that XML reserves: \amp, which nobody else has, and \lt and \gt, which MathJax
// has, too, so that elsewhere they are the author's own.
func (p *page) unescapeXMLMacros(s string) string {
	preTeXt := p.isPreTeXt()
	var sb strings.Builder
	sb.Grow(len(s))
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			sb.WriteString(s)
			return sb.String()
		}
		sb.WriteString(s[:i])
		s = s[i:]
		n := 1
		for n < len(s) && isLetter(s[n]) {
			n++
		}
		switch name := s[:n]; {
		case name == `\amp`:
			sb.WriteByte('&')
		case name == `\lt` && preTeXt:
			sb.WriteByte('<')
		case name == `\gt` && preTeXt:
			sb.WriteByte('>')
		default:
			n = max(n, 2) // a control symbol is two bytes
			sb.WriteString(s[:n])
		}
		s = s[n:]
	}
}

// isPreTeXt reports whether PreTeXt has written the page, or a copy of a part of
// it: its classes or its definitions are there.
func (p *page) isPreTeXt() bool {
	if !p.preTeXtAsked {
		p.preTeXtAsked = true
		p.preTeXt = false
		for _, sign := range [...]string{"process-math", "ptx-content", `\newcommand{\lt}`} {
			p.preTeXt = p.preTeXt || bytes.Contains(p.body, []byte(sign))
		}
	}
	return p.preTeXt
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// isReferred reports whether the text of the page refers to a label.
func (p *page) isReferred(label string) bool {
	if p.labels == nil {
		p.labels = make(map[string]bool)
		rest := p.body
		for {
			i := bytes.Index(rest, []byte("ref{"))
			if i < 0 {
				break
			}
			rest = rest[i+len("ref{"):]
			if j := bytes.IndexByte(rest[:min(len(rest), 200)], '}'); j >= 0 {
				p.labels[string(rest[:j])] = true
			}
		}
	}
	return p.labels[label]
}
