package extract

import "strings"

// A mathClass is a set of meanings that class names have for mathematics.
type mathClass uint64

const (
	mcPreview        mathClass = 1 << iota // MathJax 2 preview in front of its formula
	mcFrame                                // MathJax 2 output
	mcFrameDisplay                         // MathJax 2 output of a display formula
	mcJunk                                 // renderer's helpers that never hold content
	mcKatex                                // KaTeX output
	mcKatexDisplay                         // KaTeX display wrapper
	mcKatexMathML                          // KaTeX's MathML half
	mcKatexHTML                            // KaTeX's visual half
	mcKatexError                           // KaTeX's copy of a source it could not parse
	mcWiki                                 // MediaWiki wrapper
	mcTexError                             // MediaWiki's or a plug-in's error text
	mcHTMLMath                             // formula in HTML italics and scripts
	mcRegion                               // raw delimiters, a single dollar among them, are certain here
	mcBare                                 // may hold TeX without delimiters
	mcForce                                // holds TeX even where it does not look like it
	mcInline                               // inline variant
	mcDisplay                              // display variant
	mcImage                                // image of a formula
	mcMathJaxNode                          // mathjax-node wrapper
	mcMathQuill                            // MathQuill static formula
	mcSelectable                           // MathQuill's source
	mcEquationNumber                       // "(3)" beside a display formula
	mcEquationTable                        // LaTeXML equation laid out as a table
	mcDisplayWrapper                       // display context of whatever formula is inside
	mcIgnore                               // raw delimiters are text here
	mcProcess                              // raw delimiters are mathematics again
	mcCopyText                             // hidden source next to a MathJax 3 formula
	mcFrac                                 // fraction or root in HTML
	mcSource                               // twin of the formula in front of it
	mcAsciiMath                            // AsciiMath without back-quotes
)

// A pageClass is a set of meanings that class names and ids have for layout.
type pageClass uint32

const (
	pcDrop         pageClass = 1 << iota // never content
	pcBoiler                             // boilerplate word
	pcWeak                               // boilerplate word that content uses, too
	pcKeep                               // hidden content that a click reveals
	pcHidden                             // hidden by a well-known class
	pcMain                               // explicit main part
	pcArticle                            // article body
	pcContent                            // content wrapper
	pcPost                               // one post of several
	pcNote                               // footnote or citation mark
	pcLineNo                             // line numbers of code
	pcLineNoInCode                       // the same, inside code
	pcCodeBox                            // box with highlighted code
	pcCodeLines                          // box whose elements are the lines and tokens of code
	pcComments                           // comment section
	pcPrompt                             // prompt of a notebook cell
	pcHeader                             // header of a part
	pcGap                                // drawn behind a colon
	pcMenuItem                           // mark beside a heading that links to it
	pcButton                             // link that is drawn as a button
	pcMeta                               // who wrote it, and when
	pcCopyright                          // a note of copyright
	pcAside                              // a box about something else, unless it holds a formula
	pcSignature                          // table that sets out the signature of a function
	pcTitle                              // title of the page that is no heading by its tag
	pcForum                              // part of a post, in the mark-up of forum software, or the like
	pcTabular                            // table, whether it is one of HTML or drawn with spans
	pcSideNote                           // text of a note in the midst of a sentence, set apart on the page
)

// classBits is what one class attribute or id means.
type classBits struct {
	math mathClass
	page pageClass
}

// A classCache remembers the meaning of the class attributes of one page.
// It is direct-mapped and is emptied by a change of page, so that what one
// page says never decides about another.
type classCache struct {
	slots [1 << slotBits]struct {
		key  string
		page uint32
		bits classBits
	}
	page  uint32
	names [2]nameCache // of classes, of ids

	// The names that the page's renderer is told to ignore and to process: a
	// regular expression, in practice made of names and bars.
	ignore, process string
}

// reset forgets all entries; keys alias the page's memory.
func (c *classCache) reset() {
	c.page++
	if c.page == 0 {
		clear(c.slots[:])
		c.page = 1
	}
}

// configure sets the names to ignore and to process from here on.
func (c *classCache) configure(ignore, process string) {
	if ignore != c.ignore || process != c.process {
		c.ignore, c.process = ignore, process
		c.reset()
	}
}

// lookup returns the meaning of a class attribute or of an id.
func (c *classCache) lookup(attr string, isID bool) classBits {
	if attr == "" {
		return classBits{}
	}
	if isID {
		return c.classify(attr, true) // seldom does a page say it twice
	}
	slot := &c.slots[slotOf(attr, slotBits)]
	if slot.page == c.page && slot.key == attr {
		return slot.bits
	}
	bits := c.classify(attr, false)
	slot.key, slot.page, slot.bits = attr, c.page, bits
	return bits
}

// slotOf hashes the length and both ends of an attribute, which is enough to
// spread the few hundred that a page has.
func slotOf(attr string, bits int) uint32 {
	n := len(attr)
	h := uint64(n)
	if n >= 8 {
		h ^= load64(attr, 0)*0x9e3779b97f4a7c15 ^ load64(attr, n-8)*0xc2b2ae3d27d4eb4f
	} else {
		for i := range n {
			h = h<<8 ^ h>>50 ^ uint64(attr[i])
		}
	}
	return uint32((h * 0xff51afd7ed558ccd) >> (64 - bits))
}

