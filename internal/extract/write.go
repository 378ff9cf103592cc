package extract

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"mathsieve/internal/extract/dom"
)

// A writer holds the text that has been written and the containers that the
// next block stands in.
type writer struct {
	buf        []byte
	containers []container
	lastList   int32 // the outermost list of the last block, plus one; 0 for none
	lines      int   // start of the current line in buf
	heading    headingAt
	gap        bool // since the heading a part was left out, or its section ended
}

// A headingAt is where the last block that was written stands in the text, if
// that is a heading.
type headingAt struct{ start, end, level int }

// maxBareHeading is the length in bytes of the longest heading that is nothing
// without what is below it; a longer one is a sentence.
const maxBareHeading = 120

// dropBareHeading takes the last heading back if all that was below it has been
// left out, or its section has nothing else: nothing was written before the next
// heading, of a level as high, or the end of the text.
func (o *writer) dropBareHeading(level int) {
	o.trim()
	h := o.heading
	if o.gap && h.start > 0 && h.end > h.start && h.end-h.start <= maxBareHeading && len(o.buf) == h.end && (h.level >= level || isContents(o.buf[h.start:])) {
		o.buf = o.buf[:h.start]
		o.lines = h.start
	}
	o.gap = false
}

type containerKind uint8

const (
	listContainer   containerKind = iota
	itemContainer                 // "- " or "1. ", then as many blanks
	quoteContainer                // "> "
	indentContainer               // two blanks
)

// A container is an element whose blocks have a common beginning of lines.
type container struct {
	kind    containerKind
	ordered bool
	pending bool // the marker of the item was not written yet
	number  int
	node    dom.Node
}

func (o *writer) shrink() {
	if cap(o.buf) > keptBytes {
		o.buf = nil
	}
}

func (o *writer) reset() {
	o.buf = o.buf[:0]
	o.containers = o.containers[:0]
	o.lastList, o.lines = 0, 0
	o.heading, o.gap = headingAt{}, false
}

// outermostList returns the first list around the next block, plus one.
func (o *writer) outermostList() int32 {
	for _, c := range o.containers {
		if c.kind == listContainer || c.kind == itemContainer {
			return int32(c.node) + 1
		}
	}
	return 0
}

// maxMarkers bounds the markers on one line; deeper items share the last one.
const maxMarkers = 12

// begin starts a block: a blank line, or none between the items of a list, and
// the markers of the containers.
func (o *writer) begin() {
	list := o.outermostList()
	pending := false
	for _, c := range o.containers {
		pending = pending || c.pending
	}
	o.trim()
	if len(o.buf) > 0 {
		o.buf = append(o.buf, '\n')
		if !pending || list == 0 || list != o.lastList {
			o.buf = append(o.buf, '\n')
		}
	}
	o.lastList = list
	o.prefix(true)
}

// newline starts a further line of a block.
func (o *writer) newline() {
	o.trim()
	o.buf = append(o.buf, '\n')
	o.prefix(false)
}

// trim drops blanks at the end of the line, but no marker.
func (o *writer) trim() {
	n := len(o.buf)
	for n > o.lines && o.buf[n-1] == ' ' {
		n--
	}
	o.buf = o.buf[:n]
}

func (o *writer) prefix(first bool) {
	shown := 0
	for i := range o.containers {
		c := &o.containers[i]
		if shown >= maxMarkers {
			c.pending = false
			continue
		}
		switch c.kind {
		case listContainer:
			continue
		case quoteContainer:
			o.buf = append(o.buf, "> "...)
		case indentContainer:
			o.buf = append(o.buf, "  "...)
		case itemContainer:
			start := len(o.buf)
			if c.ordered {
				o.buf = strconv.AppendInt(o.buf, int64(c.number), 10)
				o.buf = append(o.buf, ". "...)
			} else {
				o.buf = append(o.buf, "- "...)
			}
			if !first || !c.pending {
				for j := start; j < len(o.buf); j++ {
					o.buf[j] = ' '
				}
			}
			if first {
				c.pending = false
			}
		}
		shown++
	}
	o.lines = len(o.buf)
}

// blankLine reports whether the current line has nothing but its prefix.
func (o *writer) blankLine() bool { return len(o.buf) == o.lines }

// A textWriter writes one paragraph.
type textWriter struct {
	p         *page
	src       []byte
	started   bool // a block is open
	broken    bool // a line end is due before the next text
	oneLine   bool // line ends become blanks: headings, cells
	escape    bool // in a cell: a bar needs a backslash
	scripts   []byte
	heading   int
	afterMath bool // a display formula was the last thing written
}

