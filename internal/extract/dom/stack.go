package dom

import "slices"

// An openElement is an entry of the stack of open elements, section 13.2.4.2
// of the standard.
type openElement struct {
	node  Node
	props props
	tag   Tag
	ns    Namespace
}

// Props are what tree construction asks about the elements on the stack.
type props uint16

const (
	special       props = 1 << iota
	scopeEnd            // ends every scope but the table scope
	listEnd             // ends the list item scope, too
	buttonEnd           // ends the button scope, too
	tableEnd            // ends the table scope
	bodyEnd             // ends the table body context
	rowEnd              // ends the table row context
	impliedEnd          // has an implied end tag
	tablePart           // content that is not allowed in it is put before the table
	heading             // h1 to h6
	rowGroup            // tbody, thead, tfoot
	cell                // td, th
	textPoint           // MathML text integration point
	htmlPoint           // HTML integration point
	annotationXML       // MathML annotation-xml
)

// The scopes of the standard, as the elements that end them.
const (
	inScope         = scopeEnd
	inListItemScope = scopeEnd | listEnd
	inButtonScope   = scopeEnd | buttonEnd
	inTableScope    = tableEnd
)

// htmlProps are the properties of HTML elements.
var htmlProps = makeHTMLProps()

func makeHTMLProps() (table [numTags]props) {
	set := func(p props, tags ...Tag) {
		for _, tag := range tags {
			table[tag] |= p
		}
	}
	set(special, Address, Applet, Area, Article, Aside, Base, Basefont, Bgsound, Blockquote,
		Body, Br, Button, Caption, Center, Col, Colgroup, Dd, Details, Dir, Div, Dl, Dt,
		Embed, Fieldset, Figcaption, Figure, Footer, Form, Frame, Frameset,
		H1, H2, H3, H4, H5, H6, Head, Header, Hgroup, Hr, Html, Iframe, Img, Input, Keygen,
		Li, Link, Listing, Main, Marquee, Menu, Meta, Nav, Noembed, Noframes, Noscript,
		Object, Ol, P, Param, Plaintext, Pre, Script, Section, Select, Source, Style,
		Summary, Table, Tbody, Td, Template, Textarea, Tfoot, Th, Thead, Title, Tr, Track,
		Ul, Wbr, Xmp)
	set(scopeEnd, Applet, Caption, Html, Table, Td, Th, Marquee, Object, Select, Template)
	set(listEnd, Ol, Ul)
	set(buttonEnd, Button)
	set(tableEnd, Html, Table, Template)
	set(bodyEnd, Html, Tbody, Tfoot, Thead, Template)
	set(rowEnd, Html, Tr, Template)
	set(impliedEnd, Dd, Dt, Li, Optgroup, Option, P, Rb, Rp, Rt, Rtc)
	set(tablePart, Table, Tbody, Tfoot, Thead, Tr)
	set(heading, H1, H2, H3, H4, H5, H6)
	set(rowGroup, Tbody, Tfoot, Thead)
	set(cell, Td, Th)
	return table
}

func (p *parser) top() *openElement { return &p.stack[len(p.stack)-1] }

// full reports whether elements are nested as deep as they may be.
func (p *parser) full() bool { return len(p.stack) >= p.options.MaxDepth }

func (p *parser) push(e openElement) {
	p.stack = append(p.stack, e)
	p.entered(e)
}

func (p *parser) entered(e openElement) {
	p.tree.nodes[e.node].flags |= flagOpen
	if e.ns == HTML {
		p.open[e.tag]++
	}
}

func (p *parser) left(e openElement) {
	d := &p.tree.nodes[e.node]
	d.flags &^= flagOpen
	d.end = Node(len(p.tree.nodes))
	if e.ns == HTML {
		p.open[e.tag]--
	}
}

// pop closes the current node.
func (p *parser) pop() { p.popTo(len(p.stack) - 1) }

// popTo closes all elements from the one with index i on.
func (p *parser) popTo(i int) {
	for _, e := range p.stack[i:] {
		p.left(e)
	}
	p.stack = p.stack[:i]
	if p.flattened > 0 && !p.full() {
		// The elements too deep to be opened ended with those around them.
		p.flattened = 0
		clear(p.flat[:])
	}
}

// removeOpen takes the element with index i from the stack and leaves those
// above it open.
func (p *parser) removeOpen(i int) {
	p.left(p.stack[i])
	p.tree.moved = p.tree.moved || i < len(p.stack)-1
	p.stack = append(p.stack[:i], p.stack[i+1:]...)
}

// insertOpen puts an element at index i of the stack.
func (p *parser) insertOpen(i int, e openElement) {
	p.tree.moved = true
	p.stack = append(p.stack, e)
	copy(p.stack[i+1:], p.stack[i:])
	p.stack[i] = e
	p.entered(e)
}

// openIndex returns the position of n in the stack, -1 if it is not there.
func (p *parser) openIndex(n Node) int {
	for i, e := range slices.Backward(p.stack) {
		if e.node == n {
			return i
		}
	}
	return -1
}

// find returns the position of the innermost HTML element with the tag in the
// given scope, -1 if there is none.
func (p *parser) find(tag Tag, scope props) int {
	if p.open[tag] == 0 {
		return -1
	}
	for i := len(p.stack) - 1; i >= 0; i-- {
		e := &p.stack[i]
		if e.tag == tag && e.ns == HTML {
			return i
		}
		if e.props&scope != 0 {
			return -1
		}
	}
	return -1
}

// findAny is find for the elements with a property.
func (p *parser) findAny(which, scope props) int {
	for i := len(p.stack) - 1; i >= 0; i-- {
		switch e := &p.stack[i]; {
		case e.props&which != 0:
			return i
		case e.props&scope != 0:
			return -1
		}
	}
	return -1
}

func (p *parser) has(tag Tag, scope props) bool { return p.find(tag, scope) >= 0 }

// close pops all elements up to the innermost one with the tag in scope, and
// reports whether there was one.
func (p *parser) close(tag Tag, scope props) bool {
	i := p.find(tag, scope)
	if i >= 0 {
		p.popTo(i)
	}
	return i >= 0
}

// closeAny is close for the elements with a property.
func (p *parser) closeAny(which, scope props) bool {
	i := p.findAny(which, scope)
	if i >= 0 {
		p.popTo(i)
	}
	return i >= 0
}

// clearTo pops elements until the current node has one of the properties, as
// html, the first element of the stack, has for every context.
func (p *parser) clearTo(context props) {
	i := len(p.stack)
	for p.stack[i-1].props&context == 0 {
		i--
	}
	p.popTo(i)
}

// impliedEndTags closes the elements whose end tag may be left out, but not
// those with the tag except.
func (p *parser) impliedEndTags(except Tag) {
	for e := p.top(); e.props&impliedEnd != 0 && (e.tag != except || except == Other); e = p.top() {
		p.pop()
	}
}
