package dom

import "bytes"

// inTemplate is section 13.2.6.4.18, "in template".
func (p *parser) inTemplate() bool {
	content := inBody
	switch p.token.kind {
	case textToken, commentToken, doctypeToken:
		return p.inBody()
	case startTagToken:
		switch p.token.tag {
		case Base, Basefont, Bgsound, Link, Meta, Noframes, Script, Style, Template, Title:
			return p.inHead()
		case Caption, Colgroup, Tbody, Tfoot, Thead:
			content = inTable
		case Col:
			content = inColumnGroup
		case Tr:
			content = inTableBody
		case Td, Th:
			content = inRow
		}
	case endTagToken:
		if p.token.tag == Template {
			p.endTemplate()
		}
		return true
	case endOfFileToken:
		if p.open[Template] == 0 {
			return true
		}
		p.endTemplate()
		return false
	}
	p.templates[len(p.templates)-1] = content
	p.mode = content
	return false
}

// resetMode is "reset the insertion mode appropriately", section 13.2.4.1.
func (p *parser) resetMode() {
	for i := len(p.stack) - 1; i >= 0; i-- {
		e := &p.stack[i]
		if e.ns != HTML {
			continue
		}
		switch e.tag {
		case Td, Th:
			p.mode = inCell
		case Tr:
			p.mode = inRow
		case Tbody, Thead, Tfoot:
			p.mode = inTableBody
		case Caption:
			p.mode = inCaption
		case Colgroup:
			p.mode = inColumnGroup
		case Table:
			p.mode = inTable
		case Template:
			p.mode = p.templates[len(p.templates)-1]
		case Head:
			p.mode = inHead
		case Body:
			p.mode = inBody
		case Frameset:
			p.mode = inFrameset
		case Html:
			p.mode = afterHead
			if p.head == None {
				p.mode = beforeHead
			}
		default:
			continue
		}
		return
	}
}

// afterBody is section 13.2.6.4.19, "after body".
func (p *parser) afterBody() bool {
	switch p.token.kind {
	case endOfFileToken:
		return true
	case textToken:
		if p.isSpace(0) {
			return p.inBody()
		}
	case commentToken:
		p.addComment(p.stack[0].node)
		return true
	case startTagToken:
		if p.token.tag == Html {
			return p.inBody()
		}
	case endTagToken:
		if p.token.tag == Html {
			p.mode = afterAfterBody
			return true
		}
	case doctypeToken:
		return true
	}
	p.mode = inBody
	return false
}

// afterAfterBody is section 13.2.6.4.22, "after after body".
func (p *parser) afterAfterBody() bool {
	switch p.token.kind {
	case endOfFileToken:
		return true
	case textToken:
		if p.isSpace(0) {
			return p.inBody()
		}
	case commentToken:
		p.addComment(Root)
		return true
	case startTagToken:
		if p.token.tag == Html {
			return p.inBody()
		}
	case doctypeToken:
		return true
	case endTagToken:
	}
	p.mode = inBody
	return false
}

// inFrameset is section 13.2.6.4.20, "in frameset".
func (p *parser) inFrameset() bool {
	switch p.token.kind {
	case textToken:
		p.onlySpace()
	case commentToken:
		p.addComment(p.top().node)
	case startTagToken:
		switch p.token.tag {
		case Html:
			return p.inBody()
		case Frameset:
			p.addElement()
		case Frame:
			p.addVoid()
		case Noframes:
			return p.inHead()
		}
	case endTagToken:
		if p.token.tag == Frameset && len(p.stack) > 1 {
			p.pop()
			if p.top().tag != Frameset {
				p.mode = afterFrameset
			}
		}
	case doctypeToken, endOfFileToken:
	}
	return true
}

// onlySpace appends the white space of a text token to the current node.
func (p *parser) onlySpace() {
	for p.token.start < p.token.stop {
		p.addTextUpTo(min(skipSpace(p.src, p.token.start), p.token.stop), 0)
		p.token.start++
	}
}

// afterFrameset is section 13.2.6.4.21, "after frameset".
func (p *parser) afterFrameset() bool {
	switch p.token.kind {
	case textToken:
		p.onlySpace()
	case commentToken:
		p.addComment(p.top().node)
	case startTagToken:
		switch p.token.tag {
		case Html:
			return p.inBody()
		case Noframes:
			return p.inHead()
		}
	case endTagToken:
		if p.token.tag == Html {
			p.mode = afterAfterFrameset
		}
	case doctypeToken, endOfFileToken:
	}
	return true
}

// afterAfterFrameset is section 13.2.6.4.23, "after after frameset".
func (p *parser) afterAfterFrameset() bool {
	switch p.token.kind {
	case textToken:
		if bytes.ContainsAny(p.src[p.token.start:p.token.stop], whitespace) {
			p.reconstruct()
		}
		p.onlySpace()
	case commentToken:
		p.addComment(Root)
	case startTagToken:
		switch p.token.tag {
		case Html:
			return p.inBody()
		case Noframes:
			return p.inHead()
		}
	case doctypeToken, endTagToken, endOfFileToken:
	}
	return true
}
