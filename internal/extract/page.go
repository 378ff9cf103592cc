package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/mathml"
	"mathsieve/internal/extract/tex"
)

// A nodeFlag is what the passes have found out about a node.
type nodeFlag uint32

const (
	nfDrop      nodeFlag = 1 << iota // the subtree is not content
	nfHidden                         // the page hides the subtree
	nfAtom                           // the subtree is one formula
	nfGap                            // the subtree is a blank
	nfCode                           // inside pre, code or textarea
	nfKeep                           // inside content that a click reveals
	nfIgnore                         // raw delimiters are text here
	nfRegion                         // a single dollar is a delimiter here
	nfLink                           // inside a link
	nfNav                            // structural boilerplate by tag or role
	nfArticle                        // inside main or article
	nfPost                           // inside a post or the body of an article, by its class
	nfNoscript                       // inside noscript
	nfHead                           // inside head
	nfAsciiMath                      // AsciiMath region
	nfFraction                       // HTML fraction
	nfNumerator                      // numerator of one that is printed with a slash
	nfDeepBlock                      // a block stands in the subtree
	nfInlineRow                      // layout row whose cells are one paragraph
	nfIndented                       // definition under its term
	nfDisplay                        // inline element that is drawn as a block: nothing but a display formula

	// inherited are the flags that children take over from their parent.
	inherited = nfCode | nfKeep | nfIgnore | nfRegion | nfLink | nfArticle | nfPost | nfNoscript | nfHead | nfHidden | nfAsciiMath
)

// meta is the side table beside the nodes of the tree.
type meta struct {
	flags nodeFlag
	class pageClass
	text  int32 // bytes of text in the subtree
	link  int32 // of these, within links
	stops int32 // ends of sentences
	links int32 // links in the subtree
	atoms int32 // formulas in the subtree
	atom  int32 // index of the formula that this node is, plus one
}

// A page is the working memory of one page, reused for the next one.
type page struct {
	options      *Options
	tree         dom.Tree
	sub          dom.Tree // MathML out of attributes and rebuilt formulas
	conv         mathml.Converter
	classes      classCache
	reader       attrReader
	m            []meta
	atoms        []atom
	texBuf       []byte // TeX of all atoms
	scratch      []byte
	scratch2     []byte
	text         []byte          // decoded text of one node
	line         []byte          // the same on one line
	body         []byte          // the page's source
	labels       map[string]bool // the labels that the page refers to; nil until asked
	preTeXt      bool            // PreTeXt has written the page; known once asked
	preTeXtAsked bool
	mayCompose   bool // the text may not be in normalisation form C
	rawTeX       bool // appendTeX reads raw delimiters
	emOpen       int
	pairing      pairing
	roots        []dom.Node
	mains        []mainPart
	candidates   []candidate
	wikiSections []wikiSection
	config       mathConfig
	macros       tex.Macros
	macroBuf     []byte

	budget      int      // steps left for scans of whole wrappers
	h1          dom.Node // first h1 of the page
	h1Main      dom.Node // first h1 inside main or article
	titleNode   dom.Node
	ogTitle     string
	lang        string
	jsonNodes   []dom.Node
	shortJSON   bool       // short texts with formulas count, because there are no others
	links       []dom.Node // to other files: style sheets and the like
	renderCalls []renderCall
	comment     dom.Node // last comment of latex2html with the source of the next image
	rawPairs    int      // pairs of single dollars with a TeX command, strength C
	sureMath    bool     // raw delimiters that are mathematics without doubt were seen
	hasDollar   bool     // in a text that may have formulas
	// doubleDollar says that two dollars in a row were seen, which need not be
	// delimiters.
	doubleDollar bool
	backquotes   int
	codeSeen     bool
	nested       bool // this is the text of a JSON string, not a page

	tally    tally
	rawTexts []dom.Node // texts with raw delimiters
	out      writer
	walk     walker
}

func (p *page) init(o *Options) {
	p.options = o
}

// reset makes the memory ready for the next tree.
func (p *page) reset() {
	n := p.tree.Len()
	if cap(p.m) < n {
		p.m = make([]meta, n+n/4)
	}
	p.m = p.m[:n]
	clear(p.m)
	p.classes.reset()
	p.classes.ignore, p.classes.process = "", ""
	p.atoms = p.atoms[:0]
	p.texBuf = p.texBuf[:0]
	p.jsonNodes = p.jsonNodes[:0]
	p.links = p.links[:0]
	p.wikiSections = p.wikiSections[:0]
	p.renderCalls = p.renderCalls[:0]
	p.budget = 16*n + 1000
	p.h1, p.h1Main, p.titleNode, p.comment = dom.None, dom.None, dom.None, dom.None
	p.ogTitle, p.lang = "", ""
	p.labels, p.preTeXtAsked = nil, false
	p.mayCompose = false
	p.rawPairs, p.backquotes = 0, 0
	p.sureMath, p.hasDollar, p.doubleDollar, p.codeSeen = false, false, false, false
	p.rawTexts = p.rawTexts[:0]
	p.tally = tally{}
}

