package dom

import "slices"

// A formattingElement is an entry of the list of active formatting elements,
// section 13.2.4.3 of the standard. A marker has the node None.
type formattingElement struct {
	node       Node
	tag        Tag
	hashed     bool   // attributes is known
	attributes uint64 // a hash of the set of attributes
}

// addFormatting inserts a formatting element for the current tag token.
func (p *parser) addFormatting() {
	if !p.addElement() {
		return
	}
	f := formattingElement{node: p.top().node, tag: p.token.tag}
	p.limitEqual(&f)
	if len(p.formatting) >= p.options.MaxFormatting {
		p.forgetOldest()
	}
	p.formatting = append(p.formatting, f)
}

// limitEqual forgets the earliest of three elements equal to f: the "Noah's Ark
// clause".
func (p *parser) limitEqual(f *formattingElement) {
	sameTag := 0
	for i := len(p.formatting) - 1; i >= 0 && p.formatting[i].node != None; i-- {
		if p.formatting[i].tag == f.tag {
			sameTag++
		}
	}
	if sameTag < 3 {
		return
	}
	want, equal := p.attributeHash(f), 0
	for i := len(p.formatting) - 1; i >= 0 && p.formatting[i].node != None; i-- {
		g := &p.formatting[i]
		if g.tag != f.tag || p.attributeHash(g) != want {
			continue
		}
		if equal++; equal == 3 {
			p.forgetFormatting(i)
			return
		}
	}
}

// attributeHash returns a hash of the attributes of f that does not depend on
// their order.
func (p *parser) attributeHash(f *formattingElement) uint64 {
	if !f.hashed {
		p.tree.EachAttr(f.node, func(name, value string) bool {
			const prime = 1099511628211
			h := uint64(14695981039346656037)
			for i := range len(name) {
				h = (h ^ uint64(name[i])) * prime
			}
			h *= prime
			for i := range len(value) {
				h = (h ^ uint64(value[i])) * prime
			}
			f.attributes += h ^ h>>29
			return true
		})
		f.hashed = true
	}
	return f.attributes
}

func (p *parser) addMarker() {
	p.formatting = append(p.formatting, formattingElement{node: None})
}

// clearToMarker forgets the formatting elements up to the last marker.
func (p *parser) clearToMarker() {
	for i, f := range slices.Backward(p.formatting) {
		if f.node == None {
			p.formatting = p.formatting[:i]
			return
		}
	}
	p.formatting = p.formatting[:0]
}

// forgetOldest makes room in the list. Markers stay: they are no more than the
// elements that may be open.
func (p *parser) forgetOldest() {
	for i := range p.formatting {
		if p.formatting[i].node != None {
			p.forgetFormatting(i)
			return
		}
	}
}

func (p *parser) forgetFormatting(i int) {
	p.formatting = append(p.formatting[:i], p.formatting[i+1:]...)
}

// formattingIndex returns the position of n in the list, -1 if it is not there.
func (p *parser) formattingIndex(n Node) int {
	for i, f := range slices.Backward(p.formatting) {
		if f.node == n {
			return i
		}
	}
	return -1
}

// lastFormatting returns the position of the last element with the tag after
// the last marker, -1 if there is none.
func (p *parser) lastFormatting(tag Tag) int {
	for i := len(p.formatting) - 1; i >= 0 && p.formatting[i].node != None; i-- {
		if p.formatting[i].tag == tag {
			return i
		}
	}
	return -1
}

// isOpen reports whether the entry is a marker or its element is on the stack
// of open elements.
func (p *parser) isOpen(f *formattingElement) bool {
	return f.node == None || p.tree.nodes[f.node].flags&flagOpen != 0
}

// reconstruct opens again the formatting elements that the page did not close,
// but that were closed with the elements around them.
func (p *parser) reconstruct() {
	i := len(p.formatting)
	if i == 0 || p.isOpen(&p.formatting[i-1]) || p.repairs <= 0 {
		return
	}
	for i > 0 && !p.isOpen(&p.formatting[i-1]) {
		i--
	}
	for ; i < len(p.formatting) && !p.full(); i++ {
		f := &p.formatting[i]
		f.node = p.clone(f.node)
		p.place(f.node)
		p.push(openElement{node: f.node, tag: f.tag, props: htmlProps[f.tag]})
	}
}

// clone returns a new element with the name and the attributes of n.
func (p *parser) clone(n Node) Node {
	p.repairs--
	d := &p.tree.nodes[n]
	return p.tree.newNode(Element, d.tag, int(d.start), int(d.stop))
}
