package mathml

import (
	"bytes"
	"errors"

	"mathsieve/internal/extract/dom"
)

const (
	// maxDepth is how deep, in elements, formulas are followed. Deeper parts
	// are flattened. MathML of the deepest real formulas has about 60 levels.
	maxDepth = 200
	// maxNodes is the number of elements that one formula may have. The
	// largest real ones (tables of results) have some 20,000.
	maxNodes = 1 << 20
	// maxKept is the scratch memory, in nodes or bytes, that a Converter
	// keeps for the next formula.
	maxKept = 1 << 16
)

// ErrTooLarge is returned for a formula of more elements than any author
// writes.
var ErrTooLarge = errors.New("formula has too many elements")

// A Converter turns formulas into LaTeX. It holds scratch memory and may be
// used again and again, by one goroutine at a time. The zero value is ready.
type Converter struct {
	nodes []node
	text  []byte // text of all tokens
	out   []byte

	// What the writer knows of the end of out.
	base int  // out[:base] belongs to the caller
	word bool // out ends in a control word that a letter would extend
}

// Convert appends the LaTeX of the math element n to dst, without delimiters,
// and returns the extended slice. n may also be any element inside a formula.
// Names may have a prefix (m:math). A math element that holds only text is
// taken for TeX as it stands. Annotations and alttext, which hold what the author wrote,
// are the caller's to look at first. A formula that prints nothing but space
// appends nothing. On ErrTooLarge dst comes back as it was.
func (c *Converter) Convert(dst []byte, t *dom.Tree, n dom.Node) ([]byte, error) {
	c.reset()
	if t.Kind(n) == dom.Element && !hasElement(t, n) && tagOf(t, n) == dom.Math {
		// Wikitext that leaked: a TeX formula between math tags.
		c.text = t.AppendText(c.text, n)
		return append(dst, bytes.TrimSpace(c.text)...), nil
	}
	b := builder{c: c, t: t}
	return c.finish(dst, b.container(n, 0, variantNone))
}

func hasElement(t *dom.Tree, n dom.Node) bool {
	for ch := t.FirstChild(n); ch != dom.None; ch = t.NextSibling(ch) {
		if t.Kind(ch) == dom.Element {
			return true
		}
	}
	return false
}

// reset forgets the last formula.
func (c *Converter) reset() {
	if cap(c.nodes) > maxKept {
		c.nodes = nil
	}
	if cap(c.text) > maxKept {
		c.text = nil
	}
	c.nodes, c.text = c.nodes[:0], c.text[:0]
}

// finish writes the tree below root.
func (c *Converter) finish(dst []byte, root index) ([]byte, error) {
	if len(c.nodes) > maxNodes {
		return dst, ErrTooLarge
	}
	c.out, c.base, c.word = dst, len(dst), false
	c.markFences(root)
	c.writeRow(root)
	dst, c.out = c.out, nil
	return trimSpacing(dst, c.base), nil
}

// An index is the place of a node in a Converter.
type index int32

// none is the index of no node.
const none index = -1

// A kind tells nodes apart.
type kind uint8

const (
	kRow   kind = iota
	kIdent      // mi
	kNumber
	kOperator
	kText
	kSpace
	kFrac
	kSqrt
	kRoot       // base, index
	kScript     // base, sub or none, sup or none
	kLimits     // base, under or none, over or none
	kMulti      // base, then pairs; a kPrescripts node changes side
	kPrescripts // only inside kMulti
	kEmpty      // mprescripts' none
	kTable
	kTableRow
	kTableCell
	kEnclose
	kPhantom
	kRaw // text that already is TeX
)

// A node is one element of a formula.
type node struct {
	kind    kind
	variant variant
	mark    mark
	flags   flags
	depth   uint8 // height of the tree below, at most maxDepth
	first   index // first child
	next    index // next sibling
	// text is that of a token; for an enclosure its notation, for a table what
	// tableAttrs takes apart.
	textStart, textEnd int32
}