// extract fills the text and the metadata of doc from the tree of body, which is
// UTF-8.
func (p *page) extract(body []byte, doc *corpus.Document) {
	p.begin(body)
	p.run(doc)
	if len(doc.Text) < p.options.JSONBelow {
		p.fromJSON(doc)
	}
	p.shrink()
}

// begin forgets the page before.
func (p *page) begin(body []byte) {
	p.nested = false
	p.body = body
	p.config.reset()
	p.macros.Reset()
}

// run takes the parsed tree through all passes.
func (p *page) run(doc *corpus.Document) {
	p.reset()
	p.scan()
	p.resolveRenderCalls()
	p.config.finish(p)
	p.markContent()
	p.renderPage(doc)
}

// shrink gives back the buffers that one giant page has swollen.
func (p *page) shrink() {
	if cap(p.m) > 1<<17 {
		p.m = nil
	}
	if cap(p.texBuf) > keptBytes {
		p.texBuf = nil
	}
	if cap(p.scratch) > keptBytes {
		p.scratch = nil
	}
	p.out.shrink()
	p.walk.shrink()
}

// scan is the first pass, in document order: it finds the formulas, reads the
// configuration of the page's maths renderer, and notes what later passes ask
// about each node.
func (p *page) scan() {
	t := &p.tree
	end := dom.Node(t.Len())
	p.m[0].flags = 0
	for n := dom.Node(1); n < end; {
		switch t.Kind(n) {
		case dom.Text:
			p.scanText(n)
			n++
		case dom.Element:
			n = p.scanElement(n)
		case dom.Comment:
			p.scanComment(n)
			n++
		default:
			n++
		}
	}
}

// scanText measures a text node.
func (p *page) scanText(n dom.Node) {
	raw := p.tree.RawText(n)
	flags := p.m[p.tree.Parent(n)].flags & inherited
	p.m[n].flags |= flags
	start := 0
	for start < len(raw) && isSpace(raw[start]) {
		start++
	}
	if start == len(raw) {
		return // half of all texts are the blanks between two tags
	}
	raw = bytes.TrimSpace(raw[start:])
	if len(raw) == 0 {
		return
	}
	m := &p.m[n]
	m.text = int32(len(raw))
	if startsAsNotice(raw) {
		p.m[p.tree.Parent(n)].class |= pcCopyright
	}
	signs := signsOf(raw)
	switch {
	case flags&nfLink != 0:
		m.link = m.text
	case signs&(signStop|signCJK) != 0:
		m.stops = sentenceEnds(raw)
	}
	if signs&(signCommand|signDollar|signBackquote) != 0 && flags&(nfCode|nfIgnore|nfHead) == 0 {
		p.scanDelimiters(n, raw, signs)
		if p.options.ExpandMacros {
			p.scanDefinitions(n, raw)
		}
	}
}

// A textSign is what a byte of a text may be a part of.
type textSign uint8

const (
	signStop      textSign = 1 << iota // a full stop
	signCJK                            // an East Asian one
	signCommand                        // a command of TeX or one of its delimiters
	signDollar                         // a formula between dollars
	signBackquote                      // one between back-quotes
)

var textSigns = [256]textSign{'.': signStop, 0xe3: signCJK, '\\': signCommand, '$': signDollar, '`': signBackquote}

// signsOf returns the signs in a text. Most texts are a word or two, for which
// one look at each byte takes less time than a search for each sign.
func signsOf(text []byte) (signs textSign) {
	const short = 64
	if len(text) > short {
		for _, b := range [...]byte{'.', 0xe3, '\\', '$', '`'} {
			if bytes.IndexByte(text, b) >= 0 {
				signs |= textSigns[b]
			}
		}
		return signs
	}
	for _, b := range text {
		signs |= textSigns[b]
	}
	return signs
}

// startsAsNotice reports whether a text begins as a note does of copyright, or,
// if it is no sentence, of the software or the clock of a forum.
func startsAsNotice(raw []byte) bool {
	switch raw[0] {
	case 0xc2:
		return bytes.HasPrefix(raw, []byte("©"))
	case '&':
		return bytes.HasPrefix(raw, []byte("&copy;")) || bytes.HasPrefix(raw, []byte("&#169;"))
	case 'C':
		return bytes.HasPrefix(raw, []byte("Copyright"))
	case 'A':
		return startsWithWords(raw, "All", "times", "are")
	case 'P':
		return startsWithWords(raw, "Powered", "by") && sentenceEnds(raw) == 0
	}
	return false
}

