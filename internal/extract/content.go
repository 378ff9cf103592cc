package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/extract/dom"
)

// atomWeight is what one formula counts in bytes of text where parts of a page
// are compared.
const atomWeight = 40

// minNavAtoms is the number of formulas from which on a part that looks like
// navigation may be the main part; titles of other pages have a few, too.
const minNavAtoms = 4

// Lengths in bytes of text that is too short to be content where its mark-up
// speaks against it.
const (
	maxButtonText = 40
	maxAnchorSign = 7 // of a reference to the sign of a paragraph
	maxCopyright  = 200
)

// markContent is the pass that decides what of the page is content: it marks
// boilerplate and hidden parts to be dropped, and chooses the roots that are
// rendered.
func (p *page) markContent() {
	p.roots = p.roots[:0]
	p.sum()
	if p.options.WholePage || p.nested {
		p.dropHidden()
		p.roots = append(p.roots, p.bodyOrRoot())
		return
	}
	p.dropWikiSections()
	p.dropBoilerplate()
	p.chooseRoots()
}

// sum adds up text, links, sentences and formulas from the leaves to the root,
// without what the scan has dropped.
func (p *page) sum() {
	t := &p.tree
	m := p.m
	for n := len(m) - 1; n > 0; n-- {
		e := &m[n]
		if e.flags&nfDrop != 0 {
			continue
		}
		parent := &m[t.Parent(dom.Node(n))]
		parent.text += e.text
		parent.link += e.link
		parent.stops += e.stops
		parent.links += e.links
		parent.atoms += e.atoms
		if e.flags&nfDeepBlock != 0 || roles[t.Tag(dom.Node(n))]&(roleBlock|roleCell) == roleBlock {
			parent.flags |= nfDeepBlock
		}
	}
}

// drop marks the subtree of n as no content and takes it out of the sums of
// what is around it.
func (p *page) drop(n dom.Node) {
	e := &p.m[n]
	e.flags |= nfDrop
	for up := p.tree.Parent(n); up >= 0; up = p.tree.Parent(up) {
		m := &p.m[up]
		m.text -= e.text
		m.link -= e.link
		m.stops -= e.stops
		m.links -= e.links
		m.atoms -= e.atoms
	}
}

// weight is the amount of content in n.
func (p *page) weight(n dom.Node) int {
	m := &p.m[n]
	return int(m.text-m.link) + int(m.link)/4 + atomWeight*int(m.atoms)
}

func (p *page) bodyOrRoot() dom.Node {
	if body := p.tree.Body(); body != dom.None {
		return body
	}
	return dom.Root
}

// dropHidden drops what the page hides, for pages that are rendered whole.
func (p *page) dropHidden() {
	total := int(p.m[0].text)
	for n := range p.m {
		m := &p.m[n]
		if m.flags&nfHidden != 0 && m.flags&(nfKeep|nfAtom) == 0 && 2*int(m.text) <= total && n > 0 &&
			p.m[p.tree.Parent(dom.Node(n))].flags&nfHidden == 0 && !p.isHiddenSource(dom.Node(n), m) && !p.isUnfolded(dom.Node(n), m) {
			m.flags |= nfDrop
		}
		if p.tree.Tag(dom.Node(n)) == dom.Head {
			m.flags |= nfDrop
		}
	}
}

// dropBoilerplate marks the parts that are not content, from the outside in, and
// notes the main parts among the others.
func (p *page) dropBoilerplate() {
	t := &p.tree
	total := max(p.m[0].text, 1)
	atoms := p.m[0].atoms
	p.mains = p.mains[:0]
	for n := dom.Node(1); int(n) < len(p.m); {
		m := &p.m[n]
		switch {
		case m.flags&(nfDrop|nfAtom) != 0:
			n = t.End(n)
		case t.Kind(n) != dom.Element:
			n++
		case p.isBoilerplate(n, m, total, atoms):
			p.drop(n)
			n = t.End(n)
		case isSubheading(t.Tag(n)) && p.dropRelated(n, total):
			n = t.End(n)
		default:
			if kinds := kindsOf(t.Tag(n), m); kinds != 0 {
				p.mains = append(p.mains, mainPart{node: n, kinds: kinds})
			}
			n++
		}
	}
}

