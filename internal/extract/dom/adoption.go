package dom

// adopt handles the end tag of a formatting element: the adoption agency
// algorithm, section 13.2.6.4.7 of the standard. Where the element ends inside
// of a block, the block is moved out of it, and what it had of the element
// becomes an element of its own.
func (p *parser) adopt() {
	t, tag := p.tree, p.token.tag
	if e := p.top(); e.tag == tag && e.ns == HTML && p.formattingIndex(e.node) < 0 {
		p.pop()
		return
	}
	for range 8 {
		f := p.lastFormatting(tag)
		if f < 0 {
			p.otherEndTag()
			return
		}
		element := p.formatting[f].node
		if !p.isOpen(&p.formatting[f]) {
			p.forgetFormatting(f)
			return
		}
		if !p.has(tag, inScope) {
			return
		}
		at := p.openIndex(element)
		block := p.furthestBlock(at)
		if block < 0 {
			p.popTo(at)
			p.forgetFormatting(f)
			return
		}
		if p.repairs <= 0 {
			p.forgetFormatting(f)
			return
		}

		// The elements between are split: what is in the block goes to
		// copies of them.
		furthest, ancestor := p.stack[block], p.stack[at-1]
		bookmark, last := f, furthest.node
		for i, count := block-1, 1; i > at; i, count = i-1, count+1 {
			g := p.formattingIndex(p.stack[i].node)
			if g >= 0 && count > 3 {
				p.forgetFormatting(g)
				if g < bookmark {
					bookmark--
				}
				g = -1
			}
			if g < 0 {
				p.removeOpen(i)
				continue
			}
			e := p.stack[i]
			p.left(e)
			e.node = p.clone(e.node)
			p.entered(e)
			p.stack[i], p.formatting[g].node = e, e.node
			if last == furthest.node {
				bookmark = g + 1
			}
			t.detach(last)
			t.appendChild(e.node, last)
			last = e.node
		}

		t.detach(last)
		if ancestor.props&tablePart != 0 {
			p.foster(last)
		} else {
			t.appendChild(ancestor.node, last)
		}
		inner := p.clone(element)
		p.repairs -= t.moveChildren(inner, furthest.node)
		t.appendChild(furthest.node, inner)

		f = p.formattingIndex(element)
		entry := p.formatting[f]
		entry.node = inner
		p.forgetFormatting(f)
		if f < bookmark {
			bookmark--
		}
		p.formatting = append(p.formatting, entry)
		copy(p.formatting[bookmark+1:], p.formatting[bookmark:])
		p.formatting[bookmark] = entry

		p.removeOpen(p.openIndex(element))
		p.insertOpen(p.openIndex(furthest.node)+1, openElement{node: inner, tag: tag, props: htmlProps[tag]})
	}
}

// furthestBlock returns the position of the outermost special element above
// the stack position at, -1 if there is none.
func (p *parser) furthestBlock(at int) int {
	for i := at + 1; i < len(p.stack); i++ {
		if p.stack[i].props&special != 0 {
			return i
		}
	}
	return -1
}
