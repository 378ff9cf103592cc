package texmath

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// An Attr is an attribute of an element.
type Attr struct{ Name, Value string }

// A Node is an element of MathML. It has a text or children, never both.
type Node struct {
	Name  string
	Text  string
	Attrs []Attr
	Kids  []*Node
}

func (n *Node) set(name, value string) *Node {
	n.Attrs = append(n.Attrs, Attr{name, value})
	return n
}

func (n *Node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// AppendMathML appends the element as text of MathML within HTML, escaped.
func (n *Node) AppendMathML(dst []byte) []byte {
	dst = append(dst, '<')
	dst = append(dst, n.Name...)
	for _, a := range n.Attrs {
		dst = append(dst, ' ')
		dst = append(dst, a.Name...)
		dst = append(dst, '=', '"')
		dst = appendEscaped(dst, a.Value)
		dst = append(dst, '"')
	}
	dst = append(dst, '>')
	dst = appendEscaped(dst, n.Text)
	for _, kid := range n.Kids {
		dst = kid.AppendMathML(dst)
	}
	dst = append(dst, '<', '/')
	dst = append(dst, n.Name...)
	return append(dst, '>')
}

func appendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '"':
			dst = append(dst, "&#34;"...)
		case '\'':
			dst = append(dst, "&#39;"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// MarshalJSON writes the element as an array: its name, an object of its
// attributes or 0, then its text or its children. A script builds elements
// from that without reading markup.
func (n *Node) MarshalJSON() ([]byte, error) {
	return n.appendJSON(nil), nil
}

func (n *Node) appendJSON(dst []byte) []byte {
	dst = append(dst, '[', '"')
	dst = append(dst, n.Name...)
	dst = append(dst, '"', ',')
	if len(n.Attrs) == 0 {
		dst = append(dst, '0')
	} else {
		for i, a := range n.Attrs {
			dst = append(dst, "{,"[min(i, 1)])
			dst = appendQuoted(dst, a.Name)
			dst = append(dst, ':')
			dst = appendQuoted(dst, a.Value)
		}
		dst = append(dst, '}')
	}
	if n.Text != "" {
		dst = append(dst, ',')
		dst = appendQuoted(dst, n.Text)
	}
	for _, kid := range n.Kids {
		dst = append(dst, ',')
		dst = kid.appendJSON(dst)
	}
	return append(dst, ']')
}

// appendQuoted appends a string of JSON that is also safe within HTML.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ' || r == '<' || r == '>' || r == '&' || r == 0x7f || r == 0x2028 || r == 0x2029:
			dst = append(dst, `\u`...)
			hex := strconv.FormatInt(int64(r)|0x10000, 16)
			dst = append(dst, hex[1:]...)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// bare returns the text of an element without markup, for tests and messages.
func (n *Node) bare() string {
	var b strings.Builder
	var walk func(*Node)
	walk = func(n *Node) {
		b.WriteString(n.Text)
		for _, kid := range n.Kids {
			walk(kid)
		}
	}
	walk(n)
	return b.String()
}
