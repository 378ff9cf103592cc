package dom

// Wanted is a set of at most 64 attributes that the parser notes, for a pass
// over all elements that asks for them. It is immutable and may be shared by
// goroutines.
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

// noneWanted is the empty set.
var noneWanted = NewWanted()

// An Attr is one of the wanted attributes of an element.
type Attr struct {
	value span
	ID    uint8 // number of the attribute in the set
	count uint8 // of the first attribute of an element: how many there are
}

// Wanted returns those attributes of n that are in [Options.Wanted], in order;
// of several attributes with the same name only the first one:
//
//	for _, a := range tree.Wanted(n) {
//		switch a.ID {
//		case class:
//			… tree.Value(a)
//
// It costs next to nothing, as the parser has noted them.
func (t *Tree) Wanted(n Node) []Attr {
	if d := &t.nodes[n]; d.kind == Element {
		return t.parser.attrsFrom(d.stop)
	}
	return nil
}

// Value returns the decoded value of an attribute.
func (t *Tree) Value(a Attr) string { return t.value(a.value) }

// attrsFrom returns the attributes of the element whose first one has the index
// first; -1 is none.
func (z *tokenizer) attrsFrom(first int32) []Attr {
	if first < 0 {
		return nil
	}
	attrs := z.attrs[first:]
	return attrs[:attrs[0].count]
}