// writeParagraph writes a paragraph or heading whose raw delimiters are
// resolved. Display formulas in it become blocks of their own. kinds occur in it.
func (p *page) writeParagraph(src []byte, kinds uint8, heading int) {
	src = trimMarks(src)
	if n := navigationLine(src); n > 0 {
		src = trimMarks(src[n:])
	}
	if isLeftover(src) || isFurniture(src) {
		return
	}
	o := &p.out
	if heading > 0 {
		o.dropBareHeading(heading)
	}
	start := len(o.buf)
	w := textWriter{p: p, src: src, oneLine: heading > 0, heading: heading}
	w.write(kinds)
	o.trim()
	if heading > 0 && len(o.containers) == 0 {
		o.heading = headingAt{start: start, end: len(o.buf), level: heading}
	}
}

// isLeftover reports whether a paragraph is nothing, or a separator or dash that
// stood between parts that were dropped.
func isLeftover(src []byte) bool {
	if len(src) > 8 {
		return false
	}
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		switch r {
		case '|', '–', '—', '-', '•', '·', '»', '«', '›', '‹', '/', ',', ';', ':', '~', '*', '+', '×', '▼', '▲', '↑', '↓', '→', '←', '►', '▾', '⋮', '…', ' ':
		default:
			return false
		}
		src = src[size:]
	}
	return true
}

// trimMarks drops white space and line breaks at both ends, and a dash at the
// very end, which led to the name of an author.
func trimMarks(src []byte) []byte {
	for len(src) > 0 && (src[0] == ' ' || src[0] == '\n' || src[0] == mkBreak) {
		src = src[1:]
	}
	for n := len(src); n > 0; n-- {
		b := src[n-1]
		if b != ' ' && b != '\n' && b != mkBreak {
			break
		}
		src = src[:n-1]
	}
	return bytes.TrimSuffix(src, []byte(" –"))
}

// start opens the block if that was not done yet.
func (w *textWriter) start() {
	if w.started {
		if w.broken {
			w.broken = false
			w.p.out.newline()
		}
		return
	}
	w.broken = false
	w.started = true
	if w.escape {
		return
	}
	w.p.out.begin()
	if w.heading > 0 {
		for range w.heading {
			w.p.out.buf = append(w.p.out.buf, '#')
		}
		w.p.out.buf = append(w.p.out.buf, ' ')
		w.p.out.lines = len(w.p.out.buf)
	}
}

// write writes the paragraph, in which kinds occur.
func (w *textWriter) write(kinds uint8) {
	if kinds&bkMark != 0 {
		w.run()
		return
	}
	w.start()
	o := &w.p.out
	start := len(o.buf)
	o.buf = append(o.buf, w.src...)
	if kinds&bkNewline != 0 {
		joinLines(o.buf[start:])
	}
}

// joinLines makes blanks of line ends.
func joinLines(b []byte) {
	for i, c := range b {
		if c == '\n' {
			b[i] = ' '
		}
	}
}

// run writes a paragraph with marks.
func (w *textWriter) run() {
	src := w.src
	for i := 0; i < len(src); {
		start := i
		i += unmarkedPrefix(src[i:])
		for i < len(src) && plainKinds[src[i]]&(bkMark|bkNewline) == 0 {
			i++
		}
		if i > start {
			w.text(src[start:i])
			continue
		}
		switch b := src[i]; b {
		case '\n':
			w.text([]byte{' '})
			i++
		case '$':
			w.dollarSign()
			i++
		case '|':
			if w.escape {
				w.text([]byte(`\|`))
			} else {
				w.text(src[i : i+1])
			}
			i++
		case mkAtom:
			i = w.atom(i)
		case mkBreak:
			i = w.lineBreak(i)
		case mkCode:
			i = w.code(i)
		case mkSub, mkSup:
			i = w.script(i)
		case mkSubEnd, mkSupEnd:
			i = w.endScript(i)
		default:
			i++
		}
	}
}

// text writes plain text, without a blank at the start of a line or after
// another blank.
func (w *textWriter) text(b []byte) {
	o := &w.p.out
	if b[0] == ' ' {
		if !w.started || w.broken || o.blankLine() || len(o.buf) > 0 && o.buf[len(o.buf)-1] == ' ' {
			if b = b[1:]; len(b) == 0 {
				return
			}
		}
	}
	if !w.started && w.afterMath {
		// The punctuation of a sentence that a display formula ends.
		if n := punctuation(b); n > 0 {
			o.buf = append(o.buf, b[:n]...)
			b = b[n:]
			w.afterMath = false
			if len(b) > 0 {
				w.text(b)
			}
			return
		}
	}
	w.afterMath = false
	w.start()
	o.buf = append(o.buf, b...)
}

// punctuation returns 1 if b begins with a mark that ends a formula's sentence
// or clause.
func punctuation(b []byte) int {
	switch b[0] {
	case '.', ',', ';', ':':
		if len(b) == 1 || b[1] == ' ' {
			return 1
		}
	}
	return 0
}

// dollarSign writes a dollar that is money, escaped.
func (w *textWriter) dollarSign() {
	w.afterMath = false
	w.start()
	o := &w.p.out
	if oddBackslashes(o.buf[o.lines:]) {
		o.buf = append(o.buf, '$')
	} else {
		o.buf = append(o.buf, `\$`...)
	}
}

