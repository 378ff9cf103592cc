package dom

import "strings"

// nameByte maps a byte of a tag's name to its lower case. The bytes that end a
// name map to 0; NUL, which may stand in a name, maps to 0xff.
var nameByte = makeNameByte()

func makeNameByte() (table [256]byte) {
	for i := range table {
		table[i] = lowerByte(byte(i))
	}
	table[0] = 0xff
	for _, c := range []byte(whitespace + "/>") {
		table[c] = 0
	}
	return table
}

// attrNameByte maps a byte of an attribute's name to its lower case, and the
// bytes that end the name to 0; NUL, which may stand in a name, maps to 0xff.
var attrNameByte = makeAttrNameByte()

func makeAttrNameByte() (table [256]byte) {
	table = makeNameByte()
	table['='] = 0
	return table
}

// attrGap marks the bytes that stand between attributes.
var attrGap = makeAttrGap()

func makeAttrGap() (table [256]bool) {
	for _, c := range []byte(whitespace + "/") {
		table[c] = true
	}
	return table
}

// A nameKey is the last eight bytes of a name in lower case. For most names it
// is the whole name, so that they are looked up without comparing strings.
type nameKey uint64

func (k nameKey) add(c byte) nameKey { return k<<8 | nameKey(c) }

// tagTable finds tags by their name: a hash table with linear probing.
type tagTable struct {
	keys [1 << tagTableBits]nameKey
	tags [1 << tagTableBits]Tag
}

const tagTableBits = 10

var knownTags = makeTagTable()

func makeTagTable() *tagTable {
	var t tagTable
	for tag := Other + 1; tag < numTags; tag++ {
		key := nameKey(0)
		for _, c := range []byte(tagNames[tag]) {
			key = key.add(c)
		}
		i := key.slot()
		for t.tags[i] != Other {
			i = (i + 1) % (1 << tagTableBits)
		}
		t.keys[i], t.tags[i] = key, tag
	}
	return &t
}

func (k nameKey) slot() uint { return uint(k * 0x9e3779b97f4a7c15 >> (64 - tagTableBits)) }

// find returns the tag of name, whose key is key.
func (t *tagTable) find(name []byte, key nameKey) Tag {
	for i := key.slot(); ; i = (i + 1) % (1 << tagTableBits) {
		tag := t.tags[i]
		if tag == Other || t.keys[i] == key && len(name) == len(tagNames[tag]) &&
			(len(name) <= 8 || equalFold(view(name), tagNames[tag])) {
			return tag
		}
	}
}

// LookupTag returns the tag of an element name, in whatever case, and [Other]
// for a name without one.
func LookupTag(name string) Tag {
	key := nameKey(0)
	for i := range len(name) {
		key = key.add(lowerByte(name[i]))
	}
	return knownTags.find([]byte(name), key)
}

// String returns the lower-case name of the tag, and "" for [Other].
func (t Tag) String() string { return tagNames[t] }

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// equalFold reports whether a and b are equal, save for the case of the letters
// A-Z.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && lowerByte(a[i]) != lowerByte(b[i]) {
			return false
		}
	}
	return true
}

// hasPrefixIn reports whether s begins with one of the lines of list, save for
// the case of letters.
func hasPrefixIn(s, list string) bool {
	for line := range strings.Lines(list) {
		prefix := strings.TrimSuffix(line, "\n")
		if len(prefix) <= len(s) && equalFold(s[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}
