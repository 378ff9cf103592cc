package extract

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mathsieve/internal/extract/dom"
)

// A walker gathers paragraphs while the content is walked in document order.
type walker struct {
	para   []byte // the paragraph that is open, with marks
	paired []byte // the same with raw delimiters resolved
	open   []openElement
	notes  []dom.Node // side notes to the paragraph
	region nodeFlag   // region marks that are open in para
	level  int        // heading level of para, 0 for none
	marks  bool       // emphasis may matter for raw TeX on this page
	cell   bool       // para is a cell of a pipe table
	tight  bool       // no blank comes next: below a fraction's line
}

// An openElement is one whose end needs an action.
type openElement struct {
	end    dom.Node
	action closeAction
	mark   byte
}

type closeAction uint8

const (
	closeMark      closeAction = iota // append the mark
	closeBlock                        // the paragraph ends
	closeHeading                      // the heading ends
	closeContainer                    // the list item, quotation or list ends
	closeGap                          // a blank
	closeSection                      // the paragraph ends, and what its last heading is about
	closeNumerator                    // the mark, without a blank before it and behind it
)

func (w *walker) shrink() {
	if cap(w.para) > keptBytes {
		w.para, w.paired = nil, nil
	}
}

func (w *walker) reset() {
	w.para = w.para[:0]
	w.open = w.open[:0]
	w.notes = w.notes[:0]
	w.region, w.level, w.cell, w.tight = 0, 0, false, false
}

// walkTree renders the subtree of root. What is open around it stays open.
func (p *page) walkTree(root dom.Node) {
	t := &p.tree
	w := &p.walk
	end, around := t.End(root), len(w.open)
	for n := root; ; {
		for len(w.open) > around && w.open[len(w.open)-1].end <= n {
			p.closeElement()
		}
		if n >= end {
			break
		}
		m := &p.m[n]
		switch {
		case m.flags&nfDrop != 0:
			p.out.gap = p.out.gap || m.text > 0
			n = t.End(n)
		case m.flags&nfAtom != 0:
			if t.Tag(n) == dom.Pre { // a block, whatever stands beside it
				w.para = append(w.para, mkBreak)
			}
			p.walkAtom(m.atom - 1)
			n = t.End(n)
		case m.flags&nfGap != 0:
			w.para = appendSpace(w.para)
			n = t.End(n)
		case t.Kind(n) == dom.Text:
			p.walkText(n)
			n++
		case t.Kind(n) == dom.Element:
			n = p.walkElement(n)
		default:
			n++
		}
	}
	p.flush()
}

// walkAtom appends the mark of formula i.
func (p *page) walkAtom(i int32) {
	p.walk.para = appendMark(p.walk.para, i)
	p.walk.tight = false
}

// walkText appends a text node, after the marks of the region that it is in.
func (p *page) walkText(n dom.Node) {
	w := &p.walk
	region := p.m[n].flags & (nfRegion | nfIgnore | nfAsciiMath)
	if region != w.region {
		p.changeRegion(region)
	}
	raw := p.tree.RawText(n)
	if len(w.para) == 0 || w.tight {
		// White space between blocks makes no paragraph.
		for len(raw) > 0 && isSpace(raw[0]) {
			raw = raw[1:]
		}
		if len(raw) == 0 {
			return
		}
		w.tight = false
	}
	if bytes.IndexByte(raw, '&') < 0 {
		w.para = p.appendText(w.para, raw)
		return
	}
	p.text = p.tree.AppendText(p.text[:0], n)
	w.para = p.appendText(w.para, p.text)
}

// regionMarks pairs the regions with their marks.
var regionMarks = [...]struct {
	flag      nodeFlag
	open, end byte
}{{nfRegion, mkTeX, mkTeXEnd}, {nfIgnore, mkPlain, mkPlainEnd}, {nfAsciiMath, mkAscii, mkAsciiEnd}}