// lineBreak writes a br: a line end, or the end of the paragraph for two.
func (w *textWriter) lineBreak(i int) int {
	breaks := 0
	for i < len(w.src) && (w.src[i] == mkBreak || w.src[i] == ' ' || w.src[i] == '\n') {
		if w.src[i] == mkBreak {
			breaks++
		}
		i++
	}
	switch {
	case w.oneLine:
		w.text([]byte{' '})
	case !w.started:
		w.afterMath = false
	case breaks > 1:
		w.started = false
	default:
		w.broken = true
	}
	return i
}

// maxInDisplay is the length in bytes of a display formula that may stay in its
// line.
const maxInDisplay = 24

// atom writes the formula whose mark is at i.
func (w *textWriter) atom(i int) int {
	p := w.p
	index := markIndex(w.src[i:])
	a := &p.atoms[index]
	next := i + atomLen
	if !a.emitted {
		a.emitted = true
		p.tally.emitted[a.form]++
	}
	source := p.tex(index)
	o := &p.out
	switch {
	case !a.display:
		w.afterMath = false
		w.start()
		if n := len(o.buf); n > o.lines && o.buf[n-1] == '$' && !oddBackslashes(o.buf[o.lines:n-1]) {
			o.buf = append(o.buf, ' ')
		}
		o.buf = append(o.buf, '$')
		w.source(source)
		o.buf = append(o.buf, '$')
	case w.oneLine || w.staysInLine(source, next):
		w.start()
		o.buf = append(o.buf, "$$"...)
		w.source(source)
		o.buf = append(o.buf, "$$"...)
	default:
		o.begin()
		o.buf = append(o.buf, "$$"...)
		if bytes.IndexByte(source, '\n') < 0 {
			o.buf = append(o.buf, source...)
		} else {
			for line := range bytes.SplitSeq(source, []byte{'\n'}) {
				line = bytes.TrimRight(line, " ")
				if len(line) > 0 {
					o.newline()
					o.buf = append(o.buf, line...)
				}
			}
			o.newline()
		}
		o.buf = append(o.buf, "$$"...)
		w.started, w.broken = false, false
		w.afterMath = true
	}
	return next
}

// source writes TeX on one line.
func (w *textWriter) source(b []byte) {
	o := &w.p.out
	start := len(o.buf)
	if !w.escape {
		o.buf = append(o.buf, b...)
		joinLines(o.buf[start:])
		return
	}
	for i, c := range b {
		switch c {
		case '\n':
			o.buf = append(o.buf, ' ')
		case '|':
			if i > 0 && b[i-1] == '\\' && oddBackslashes(b[:i]) {
				o.buf = append(o.buf[:len(o.buf)-1], `\Vert`...)
				if i+1 < len(b) && isLetter(b[i+1]) {
					o.buf = append(o.buf, ' ')
				}
			} else {
				o.buf = append(o.buf, `\vert`...)
				if i+1 < len(b) && isLetter(b[i+1]) {
					o.buf = append(o.buf, ' ')
				}
			}
		default:
			o.buf = append(o.buf, c)
		}
	}
}

// staysInLine reports whether a display formula is a word of a sentence, as
// forum codes often make it: it is short, states nothing, and the line has text
// on both sides.
func (w *textWriter) staysInLine(source []byte, next int) bool {
	o := &w.p.out
	if !w.started || w.broken || len(source) > maxInDisplay || o.blankLine() || bytes.ContainsAny(source, "=<>\n") {
		return false
	}
	before := bytes.TrimRight(o.buf[o.lines:], " ")
	if len(before) == 0 || before[len(before)-1] == ':' {
		return false
	}
	for ; next < len(w.src); next++ {
		switch b := w.src[next]; {
		case b == mkBreak:
			return false
		case b == mkAtom:
			return !w.p.atoms[markIndex(w.src[next:])].display
		case b > ' ':
			return true
		}
	}
	return false
}

// code writes inline code.
func (w *textWriter) code(i int) int {
	n := bytes.IndexByte(w.src[i:], mkCodeEnd)
	if n < 0 {
		return i + 1
	}
	inside := bytes.TrimSpace(w.src[i+1 : i+n])
	if len(inside) > 0 {
		w.afterMath = false
		w.start()
		o := &w.p.out
		fence, end := "`", "`"
		if bytes.IndexByte(inside, '`') >= 0 {
			fence, end = "`` ", " ``"
		}
		o.buf = append(o.buf, fence...)
		for _, c := range inside {
			switch {
			case c == '|' && w.escape:
				o.buf = append(o.buf, `\|`...)
			case c == '\n' || c == mkBreak:
				o.buf = append(o.buf, ' ')
			case c >= 0x20:
				o.buf = append(o.buf, c)
			}
		}
		o.buf = append(o.buf, end...)
	}
	return i + n + 1
}