// isUnfolded reports whether a hidden block of prose on a page with mathematics
// is shown by a click on what is right before it, as solutions and details often
// are. On other pages such blocks are small print and dialogs.
func (p *page) isUnfolded(n dom.Node, m *meta) bool {
	t := &p.tree
	if p.config.strength == dollarNever && !p.config.listed || !t.IsElement(n, dom.Div, dom.P) || m.class&pcDrop != 0 || 2*m.link > m.text {
		return false
	}
	before := t.PrevElement(n)
	for range 3 {
		if before == dom.None {
			return false
		}
		if t.HasAttr(before, "onclick") {
			return true
		}
		if href, ok := t.Attr(before, "href"); ok {
			return hasFoldPrefix(href, "javascript:")
		}
		if before = t.FirstChild(before); before != dom.None && t.Kind(before) == dom.Text {
			before = t.NextElement(before)
		}
	}
	return false
}

// isBoilerplate decides on one element whose ancestors are kept. total and
// pageAtoms are the text and the formulas of the whole page.
func (p *page) isBoilerplate(n dom.Node, m *meta, total, pageAtoms int32) bool {
	t := &p.tree
	tag := t.Tag(n)
	role := roles[tag]
	switch tag {
	case dom.Html, dom.Body, dom.Main:
		return false
	case dom.Head:
		return true
	case dom.Input:
		return true
	case dom.Button:
		heading := t.Closest(t.Parent(n), dom.H1, dom.H2, dom.H3, dom.H4, dom.H5, dom.H6, dom.Summary)
		return m.flags&nfKeep == 0 && m.text < 100 && (heading == dom.None || 2*m.text < p.m[heading].text)
	case dom.Noscript:
		return m.atoms == 0
	}
	large := 2*m.text > total // holds most of the page
	if tag == dom.Textarea && !large && !p.isCodeField(n) {
		return true // a field to write into
	}
	if m.flags&nfHidden != 0 && p.m[t.Parent(n)].flags&nfHidden == 0 {
		if m.flags&nfKeep == 0 && (!large || m.class&pcDrop != 0) && !p.isHiddenSource(n, m) && !p.isUnfolded(n, m) {
			return true
		}
	}
	if m.class&(pcDrop|pcPrompt|pcLineNo) != 0 &&
		(!large || m.text <= maxButtonText && m.stops+m.atoms == 0 || tag == dom.Aside && m.text < total && 2*m.atoms <= pageAtoms) {
		return m.class&pcLineNo == 0 || role&roleBlock == 0 || tag == dom.Td || m.stops < 3
	}
	if m.class&pcLineNoInCode != 0 && m.flags&nfCode != 0 {
		return true
	}
	if m.class&pcMenuItem != 0 && m.text <= 8 && m.atoms == 0 {
		return true
	}
	if tag == dom.A && m.atoms == 0 && (m.class&pcButton != 0 && m.text <= maxButtonText || m.text <= maxAnchorSign && p.isAnchorSign(n)) {
		return true
	}
	if m.class&pcCopyright != 0 && m.text < maxCopyright && m.atoms == 0 && !large {
		return true
	}
	if role&roleBlock == 0 && tag != dom.Other && tag != dom.A {
		return false
	}
	content := p.holdsTitle(n) || m.class&(pcMain|pcArticle|pcPost) != 0
	mostAtoms := m.atoms >= minNavAtoms && 2*m.atoms > pageAtoms
	switch {
	case tag == dom.Header:
		if m.flags&nfArticle == 0 && !content && !large && !mostAtoms && !p.namesPart(n, m) && !p.opensPost(n, m) {
			return true
		}
	case tag == dom.Footer:
		if m.flags&nfArticle == 0 || m.atoms == 0 && m.stops < 3 {
			return !large && !mostAtoms
		}
	case tag == dom.Aside:
		if 2*m.link < m.text+m.atoms && (m.class&pcAside == 0 || m.atoms > 0) && (m.flags&nfArticle != 0 || p.isInText(n, m)) {
			return false
		}
		return !large && !mostAtoms
	case m.flags&nfNav != 0:
		return !large && !mostAtoms
	}
	if tag == dom.A || m.flags&nfArticle != 0 && tag == dom.Article {
		return false
	}
	if m.class&pcComments != 0 && !p.keepsComments(m) && !large && !content {
		return true
	}
	if m.class&pcBoiler != 0 && m.class&pcKeep == 0 && !content && !mostAtoms && 3*m.text < total {
		// In an article the same words name parts of it.
		if m.flags&nfArticle == 0 || m.atoms == 0 && (2*m.link > m.text || m.stops < 3) || m.atoms > 0 && 2*m.link > m.text && p.linksFormulas(n) {
			return true
		}
	}
	if m.class&pcAside != 0 && m.atoms == 0 && !content && 3*m.text < total {
		return true
	}
	if p.isPostHead(n, tag, m) {
		return true
	}
	if tag == dom.Form && 3*m.text < total && !content && p.asksWho(n, m) {
		return true
	}
	if tag == dom.Address && m.text < maxCopyright && m.stops < 2 && m.atoms == 0 && m.flags&nfArticle == 0 && !large {
		return true
	}
	if m.class&(pcWeak|pcHeader) != 0 && m.class&pcKeep == 0 && !content && m.atoms == 0 && 3*m.text < total {
		if 2*m.link > m.text || m.text < 150 && m.stops < 2 {
			return role&roleBlock != 0 && tag != dom.Li && tag != dom.Tr && tag != dom.Thead && tag != dom.Caption && tag != dom.Td && tag != dom.Th && (tag != dom.P || m.class&pcMeta != 0 || 10*m.link > 9*m.text) &&
				(2*m.link > m.text || m.class&pcHeader == 0 || !p.holdsHeading(n) && !p.namesPart(n, m))
		}
	}
	return !content && isLinkList(tag, m, total) && !p.isIntroduced(n, tag)
}

