package dom

import (
	"strings"
	"unsafe"
)

// maxAttributes is the number of attributes that are read of one tag, and the
// number of further <html> and <body> tags whose attributes are taken over.
const maxAttributes = 256

// Name returns the qualified name of an element: in lower case, but with the
// capitals that the standard gives to some SVG elements (foreignObject). For a
// doctype it is the lower-case name of the document type, for other nodes "".
func (t *Tree) Name(n Node) string {
	d := &t.nodes[n]
	if d.kind != Element && d.kind != Doctype {
		return ""
	}
	if d.tag != Other {
		if d.ns == SVG {
			if name, ok := svgNames[tagNames[d.tag]]; ok {
				return name
			}
		}
		return tagNames[d.tag]
	}
	name := t.name(t.src[d.start:])
	if d.ns == SVG {
		if adjusted, ok := svgNames[name]; ok {
			return adjusted
		}
	}
	return name
}

// name returns the lower-case name at the start of b.
func (t *Tree) name(b []byte) string {
	end, plain := 0, true
	for end < len(b) && nameByte[b[end]] != 0 {
		plain = plain && nameByte[b[end]] == b[end]
		end++
	}
	return t.lower(b[:end], plain)
}

// lower returns the lower case of the name b, with U+FFFD for NUL; plain says
// that b is in lower case already.
func (t *Tree) lower(b []byte, plain bool) string {
	if plain {
		return view(b)
	}
	at := len(t.scratch)
	for _, c := range b {
		if c == 0 {
			t.scratch = append(t.scratch, "\ufffd"...)
		} else {
			t.scratch = append(t.scratch, lowerByte(c))
		}
	}
	return view(t.scratch[at:])
}

// view returns b as a string that shares its memory.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Attr returns the value of the attribute with the given name, which is
// compared without regard to case, and whether n has it. Only elements have
// attributes: other nodes and None do not.
func (t *Tree) Attr(n Node, name string) (value string, ok bool) {
	if !t.IsElement(n) {
		return "", false
	}
	d := &t.nodes[n]
	if v, ok := t.findAttr(d.start, name); ok {
		return t.value(v), true
	}
	if d.flags&flagMerged != 0 {
		for _, m := range t.merged {
			if m.node != n {
				continue
			}
			if v, ok := t.findAttr(m.start, name); ok {
				return t.value(v), true
			}
		}
	}
	return "", false
}

// findAttr returns the value of the attribute of the tag whose name begins at
// start.
func (t *Tree) findAttr(start int32, name string) (value span, ok bool) {
	s := t.attributes(start)
	for s.next() {
		if equalFold(view(t.src[s.name.start:s.name.stop]), name) {
			return s.value, true
		}
	}
	return span{}, false
}

// HasAttr reports whether n has the attribute.
func (t *Tree) HasAttr(n Node, name string) bool {
	_, ok := t.Attr(n, name)
	return ok
}

// AttrHasPrefix reports whether n has the attribute and its value begins with
// prefix.
func (t *Tree) AttrHasPrefix(n Node, name, prefix string) bool {
	value, ok := t.Attr(n, name)
	return ok && strings.HasPrefix(value, prefix)
}

// EachAttr calls each with the attributes of n in order until it returns
// false. Of several attributes with the same name only the first one counts.
// Names are in lower case, but with the capitals that the standard gives to
// some SVG and MathML attributes (viewBox, definitionURL).
func (t *Tree) EachAttr(n Node, each func(name, value string) bool) {
	if !t.IsElement(n) {
		return
	}
	d := &t.nodes[n]
	t.seen = t.seen[:0]
	if !t.eachAttr(d.start, d.ns, each) || d.flags&flagMerged == 0 {
		return
	}
	for _, m := range t.merged {
		if m.node == n && !t.eachAttr(m.start, d.ns, each) {
			return
		}
	}
}

func (t *Tree) eachAttr(start int32, ns Namespace, each func(name, value string) bool) bool {
	s := t.attributes(start)
	for s.next() {
		if t.seenAttr(s.name) {
			continue
		}
		t.seen = append(t.seen, s.name)
		name := t.name(t.src[s.name.start:s.name.stop])
		switch ns {
		case SVG:
			if adjusted, ok := svgAttributes[name]; ok {
				name = adjusted
			}
		case MathML:
			if name == "definitionurl" {
				name = "definitionURL"
			}
		case HTML:
		}
		if !each(name, t.value(s.value)) {
			return false
		}
	}
	return true
}

func (t *Tree) seenAttr(name span) bool {
	b := t.src[name.start:name.stop]
	for _, s := range t.seen {
		if equalFold(view(t.src[s.start:s.stop]), view(b)) {
			return true
		}
	}
	return false
}

// ID returns the id attribute of n, "" if there is none.
func (t *Tree) ID(n Node) string {
	id, _ := t.Attr(n, "id")
	return id
}

// Class returns the class attribute of n, "" if there is none.
func (t *Tree) Class(n Node) string {
	class, _ := t.Attr(n, "class")
	return class
}

// HasClass reports whether class is one of the classes of n.
func (t *Tree) HasClass(n Node, class string) bool {
	return hasToken(t.Class(n), class)
}

// HasAnyClass reports whether n has one of the classes.
func (t *Tree) HasAnyClass(n Node, classes ...string) bool {
	list := t.Class(n)
	if list == "" {
		return false
	}
	for _, class := range classes {
		if hasToken(list, class) {
			return true
		}
	}
	return false
}

// ClassContains reports whether s occurs anywhere in the class attribute of n.
func (t *Tree) ClassContains(n Node, s string) bool {
	return strings.Contains(t.Class(n), s)
}

// HasClassPrefix reports whether one of the classes of n begins with prefix.
func (t *Tree) HasClassPrefix(n Node, prefix string) bool {
	list := t.Class(n)
	for at := 0; ; {
		i := strings.Index(list[at:], prefix)
		if i < 0 {
			return false
		}
		if at += i; at == 0 || isSpace(list[at-1]) {
			return true
		}
		at++
	}
}

// hasToken reports whether token is one of the words of list.
func hasToken(list, token string) bool {
	for at := 0; at+len(token) <= len(list); {
		i := strings.Index(list[at:], token)
		if i < 0 {
			return false
		}
		at += i
		end := at + len(token)
		if (at == 0 || isSpace(list[at-1])) && (end == len(list) || isSpace(list[end])) {
			return token != ""
		}
		at++
	}
	return false
}
