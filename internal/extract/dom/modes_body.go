package dom

import "slices"

// inBody is section 13.2.6.4.7, "in body".
func (p *parser) inBody() bool {
	switch p.token.kind {
	case textToken:
		p.bodyText()
	case startTagToken:
		return p.bodyStartTag()
	case endTagToken:
		return p.bodyEndTag()
	case commentToken:
		p.addComment(p.top().node)
	case endOfFileToken:
		if len(p.templates) > 0 {
			return p.inTemplate()
		}
	case doctypeToken:
	}
	return true
}

func (p *parser) bodyText() {
	if e := p.top(); (e.tag == Pre || e.tag == Listing) && p.tree.nodes[e.node].last == None {
		p.token.start = p.skipNewline(p.token.start, p.token.stop)
	}
	f := flagDropNUL
	if p.token.flags&flagRaw != 0 {
		f = 0
	}
	for f != 0 && p.token.start < p.token.stop && p.src[p.token.start] == 0 {
		p.token.start++
	}
	if p.token.start == p.token.stop {
		return
	}
	p.reconstruct()
	if p.framesetOK && !p.isSpace(f) {
		p.framesetOK = false
	}
	p.addText(f)
}

func (p *parser) bodyStartTag() bool {
	tag := p.token.tag
	switch tag {
	case Html:
		if p.open[Template] == 0 {
			p.mergeAttributes(p.stack[0].node)
		}
	case Base, Basefont, Bgsound, Link, Meta, Noframes, Script, Style, Template, Title:
		return p.inHead()
	case Body:
		if p.open[Template] == 0 && len(p.stack) > 1 && p.stack[1].tag == Body {
			p.framesetOK = false
			p.mergeAttributes(p.stack[1].node)
		}
	case Frameset:
		if p.framesetOK && len(p.stack) > 1 && p.stack[1].tag == Body {
			p.tree.detach(p.stack[1].node)
			p.popTo(1)
			p.addPart()
			p.mode = inFrameset
		}
	case Address, Article, Aside, Blockquote, Center, Details, Dialog, Dir, Div, Dl, Fieldset,
		Figcaption, Figure, Footer, Header, Hgroup, Main, Menu, Nav, Ol, P, Search, Section,
		Summary, Ul, Plaintext:
		p.close(P, inButtonScope)
		if tag == Plaintext {
			p.addPart()
			p.token = token{kind: textToken, flags: flagRaw}
			p.token.start, p.token.stop = p.rawText(tag)
			p.bodyText()
			break
		}
		p.addElement()
	case H1, H2, H3, H4, H5, H6:
		p.close(P, inButtonScope)
		if p.top().props&heading != 0 {
			p.pop()
		}
		p.addElement()
	case Pre, Listing:
		p.close(P, inButtonScope)
		p.addElement()
		p.framesetOK = false
	case Form:
		if p.form != None && p.open[Template] == 0 {
			break
		}
		p.close(P, inButtonScope)
		if p.addElement() && p.open[Template] == 0 {
			p.form = p.top().node
		}
	case Li:
		p.framesetOK = false
		p.closeItem(Li, Li)
		p.close(P, inButtonScope)
		p.addElement()
	case Dd, Dt:
		p.framesetOK = false
		p.closeItem(Dd, Dt)
		p.close(P, inButtonScope)
		p.addElement()
	case Button:
		p.close(Button, inScope)
		p.reconstruct()
		p.addElement()
		p.framesetOK = false
	case A:
		if f := p.lastFormatting(A); f >= 0 {
			p.replaceLink(p.formatting[f].node)
		}
		p.reconstruct()
		p.addFormatting()
	case B, Big, Code, Em, Font, I, S, Small, Strike, Strong, Tt, U:
		p.reconstruct()
		p.addFormatting()
	case Nobr:
		p.reconstruct()
		if p.has(Nobr, inScope) {
			p.adopt()
			p.reconstruct()
		}
		p.addFormatting()
	case Applet, Marquee, Object:
		p.reconstruct()
		if p.addElement() {
			p.addMarker()
		}
		p.framesetOK = false
	case Table:
		if !p.tree.quirks {
			p.close(P, inButtonScope)
		}
		if p.addElement() {
			p.mode = inTable
		}
		p.framesetOK = false
	case Image:
		p.token.tag = Img
		return false
	case Area, Br, Embed, Img, Keygen, Wbr:
		p.reconstruct()
		p.addVoid()
		p.framesetOK = false
	case Input:
		p.close(Select, inScope)
		p.reconstruct()
		p.addVoid()
		if !p.isHiddenInput() {
			p.framesetOK = false
		}
	case Param, Source, Track:
		p.addVoid()
	case Hr:
		if p.has(P, inButtonScope) {
			p.impliedEndTags(P)
			p.close(P, inScope)
		}
		if p.has(Select, inScope) {
			p.impliedEndTags(Other)
		}
		p.addVoid()
		p.framesetOK = false
	case Textarea:
		p.addRawText(0)
		p.framesetOK = false
	case Xmp:
		p.close(P, inButtonScope)
		p.reconstruct()
		p.framesetOK = false
		p.addRawText(flagRaw)
	case Iframe:
		p.framesetOK = false
		p.addRawText(flagRaw)
	case Noembed:
		p.addRawText(flagRaw)
	case Noscript:
		if p.options.Scripting {
			p.addRawText(flagRaw)
			break
		}
		p.reconstruct()
		p.addElement()
	case Select:
		if p.close(Select, inScope) {
			break
		}
		p.reconstruct()
		p.addElement()
		p.framesetOK = false
	case Option, Optgroup:
		switch {
		case !p.has(Select, inScope):
			if p.top().tag == Option {
				p.pop()
			}
		case tag == Option:
			p.impliedEndTags(Optgroup)
		default:
			p.impliedEndTags(Other)
		}
		p.reconstruct()
		p.addElement()
	case Rb, Rtc:
		if p.has(Ruby, inScope) {
			p.impliedEndTags(Other)
		}
		p.addElement()
	case Rp, Rt:
		if p.has(Ruby, inScope) {
			p.impliedEndTags(Rtc)
		}
		p.addElement()
	case Math:
		p.reconstruct()
		p.addForeign(MathML)
	case Svg:
		p.reconstruct()
		p.addForeign(SVG)
	case Caption, Col, Colgroup, Frame, Head, Tbody, Td, Tfoot, Th, Thead, Tr:
	default:
		p.reconstruct()
		p.addElement()
	}
	return true
}