// isAnchorSign reports whether link n is the sign beside a heading that leads to
// the heading itself.
func (p *page) isAnchorSign(n dom.Node) bool {
	t := &p.tree
	if up := t.Parent(n); !isHeading(t.Tag(up)) && !isHeading(t.Tag(t.Parent(up))) {
		return false
	}
	p.text = t.AppendText(p.text[:0], n)
	switch string(bytes.TrimSpace(p.text)) {
	case "#", "¶", "§", "🔗", "⚓":
	default:
		return false
	}
	href, _ := t.Attr(n, "href")
	return strings.Contains(href, "#")
}

// isPostHead reports whether n stands above a post and says who wrote it, or
// repeats the topic.
func (p *page) isPostHead(n dom.Node, tag dom.Tag, m *meta) bool {
	t := &p.tree
	heading := tag >= dom.H2 && tag <= dom.H4
	if !heading && (tag != dom.P || m.class&pcWeak == 0) || m.text >= maxCopyright || m.atoms > 0 {
		return false
	}
	up, inPost := n, false
	for range 3 {
		if up = t.Parent(up); up <= dom.Root {
			break
		}
		inPost = inPost || p.m[up].class&pcPost != 0
	}
	if !inPost || !heading || !p.spend(int(t.End(n)-n)) {
		return inPost && !heading
	}
	text := p.collapse(p.tree.AppendText(nil, n))
	if strings.HasPrefix(text, "Re: ") {
		return true
	}
	if p.titleNode == dom.None || text == "" {
		return false
	}
	return strings.HasPrefix(p.collapse(t.AppendText(nil, p.titleNode)), text)
}

// isLinkList recognises menus that no name gives away: nearly all of their text
// is in links. A paragraph is never one.
func isLinkList(tag dom.Tag, m *meta, total int32) bool {
	switch tag {
	case dom.Ul, dom.Ol, dom.Div, dom.Section, dom.Table, dom.Dl, dom.Menu, dom.Center, dom.Form, dom.Td:
	default:
		return false
	}
	return m.links >= 3 && m.atoms == 0 && m.stops < 3 && 10*m.link > 8*m.text && 2*m.text < total
}

// isIntroduced reports whether n is a list and the sentence before it says what
// it lists.
func (p *page) isIntroduced(n dom.Node, tag dom.Tag) bool {
	if tag != dom.Ul && tag != dom.Ol {
		return false
	}
	prev := p.tree.PrevElement(n)
	return prev != dom.None && p.tree.Tag(prev) == dom.P && 2*p.m[prev].link < p.m[prev].text
}

// holdsHeading reports whether a heading is in n.
func (p *page) holdsHeading(n dom.Node) bool {
	return p.spend(int(p.tree.End(n)-n)) && p.tree.Find(n, dom.H1, dom.H2, dom.H3, dom.H4, dom.H5, dom.H6) != dom.None
}

