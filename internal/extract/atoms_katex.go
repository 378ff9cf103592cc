package extract

import (
	"strings"

	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// katex handles the output of KaTeX, from the outermost wrapper down: the
// annotation of its MathML half, the text of that half where a site has cut
// the tags away, the source in an attribute around it, and at last the visual
// half.
func (p *page) katex(n dom.Node, a *attrs, bits classBits) bool {
	t := &p.tree
	size := int(t.End(n) - n)
	if size > 50_000 || !p.spend(size) {
		return false
	}
	d := dispInline
	if bits.math&(mcKatexDisplay|mcDisplay) != 0 || a.display == "true" || a.display == "block" {
		d = dispBlock
	}
	annotation, mathHalf, visual, failed, script := dom.None, dom.None, dom.None, dom.None, dom.None
	source := a.tex
	formulas := 0
	for c := n; c < t.End(n); c++ {
		if t.Kind(c) != dom.Element {
			continue
		}
		switch t.Tag(c) {
		case dom.Annotation:
			if p.isTeXAnnotation(c) && annotation == dom.None {
				annotation = c
			}
		case dom.Math:
			if mode, _ := t.Attr(c, "display"); mode == "block" {
				d = dispBlock
			}
		case dom.Script:
			if typ, _ := t.Attr(c, "type"); scriptType(typ) != "" {
				script = c
			}
		case dom.P, dom.Li, dom.H1, dom.H2, dom.H3, dom.Table:
			return false // the class stands on a part of the page
		case dom.Span, dom.Div:
			class := t.Class(c)
			if class == "" {
				continue
			}
			switch m := p.classes.lookup(class, false).math; {
			case m&mcKatexMathML != 0:
				if mathHalf == dom.None {
					mathHalf = c
				}
			case m&mcKatexHTML != 0:
				if visual == dom.None {
					visual = c
				}
			case m&mcKatexError != 0:
				failed = c
			case m&mcKatex != 0 && c != n:
				formulas++
			}
			if visual == dom.None && t.HasClass(c, "katex-base") {
				visual = c
			}
		}
	}
	if formulas > 1 && size > 200 && bits.math&mcForce == 0 && bits.math&mcKatexDisplay == 0 {
		return false // a container of several formulas
	}
	switch {
	case annotation != dom.None:
		return p.setAtom(n, formKaTeX, annotationTeX(p.textOf(annotation)), d)
	case script != dom.None:
		if child := t.FirstChild(script); child != dom.None {
			typ, _ := t.Attr(script, "type")
			return p.scriptFormula(n, formKaTeX, scriptType(typ), string(t.RawText(child)), d)
		}
	case source != "" && tex.LooksMath(source):
		return p.setAtom(n, formKaTeX, source, d)
	case failed != dom.None:
		return p.setAtom(n, formKaTeX, strings.Clone(p.textOf(failed)), d)
	}
	if mathHalf != dom.None {
		if math := t.Find(mathHalf, dom.Math); math != dom.None && p.hasElementChild(math) {
			return p.convertMathML(n, math, formKaTeX, d)
		}
		if src := lastSource(p.textOf(mathHalf)); src != "" {
			return p.setAtom(n, formKaTeX, strings.Clone(src), d)
		}
	}
	if visual != dom.None {
		if src := p.ancestorSource(n); src != "" {
			return p.setAtom(n, formKaTeX, src, d)
		}
		if p.rebuilt(n, formKaTeX, d, visual, p.conv.ConvertKaTeXHTML) {
			return true
		}
	}
	if visual == dom.None && mathHalf == dom.None {
		return p.bareContainer(n, bits, d)
	}
	p.tally.miss(formKaTeX, lossUnreadable)
	p.m[n].flags |= nfDrop
	return true
}

// ancestorSource returns the TeX in an attribute of one of the four elements
// around n.
func (p *page) ancestorSource(n dom.Node) string {
	var r attrReader
	for range 4 {
		if n = p.tree.Parent(n); n <= dom.Root {
			return ""
		}
		if a := r.read(&p.tree, n); a.tex != "" && tex.LooksMath(a.tex) {
			return a.tex
		}
	}
	return ""
}

// lastSource returns the TeX at the end of s: where the tags of KaTeX's MathML
// were stripped, the source comes after the tokens, each of which has a line of
// its own. It is the last line that is not blank, with the lines above it in which
// what it closes was opened, or which touch it and have commands.
func lastSource(s string) string {
	s = strings.TrimSpace(s)
	var open nesting
	for end := len(s); end >= 0; {
		start := strings.LastIndexByte(s[:end], '\n') + 1
		open.add(s[start:end])
		if open == (nesting{}) && !endsInCommand(s[:start]) {
			return strings.TrimSpace(s[start:])
		}
		if open.braces > 0 || open.environments > 0 || open.fences > 0 {
			break // nothing above can close it
		}
		end = start - 1
	}
	return strings.TrimSpace(s[strings.LastIndexByte(s, '\n')+1:])
}

// endsInCommand reports whether the last line of above, which ends in a line end,
// has a command of TeX. A backslash alone may be a token.
func endsInCommand(above string) bool {
	above = strings.TrimSuffix(above, "\n")
	line := strings.TrimSpace(above[strings.LastIndexByte(above, '\n')+1:])
	return len(line) > 1 && strings.IndexByte(line, '\\') >= 0
}

// A nesting counts what is open at the end of some TeX; it is negative for what
// was opened before.
type nesting struct{ braces, environments, fences int }

func (o *nesting) add(src string) {
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '{':
			o.braces++
		case '}':
			o.braces--
		case '\\':
			switch rest := src[i+1:]; {
			case strings.HasPrefix(rest, "begin{"):
				o.environments++
			case strings.HasPrefix(rest, "end{"):
				o.environments--
			case isCommand(rest, "left"):
				o.fences++
			case isCommand(rest, "right"):
				o.fences--
			}
			i++ // a brace behind it is a sign
		}
	}
}

// isCommand reports whether src, what follows a backslash, begins with a command
// of that name.
func isCommand(src, name string) bool {
	return strings.HasPrefix(src, name) && (len(src) == len(name) || !isLetter(src[len(name)]))
}

// katexError makes the source that KaTeX could not parse a formula.
func (p *page) katexError(n dom.Node) bool {
	return p.setAtom(n, formKaTeX, strings.Clone(p.textOf(n)), blockIf(p.alone(n)))
}

// A renderCall is a formula that a script of the page puts into an element.
type renderCall struct {
	id, tex string
	display bool
}

// resolveRenderCalls puts the formulas of katex.render calls into the elements
// that they name.
func (p *page) resolveRenderCalls() {
	if len(p.renderCalls) == 0 {
		return
	}
	t := &p.tree
	calls := make(map[string]renderCall, len(p.renderCalls))
	for _, c := range p.renderCalls {
		calls[c.id] = c
	}
	for n := dom.Node(1); int(n) < t.Len(); {
		if t.Kind(n) != dom.Element || p.m[n].flags&(nfDrop|nfAtom) != 0 {
			if t.Kind(n) == dom.Element {
				n = t.End(n)
			} else {
				n++
			}
			continue
		}
		if id := t.ID(n); id != "" {
			if c, ok := calls[id]; ok {
				delete(calls, id)
				p.setAtom(n, formKaTeX, c.tex, blockIf(c.display))
				n = t.End(n)
				continue
			}
		}
		n++
	}
}
