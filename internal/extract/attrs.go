package extract

import (
	"encoding/json"
	"strings"

	"mathsieve/internal/extract/dom"
)

// attrs holds the attributes of one element that any rule asks for. The
// strings alias the tree.
type attrs struct {
	class, id, style, role, typ, src, alt, title, href, encoding string
	lang                                                         string
	tex                                                          string // TeX in a data attribute
	texName                                                      string // name of that attribute
	mathml                                                       string // data-mathml
	display                                                      string // data-display, display, mode
	label                                                        string // aria-label
	lazySrc                                                      string // the address that a script puts into src
	lazyName, displayName                                        string // names of the attributes that these are of
	hidden                                                       bool   // hidden or aria-hidden="true"
	ariaHidden                                                   bool
}

// attrReader fills an attrs; it exists so that the callback is made once.
type attrReader struct {
	attrs
	each func(name, value string) bool
}

func (r *attrReader) init() {
	r.each = func(name, value string) bool {
		r.set(name, value)
		return true
	}
}

// read returns the attributes of n, valid until the next read.
func (r *attrReader) read(t *dom.Tree, n dom.Node) *attrs {
	r.attrs = attrs{}
	t.EachWanted(n, &wantedAttrs, r.each)
	return &r.attrs
}

// readClass returns the class of n alone.
func (r *attrReader) readClass(t *dom.Tree, n dom.Node) *attrs {
	r.attrs = attrs{class: t.Class(n)}
	return &r.attrs
}

// wantedAttrs are the names that set knows.
var wantedAttrs = func() (f dom.AttrFilter) {
	for _, name := range [...]string{
		"class", "id", "style", "role", "type", "src", "alt", "title", "href", "encoding", "lang", "hidden", "aria-hidden",
		"aria-label", "display", "mode", "math-style", "expression", "alttext", "tex", "latex", "srcset",
	} {
		f.Add(name)
	}
	f.AddPrefix('d', len("data-")+1)
	return f
}()

func (r *attrReader) set(name, value string) {
	switch name {
	case "class":
		r.class = value
	case "id":
		r.id = value
	case "style":
		r.style = value
	case "role":
		r.role = value
	case "type":
		r.typ = value
	case "src":
		r.src = value
	case "alt":
		r.alt = value
	case "title":
		r.title = value
	case "href":
		r.href = value
	case "encoding":
		r.encoding = value
	case "lang":
		r.lang = value
	case "hidden":
		r.hidden = value != "until-found"
	case "aria-hidden":
		r.ariaHidden = value == "true"
	case "aria-label":
		r.label = value
	case "srcset":
		r.setLazy(name, firstSource(value))
	case "display", "mode", "data-display", "data-math-style", "math-style":
		r.setDisplay(name, value)
	default:
		if len(name) > 5 && name[:5] == "data-" {
			r.setData(name, value)
		} else if name == "expression" || name == "alttext" || name == "tex" || name == "latex" {
			r.setTeX(name, value)
		}
	}
}

func (r *attrReader) setData(name, value string) {
	switch name[5:] {
	case "latex", "tex", "math", "expr", "equation", "formula", "katex", "math-source", "original-tex", "entry", "value",
		"original-latex", "tex-source", "mathjax", "asciimath", "original", "formula-source", "latex-source", "expression", "content", "eqn", "raw", "equation-content":
		if name == "data-original" && strings.Contains(value, "/") {
			r.setLazy(name, value)
			return
		}
		r.setTeX(name, value)
	case "mathml":
		r.mathml = value
	case "attrs":
		r.setTeX(name, substackFormula(value))
	case "src", "lazy-src", "original-src", "actualsrc", "lazy", "url":
		r.setLazy(name, value)
	case "srcset", "lazy-srcset":
		r.setLazy(name, firstSource(value))
	case "mode", "style-type":
		r.setDisplay(name, value)
	}
}

// firstSource returns the first address of a list of image candidates.
func firstSource(list string) string {
	list = strings.TrimSpace(list)
	if i := strings.IndexAny(list, " \t\n"); i >= 0 {
		list = list[:i]
	}
	return list
}

// substackFormula returns the TeX in the attributes of an element of Substack's
// editor, "" if it is no formula.
func substackFormula(attributes string) string {
	if !strings.Contains(attributes, `"persistentExpression"`) {
		return ""
	}
	var v struct {
		Expression string `json:"persistentExpression"`
	}
	if json.Unmarshal([]byte(attributes), &v) != nil {
		return ""
	}
	return v.Expression
}

// setTeX takes the source of a formula, unless a better one is there: which of
// several attributes counts does not depend on their order.
func (r *attrReader) setTeX(name, value string) {
	if value != "" && (r.tex == "" || sourceBefore(name, r.texName)) {
		r.tex, r.texName = value, name
	}
}

// sourceBefore reports whether the attribute a is a better source of a formula
// than b.
func sourceBefore(a, b string) bool {
	rank := func(name string) int {
		switch name {
		case "alttext":
			return 0
		case "data-latex":
			return 1
		case "data-tex":
			return 2
		case "data-value", "data-content", "data-original", "data-raw", "data-expression", "data-entry", "data-asciimath":
			return 4 // names that other programs use, too
		}
		return 3
	}
	if x, y := rank(a), rank(b); x != y {
		return x < y
	}
	return a < b
}

// setLazy takes the address of a lazy image, unless a better one is there.
func (r *attrReader) setLazy(name, value string) {
	if r.lazySrc != "" {
		if x, y := isFormulaAddress(value), isFormulaAddress(r.lazySrc); x != y && y || x == y && name > r.lazyName {
			return
		}
	}
	r.lazySrc, r.lazyName = value, name
}

// setDisplay takes the display mode, unless that of a name before this one in
// the alphabet is there.
func (r *attrReader) setDisplay(name, value string) {
	if r.displayName == "" || name < r.displayName {
		r.display, r.displayName = value, name
	}
}

// styleHidden reports whether an inline style hides its element.
func styleHidden(style string) bool {
	for {
		i := strings.IndexByte(style, ':')
		if i < 0 {
			return false
		}
		name := strings.TrimSpace(style[:i])
		value := style[i+1:]
		if j := strings.IndexByte(value, ';'); j >= 0 {
			style, value = value[j+1:], value[:j]
		} else {
			style = ""
		}
		value = strings.TrimSpace(value)
		if strings.EqualFold(name, "display") && hasFoldPrefix(value, "none") ||
			strings.EqualFold(name, "visibility") && hasFoldPrefix(value, "hidden") {
			return true
		}
	}
}

// hasFoldPrefix is strings.HasPrefix without regard to ASCII case.
func hasFoldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
