package dom

// A mode is an insertion mode, section 13.2.4.1 of the standard.
type mode uint8

const (
	initial mode = iota
	beforeHTML
	beforeHead
	inHead
	inHeadNoscript
	afterHead
	inBody
	inTable
	inCaption
	inColumnGroup
	inTableBody
	inRow
	inCell
	inTemplate
	afterBody
	inFrameset
	afterFrameset
	afterAfterBody
	afterAfterFrameset
)

// modes holds what is done with a token in each insertion mode. A function
// returns false if the token is to be processed again, in the mode that it has
// left the parser in.
//
// The modes "text" and "in table text" are missing, as the parser reads raw
// text elements at once and text between two tags as one token.
var modes = [...]func(*parser) bool{
	initial:            (*parser).initial,
	beforeHTML:         (*parser).beforeHTML,
	beforeHead:         (*parser).beforeHead,
	inHead:             (*parser).inHead,
	inHeadNoscript:     (*parser).inHeadNoscript,
	afterHead:          (*parser).afterHead,
	inBody:             (*parser).inBody,
	inTable:            (*parser).inTable,
	inCaption:          (*parser).inCaption,
	inColumnGroup:      (*parser).inColumnGroup,
	inTableBody:        (*parser).inTableBody,
	inRow:              (*parser).inRow,
	inCell:             (*parser).inCell,
	inTemplate:         (*parser).inTemplate,
	afterBody:          (*parser).afterBody,
	inFrameset:         (*parser).inFrameset,
	afterFrameset:      (*parser).afterFrameset,
	afterAfterBody:     (*parser).afterAfterBody,
	afterAfterFrameset: (*parser).afterAfterFrameset,
}

// initial is section 13.2.6.4.1, "initial".
func (p *parser) initial() bool {
	switch p.token.kind {
	case textToken:
		if p.dropSpace() {
			return true
		}
	case commentToken:
		p.addComment(Root)
		return true
	case doctypeToken:
		p.tree.quirks = p.addDoctype()
		p.mode = beforeHTML
		return true
	case startTagToken, endTagToken, endOfFileToken:
	}
	p.tree.quirks = true
	p.mode = beforeHTML
	return false
}

// dropSpace takes the white space at the start of a text token from it and
// reports whether nothing is left.
func (p *parser) dropSpace() bool {
	p.token.start = p.spaceEnd(0)
	return p.token.start == p.token.stop
}

// keepSpace is dropSpace, but puts the white space into the current node.
func (p *parser) keepSpace() bool {
	p.addTextUpTo(p.spaceEnd(0), 0)
	return p.token.start == p.token.stop
}

// isSpace reports whether the current text token is all white space; NUL bytes
// count as such if f has flagDropNUL.
func (p *parser) isSpace(f flags) bool { return p.spaceEnd(f) == p.token.stop }

// spaceEnd returns the position of the first character of the current text
// token that is not white space.
func (p *parser) spaceEnd(f flags) int {
	return p.token.start + p.tree.leadingSpace(p.src[p.token.start:p.token.stop], p.token.flags|f)
}

// beforeHTML is section 13.2.6.4.2, "before html".
func (p *parser) beforeHTML() bool {
	switch p.token.kind {
	case doctypeToken:
		return true
	case textToken:
		if p.dropSpace() {
			return true
		}
	case commentToken:
		p.addComment(Root)
		return true
	case startTagToken:
		if p.token.tag == Html {
			p.addRoot(p.tree.newNode(Element, Html, p.token.start, p.token.attrs))
			return true
		}
	case endTagToken:
		switch p.token.tag {
		case Head, Body, Html, Br:
		default:
			return true
		}
	case endOfFileToken:
	}
	p.addRoot(p.tree.newNode(Element, Html, 0, -1))
	return false
}

func (p *parser) addRoot(n Node) {
	p.tree.appendChild(Root, n)
	p.push(openElement{node: n, tag: Html, props: htmlProps[Html]})
	p.mode = beforeHead
}