// mergeAttributes gives the open element n the attributes of the current tag
// that it does not have.
func (p *parser) mergeAttributes(n Node) {
	if len(p.tree.merged) < maxAttributes {
		p.tree.merged = append(p.tree.merged, mergedTag{node: n, start: int32(p.token.start)})
		p.tree.nodes[n].flags |= flagMerged
		p.mergeWanted(&p.tree.nodes[n])
	}
}

// mergeWanted is mergeAttributes for those that are wanted.
func (p *parser) mergeWanted(d *node) {
	had, more := p.attrsFrom(d.stop), p.attrsFrom(int32(p.token.attrs))
	first, seen := len(p.attrs), uint64(0)
	for _, a := range slices.Concat(had, more) {
		if seen>>a.ID&1 == 0 {
			seen |= 1 << a.ID
			p.attrs = append(p.attrs, a)
		}
	}
	d.stop = int32(p.closeAttrs(first))
}

// isHiddenInput reports whether the current tag has type="hidden".
func (p *parser) isHiddenInput() bool {
	v, ok := p.tree.findAttr(int32(p.token.start), "type")
	return ok && equalFold(p.tree.value(v), "hidden")
}

// closeItem closes the list item that a new one ends: an element with one of
// the tags, unless another element that is special lies between.
func (p *parser) closeItem(tag, other Tag) {
	if p.open[tag] == 0 && p.open[other] == 0 {
		return
	}
	for i := len(p.stack) - 1; i >= 0; i-- {
		e := &p.stack[i]
		switch {
		case e.ns == HTML && (e.tag == tag || e.tag == other):
			p.popTo(i)
			return
		case e.ns == HTML && (e.tag == Address || e.tag == Div || e.tag == P):
		case e.props&special != 0:
			return
		}
	}
}

// replaceLink ends the a element n, in which another one begins.
func (p *parser) replaceLink(n Node) {
	p.adopt()
	if i := p.openIndex(n); i >= 0 {
		p.removeOpen(i)
	}
	if i := p.formattingIndex(n); i >= 0 {
		p.forgetFormatting(i)
	}
}

func (p *parser) bodyEndTag() bool {
	tag := p.token.tag
	switch tag {
	case Body, Html:
		if p.has(Body, inScope) {
			p.mode = afterBody
			return tag == Body
		}
	case Address, Article, Aside, Blockquote, Button, Center, Details, Dialog, Dir, Div, Dl,
		Fieldset, Figcaption, Figure, Footer, Header, Hgroup, Listing, Main, Menu, Nav, Ol, Pre,
		Search, Section, Select, Summary, Ul, Dd, Dt:
		p.close(tag, inScope)
	case Form:
		p.endForm()
	case P:
		if !p.close(P, inButtonScope) {
			n := p.tree.newNode(Element, P, 0, -1)
			p.place(n)
		}
	case Li:
		p.close(Li, inListItemScope)
	case H1, H2, H3, H4, H5, H6:
		p.closeAny(heading, inScope)
	case A, B, Big, Code, Em, Font, I, Nobr, S, Small, Strike, Strong, Tt, U:
		p.adopt()
	case Applet, Marquee, Object:
		if p.close(tag, inScope) {
			p.clearToMarker()
		}
	case Br:
		p.token.kind = startTagToken
		p.token.start, p.token.attrs = 0, -1
		return false
	case Template:
		return p.inHead()
	default:
		p.otherEndTag()
	}
	return true
}

func (p *parser) endForm() {
	if p.open[Template] != 0 {
		p.close(Form, inScope)
		return
	}
	n := p.form
	p.form = None
	if i := p.find(Form, inScope); n != None && i >= 0 && p.stack[i].node == n {
		p.impliedEndTags(Other)
		p.removeOpen(i)
	}
}

// otherEndTag handles "any other end tag".
func (p *parser) otherEndTag() {
	if p.open[p.token.tag] == 0 {
		return
	}
	for i := len(p.stack) - 1; i >= 0; i-- {
		e := &p.stack[i]
		if e.ns == HTML && e.tag == p.token.tag && (e.tag != Other || p.sameName(e.node)) {
			p.popTo(i)
			return
		}
		if e.props&special != 0 {
			return
		}
	}
}

// sameName reports whether the name of the element n, which has a tag in the
// source, is that of the current token.
func (p *parser) sameName(n Node) bool {
	start := p.tree.nodes[n].start
	for i := p.token.start; ; i, start = i+1, start+1 {
		a, b := nameByte[p.src[i]], nameByte[p.src[start]]
		if a != b {
			return false
		}
		if a == 0 {
			return true
		}
	}
}