// flags are properties of a node.
type flags uint16

const (
	fTall     flags = 1 << iota // higher than a line: fences round it grow
	fBevelled                   // fraction with a slash
	fNoLine                     // fraction without a line
	fStretchy                   // operator that says it stretches
	fRigid                      // operator that says it does not
	fFence                      // operator that says it is a fence
	fLabeled                    // table row whose first cell is its number
	fAligned                    // table set in display style
	fLines                      // table with lines between columns or rows
	fPrefix                     // operator that can only open
	fPostfix
)

// A mark is what markFences decided about an operator.
type mark uint8

const (
	markNone mark = iota
	markLeft
	markRight
	markLeftAlone // \left, and \right. at the end of its row
	markBar       // a fence of the size of its own
)

func (c *Converter) add(k kind) index {
	c.nodes = append(c.nodes, node{kind: k, first: none, next: none})
	return index(len(c.nodes) - 1)
}

// token adds a node with text.
func (c *Converter) token(k kind, v variant, text string) index {
	i := c.add(k)
	start := len(c.text)
	c.text = append(c.text, text...)
	c.nodes[i].variant = v
	c.nodes[i].textStart, c.nodes[i].textEnd = int32(start), int32(len(c.text))
	return i
}

func (c *Converter) textOf(i index) []byte {
	n := &c.nodes[i]
	return c.text[n.textStart:n.textEnd]
}

// A list collects the children of a node under construction.
type list struct {
	first, last index
	n           int
}

func newList() list { return list{first: none, last: none} }

func (c *Converter) push(l *list, i index) {
	if i == none {
		return
	}
	if l.first == none {
		l.first = i
	} else {
		c.nodes[l.last].next = i
	}
	l.last = i
	l.n++
}

// parent adds a node over the children in l.
func (c *Converter) parent(k kind, l list) index {
	i := c.add(k)
	c.nodes[i].first = l.first
	for ch := l.first; ch != none; ch = c.nodes[ch].next {
		d := &c.nodes[ch]
		c.nodes[i].flags |= d.flags & fTall
		c.nodes[i].depth = max(c.nodes[i].depth, min(d.depth, maxDepth)+1)
	}
	switch k {
	case kFrac, kTable:
		c.nodes[i].flags |= fTall
	case kScript, kMulti:
		// Scripts do not make a fence grow, only their base does.
		if l.first != none {
			c.nodes[i].flags = c.nodes[l.first].flags & fTall
		}
	}
	return i
}

// maxUnseen is how many blanks and invisible operators single passes over in a row.
const maxUnseen = 4

// single returns the only thing in i, looking through rows of one child and
// blanks or invisible operators beside it.
func (c *Converter) single(i index) index {
	for i != none && c.nodes[i].kind == kRow {
		only, count := none, 0
		for ch := c.nodes[i].first; ch != none; ch = c.nodes[ch].next {
			if count++; count > maxUnseen+1 {
				return i
			}
			if c.isUnseen(ch) {
				continue
			}
			if only != none {
				return i
			}
			only = ch
		}
		if count == 1 {
			only = c.nodes[i].first
		}
		if only == none {
			return i
		}
		i = only
	}
	return i
}

// isUnseen reports whether i is a blank or an invisible operator.
func (c *Converter) isUnseen(i index) bool {
	switch c.nodes[i].kind {
	case kSpace:
		return true
	case kOperator, kText:
		switch string(c.textOf(i)) {
		case "", " ", "\u2061", "\u2062", "\u2063", "\u2064":
			return true
		}
	}
	return false
}

// isEmpty reports whether i prints nothing at all.
func (c *Converter) isEmpty(i index) bool {
	if i == none {
		return true
	}
	i = c.single(i)
	n := &c.nodes[i]
	switch n.kind {
	case kRow:
		return n.first == none
	case kEmpty, kPrescripts:
		return true
	case kIdent, kNumber, kOperator:
		return n.textStart == n.textEnd
	}
	return false
}
