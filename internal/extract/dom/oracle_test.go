package dom

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// dump writes the tree as text, a node a line. Adjacent texts are joined and
// empty comments left out, as html.Parse makes such comments of </>.
func dump(t *Tree) string {
	var d dumper
	depth := make([]int, t.Len())
	for n := Root + 1; int(n) < t.Len(); n++ {
		depth[n] = depth[t.Parent(n)] + 1
		switch t.Kind(n) {
		case Doctype:
			d.line(depth[n], "doctype")
		case Comment:
			s := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\ufffd").Replace(string(t.RawText(n)))
			d.comment(depth[n], html.UnescapeString(s)) // as html.Parse does
		case Text:
			d.addText(depth[n], string(t.AppendText(nil, n)))
		case Element:
			var attrs []string
			t.EachAttr(n, func(name, value string) bool {
				attrs = append(attrs, strings.Clone(name)+"="+strconv.Quote(value))
				return true
			})
			d.element(depth[n], []string{"", "svg ", "math "}[t.NS(n)]+t.Name(n), attrs)
		case Document:
		}
	}
	return d.String()
}

// oracle is dump for the tree of html.Parse.
func oracle(src []byte, scripting bool) (string, error) {
	doc, err := html.ParseWithOptions(bytes.NewReader(src), html.ParseOptionEnableScripting(scripting))
	if err != nil {
		return "", err
	}
	var d dumper
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		switch n.Type {
		case html.ErrorNode, html.DocumentNode, html.RawNode:
		case html.DoctypeNode:
			d.line(depth, "doctype")
		case html.CommentNode:
			d.comment(depth, n.Data)
		case html.TextNode:
			d.addText(depth, n.Data)
		case html.ElementNode:
			var attrs []string
			for _, a := range n.Attr {
				if a.Namespace != "" {
					a.Key = a.Namespace + ":" + a.Key
				}
				attrs = append(attrs, a.Key+"="+strconv.Quote(strings.ToValidUTF8(a.Val, "\ufffd")))
			}
			name := n.Data
			if n.Namespace != "" {
				name = n.Namespace + " " + name
			}
			d.element(depth, name, attrs)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, depth+1)
		}
	}
	walk(doc, 0)
	return d.String(), nil
}

// A dumper is the writer behind dump and oracle.
type dumper struct {
	strings.Builder
	text  string
	depth int
}

func (d *dumper) line(depth int, s string) {
	if d.text != "" {
		text := d.text
		d.text = ""
		d.line(d.depth, strconv.Quote(strings.ToValidUTF8(text, "\ufffd")))
	}
	if s != "" {
		d.WriteString(strings.Repeat(" ", depth) + s + "\n")
	}
}

func (d *dumper) addText(depth int, s string) {
	if d.text != "" && depth != d.depth {
		d.line(0, "")
	}
	d.text += s
	d.depth = depth
}

func (d *dumper) comment(depth int, s string) {
	if s != "" {
		d.line(depth, "<!-- "+strconv.Quote(strings.ToValidUTF8(s, "\ufffd")))
	}
}

func (d *dumper) element(depth int, name string, attrs []string) {
	slices.Sort(attrs)
	d.line(depth, "<"+strings.ToValidUTF8(name, "\ufffd")+" "+strings.Join(attrs, " ")+">")
}

func (d *dumper) String() string {
	d.line(0, "")
	return d.Builder.String()
}

// plainDoctype replaces the doctype of src by one on whose meaning html.Parse
// and the standard agree.
func plainDoctype(t *Tree, src []byte) []byte {
	for n := Root + 1; int(n) < t.Len(); n++ {
		if t.Kind(n) == Doctype {
			doctype := "html"
			if t.Quirks() {
				doctype = "quirks"
			}
			d := t.nodes[n]
			return slices.Concat(src[:d.start], []byte(doctype), src[d.stop:])
		}
	}
	return src
}

// compare reports how the tree of src differs from that of html.Parse, "" if it
// does not. It returns false if html.Parse has no tree for src.
func compare(tree *Tree, src []byte, o Options) (diff string, ok bool) {
	if err := tree.Parse(src, o); err != nil {
		return err.Error(), true
	}
	want, err := oracle(plainDoctype(tree, src), o.Scripting)
	if err != nil {
		return "", false
	}
	got := dump(tree)
	if got == want {
		return "", true
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			from := max(0, i-6)
			return "got\n" + strings.Join(g[from:min(i+4, len(g))], "\n") +
				"\nwant\n" + strings.Join(w[from:min(i+4, len(w))], "\n"), true
		}
	}
	return "lengths differ", true
}

// checkTable fails unless the links of the table fit together.
func checkTable(t *testing.T, tree *Tree) {
	t.Helper()
	if tree.Len() == 0 || tree.End(Root) != Node(tree.Len()) {
		t.Fatalf("the document ends at %d of %d", tree.End(Root), tree.Len())
	}
	for n := Root; int(n) < tree.Len(); n++ {
		at, last := n+1, None
		for c := range tree.Children(n) {
			if c != at || tree.Parent(c) != n || tree.PrevSibling(c) != last {
				t.Fatalf("bad links of node %d, child of %d", c, n)
			}
			at, last = tree.End(c), c
		}
		if at != tree.End(n) || tree.LastChild(n) != last {
			t.Fatalf("bad end of node %d", n)
		}
	}
}
