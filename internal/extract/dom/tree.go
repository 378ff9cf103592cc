package dom

import "slices"

// A Node is the index of a node in its [Tree]. Nodes are numbered in document
// order: the subtree of n is [n, End(n)).
type Node int32

const (
	// None stands for a node that does not exist.
	None Node = -1
	// Root is the document itself.
	Root Node = 0
)

// A Kind tells nodes apart.
type Kind uint8

// The kinds of nodes.
const (
	Document Kind = iota
	Doctype
	Element
	Text
	Comment
)

// A Namespace is that of an element.
type Namespace uint8

// The namespaces that the parser knows.
const (
	HTML Namespace = iota
	SVG
	MathML
)

// A Tree is an HTML document as a flat table of nodes. The zero Tree is empty;
// [Tree.Parse] fills it and reuses its memory.
//
// Strings and byte slices that a Tree returns may share memory with the source
// or with the Tree: they are good until the next Parse, and only as long as the
// source is not changed. A Tree must not be used by two goroutines at once, not
// even for reading.
type Tree struct {
	src      []byte
	nodes    []node
	segments []segment
	merged   []mergedTag
	quirks   bool
	moved    bool // by tree construction, so that ends are wrong
	valid    bool // the source is known to be UTF-8

	parser parser
	spare  []node // the other table while nodes are put in order

	plain    answer // see isPlain
	entities map[string]entity
	scratch  []byte // decoded strings that were handed out
	seen     []span // names of attributes that EachAttr has met
}

// A node takes 32 bytes and holds no pointer, so that the table costs the
// garbage collector nothing.
type node struct {
	parent, prev, next, last Node // last is the last child
	end                      Node // known when the element is closed, unless Tree.moved

	// Text and comments are the source between start and stop, unless
	// flagSegments is set: then start and stop are the first and the last index
	// in Tree.segments. Of an element, start is the first byte of its tag's
	// name, or 0 if the page has no tag for it, and stop the index of its first
	// wanted attribute in the tokenizer's table, or -1.
	start, stop int32

	kind  Kind
	tag   Tag
	ns    Namespace
	flags flags
}

type flags uint8

const (
	flagRaw      flags = 1 << iota // text without character references
	flagDropNUL                    // text whose NUL bytes vanish instead of becoming U+FFFD
	flagSegments                   // text from several places of the source
	flagMerged                     // an element with attributes of further tags in Tree.merged
	flagOpen                       // on the stack of open elements
)

// A segment is a part of a text node that the source has in several pieces.
type segment struct {
	start, stop int32
	next        int32 // index in Tree.segments, or -1
	flags       flags
}

// A mergedTag is a second <html> or <body> tag, whose attributes go to the
// element that is there already.
type mergedTag struct {
	node  Node
	start int32
}

// An answer is what is known to a question.
type answer uint8

const (
	unknown answer = iota
	no
	yes
)

// A span is a piece of the source.
type span struct{ start, stop int32 }

// newNode adds a node that has no parent yet. It sets the fields one by one,
// as a node that is put together elsewhere and copied takes twice the time.
func (t *Tree) newNode(kind Kind, tag Tag, start, stop int) Node {
	n := len(t.nodes)
	if n == cap(t.nodes) {
		t.nodes = slices.Grow(t.nodes, max(n, 256))
	}
	t.nodes = t.nodes[:n+1]
	d := &t.nodes[n]
	d.parent, d.prev, d.next, d.last = None, None, None, None
	d.end = Node(n + 1)
	d.start, d.stop = int32(start), int32(stop)
	d.kind, d.tag, d.ns, d.flags = kind, tag, HTML, 0
	return Node(n)
}

// appendChild makes the detached node n the last child of parent.
func (t *Tree) appendChild(parent, n Node) {
	p := &t.nodes[parent]
	d := &t.nodes[n]
	d.parent, d.prev = parent, p.last
	if p.last != None {
		s := &t.nodes[p.last]
		s.next = n
		t.moved = t.moved || s.flags&flagOpen != 0 // s will end behind n
	}
	p.last = n
}

// insertBefore makes the detached node n the sibling before next.
func (t *Tree) insertBefore(next, n Node) {
	t.moved = true
	d, s := &t.nodes[n], &t.nodes[next]
	d.parent, d.prev, d.next = s.parent, s.prev, next
	if s.prev != None {
		t.nodes[s.prev].next = n
	}
	s.prev = n
}

// detach takes n, with all below it, from its parent.
func (t *Tree) detach(n Node) {
	d := &t.nodes[n]
	if d.parent == None {
		return
	}
	t.moved = true
	if d.prev != None {
		t.nodes[d.prev].next = d.next
	}
	if d.next != None {
		t.nodes[d.next].prev = d.prev
	} else {
		t.nodes[d.parent].last = d.prev
	}
	d.parent, d.prev, d.next = None, None, None
}