// startsWithWords reports whether a text begins with words.
func startsWithWords(text []byte, words ...string) bool {
	for _, word := range words {
		text = bytes.TrimLeft(text, " \t\n")
		if len(text) < len(word) || string(text[:len(word)]) != word {
			return false
		}
		text = text[len(word):]
	}
	return true
}

// sentenceEnds counts full stops that are followed by a blank or the end, and
// their East Asian kin.
func sentenceEnds(text []byte) (n int32) {
	for i := 0; ; {
		j := bytes.IndexByte(text[i:], '.')
		if j < 0 {
			break
		}
		i += j + 1
		if i == len(text) || isSpace(text[i]) {
			n++
		}
	}
	// Looking for its first byte alone is what costs least where there is none.
	if n == 0 && bytes.IndexByte(text, "。"[0]) >= 0 {
		n += int32(bytes.Count(text, []byte("。")))
	}
	return n
}

// scanElement looks at one element and returns the node to go on with: its
// first child, or what follows it if nothing inside matters any more.
func (p *page) scanElement(n dom.Node) dom.Node {
	t := &p.tree
	tag := t.Tag(n)
	m := &p.m[n]
	parent := t.Parent(n)
	m.flags = m.flags&nfDrop | p.m[parent].flags&inherited
	role := roles[tag]
	if role&roleSkip != 0 {
		return p.scanSkipped(n, tag)
	}
	m.flags |= role.flags()
	if role&roleBare != 0 {
		if tag == dom.Link && len(p.links) < maxLinks {
			p.links = append(p.links, n)
		}
		return n + 1
	}
	var a *attrs
	if tag == dom.A {
		a = p.reader.readLink(t, n)
	} else {
		a = p.reader.read(t, n)
	}
	var bits classBits
	if a.class != "" {
		bits = p.classes.lookup(a.class, false)
	}
	if a.id != "" && !isHeading(tag) { // of a heading: its words
		bits.page |= p.classes.lookup(a.id, true).page
	}
	m.class = bits.page

	if bits.math != 0 || role&roleMath != 0 || a.tex != "" || a.mathml != "" || tag == dom.Other || a.lang == "math" {
		if p.scanMath(n, tag, a, bits) {
			return t.End(n)
		}
		m = &p.m[n]
		if bits.math&mcIgnore != 0 {
			m.flags |= nfIgnore
		}
		if bits.math&mcProcess != 0 || bits.math&(mcRegion|mcBare) == mcRegion|mcBare && (tag == dom.Span || tag == dom.Div) {
			m.flags &^= nfIgnore // a generator vouches for the formula
		}
	}
	p.scanLayout(n, tag, a, bits)
	return n + 1
}

// scanLayout notes what an element is for the content pass.
func (p *page) scanLayout(n dom.Node, tag dom.Tag, a *attrs, bits classBits) {
	m := &p.m[n]
	switch tag {
	case dom.A:
		m.flags |= nfLink
		m.links = 1
	case dom.Html:
		if lang := a.lang; lang != "" && p.lang == "" {
			p.lang = lang
		}
	case dom.Head:
		m.flags |= nfHead
	case dom.Meta:
		p.scanMetaTag(n)
	case dom.H1:
		if p.isSiteName(n) {
			break
		}
		if p.h1 == dom.None {
			p.h1 = n
		}
		if p.h1Main == dom.None && m.flags&nfArticle != 0 {
			p.h1Main = n
		}
	case dom.Main, dom.Article:
		m.flags |= nfArticle
	case dom.Noscript:
		m.flags |= nfNoscript
	case dom.Details:
		m.flags |= nfKeep
	case dom.Code, dom.Pre, dom.Textarea:
		p.codeSeen = true
	}
	if a.id != "" && (tag == dom.H2 || tag == dom.Span) {
		p.noteWikiSection(n, a.id)
	}
	if bits.math&mcFrac != 0 {
		m.flags |= nfFraction
	}
	if bits.page&pcTitle != 0 && p.h1 == dom.None {
		p.noteTitle(n)
	}
	if bits.page&pcKeep != 0 {
		m.flags |= nfKeep
	}
	if bits.page&pcTabular != 0 && tag == dom.Span {
		p.tabulate(n)
	}
	if bits.page&(pcPost|pcArticle) != 0 && tag != dom.Body {
		m.flags |= nfPost
	}
	if bits.page&pcForum != 0 {
		p.scanForumPart(n, tag)
	}
	if a.role != "" {
		switch a.role {
		case "main":
			m.class |= pcMain
			m.flags |= nfArticle
		case "navigation", "banner", "search", "complementary", "dialog", "contentinfo", "menu", "menubar", "alertdialog", "toolbar", "tablist":
			m.flags |= nfNav
		case "presentation", "none":
		}
	}
	if a.style != "" && m.flags&nfCode != 0 && notSelected(a.style) {
		m.class |= pcLineNoInCode
	}
	if (a.hidden || a.ariaHidden || bits.page&pcHidden != 0 || a.style != "" && styleHidden(a.style)) && tag != dom.Body && tag != dom.Html {
		m.flags |= nfHidden
	}
}