func (p *page) changeRegion(region nodeFlag) {
	w := &p.walk
	for _, r := range regionMarks {
		if w.region&^region&r.flag != 0 {
			w.para = append(w.para, r.end)
		}
	}
	for _, r := range regionMarks {
		if region&^w.region&r.flag != 0 {
			w.para = append(w.para, r.open)
		}
	}
	w.region = region
}

// push notes what to do where the subtree of n ends.
func (p *page) push(n dom.Node, action closeAction, mark byte) {
	p.walk.open = append(p.walk.open, openElement{end: p.tree.End(n), action: action, mark: mark})
}

func (p *page) closeElement() {
	w := &p.walk
	e := w.open[len(w.open)-1]
	w.open = w.open[:len(w.open)-1]
	switch e.action {
	case closeMark:
		w.para = append(w.para, e.mark)
	case closeBlock:
		p.flush()
	case closeHeading:
		p.flush()
		w.level = 0
	case closeContainer:
		p.flush()
		p.out.containers = p.out.containers[:len(p.out.containers)-1]
	case closeGap:
		w.para = appendSpace(w.para)
	case closeSection:
		p.flush()
		p.out.gap = true
	case closeNumerator:
		w.para = append(bytes.TrimRight(w.para, " \n"), e.mark)
		w.tight = true
	}
}

// walkElement opens an element and returns the node to go on with.
func (p *page) walkElement(n dom.Node) dom.Node {
	t := &p.tree
	w := &p.walk
	tag := t.Tag(n)
	switch tag {
	case dom.Br:
		w.para = append(w.para, mkBreak)
		return n + 1
	case dom.Sub, dom.Sup:
		return p.walkScript(n, tag)
	case dom.Em, dom.I, dom.Strong, dom.B:
		if w.marks {
			open, end := inlineMarks(tag)
			w.para = append(w.para, open)
			p.push(n, closeMark, end)
		}
		return n + 1
	case dom.Code:
		return p.walkCode(n)
	case dom.Pre, dom.Listing, dom.Xmp, dom.Plaintext, dom.Textarea:
		p.flush()
		p.writeCode(n)
		return t.End(n)
	case dom.Rp, dom.Rt:
		return t.End(n)
	case dom.A:
		if p.standsApart(n) {
			w.para = append(w.para, ' ')
		}
		return n + 1
	case dom.Cite:
		if len(w.para) == 0 && p.isCaption(n) {
			p.push(n, closeMark, mkBreak)
		}
		return n + 1
	case dom.Q:
		w.para = append(w.para, '"')
		p.push(n, closeMark, '"')
		return n + 1
	case dom.Button, dom.Label:
		w.para = appendSpace(w.para)
		p.push(n, closeGap, 0)
		return n + 1
	case dom.Span:
		switch m := &p.m[n]; {
		case m.flags&nfFraction != 0:
			return p.walkFraction(n)
		case m.flags&nfNumerator != 0:
			p.openNumerator(n)
			return n + 1
		case m.class&pcSideNote != 0 && w.cell:
			w.para = appendSpace(w.para)
			p.push(n, closeGap, 0)
		case m.class&pcSideNote != 0:
			w.notes = append(w.notes, n)
			return t.End(n)
		case m.class&pcGap != 0:
			w.para = append(appendSpace(w.para), ": "...)
		}
		if p.m[n].flags&nfDisplay != 0 && !w.cell {
			p.flush()
			p.push(n, closeBlock, 0)
		}
		return n + 1
	case dom.Div:
		if class := p.m[n].class; class&(pcCodeBox|pcCodeLines) != 0 && !w.cell && p.isCodeBox(n, class) {
			p.flush()
			p.writeCode(n)
			return t.End(n)
		}
	}
	if roles[tag]&roleBlock == 0 {
		return n + 1
	}
	if w.cell {
		w.para = appendSpace(w.para)
		p.push(n, closeGap, 0)
		return n + 1
	}
	switch tag {
	case dom.H1, dom.H2, dom.H3, dom.H4, dom.H5, dom.H6:
		p.flush()
		w.level = int(tag-dom.H1) + 1
		p.push(n, closeHeading, 0)
	case dom.Ul, dom.Ol, dom.Dir, dom.Menu:
		p.openList(n, tag)
	case dom.Li:
		p.openItem(n)
	case dom.Blockquote:
		p.flush()
		p.out.containers = append(p.out.containers, container{kind: quoteContainer, node: n})
		p.push(n, closeContainer, 0)
	case dom.Dd:
		p.flush()
		if prev := t.PrevElement(n); prev != dom.None && p.m[t.Parent(n)].class&pcForum == 0 && (t.Tag(prev) == dom.Dt || t.Tag(prev) == dom.Dd && p.m[prev].flags&nfIndented != 0) {
			p.m[n].flags |= nfIndented
			p.out.containers = append(p.out.containers, container{kind: indentContainer, node: n})
			p.push(n, closeContainer, 0)
			break
		}
		p.push(n, closeBlock, 0)
	case dom.Table:
		p.flush()
		if p.m[n].class&pcCodeLines != 0 {
			p.writeCode(n)
			return t.End(n)
		}
		if p.writeEquations(n) {
			return t.End(n)
		}
		if p.isDataTable(n) {
			p.writeTable(n)
			return t.End(n)
		}
		p.push(n, closeBlock, 0)
	case dom.Td, dom.Th:
		if p.m[t.Parent(n)].flags&nfInlineRow != 0 {
			w.para = appendSpace(w.para)
			p.push(n, closeGap, 0)
			break
		}
		p.flush()
		p.push(n, closeBlock, 0)
	case dom.Tr:
		p.flush()
		if p.m[n].flags&nfDeepBlock == 0 {
			p.m[n].flags |= nfInlineRow
		}
		p.push(n, closeBlock, 0)
	case dom.Hr:
		p.flush()
	case dom.Section:
		p.flush()
		p.push(n, closeSection, 0)
	default:
		p.flush()
		if n == p.h1 {
			w.level = 1
			p.push(n, closeHeading, 0)
			break
		}
		p.push(n, closeBlock, 0)
	}
	return n + 1
}

