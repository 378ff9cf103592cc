package dom

// addElement inserts an HTML element for the current tag token and opens it.
// It returns false if elements are nested as deep as they may be: then the
// element has been inserted but is not open, what follows becomes the content
// of its parent, and its end tag will be ignored.
func (p *parser) addElement() bool {
	if p.full() {
		p.addVoid()
		p.flatten()
		return false
	}
	p.addPart()
	return true
}

// addPart inserts and opens an HTML element for the current tag token, however
// deep it is. It is for the parts of the document and of tables, which cannot
// be nested without nesting other elements.
func (p *parser) addPart() {
	p.push(openElement{node: p.addVoid(), tag: p.token.tag, props: htmlProps[p.token.tag]})
}

// addImplied is addPart for an element that the page has no tag for.
func (p *parser) addImplied(tag Tag) Node {
	n := p.tree.newNode(Element, tag, 0, -1)
	p.place(n)
	p.push(openElement{node: n, tag: tag, props: htmlProps[tag]})
	return n
}

// addVoid inserts an HTML element for the current tag token and does not open
// it.
func (p *parser) addVoid() Node {
	n := p.tree.newNode(Element, p.token.tag, p.token.start, p.token.attrs)
	p.place(n)
	return n
}

// flatten notes that the element of the current start tag token is not opened.
func (p *parser) flatten() {
	p.flattened++
	p.flat[p.token.tag]++
}

// addRawText inserts an element for the current start tag token together with
// its content, which is text up to its end tag. This is what the standard does
// in the insertion mode "text".
func (p *parser) addRawText(f flags) {
	n := p.addVoid()
	start, stop := p.rawText(p.token.tag)
	if p.token.tag == Textarea {
		start = p.skipNewline(start, stop)
	}
	if start < stop {
		p.tree.addText(n, None, start, stop, f)
		p.tree.nodes[n].end++ // it was not opened
	}
}

// skipNewline returns where text that must not begin with a newline begins.
func (p *parser) skipNewline(start, stop int) int {
	switch b := p.src[start:stop]; {
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		return start + 2
	case len(b) > 0 && (b[0] == '\r' || b[0] == '\n'):
		return start + 1
	case len(b) > 0 && b[0] == '&':
		var buf [8]byte
		if decoded, n := p.tree.appendReference(buf[:0], b, false); string(decoded) == "\n" {
			return start + n
		}
	}
	return start
}

// addComment appends the current comment token to parent.
func (p *parser) addComment(parent Node) {
	n := p.tree.newNode(Comment, Other, p.token.start, p.token.stop)
	p.tree.appendChild(parent, n)
}

// addText appends the current text token to the current node.
func (p *parser) addText(f flags) {
	p.addTextUpTo(p.token.stop, f)
}

// addTextUpTo is addText for the part of the token before stop, which is then
// taken from the token.
func (p *parser) addTextUpTo(stop int, f flags) {
	start := p.token.start
	if p.token.start = stop; start == stop {
		return
	}
	parent, before := p.top().node, None
	if p.fostering && p.top().props&tablePart != 0 {
		parent, before = p.fosterPlace()
	}
	p.tree.addText(parent, before, start, stop, p.token.flags|f)
}

// place inserts the new node n at the current place: "the appropriate place for
// inserting a node", section 13.2.6.1 of the standard.
func (p *parser) place(n Node) {
	if p.fostering && p.top().props&tablePart != 0 {
		p.foster(n)
		return
	}
	p.tree.appendChild(p.top().node, n)
}

// foster inserts n before the current table.
func (p *parser) foster(n Node) {
	if parent, before := p.fosterPlace(); before != None {
		p.tree.insertBefore(before, n)
	} else {
		p.tree.appendChild(parent, n)
	}
}

// fosterPlace returns where content goes that is not allowed in the current
// table: into parent, before the child before, or at the end if that is None.
func (p *parser) fosterPlace() (parent, before Node) {
	table := p.find(Table, 0)
	if template := p.find(Template, 0); template > table {
		return p.stack[template].node, None
	}
	if table < 0 {
		return p.stack[0].node, None
	}
	n := p.stack[table].node
	if parent = p.tree.nodes[n].parent; parent == None {
		return p.stack[table-1].node, None
	}
	return parent, n
}