// isHeading reports whether a tag is that of a heading.
func isHeading(tag dom.Tag) bool { return tag == dom.H1 || isSubheading(tag) }

// isSubheading reports whether a tag is that of a heading below the page's own.
func isSubheading(tag dom.Tag) bool { return tag >= dom.H2 && tag <= dom.H6 }

// namesPart reports whether n, called a header, is the heading of a box within
// the content, such as "Definition 3" above a card: it has no links, and is a
// heading by its tag, or comes after the heading of the page and holds a heading
// or a sentence, or comes before text that is not links.
func (p *page) namesPart(n dom.Node, m *meta) bool {
	const shortest = 4 // bytes; less is the number of a step
	t := &p.tree
	if m.class&pcWeak != 0 || m.links > 0 || m.text < shortest {
		return false
	}
	if isSubheading(t.Tag(n)) {
		return true
	}
	if p.h1 == dom.None || n < p.h1 {
		return false
	}
	next := t.NextElement(n)
	return m.stops > 0 || next != dom.None && p.m[next].class&pcHeader == 0 && 2*p.m[next].link < p.m[next].text || p.holdsHeading(n)
}

// maxFormText is the length in bytes of the text of a form that asks who its
// reader is.
const maxFormText = 600

// asksWho reports whether a form is there to sign in, to subscribe or to be
// written to: it has a field for a password or an address, and hardly a
// sentence.
func (p *page) asksWho(form dom.Node, m *meta) bool {
	t := &p.tree
	if m.atoms > 0 || m.stops > 3 || m.text > maxFormText || !p.spend(int(t.End(form)-form)) {
		return false
	}
	for n := t.Find(form, dom.Input); n != dom.None; n = t.FindNext(form, n, dom.Input) {
		switch typ, _ := t.Attr(n, "type"); strings.ToLower(typ) {
		case "email", "password", "tel":
			return true
		case "", "text":
			name, _ := t.Attr(n, "name")
			if strings.Contains(strings.ToLower(name), "mail") {
				return true
			}
		}
	}
	return false
}

// holdsTitle reports whether the first heading of the page is in n.
func (p *page) holdsTitle(n dom.Node) bool {
	h1 := p.h1
	if p.h1Main != dom.None {
		h1 = p.h1Main
	}
	return h1 != dom.None && p.tree.Contains(n, h1)
}

// keepsComments reports whether a part with comments is content: on a page that
// shows mathematics it is.
func (p *page) keepsComments(m *meta) bool {
	return p.options.Comments || m.atoms > 0 || p.config.library || p.sureMath || len(p.atoms) > 0 || p.config.strength != dollarNever
}

// A rootKind is a sort of explicit main part. The widest comes first: what is
// left of boilerplate in it is told by its own marks, while a narrow one may
// leave answers and comments out.
type rootKind int

const (
	rootMain rootKind = iota
	rootPost
	rootArticle
	rootBody
	rootContent
	numRootKinds
	rootComments = numRootKinds // no main part, but a companion of one
)

// kindsOf returns the sorts of main part that an element is, one bit for each.
func kindsOf(tag dom.Tag, m *meta) (kinds uint8) {
	if tag == dom.Main || m.class&pcMain != 0 {
		kinds |= 1 << rootMain
	}
	if m.class&pcPost != 0 {
		kinds |= 1 << rootPost
	}
	if tag == dom.Article {
		kinds |= 1 << rootArticle
	}
	if m.class&pcArticle != 0 {
		kinds |= 1 << rootBody
	}
	if m.class&pcContent != 0 {
		kinds |= 1 << rootContent
	}
	if m.class&pcComments != 0 && roles[tag]&roleBlock != 0 && tag != dom.Body {
		kinds |= 1 << rootComments
	}
	return kinds
}