func load64(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

const slotBits = 10

// maxClassBytes bounds the work on one attribute; no real page comes near it.
const maxClassBytes = 2000

// maxNameBytes is the length of the longest class name or id that is taken apart
// into words; generated ones are longer.
const maxNameBytes = 48

func (c *classCache) classify(attr string, isID bool) (bits classBits) {
	if len(attr) > maxClassBytes {
		attr = attr[:maxClassBytes]
	}
	names := &c.names[0]
	if isID {
		names = &c.names[1]
	}
	for len(attr) > 0 {
		i := 0
		for i < len(attr) && !isSpace(attr[i]) {
			i++
		}
		token := attr[:i]
		if i < len(attr) {
			i++
		}
		attr = attr[i:]
		if token == "" {
			continue
		}
		b := names.lookup(token, isID)
		bits.math |= b.math
		bits.page |= b.page
		if !isID && c.ignore != "" && hasName(c.ignore, token) {
			bits.math |= mcIgnore
		}
		if !isID && c.process != "" && hasName(c.process, token) {
			bits.math |= mcProcess
		}
	}
	return bits
}

// A nameCache remembers the meaning of single class names and ids, which are
// the same on every page, from page to page: most names of a page are those
// that the generators and frameworks of the web use on all pages. It is
// direct-mapped; what it forgets is found out again.
type nameCache [1 << nameSlotBits]struct {
	name  [maxCachedName]byte
	size  uint8
	known classBits
}

const (
	nameSlotBits  = 10
	maxCachedName = 30
)

// lookup returns the meaning of a name.
func (c *nameCache) lookup(name string, isID bool) classBits {
	if len(name) > maxCachedName {
		return meaningOf(name, isID)
	}
	slot := &c[slotOf(name, nameSlotBits)]
	if int(slot.size) != len(name) || string(slot.name[:slot.size]) != name {
		slot.size, slot.known = uint8(copy(slot.name[:], name)), meaningOf(name, isID)
	}
	return slot.known
}

// meaningOf returns what one class name or id means.
func meaningOf(name string, isID bool) (bits classBits) {
	if isID {
		if idShapes.has(name) {
			bits.page = idBits[name]
		}
	} else {
		if classShapes.has(name) {
			bits = exactClass[name]
		}
		if bits.math == 0 && len(name) > 6 {
			bits.math = prefixClass(name)
		}
	}
	if len(name) <= maxNameBytes {
		bits.page |= wordsOf(name)
	}
	return bits
}

// prefixClass knows the families of class names that generators number.
func prefixClass(token string) mathClass {
	switch token[0] {
	case 'm', 'q', 'x', 'M':
	default:
		return 0
	}
	switch {
	case strings.HasPrefix(token, "mwe-math-fallback-source"):
		return mcRegion
	case strings.HasPrefix(token, "mwe-math-fallback-"), strings.HasPrefix(token, "ql-img-"),
		strings.HasPrefix(token, "x-ck12-"):
		m := mcImage
		if strings.Contains(token, "display") || strings.Contains(token, "block") {
			m |= mcDisplay
		}
		return m
	case strings.HasPrefix(token, "mathquill-"):
		return mcMathQuill
	case strings.HasPrefix(token, "MathJax_SVG") || strings.HasPrefix(token, "MathJax_CHTML"):
		return mcFrame
	}
	return 0
}

// wordsOf splits a name at punctuation and at changes of case, and gathers what
// its words say about layout. The name has at most maxNameBytes.
func wordsOf(name string) (bits pageClass) {
	switch name[0] {
	case 'h', 'w', 'n', 'i':
		for _, prefix := range [...]string{"has-", "with-", "no-", "without-", "is-"} {
			if strings.HasPrefix(name, prefix) {
				return 0 // a state of the page, not the name of the part
			}
		}
	}
	var lower [maxNameBytes]byte
	start, inLower := 0, false
	word := func(end int) {
		if w := view(lower[start:end]); len(w) > 1 && wordShapes.has(w) {
			bits |= wordBits[w]
		}
	}
	for i := range len(name) {
		switch b := name[i]; {
		case b >= 'A' && b <= 'Z':
			if inLower {
				word(i)
				start = i
			}
			inLower = false
			lower[i] = b | 0x20
		case b >= 'a' && b <= 'z' || b >= 0x80:
			inLower = true
			lower[i] = b
		default:
			word(i)
			start, inLower = i+1, false
		}
	}
	word(len(name))
	return bits
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' || b == '\f' }

// hasName reports whether name is one of those that pattern, an expression like
// "tex2jax_ignore|no-math", lists.
func hasName(pattern, name string) bool {
	for part := range strings.SplitSeq(pattern, "|") {
		if strings.Trim(part, "()^$ ") == name {
			return true
		}
	}
	return false
}

// shapes is a filter in front of a map of names: for each first byte, the
// lengths that occur.
type shapes [256]uint64

func shapesOf[V any](names map[string]V) (s shapes) {
	for name := range names {
		s[name[0]] |= 1 << min(len(name), 63)
	}
	return s
}

func (s *shapes) has(name string) bool { return s[name[0]]>>min(len(name), 63)&1 != 0 }

var (
	classShapes = shapesOf(exactClass)
	idShapes    = shapesOf(idBits)
	wordShapes  = shapesOf(wordBits)
)
