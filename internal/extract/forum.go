package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/extract/dom"
)

// scanForumPart drops what forum software sets around a post, or MindTouch around
// a text, and notes what it has for a heading. The names that lead here are used by
// others, too, so what is around n must agree.
func (p *page) scanForumPart(n dom.Node, tag dom.Tag) {
	t := &p.tree
	switch up := t.Parent(n); {
	case t.HasClass(n, "comment-user"):
		p.dropDash(t.PrevSibling(n))
	case t.HasClass(n, "poster"): // SMF
		if t.HasClass(up, "post_wrapper") {
			p.m[n].flags |= nfDrop
		}
	case t.HasClass(n, "keyinfo"):
		if t.HasClass(up, "postarea") || t.HasClass(t.Parent(up), "postarea") {
			p.m[n].flags |= nfDrop
		}
	case t.HasClass(n, "postdetails"): // phpBB 2; vBulletin's is the post
		if tag == dom.Span {
			p.m[n].flags |= nfDrop
		}
	case t.HasClass(n, "mt-script-comment"): // the name of the script that follows
		if script := t.NextElement(n); script != dom.None && t.Tag(script) == dom.Pre && t.HasClass(script, "script") {
			p.m[script].flags |= nfDrop
		}
	case t.HasClass(n, "codebox"): // phpBB
		p.dropCodeLabel(n)
	case tag == dom.Div && t.AttrHasPrefix(n, "id", "postmenu_") || t.HasClass(n, "bigusername"):
		p.dropPostCells(n)
	case t.HasClass(n, "problem-statement"): // Codeforces
		p.noteProblem(n)
	}
}

// noteProblem takes the name of a problem, which stands in its header, for the
// heading of the page.
func (p *page) noteProblem(problem dom.Node) {
	t := &p.tree
	title := problem
	for _, class := range [...]string{"header", "title"} {
		title = t.FirstChild(title)
		if t.IsText(title) {
			title = t.NextElement(title)
		}
		if !t.IsElement(title, dom.Div) || !t.HasClass(title, class) {
			return
		}
	}
	if p.h1 == dom.None {
		p.h1 = title
	}
}

// dropDash drops a text that is nothing but the dash in front of a name.
func (p *page) dropDash(n dom.Node) {
	if !p.tree.IsText(n) {
		return
	}
	p.text = p.tree.AppendText(p.text[:0], n)
	if text := bytes.TrimSpace(p.text); string(text) == "–" || string(text) == "—" {
		p.m[n].flags |= nfDrop
	}
}

// dropCodeLabel drops the line above a box of code that has a link to select it.
func (p *page) dropCodeLabel(box dom.Node) {
	t := &p.tree
	label := t.FirstChild(box)
	if t.IsText(label) {
		label = t.NextElement(label)
	}
	if label == dom.None || !t.IsElement(label, dom.Dt, dom.P, dom.Div) {
		return
	}
	for n := label + 1; n <= label+3 && n < t.End(label); n++ {
		if t.Tag(n) == dom.A {
			if href, _ := t.Attr(n, "href"); href == "#" {
				p.m[label].flags |= nfDrop
			}
			return
		}
	}
}

// dropPostCells drops the cells of vBulletin's table of a post that hold the
// user's name, around menu, and the date of the post.
func (p *page) dropPostCells(menu dom.Node) {
	const highest = 12 // elements around the menu
	t := &p.tree
	user := dom.None
	table := t.Parent(menu)
	for range highest {
		if table <= dom.Root {
			return
		}
		if id := t.ID(table); t.Tag(table) == dom.Table && strings.HasPrefix(id, "post") {
			break
		}
		if t.Tag(table) == dom.Td && t.HasClass(table, "alt2") {
			user = table
		}
		table = t.Parent(table)
	}
	if t.Tag(table) != dom.Table || user == dom.None || !p.spend(int(menu-table)) {
		return
	}
	p.m[user].flags |= nfDrop
	for n := table + 1; n < user; n++ {
		if t.Tag(n) == dom.Td && t.HasClass(n, "thead") {
			p.m[n].flags |= nfDrop
		}
	}
}