// beforeHead is section 13.2.6.4.3, "before head".
func (p *parser) beforeHead() bool {
	switch p.token.kind {
	case textToken:
		if p.dropSpace() {
			return true
		}
	case commentToken:
		p.addComment(p.top().node)
		return true
	case doctypeToken:
		return true
	case startTagToken:
		switch p.token.tag {
		case Html:
			return p.inBody()
		case Head:
			p.addPart()
			p.head = p.top().node
			p.mode = inHead
			return true
		}
	case endTagToken:
		switch p.token.tag {
		case Head, Body, Html, Br:
		default:
			return true
		}
	case endOfFileToken:
	}
	p.head = p.addImplied(Head)
	p.mode = inHead
	return false
}

// inHead is section 13.2.6.4.4, "in head".
func (p *parser) inHead() bool {
	switch p.token.kind {
	case textToken:
		if p.keepSpace() {
			return true
		}
	case commentToken:
		p.addComment(p.top().node)
		return true
	case doctypeToken:
		return true
	case startTagToken:
		switch p.token.tag {
		case Html:
			return p.inBody()
		case Base, Basefont, Bgsound, Link, Meta:
			p.addVoid()
			return true
		case Title:
			p.addRawText(0)
			return true
		case Noscript:
			if p.options.Scripting {
				p.addRawText(flagRaw)
				return true
			}
			p.addPart()
			p.mode = inHeadNoscript
			return true
		case Noframes, Style, Script:
			p.addRawText(flagRaw)
			return true
		case Template:
			p.startTemplate()
			return true
		case Head:
			return true
		}
	case endTagToken:
		switch p.token.tag {
		case Head:
			p.pop()
			p.mode = afterHead
			return true
		case Template:
			p.endTemplate()
			return true
		case Body, Html, Br:
		default:
			return true
		}
	case endOfFileToken:
	}
	p.pop()
	p.mode = afterHead
	return false
}

func (p *parser) startTemplate() {
	p.framesetOK = false
	if !p.addElement() {
		return
	}
	p.addMarker()
	p.mode = inTemplate
	p.templates = append(p.templates, inTemplate)
}

func (p *parser) endTemplate() {
	if p.open[Template] == 0 {
		return
	}
	p.popTo(p.find(Template, 0))
	p.clearToMarker()
	p.templates = p.templates[:len(p.templates)-1]
	p.resetMode()
}

// inHeadNoscript is section 13.2.6.4.5, "in head noscript".
func (p *parser) inHeadNoscript() bool {
	switch p.token.kind {
	case doctypeToken:
		return true
	case textToken:
		if p.isSpace(0) {
			return p.inHead()
		}
	case commentToken:
		return p.inHead()
	case startTagToken:
		switch p.token.tag {
		case Html:
			return p.inBody()
		case Basefont, Bgsound, Link, Meta, Noframes, Style:
			return p.inHead()
		case Head, Noscript:
			return true
		}
	case endTagToken:
		switch p.token.tag {
		case Noscript:
			p.pop()
			p.mode = inHead
			return true
		case Br:
		default:
			return true
		}
	case endOfFileToken:
	}
	p.pop()
	p.mode = inHead
	return false
}

// afterHead is section 13.2.6.4.6, "after head".
func (p *parser) afterHead() bool {
	switch p.token.kind {
	case textToken:
		if p.keepSpace() {
			return true
		}
	case commentToken:
		p.addComment(p.top().node)
		return true
	case doctypeToken:
		return true
	case startTagToken:
		switch p.token.tag {
		case Html:
			return p.inBody()
		case Body:
			p.addPart()
			p.framesetOK = false
			p.mode = inBody
			return true
		case Frameset:
			p.addPart()
			p.mode = inFrameset
			return true
		case Base, Basefont, Bgsound, Link, Meta, Noframes, Script, Style, Template, Title:
			p.push(openElement{node: p.head, tag: Head, props: htmlProps[Head]})
			p.tree.moved = true // the head had ended before
			p.inHead()
			p.removeOpen(p.openIndex(p.head))
			return true
		case Head:
			return true
		}
	case endTagToken:
		switch p.token.tag {
		case Template:
			return p.inHead()
		case Body, Html, Br:
		default:
			return true
		}
	case endOfFileToken:
	}
	p.addImplied(Body)
	p.framesetOK = true
	p.mode = inBody
	return false
}