// moveChildren makes all children of from children of the childless node to,
// and returns how many there were.
func (t *Tree) moveChildren(to, from Node) int {
	t.moved = true
	n := 0
	for c := t.nodes[from].last; c != None; c = t.nodes[c].prev {
		t.nodes[c].parent = to
		n++
	}
	t.nodes[to].last, t.nodes[from].last = t.nodes[from].last, None
	return n
}

// addText appends the source between start and stop to parent: to the text
// node that is its last child, or else to a new one. With before set the text
// goes before that child of parent.
func (t *Tree) addText(parent, before Node, start, stop int, f flags) {
	at := t.nodes[parent].last
	if before != None {
		at = t.nodes[before].prev
	}
	if at == None || t.nodes[at].kind != Text {
		n := t.newNode(Text, Other, start, stop)
		t.nodes[n].flags = f
		if before != None {
			t.insertBefore(before, n)
		} else {
			t.appendChild(parent, n)
		}
		return
	}
	t.extendText(at, start, stop, f)
}

// extendText appends the source between start and stop to the text node at.
func (t *Tree) extendText(at Node, start, stop int, f flags) {
	d := &t.nodes[at]
	if d.flags == f && d.stop == int32(start) {
		d.stop = int32(stop)
		return
	}
	piece := int32(len(t.segments))
	if d.flags&flagSegments == 0 {
		t.segments = append(t.segments, segment{start: d.start, stop: d.stop, next: -1, flags: d.flags})
		d.flags |= flagSegments
		d.start, d.stop = piece, piece
		piece++
	}
	t.segments = append(t.segments, segment{start: int32(start), stop: int32(stop), next: -1, flags: f})
	t.segments[d.stop].next = piece
	d.stop = piece
}

// Remove takes elements out of the tree, with all below them. The other nodes are
// numbered anew, and texts that come to stand side by side become one, as they
// would be without the source of what is gone.
func (t *Tree) Remove(elements []Node) {
	if len(elements) == 0 {
		return
	}
	for _, n := range elements {
		before, after := t.nodes[n].prev, t.nodes[n].next
		t.detach(n)
		if before == None || after == None || t.nodes[before].kind != Text || t.nodes[after].kind != Text {
			continue
		}
		if d := t.nodes[after]; d.flags&flagSegments == 0 {
			t.extendText(before, int(d.start), int(d.stop), d.flags)
		} else {
			for i := d.start; i >= 0; {
				s := t.segments[i]
				t.extendText(before, int(s.start), int(s.stop), s.flags)
				i = s.next
			}
		}
		t.detach(after)
	}
	t.finish()
}

// finish computes where subtrees end in a tree that was not built from the start
// to the end: where it is not in document order, finish puts it in order.
func (t *Tree) finish() {
	nodes := t.nodes
	for n := Node(len(nodes) - 1); n >= 0; n-- {
		d := &nodes[n]
		d.end = n + 1
		if d.last != None {
			d.end = nodes[d.last].end
		}
		// In document order a node comes right after its parent or after the
		// subtree of the sibling before it.
		if d.prev == None && n != d.parent+1 || d.next != None && d.next != d.end {
			t.reorder()
			t.finish()
			return
		}
	}
}

// reorder numbers the nodes in document order and leaves out those that are
// not in the document any more.
func (t *Tree) reorder() {
	// Walk backwards through the document, and let end be the new number of
	// the node, counted from 1, while detached nodes keep 0.
	nodes := t.nodes
	for n := range nodes {
		nodes[n].end = 0
	}
	number := Node(len(nodes))
	for n := Root; n != None; {
		for nodes[n].last != None {
			n = nodes[n].last
		}
		for {
			nodes[n].end = number
			number--
			if nodes[n].prev != None {
				n = nodes[n].prev
				break
			}
			if n = nodes[n].parent; n == None {
				break
			}
		}
	}
	moved := func(n Node) Node {
		if n == None {
			return None
		}
		return nodes[n].end - number - 1
	}
	t.spare = slices.Grow(t.spare[:0], cap(nodes))[:len(nodes)-int(number)]
	for n := range nodes {
		d := &nodes[n]
		if d.end == 0 {
			continue
		}
		to := &t.spare[d.end-number-1]
		to.parent, to.prev, to.next, to.last = moved(d.parent), moved(d.prev), moved(d.next), moved(d.last)
		to.start, to.stop = d.start, d.stop
		to.kind, to.tag, to.ns, to.flags = d.kind, d.tag, d.ns, d.flags
	}
	for i := range t.merged {
		t.merged[i].node = moved(t.merged[i].node)
	}
	t.nodes, t.spare = t.spare, t.nodes
}
