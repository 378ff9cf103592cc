package dom

import (
	"iter"
	"slices"
)

// Len returns the number of nodes, the document included. It is 0 before the
// first Parse.
func (t *Tree) Len() int { return len(t.nodes) }

// Quirks reports whether the document asks for quirks mode.
func (t *Tree) Quirks() bool { return t.quirks }

// Kind returns what n is.
func (t *Tree) Kind(n Node) Kind { return t.nodes[n].kind }

// Tag returns the tag of an element and [Other] for every other node.
func (t *Tree) Tag(n Node) Tag { return t.nodes[n].tag }

// Retag gives the element n another tag, for those who ask from now on: a page may
// draw with spans what HTML has elements for.
func (t *Tree) Retag(n Node, tag Tag) { t.nodes[n].tag = tag }

// NS returns the namespace of an element.
func (t *Tree) NS(n Node) Namespace { return t.nodes[n].ns }

// Parent returns the parent of n, None for the document.
func (t *Tree) Parent(n Node) Node { return t.nodes[n].parent }

// End returns the first node after the subtree of n, which is [n, End(n)).
func (t *Tree) End(n Node) Node { return t.nodes[n].end }

// FirstChild returns the first child of n, or None.
func (t *Tree) FirstChild(n Node) Node {
	if t.nodes[n].end > n+1 {
		return n + 1
	}
	return None
}

// LastChild returns the last child of n, or None.
func (t *Tree) LastChild(n Node) Node { return t.nodes[n].last }

// NextSibling returns the node after n with the same parent, or None.
func (t *Tree) NextSibling(n Node) Node { return t.nodes[n].next }

// PrevSibling returns the node before n with the same parent, or None.
func (t *Tree) PrevSibling(n Node) Node { return t.nodes[n].prev }

// NextElement returns the first element after n with the same parent, or None.
func (t *Tree) NextElement(n Node) Node {
	for n = t.nodes[n].next; n != None && t.nodes[n].kind != Element; {
		n = t.nodes[n].next
	}
	return n
}

// PrevElement returns the last element before n with the same parent, or None.
func (t *Tree) PrevElement(n Node) Node {
	for n = t.nodes[n].prev; n != None && t.nodes[n].kind != Element; {
		n = t.nodes[n].prev
	}
	return n
}

// Children yields the children of n in order.
func (t *Tree) Children(n Node) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := t.FirstChild(n); c != None; c = t.nodes[c].next {
			if !yield(c) {
				return
			}
		}
	}
}

// IsElement reports whether n is an element and, if tags are given, has one of
// them. None is no element.
func (t *Tree) IsElement(n Node, tags ...Tag) bool {
	if n == None || t.nodes[n].kind != Element {
		return false
	}
	return len(tags) == 0 || t.nodes[n].hasTag(tags)
}

// IsText reports whether n is a text node.
func (t *Tree) IsText(n Node) bool { return n != None && t.nodes[n].kind == Text }

// Closest returns the innermost element with one of the tags among n itself and
// its ancestors, or None.
func (t *Tree) Closest(n Node, tags ...Tag) Node {
	for ; n != None; n = t.nodes[n].parent {
		if t.nodes[n].kind == Element && t.nodes[n].hasTag(tags) {
			return n
		}
	}
	return None
}

// Find returns the first element with one of the tags below n, or None.
func (t *Tree) Find(n Node, tags ...Tag) Node {
	return t.FindNext(n, n, tags...)
}

// FindNext returns the first element with one of the tags below n that comes
// after the node after, or None.
func (t *Tree) FindNext(n, after Node, tags ...Tag) Node {
	for c := after + 1; c < t.nodes[n].end; c++ {
		if t.nodes[c].kind == Element && t.nodes[c].hasTag(tags) {
			return c
		}
	}
	return None
}

// Contains reports whether n is inner or an ancestor of it.
func (t *Tree) Contains(n, inner Node) bool { return n <= inner && inner < t.nodes[n].end }

func (n *node) hasTag(tags []Tag) bool { return slices.Contains(tags, n.tag) }

// Body returns the body element (or frameset), None if the tree is empty.
func (t *Tree) Body() Node {
	if len(t.nodes) == 0 {
		return None
	}
	return t.Find(Root, Body, Frameset)
}
