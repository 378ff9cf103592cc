package dom

// Wanted is a set of at most 64 attributes that a pass over all elements asks
// for. It is immutable and may be shared by goroutines.
type Wanted struct {
	names []string
	keys  [1 << wantedBits]nameKey
	ids   [1 << wantedBits]uint8 // index in names, plus one
}

const wantedBits = 8

// NewWanted returns the set of the attributes with the given lower-case names,
// whose numbers are their indices.
func NewWanted(names ...string) *Wanted {
	if len(names) > 64 {
		panic("dom: more than 64 wanted attributes")
	}
	w := &Wanted{names: names}
	for id, name := range names {
		key := nameKey(0)
		for i := range len(name) {
			key = key.add(name[i])
		}
		at := w.slot(key)
		for w.ids[at] != 0 {
			at = (at + 1) % (1 << wantedBits)
		}
		w.keys[at], w.ids[at] = key, uint8(id+1)
	}
	return w
}

// Name returns the name of the attribute with the number id.
func (w *Wanted) Name(id int) string { return w.names[id] }

func (w *Wanted) slot(key nameKey) uint { return uint(key * 0x9e3779b97f4a7c15 >> (64 - wantedBits)) }

// find returns the number of the attribute name, whose key is key, or -1.
func (w *Wanted) find(name []byte, key nameKey) int {
	for at := w.slot(key); ; at = (at + 1) % (1 << wantedBits) {
		id := int(w.ids[at]) - 1
		if id < 0 || w.keys[at] == key && len(name) == len(w.names[id]) &&
			(len(name) <= 8 || equalFold(view(name), w.names[id])) {
			return id
		}
	}
}

// An AttrReader walks over the wanted attributes of one element:
//
//	for r := tree.Wanted(n, wanted); r.Next(); {
//		switch r.ID {
//		case class:
//			… r.Value()
//
// It does what [Tree.EachAttr] does, but compares no names and decodes only
// the values that are asked for, which makes it four times as fast.
type AttrReader struct {
	ID int // number of the attribute

	tree   *Tree
	wanted *Wanted
	src    []byte // up to the closing angle bracket
	at     int
	left   int    // attributes of this tag that may still be read
	seen   uint64 // numbers of the attributes that were shown
	value  span
	node   Node
	merged int // how many of Tree.merged have been read
}

// Wanted returns a reader of those attributes of n that are in w.
func (t *Tree) Wanted(n Node, w *Wanted) AttrReader {
	r := AttrReader{tree: t, wanted: w, node: n, merged: len(t.merged)}
	if d := &t.nodes[n]; d.kind == Element {
		r.open(d.start, d.stop)
		if d.flags&flagMerged != 0 {
			r.merged = 0
		}
	}
	return r
}

// MayHaveAttrs reports whether n is an element with more to its tag than the
// name. Half of all elements have not.
func (t *Tree) MayHaveAttrs(n Node) bool {
	d := &t.nodes[n]
	return d.kind == Element && (int(d.stop-d.start) > len(tagNames[d.tag]) || d.flags&flagMerged != 0)
}

// open moves to the tag from the first byte of its name to its closing angle
// bracket.
func (r *AttrReader) open(start, stop int32) {
	r.src, r.at, r.left = r.tree.src[:stop], int(r.tree.nameEnd(start, stop)), maxAttributes
}

// Next moves to the next wanted attribute. Of several attributes with the same
// name it shows the first one.
func (r *AttrReader) Next() bool {
	for {
		src, i := r.src, r.at
		for i < len(src) && attrGap[src[i]] {
			i++
		}
		if i >= len(src) || r.left == 0 {
			if !r.nextTag() {
				return false
			}
			continue
		}
		r.left--
		start, key := i, nameKey(lowerByte(src[i]))
		for i++; i < len(src) && attrNameByte[src[i]] != 0; i++ {
			key = key.add(attrNameByte[src[i]])
		}
		name := src[start:i]
		r.value, r.at = attrValue(src, i)
		id := r.wanted.find(name, key)
		if id < 0 || r.seen>>id&1 != 0 {
			continue
		}
		r.seen |= 1 << id
		r.ID = id
		return true
	}
}

// nextTag moves to the next of the tags that were merged into the element.
func (r *AttrReader) nextTag() bool {
	for r.merged < len(r.tree.merged) {
		m := r.tree.merged[r.merged]
		r.merged++
		if m.node == r.node {
			r.open(m.start, m.stop)
			return true
		}
	}
	return false
}

// Value returns the decoded value of the attribute.
func (r *AttrReader) Value() string { return r.tree.value(r.value) }