// chooseRoots takes the first kind of main part that holds most of the page's
// content and, all parts of it together, four fifths of its formulas, with the
// comments beside it; else the whole body, without its boilerplate.
func (p *page) chooseRoots() {
	t := &p.tree
	body := p.bodyOrRoot()
	all, atoms := p.weight(body), int(p.m[body].atoms)
	var sums, found [numRootKinds + 1]int
	var ends [numRootKinds + 1]dom.Node
	candidates := p.candidates[:0]
	for _, part := range p.mains {
		n := part.node
		m := &p.m[n]
		if m.text <= 0 || !t.Contains(body, n) {
			continue
		}
		for k := range numRootKinds + 1 {
			if part.kinds&(1<<k) != 0 && ends[k] <= n {
				ends[k] = t.End(n) // parts inside a part of its kind do not count
				sums[k] += p.weight(n)
				found[k] += int(m.atoms)
				candidates = append(candidates, candidate{node: n, kind: k})
			}
		}
	}
	p.candidates = candidates
	p.roots = p.roots[:0]
	for k := range numRootKinds {
		if ends[k] == 0 || 10*sums[k] < 6*all || 5*found[k] < 4*atoms {
			continue
		}
		p.takeRoots(k)
		return
	}
	p.roots = append(p.roots, body)
}

// takeRoots makes roots of the candidates of one kind, and of the sections of
// comments between and after them that are content.
func (p *page) takeRoots(kind rootKind) {
	t := &p.tree
	end := dom.Node(0) // of the last root
	comments := dom.None
	for _, c := range p.candidates {
		if comments != dom.None && c.node >= t.End(comments) {
			p.roots, end, comments = append(p.roots, comments), t.End(comments), dom.None
		}
		switch {
		case c.kind == kind:
			p.roots, end, comments = append(p.roots, c.node), t.End(c.node), dom.None
		case c.kind == rootComments && len(p.roots) > 0 && c.node >= end:
			if m := &p.m[c.node]; p.keepsComments(m) && (m.stops+m.atoms > 0 || p.holdsDollar(c.node)) {
				comments = c.node
			}
		}
	}
	if comments != dom.None {
		p.roots = append(p.roots, comments)
	}
}

// holdsDollar reports whether a dollar that may be a delimiter is in n.
func (p *page) holdsDollar(n dom.Node) bool {
	t := &p.tree
	if p.config.strength == dollarNever || !p.spend(int(t.End(n)-n)) {
		return false
	}
	for c := n; c < t.End(n); c++ {
		if t.IsText(c) && p.m[c].text > 0 && bytes.IndexByte(t.RawText(c), '$') >= 0 {
			return true
		}
	}
	return false
}

// A mainPart is an element that may be a main part of the page.
type mainPart struct {
	node  dom.Node
	kinds uint8 // one bit for each rootKind
}

// A candidate is a main part of the page.
type candidate struct {
	node dom.Node
	kind rootKind
}

// dropWikiSections drops the lists of links at the end of a wiki article: "See
// also" up to the next section, "External links" with all that follows.
func (p *page) dropWikiSections() {
	t := &p.tree
	for _, section := range p.wikiSections {
		heading := section.node
		for range 4 {
			up := t.Parent(heading)
			if up <= dom.Root || p.m[up].class&pcMain != 0 {
				break
			}
			heading = up
		}
		if up := t.Parent(heading); up <= dom.Root || p.m[up].class&pcMain == 0 {
			continue
		}
		for n := heading; n != dom.None; n = t.NextSibling(n) {
			if n != heading && !section.toEnd && p.isWikiHeading(n) {
				break
			}
			if p.m[n].flags&nfDrop == 0 {
				p.drop(n)
			}
		}
	}
}

// A wikiSection is a section of links.
type wikiSection struct {
	node  dom.Node // its heading
	toEnd bool     // nothing but links follows
}

// isWikiHeading reports whether n is a heading of the second level or MediaWiki's
// box around one.
func (p *page) isWikiHeading(n dom.Node) bool {
	t := &p.tree
	return t.IsElement(n, dom.H2) || t.IsElement(n, dom.Div) && t.HasClass(n, "mw-heading2")
}

// noteWikiSection remembers a heading that opens a section of links, by its id.
func (p *page) noteWikiSection(n dom.Node, id string) {
	switch id {
	case "See_also", "Voir_aussi", "Siehe_auch", "Véase_también", "Smotrite_takzhe", "См._также", "関連項目", "参见":
		p.wikiSections = append(p.wikiSections, wikiSection{node: n})
	case "External_links", "Liens_externes", "Weblinks", "Enlaces_externos", "Ссылки", "外部リンク", "外部链接":
		p.wikiSections = append(p.wikiSections, wikiSection{node: n, toEnd: true})
	}
}
