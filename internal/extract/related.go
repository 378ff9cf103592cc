package extract

import (
	"strings"

	"mathsieve/internal/extract/dom"
)

// relatedHeadings are the headings, in lower case, under which sites list other
// pages of theirs.
var relatedHeadings = map[string]bool{
	"related": true, "related articles": true, "related posts": true, "related post": true, "related stories": true,
	"related news": true, "related content": true, "related products": true, "related recipes": true, "related links": true,
	"related questions": true, "related searches": true, "recommended products": true, "recommended for you": true,
	"recommended articles": true, "recommended reading": true, "recent posts": true, "recent articles": true,
	"recent comments": true, "recent news": true, "latest news": true, "latest posts": true, "popular posts": true,
	"popular articles": true, "most popular": true, "most read": true, "trending": true, "trending now": true,
	"read next": true, "read more": true, "read also": true, "up next": true, "what to read next": true,
	"you may also like": true, "you might also like": true, "you may also enjoy": true, "you might also enjoy": true,
	"you may also be interested in": true, "you might also be interested in": true, "you might also consider": true,
	"customers also bought": true, "customers who bought this also bought": true, "more stories": true, "more news": true,
	"more articles": true, "similar posts": true, "similar articles": true, "similar products": true,
	"auch interessant": true, "das könnte sie auch interessieren": true, "das könnte dich auch interessieren": true,
	"das könnte ihnen auch gefallen": true, "das könnte dir auch gefallen": true, "das könnte sie interessieren": true,
	"weitere artikel": true, "weitere beiträge": true, "weitere meldungen": true, "weitere nachrichten": true,
	"mehr zum thema": true, "zum thema": true, "ähnliche artikel": true, "ähnliche beiträge": true, "ähnliche produkte": true,
	"ähnliche rezepte": true, "verwandte artikel": true, "verwandte themen": true, "neueste beiträge": true,
	"neueste artikel": true, "aktuelle beiträge": true, "meistgelesen": true, "beliebte artikel": true, "lesen sie auch": true,
	"articles similaires": true, "articles liés": true, "à lire aussi": true, "lire aussi": true, "sur le même sujet": true,
	"vous aimerez aussi": true, "les plus lus": true, "articles récents": true,
	"artículos relacionados": true, "noticias relacionadas": true, "entradas recientes": true, "lo más leído": true,
	"artigos relacionados": true, "notícias relacionadas": true, "leia também": true, "veja também": true,
	"articoli correlati": true, "potrebbe interessarti anche": true, "leggi anche": true,
	"czytaj także": true, "czytaj też": true, "gerelateerde artikelen": true, "lees ook": true,
	"похожие статьи": true, "похожие записи": true, "читайте также": true, "相关文章": true, "相关推荐": true, "関連記事": true,
}

// Limits of what stands under such a heading.
const (
	maxRelatedHeading = 60  // bytes of the heading
	maxTeaser         = 300 // bytes of text for each link
)

// dropRelated drops heading n if it announces other pages of the site, together
// with the links that follow it, and reports whether it did. What holds a
// formula, or more sentences than links, stays.
func (p *page) dropRelated(n dom.Node, total int32) bool {
	t := &p.tree
	m := &p.m[n]
	if m.text == 0 || m.text > maxRelatedHeading || m.atoms > 0 {
		return false
	}
	box := n // all that holds nothing but the heading
	for up := t.Parent(n); up > dom.Root && p.m[up].text == m.text; up = t.Parent(up) {
		box = up
	}
	next := p.nextTeasers(box, total)
	if next == dom.None {
		return false
	}
	p.text = t.AppendText(p.text[:0], n)
	heading := strings.ToLower(p.collapse(p.text))
	if !relatedHeadings[strings.TrimRight(heading, " :.…!")] {
		return false
	}
	for ; next != dom.None; next = p.nextTeasers(next, total) {
		p.drop(next)
	}
	p.drop(n)
	return true
}

// nextTeasers returns the first part with text after n if it is made of teasers,
// else None.
func (p *page) nextTeasers(n dom.Node, total int32) dom.Node {
	t := &p.tree
	for s := t.NextSibling(n); s != dom.None; s = t.NextSibling(s) {
		if m := &p.m[s]; m.flags&nfDrop == 0 && m.text > 0 {
			if p.isTeasers(s, m, total) {
				return s
			}
			break
		}
	}
	return dom.None
}

// isTeasers reports whether n is made of links to other pages, each with a few
// words about it.
func (p *page) isTeasers(n dom.Node, m *meta, total int32) bool {
	tag := p.tree.Tag(n)
	if p.tree.Kind(n) != dom.Element || m.links == 0 || m.atoms > 0 || m.stops > m.links || 2*m.text >= total || isSubheading(tag) ||
		m.class&(pcMain|pcArticle|pcPost) != 0 || p.holdsTitle(n) {
		return false
	}
	return 2*m.link >= m.text || tag != dom.P && m.links > 1 && m.text <= maxTeaser*m.links
}

// linksFormulas reports whether all formulas in n are in links, as those of a
// table of contents and of the titles of other pages are.
func (p *page) linksFormulas(n dom.Node) bool {
	t := &p.tree
	if !p.spend(int(t.End(n) - n)) {
		return false
	}
	for c := n + 1; c < t.End(n); c++ {
		if m := &p.m[c]; m.atoms > 0 && m.flags&nfLink == 0 && (m.flags&nfAtom != 0 || t.IsText(c)) {
			return false
		}
	}
	return true
}
