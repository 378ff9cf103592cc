package site

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"mathsieve/internal/extract/dom"
)

// nodesOf returns the tree of a page for selectors, in document order. It is that
// of html.Parse, but made out of the node table, which takes a third of the time
// and a handful of allocations instead of thousands; pages nested more than 512
// deep, which html.Parse refuses, are flattened there. With asked set, the tree
// is that of the elements and these attributes; all other nodes are left blank.
func nodesOf(t *dom.Tree, asked []string) []html.Node {
	nodes := make([]html.Node, t.Len())
	var texts []string
	if asked == nil {
		texts = textsOf(t)
	}
	var attrs []html.Attribute
	for i := range nodes {
		n, node := dom.Node(i), &nodes[i]
		kind := t.Kind(n)
		if asked != nil && kind != dom.Document && kind != dom.Element {
			continue
		}
		switch kind {
		case dom.Document:
			node.Type = html.DocumentNode
			continue
		case dom.Doctype:
			node.Type, node.Data = html.DoctypeNode, t.Name(n)
			if t.Quirks() {
				continue // left out, which means the same
			}
		case dom.Element:
			first := len(attrs)
			t.EachAttr(n, func(name, value string) bool {
				if asked == nil || slices.Contains(asked, name) {
					attrs = append(attrs, html.Attribute{Key: name, Val: value})
				}
				return true
			})
			node.Type, node.Data, node.Attr = html.ElementNode, t.Name(n), attrs[first:len(attrs):len(attrs)]
			node.DataAtom, node.Namespace = atom.Lookup([]byte(node.Data)), namespaces[t.NS(n)]
		case dom.Text:
			node.Type, node.Data = html.TextNode, texts[i]
		case dom.Comment:
			node.Type, node.Data = html.CommentNode, html.UnescapeString(string(t.RawText(n)))
		}
		nodes[t.Parent(n)].AppendChild(node)
	}
	return nodes
}

var namespaces = [...]string{dom.HTML: "", dom.SVG: "svg", dom.MathML: "math"}

// textsOf returns the texts of the text nodes, by node, as parts of one string.
func textsOf(t *dom.Tree) []string {
	var all strings.Builder
	var buf []byte
	ends := make([]int, t.Len())
	for i := range ends {
		if n := dom.Node(i); t.IsText(n) {
			buf = t.AppendText(buf[:0], n)
			all.Write(buf)
		}
		ends[i] = all.Len()
	}
	texts := make([]string, len(ends))
	for i, start := 0, 0; i < len(ends); i++ {
		texts[i] = all.String()[start:ends[i]]
		start = ends[i]
	}
	return texts
}
