package extract

import "mathsieve/internal/extract/dom"

// opensPost reports whether a header outside main and article is that of a post,
// and has no links beside its formulas.
func (p *page) opensPost(header dom.Node, m *meta) bool {
	return (m.links == 0 || m.atoms > 0) && (m.flags&nfPost != 0 || p.tree.HasClass(p.tree.Parent(header), "post"))
}

// isInText reports whether an aside outside main and article is a part of a text
// all the same, a quotation or a note, and not one of the page: it is inside a
// post, or prose is beside it.
func (p *page) isInText(aside dom.Node, m *meta) bool {
	const most = 4 // asides in a row
	switch {
	case m.class&(pcBoiler|pcWeak|pcAside|pcComments) != 0:
		return false
	case m.flags&nfPost != 0:
		return true
	case m.links > 0 && m.atoms == 0:
		return false
	}
	t := &p.tree
	next, before := t.NextElement(aside), t.PrevElement(aside)
	for range most {
		if !t.IsElement(next, dom.Aside) {
			break
		}
		next = t.NextElement(next)
	}
	return p.isProse(next, m.atoms > 0) || p.isProse(before, m.atoms > 0)
}

// isProse reports whether n is an element that only texts are made of, or a
// heading, where those count.
func (p *page) isProse(n dom.Node, headings bool) bool {
	t := &p.tree
	return t.IsElement(n, dom.P, dom.Ul, dom.Ol, dom.Dl, dom.Blockquote, dom.Pre, dom.Figure) || headings && n != dom.None && isHeading(t.Tag(n))
}