// noteTitle takes Doxygen's title for the heading of the page, without the
// links and the labels that stand beside it.
func (p *page) noteTitle(n dom.Node) {
	t := &p.tree
	p.h1 = n
	if prev := t.PrevElement(n); prev != dom.None && t.HasClass(prev, "summary") {
		p.m[prev].flags |= nfDrop
	}
	if label := t.Find(n, dom.Span); label != dom.None && t.HasClass(label, "mlabels") {
		p.m[label].flags |= nfDrop
	}
}

// isSiteName reports whether a heading is the name of the site, not the title of
// this page: it is nothing but a link, to the first page of the site or out of
// what is named as its masthead.
func (p *page) isSiteName(h1 dom.Node) bool {
	t := &p.tree
	link := p.onlyChild(h1)
	if link == dom.None || t.Tag(link) != dom.A {
		return false
	}
	if p.m[h1].flags&nfArticle == 0 {
		for up, steps := t.Parent(h1), 0; steps < 4 && up > dom.Root; up, steps = t.Parent(up), steps+1 {
			if p.m[up].class&pcBoiler != 0 {
				return true
			}
		}
	}
	href, _ := t.Attr(link, "href")
	if _, address, ok := strings.Cut(href, "://"); ok {
		_, path, _ := strings.Cut(address, "/")
		return path == ""
	}
	return href == "/"
}

// scanSkipped handles elements whose content is never text of the page.
func (p *page) scanSkipped(n dom.Node, tag dom.Tag) dom.Node {
	t := &p.tree
	m := &p.m[n]
	switch tag {
	case dom.Script:
		p.scanScript(n)
	case dom.Title:
		if p.titleNode == dom.None {
			p.titleNode = n
		}
	case dom.Svg:
		if p.svgFormula(n) {
			return t.End(n)
		}
	}
	if m.flags&nfAtom == 0 {
		m.flags |= nfDrop
	}
	return t.End(n)
}

// scanMetaTag reads the title and the language that meta tags declare.
func (p *page) scanMetaTag(n dom.Node) {
	t := &p.tree
	property, ok := t.Attr(n, "property")
	if !ok {
		property, _ = t.Attr(n, "http-equiv")
	}
	switch {
	case property == "og:title":
		p.ogTitle, _ = t.Attr(n, "content")
	case strings.EqualFold(property, "content-language") && p.lang == "":
		p.lang, _ = t.Attr(n, "content")
	}
}

// scanComment notes the source that latex2html writes in front of an image.
func (p *page) scanComment(n dom.Node) {
	if p.m[p.tree.Parent(n)].flags&nfHead == 0 {
		raw := bytes.TrimSpace(p.tree.RawText(n))
		switch {
		case bytes.HasPrefix(raw, []byte("MATH")):
			p.comment = n
		case string(raw) == "Navigation Panel":
			p.dropPanel(n)
		}
	}
}

// dropPanel drops what stands between the comments that latex2html puts around
// its navigation.
func (p *page) dropPanel(n dom.Node) {
	t := &p.tree
	for end, steps := t.NextSibling(n), 0; end != dom.None && steps < 60; end, steps = t.NextSibling(end), steps+1 {
		if t.Kind(end) != dom.Comment || !bytes.Contains(t.RawText(end), []byte("End of Navigation Panel")) {
			continue
		}
		for s := t.NextSibling(n); s != end; s = t.NextSibling(s) {
			p.m[s].flags |= nfDrop
		}
		return
	}
}

// spend takes n steps from the page's budget for scans of whole wrappers and
// reports whether there were that many. Wrappers nested in wrappers, each of
// which is scanned in vain, would otherwise cost quadratic time.
func (p *page) spend(n int) bool {
	p.budget -= n
	return p.budget > 0
}
