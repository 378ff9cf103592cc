package extract

import (
	"bytes"

	"mathsieve/internal/extract/dom"
)

// isHiddenSource reports whether a hidden part is nothing but one formula and the
// only copy of it: what is shown in its place is an image or a drawing, or the page
// hides it from screen readers alone, or shows it to them alone.
func (p *page) isHiddenSource(n dom.Node, m *meta) bool {
	t := &p.tree
	if m.atoms != 1 || !t.IsElement(n, dom.Span, dom.Div, dom.P, dom.I, dom.Em, dom.B, dom.Strong) {
		return false
	}
	if p.readersOf(n) == readAll && (m.text != 0 || t.Tag(n) != dom.Span) || m.text != 0 && !p.isRawFormula(n) {
		return false
	}
	return !p.isCopyBeside(n, true) && !p.isCopyBeside(n, false)
}

// readers tells whom a part of the page is for.
type readers uint8

const (
	readAll    readers = iota
	readSeeing         // hidden from screen readers
	readHeard          // for screen readers alone
)

// readersOf returns whom n is for by its attributes.
func (p *page) readersOf(n dom.Node) readers {
	t := &p.tree
	if t.HasAnyClass(n, "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text") {
		return readHeard
	}
	if v, _ := t.Attr(n, "aria-hidden"); v == "true" {
		return readSeeing
	}
	return readAll
}

// maxRawFormula is the length in bytes of the longest text that is searched for the
// delimiters of one formula.
const maxRawFormula = 400

// isRawFormula reports whether the text of n is one formula in its delimiters.
func (p *page) isRawFormula(n dom.Node) bool {
	if text := p.m[n].text; text < 5 || text > maxRawFormula || !p.spend(int(p.tree.End(n)-n)) {
		return false
	}
	p.text = p.tree.AppendText(p.text[:0], n)
	text := bytes.TrimSpace(p.text)
	for _, pair := range [...][2]string{{`\(`, `\)`}, {`\[`, `\]`}} {
		if rest, ok := bytes.CutPrefix(text, []byte(pair[0])); ok {
			return bytes.Index(rest, []byte(pair[1])) == len(rest)-len(pair[1])
		}
	}
	return false
}

// isCopyBeside reports whether a formula stands right before or right behind the
// hidden formula n, with nothing but white space and the ends of inline elements
// between them, and is not hidden from the same readers: the two are one.
func (p *page) isCopyBeside(n dom.Node, before bool) bool {
	const most = 8
	t := &p.tree
	for s, steps := n, 0; steps < most; steps++ {
		next := t.NextSibling(s)
		if before {
			next = t.PrevSibling(s)
		}
		switch {
		case next == dom.None:
			if s = t.Parent(s); s <= dom.Root || roles[t.Tag(s)]&roleBlock != 0 {
				return false
			}
			continue
		case t.Kind(next) == dom.Text && p.m[next].text > 0:
			text := bytes.TrimSpace(t.RawText(next))
			if before {
				return hasAnySuffix(text, `\)`, `\]`, "$")
			}
			return hasAnyPrefix(text, `\(`, `\[`, "$")
		case t.Kind(next) == dom.Element && p.m[next].flags&nfDrop == 0 && p.m[next].text+p.m[next].atoms > 0:
			if who := p.readersOf(next); who != readAll && who == p.readersOf(n) {
				return false
			}
			if roles[t.Tag(next)]&roleBlock != 0 && p.m[next].text != 0 {
				return p.isRawFormula(next) // not one that has formulas among others
			}
			return p.m[next].atoms > 0
		}
		s = next
	}
	return false
}

func hasAnyPrefix(text []byte, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return false
}

func hasAnySuffix(text []byte, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if bytes.HasSuffix(text, []byte(suffix)) {
			return true
		}
	}
	return false
}
