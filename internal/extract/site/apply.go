package site

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"mathsieve/internal/extract/dom"
)

// Parse makes tree the page at an address, which is UTF-8, as the rule for its
// host has it. It returns the source of the tree, which is another one where the
// rule does more than drop parts of the page. The error is one of the parser's
// limits.
func (r *Rules) Parse(address string, page []byte, o dom.Options, tree *dom.Tree) (source []byte, err error) {
	if err := tree.Parse(page, o); err != nil {
		return nil, err
	}
	found := r.find(address)
	if found == nil {
		return page, nil
	}
	if len(found.keep) == 0 && len(found.content) == 0 {
		nodes := nodesOf(tree, found.asked)
		tree.Remove(indices(nodes, match(goquery.NewDocumentFromNode(&nodes[0]), found.drop)))
		return page, nil
	}
	doc := goquery.NewDocumentFromNode(&nodesOf(tree, nil)[0])
	found.rewrite(doc)
	var out bytes.Buffer
	out.Grow(len(page))
	if ok := html.Render(&out, doc.Nodes[0]) == nil; !ok {
		return page, nil // it is damaged in a way that has no HTML
	}
	return out.Bytes(), tree.Parse(out.Bytes(), o)
}

// indices returns the numbers in the node table of matched, which are elements of
// nodes, in document order, as nodes are.
func indices(nodes []html.Node, matched []*html.Node) []dom.Node {
	var found []dom.Node
	for i := range nodes {
		if len(matched) > 0 && &nodes[i] == matched[0] {
			found = append(found, dom.Node(i))
			matched = matched[1:]
		}
	}
	return found
}

// rewrite changes the tree of a page. All selectors see it as it was.
func (r *rule) rewrite(doc *goquery.Document) {
	keep, drop, content := match(doc, r.keep), match(doc, r.drop), match(doc, r.content)
	kept := make(map[*html.Node]bool, len(keep))
	for _, n := range keep {
		kept[n] = true
		free(n)
	}
	for _, n := range drop {
		if !kept[n] {
			remove(n, kept)
		}
	}
	if len(content) == 0 {
		return
	}
	chosen := maps.Clone(kept)
	for _, n := range content {
		chosen[n] = true
	}
	if body := doc.Find("body"); body.Length() > 0 {
		restrict(body.Nodes[0], chosen)
	}
}

// match returns the parts of the page that a selector matches, in document
// order.
func match(doc *goquery.Document, s cascadia.SelectorGroup) []*html.Node {
	if len(s) == 0 {
		return nil
	}
	return slices.DeleteFunc(doc.FindMatcher(matcher{s}).Nodes, func(n *html.Node) bool { return !isPart(n) })
}

// A matcher is a group of selectors for goquery.
type matcher struct{ cascadia.SelectorGroup }

// MatchAll returns the elements below n that match, in document order.
func (m matcher) MatchAll(n *html.Node) []*html.Node { return cascadia.QueryAll(n, m.SelectorGroup) }

// Filter returns the elements of nodes that match.
func (m matcher) Filter(nodes []*html.Node) []*html.Node {
	return cascadia.Filter(nodes, m.SelectorGroup)
}

// isPart reports whether n may be dropped or chosen: not the page as a whole.
func isPart(n *html.Node) bool {
	return n.Parent != nil && n.DataAtom != atom.Html && n.DataAtom != atom.Head && n.DataAtom != atom.Body
}

// remove takes n out of the tree and puts what must stay of it in its place.
func remove(n *html.Node, kept map[*html.Node]bool) {
	if len(kept) > 0 {
		for _, k := range outermost(n, kept) {
			k.Parent.RemoveChild(k)
			n.Parent.InsertBefore(k, n)
		}
	}
	n.Parent.RemoveChild(n)
}

// restrict leaves of a body the chosen elements, and the scripts, which may
// configure the page's mathematics.
func restrict(body *html.Node, chosen map[*html.Node]bool) {
	parts := outermost(body, chosen)
	main := &html.Node{Type: html.ElementNode, Data: "main", DataAtom: atom.Main}
	var scripts []*html.Node
	for n := range body.Descendants() {
		if n.DataAtom == atom.Script && !isFormula(n) && !within(n, chosen) {
			scripts = append(scripts, n)
		}
	}
	for _, n := range slices.Concat(scripts, parts) {
		n.Parent.RemoveChild(n)
	}
	for body.FirstChild != nil {
		body.RemoveChild(body.FirstChild)
	}
	for _, n := range scripts {
		body.AppendChild(n)
	}
	body.AppendChild(main)
	for _, n := range parts {
		free(n)
		if isCell(n) {
			n.Data, n.DataAtom = "div", atom.Div
		}
		main.AppendChild(n)
	}
}

// outermost returns the chosen elements below n that are not within one
// another, in document order.
func outermost(n *html.Node, chosen map[*html.Node]bool) (found []*html.Node) {
	for d := range n.Descendants() {
		if chosen[d] && !withinBelow(d, n, chosen) {
			found = append(found, d)
		}
	}
	return found
}

func within(n *html.Node, chosen map[*html.Node]bool) bool { return withinBelow(n, nil, chosen) }

// withinBelow reports whether an ancestor of n below top is chosen.
func withinBelow(n, top *html.Node, chosen map[*html.Node]bool) bool {
	for a := n.Parent; a != nil && a != top; a = a.Parent {
		if chosen[a] {
			return true
		}
	}
	return false
}

// isFormula reports whether a script holds a formula or data, not code.
func isFormula(script *html.Node) bool {
	for _, a := range script.Attr {
		if a.Key == "type" {
			return strings.HasPrefix(a.Val, "math/")
		}
	}
	return false
}

// isCell reports whether an element means nothing outside a table or list.
func isCell(n *html.Node) bool {
	switch n.Data {
	case "td", "th", "tr", "tbody", "thead", "tfoot", "li", "dd", "dt":
		return true
	}
	return false
}

// free takes off an element what the general rules drop elements for: tag,
// names and styles.
func free(n *html.Node) {
	switch n.Data {
	case "nav", "aside", "footer", "header", "form", "dialog":
		n.Data, n.DataAtom = "div", atom.Div
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		switch a.Key {
		case "class", "id", "role", "hidden", "style", "aria-hidden":
			return true
		}
		return false
	})
}