// standsApart reports whether a link follows another one without a blank in the
// source but with a gap on the page, as tags below an article do: they lead to
// different pages, and the second begins like a word of its own.
func (p *page) standsApart(n dom.Node) bool {
	t := &p.tree
	para := p.walk.para
	prev := t.PrevSibling(n)
	if prev == dom.None || !t.IsElement(prev, dom.A) || len(para) == 0 || !isAlnum(para[len(para)-1]) && para[len(para)-1] < 0x80 {
		return false
	}
	text := n + 1
	for text < t.End(n) && text < n+6 && t.Kind(text) != dom.Text {
		text++
	}
	if text >= t.End(n) || t.Kind(text) != dom.Text {
		return false
	}
	first, _ := utf8.DecodeRune(t.RawText(text))
	if !unicode.IsUpper(first) && !unicode.IsDigit(first) {
		return false
	}
	href, _ := t.Attr(n, "href")
	before, _ := t.Attr(prev, "href")
	return href != "" && before != "" && href != before
}

// isCaption reports whether a cite element at the start of a quotation says whose
// it is, on a line of its own: the text begins behind it without a blank.
func (p *page) isCaption(n dom.Node) bool {
	t := &p.tree
	next := t.NextSibling(n)
	if !t.IsText(next) || t.Closest(n, dom.Blockquote) == dom.None {
		return false
	}
	first, _ := utf8.DecodeRune(t.RawText(next))
	return unicode.IsLetter(first) || unicode.IsDigit(first) || strings.ContainsRune(`$\(["“`, first)
}

