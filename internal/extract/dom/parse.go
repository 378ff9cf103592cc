package dom

import "fmt"

// Parse makes t the tree of src, which must be UTF-8 and stay unchanged while t
// is in use. It errs only where src exceeds MaxBytes or MaxNodes of o; then t
// is empty.
func (t *Tree) Parse(src []byte, o Options) error {
	t.reset(src)
	t.valid = o.ValidUTF8
	if len(src) > o.MaxBytes {
		t.reset(nil)
		return fmt.Errorf("%w: %d bytes", ErrTooManyBytes, len(src))
	}
	p := &t.parser
	p.reset(t, o)
	if !p.parse() {
		t.reset(nil)
		return fmt.Errorf("%w: %d", ErrTooManyNodes, o.MaxNodes)
	}
	if t.moved {
		t.finish()
	}
	return nil
}

func (t *Tree) reset(src []byte) {
	t.src, t.quirks, t.moved, t.plain = src, false, false, unknown
	t.nodes, t.segments, t.merged = t.nodes[:0], t.segments[:0], t.merged[:0]
	t.scratch = t.scratch[:0]
}

// A parser builds a tree: the tree construction of section 13.2.6.
type parser struct {
	tokenizer
	tree    *Tree
	options Options

	mode       mode
	templates  []mode // the stack of template insertion modes
	stack      []openElement
	open       [numTags]int32 // how many HTML elements on the stack have a tag
	formatting []formattingElement
	head, form Node
	framesetOK bool
	fostering  bool

	// Elements that were inserted but not opened as the stack was full, in
	// all and by tag: their end tags are ignored.
	flattened int
	flat      [numTags]int32

	repairs int // nodes that may still be copied or moved to mend misnesting
}

func (p *parser) reset(t *Tree, o Options) {
	if o.Wanted == nil {
		o.Wanted = noneWanted
	}
	*p = parser{
		tokenizer:  tokenizer{src: t.src, wanted: o.Wanted, attrs: p.attrs[:0]},
		tree:       t,
		options:    o,
		templates:  p.templates[:0],
		stack:      p.stack[:0],
		formatting: p.formatting[:0],
		head:       None,
		form:       None,
		framesetOK: true,
		repairs:    o.MaxRepairs,
	}
}

// parse returns false if the document has too many nodes.
func (p *parser) parse() bool {
	p.tree.newNode(Document, Other, 0, 0)
	for {
		p.next(p.isForeign())
		if p.token.kind == endTagToken && p.flattened > 0 && p.flat[p.token.tag] > 0 {
			p.flattened--
			p.flat[p.token.tag]--
			continue
		}
		// Half of all tokens take this short cut through the modes.
		if p.token.kind == textToken && (p.mode == inBody || p.mode == inCell) && !p.isForeign() {
			p.bodyText()
			continue
		}
		for done := false; !done; {
			if p.isForeign() && p.inForeignContent() {
				done = p.foreignContent()
			} else {
				done = modes[p.mode](p)
			}
		}
		if p.token.kind == endOfFileToken {
			p.popTo(0)
			p.tree.nodes[Root].end = Node(len(p.tree.nodes))
			return true
		}
		if len(p.tree.nodes) > p.options.MaxNodes {
			return false
		}
	}
}

// isForeign reports whether the current node is a MathML or SVG element.
func (p *parser) isForeign() bool {
	return len(p.stack) > 0 && p.stack[len(p.stack)-1].ns != HTML
}
