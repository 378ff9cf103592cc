package extract

import (
	"bytes"
	"strings"

	"golang.org/x/text/unicode/norm"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract/dom"
)

// renderPage writes the text of the chosen roots and the metadata.
func (p *page) renderPage(doc *corpus.Document) {
	p.out.reset()
	p.walk.reset()
	p.walk.marks = p.sureMath || p.doubleDollar || p.config.strength != dollarNever
	title := p.title()
	if title != "" && !p.nested && !p.titleInside() {
		p.writeTitle(title)
	}
	start := len(p.out.buf)
	for _, root := range p.roots {
		p.walkTree(root)
	}
	p.out.trim()
	if p.out.heading.start > start+1 { // else it is all there is
		p.out.dropBareHeading(2)
	}
	text := p.out.buf
	if start > 0 && p.heading() == dom.None && repeatsTitle(text[start:], text[:start]) {
		text = text[start:]
		start = 0
	}
	if start > 0 && len(bytes.TrimSpace(text[start:])) == 0 {
		text = text[:0] // a title alone is no document
	}
	text = bytes.TrimSpace(text)
	if p.mayCompose && !norm.NFC.IsNormal(text) {
		text = norm.NFC.Bytes(text)
	}
	doc.Text = string(text)
	md := &doc.Metadata
	if md.Title == "" {
		md.Title = norm.NFC.String(title)
	}
	if md.Language == "" {
		md.Language = languageTag(p.lang)
	}
	p.countFormulas()
	p.tally.fill(md)
}

// repeatsTitle reports whether a text begins with its title, which was taken
// from the head of the page: as a heading, or as bold words.
func repeatsTitle(text, title []byte) bool {
	title = bytes.TrimSpace(bytes.TrimLeft(title, "#"))
	const shortest, within = 8, 200 // bytes
	return len(title) >= shortest && bytes.Contains(text[:min(len(text), within+len(title))], title)
}

// languageTag returns a language tag in its usual form, "" for what is none.
func languageTag(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, ",; "); i >= 0 {
		s = s[:i]
	}
	s = strings.ReplaceAll(s, "_", "-")
	if len(s) < 2 || len(s) > 35 {
		return ""
	}
	for i := range len(s) {
		if !isAlnum(s[i]) && s[i] != '-' {
			return ""
		}
	}
	return strings.Clone(s)
}

// titleInside reports whether the page's heading is among what is rendered.
func (p *page) titleInside() bool {
	h1 := p.heading()
	if h1 == dom.None {
		return false
	}
	for _, root := range p.roots {
		if p.tree.Contains(root, h1) {
			return true
		}
	}
	return false
}

// heading returns the h1 of the main part, or the first one of the page unless
// it was dropped, or None.
func (p *page) heading() dom.Node {
	if p.h1Main != dom.None {
		return p.h1Main
	}
	for n := p.h1; n > dom.Root; n = p.tree.Parent(n) {
		if p.m[n].flags&nfDrop != 0 {
			return dom.None
		}
	}
	return p.h1
}

// title returns the title of the page: its heading, else what it declares.
func (p *page) title() string {
	if h1 := p.heading(); h1 != dom.None {
		p.text = p.titleText(p.text[:0], h1)
		if s := p.collapse(p.text); s != "" && len(s) < 500 {
			return s
		}
	}
	if s := p.collapse([]byte(p.ogTitle)); s != "" {
		return s
	}
	if p.titleNode != dom.None {
		p.text = p.tree.AppendText(p.text[:0], p.titleNode)
		return withoutSite(p.collapse(p.text))
	}
	return ""
}

// titleMarks appends the text of a heading with the marks of its formulas.
func (p *page) titleMarks(dst []byte, n dom.Node) []byte {
	t := &p.tree
	for c := n; c < t.End(n); {
		switch m := &p.m[c]; {
		case m.flags&nfAtom != 0:
			dst = appendMark(dst, m.atom-1)
			c = t.End(c)
		case (m.flags&nfDrop != 0 || m.class&pcSideNote != 0) && c != n:
			c = t.End(c)
		case t.Kind(c) == dom.Text:
			p.text = t.AppendText(p.text[:0], c)
			dst = p.appendText(dst, p.text)
			c++
		default:
			c++
		}
	}
	return dst
}

// titleText appends the text of a heading with its formulas.
func (p *page) titleText(dst []byte, n dom.Node) []byte {
	t := &p.tree
	for c := n; c < t.End(n); {
		switch m := &p.m[c]; {
		case m.flags&nfAtom != 0:
			dst = append(dst, '$')
			dst = append(dst, p.tex(m.atom-1)...)
			dst = append(dst, '$')
			c = t.End(c)
		case (m.flags&nfDrop != 0 || m.class&pcSideNote != 0) && c != n:
			c = t.End(c)
		case t.Kind(c) == dom.Text:
			dst = t.AppendText(dst, c)
			c++
		default:
			c++
		}
	}
	return dst
}

// collapse returns text on one line.
func (p *page) collapse(text []byte) string {
	b := p.appendText(p.line[:0], text)
	p.line = b
	joinLines(b)
	return string(bytes.TrimSpace(b))
}

// withoutSite cuts the name of the site off a title: the last part behind a
// bar or a dash with blanks, if enough is left.
func withoutSite(title string) string {
	for _, sep := range [...]string{" | ", " — ", " – ", " - ", " :: ", " » ", " · "} {
		if i := strings.LastIndex(title, sep); i >= 4 && i >= len(title)/4 {
			return strings.TrimSpace(title[:i])
		}
	}
	return title
}

// writeTitle writes the title as a heading, with formulas.
func (p *page) writeTitle(title string) {
	w := &p.walk
	h1 := p.heading()
	if h1 != dom.None && p.collapse(p.titleText(nil, h1)) == title {
		w.para = p.titleMarks(w.para[:0], h1)
	} else {
		w.para = p.appendText(w.para[:0], []byte(title))
	}
	w.level = 1
	p.flush()
	w.level = 0
}