// openList begins a list, which numbers its items or not.
func (p *page) openList(n dom.Node, tag dom.Tag) {
	p.flush()
	c := container{kind: listContainer, node: n}
	if tag == dom.Ol {
		c.number = 1
		if start, ok := p.tree.Attr(n, "start"); ok {
			if v, err := strconv.Atoi(strings.TrimSpace(start)); err == nil && v >= 0 && v < 1e6 {
				c.number = v
			}
		}
		c.ordered = true
	}
	p.out.containers = append(p.out.containers, c)
	p.push(n, closeContainer, 0)
}

// openItem begins a list item with its marker.
func (p *page) openItem(n dom.Node) {
	p.flush()
	c := container{kind: itemContainer, node: n, pending: true}
	if k := len(p.out.containers) - 1; k >= 0 && p.out.containers[k].kind == listContainer && p.out.containers[k].ordered {
		list := &p.out.containers[k]
		if value, ok := p.tree.Attr(n, "value"); ok {
			if v, err := strconv.Atoi(value); err == nil && v >= 0 && v < 1e6 {
				list.number = v
			}
		}
		c.number, c.ordered = list.number, true
		list.number++
	}
	p.out.containers = append(p.out.containers, c)
	p.push(n, closeContainer, 0)
}

// walkScript opens a sub or sup element, or skips it if it is a note.
func (p *page) walkScript(n dom.Node, tag dom.Tag) dom.Node {
	t := &p.tree
	w := &p.walk
	if p.m[n].class&pcNote != 0 {
		return t.End(n)
	}
	if tag == dom.Sup {
		if a := t.Parent(n); t.Tag(a) == dom.A && p.onlyChild(a) == n {
			if href, _ := t.Attr(a, "href"); p.m[a].class&pcNote != 0 || strings.HasPrefix(href, "#") {
				return t.End(n)
			}
		}
		if a := t.Find(n, dom.A); a != dom.None && a < n+4 {
			if href, _ := t.Attr(a, "href"); strings.HasPrefix(href, "#") || strings.Contains(href, "#cite") || strings.Contains(href, "#fn") {
				return t.End(n)
			}
		}
	}
	open, end := inlineMarks(tag)
	w.para = append(w.para, open)
	p.push(n, closeMark, end)
	return n + 1
}

// flush ends the paragraph and writes it.
func (p *page) flush() {
	w := &p.walk
	if len(w.para) == 0 {
		if len(w.notes) > 0 {
			p.walkNotes()
		}
		return
	}
	para := w.para
	w.region = 0
	kinds := p.config.kinds.of(para)
	if kinds&bkPair != 0 || kinds&bkQuote != 0 && bytes.Contains(para, []byte(wirisOpen)) {
		if !w.cell && isBrokenDefinitions(para) {
			p.tally.miss(formRaw, lossDefinitions)
			w.para = w.para[:0]
			return
		}
		w.paired = p.pair(w.paired[:0], para)
		para = w.paired
		kinds |= bkMark
	}
	if w.cell {
		p.writeCell(para, kinds)
	} else {
		p.writeParagraph(para, kinds, w.level)
	}
	w.para = w.para[:0]
	if len(w.notes) > 0 {
		p.walkNotes()
	}
}

// walkNotes writes the side notes to the paragraph that has been written, each
// as a paragraph of its own.
func (p *page) walkNotes() {
	w := &p.walk
	notes, level := w.notes, w.level
	w.notes, w.level = nil, 0
	for _, n := range notes {
		p.m[n].class &^= pcSideNote
		p.walkTree(n)
	}
	w.level = level
}

// isBrokenDefinitions reports whether a paragraph only defines macros, in
// delimiters that a site's editor has broken.
func isBrokenDefinitions(para []byte) bool {
	// The first search is the quick one: up to eight bytes are compared as one
	// word, and a w is rarer than a backslash.
	if !bytes.Contains(para, []byte("wcommand")) || !bytes.Contains(para, []byte(`\newcommand`)) {
		return false
	}
	return definitionsOnly("\\" + string(bytes.Trim(para, " \n()$[]\\"+lineMarks)))
}

// lineMarks are marks that may stand around the text of a paragraph.
const lineMarks = "\x0c\x10\x11\x12\x13"
