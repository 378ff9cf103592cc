package extract

import (
	"encoding/json"
	"strings"

	"mathsieve/internal/extract/dom"
)

// attrs holds the attributes of one element that any rule asks for. The
// strings alias the tree.
type attrs struct {
	class, id, style, role, typ, src, alt, title string
	lang                                         string
	tex                                          string // TeX in a data attribute
	texName                                      string // name of that attribute
	mathml                                       string // data-mathml
	display                                      string // data-display, display, mode
	label                                        string // aria-label
	lazySrc                                      string // the address that a script puts into src
	lazyName, displayName                        string // names of the attributes that these are of
	hidden                                       bool   // hidden or aria-hidden="true"
	ariaHidden                                   bool
}

// Numbers of the attributes in wantedAttrs.
const (
	attrClass = iota
	attrID
	attrStyle
	attrRole
	attrType
	attrSrc
	attrAlt
	attrTitle
	attrLang
	attrHidden
	attrAriaHidden
	attrAriaLabel
	attrMathML
	attrOriginal // TeX, or an address
	attrSubstack
	attrSrcset
	attrDataSrcset
	attrLazySrcset
	attrDisplay // the first of those that say how a formula is set
)

const (
	attrLazySrc = attrDisplay + 8 // the first of those with an image's address
	attrTeX     = attrLazySrc + 7 // the first of those that carry TeX
)

// wantedAttrs are the attributes that fill attrs.
var wantedAttrs = dom.NewWanted(
	"class", "id", "style", "role", "type", "src", "alt", "title", "lang", "hidden", "aria-hidden", "aria-label", "data-mathml", "data-original",
	"data-attrs", "srcset", "data-srcset", "data-lazy-srcset",
	"display", "mode", "math-style", "data-display", "data-math-style", "data-mode", "data-style-type", "data-katex-display",
	"data-src", "data-lazy-src", "data-original-src", "data-actualsrc", "data-lazy", "data-url", "data-canonical-src",
	"expression", "alttext", "tex", "latex", "data-latex", "data-tex", "data-math", "data-expr", "data-equation", "data-formula", "data-katex",
	"data-math-source", "data-original-tex", "data-entry", "data-value", "data-original-latex", "data-tex-source", "data-mathjax",
	"data-asciimath", "data-formula-source", "data-latex-source", "data-expression", "data-content", "data-eqn", "data-raw", "data-equation-content",
)

// An attrReader reads attrs and reuses their memory.
type attrReader struct {
	attrs
	filled bool // not all of attrs is zero
}

// read returns the attributes of n, valid until the next read.
func (r *attrReader) read(t *dom.Tree, n dom.Node) *attrs {
	r.clear()
	for _, a := range t.Wanted(n) {
		r.filled = true
		r.set(int(a.ID), t.Value(a))
	}
	return &r.attrs
}

// readLink returns the attributes of the link n: its class, and what hides it.
func (r *attrReader) readLink(t *dom.Tree, n dom.Node) *attrs {
	r.clear()
	for _, a := range t.Wanted(n) {
		switch a.ID {
		case attrClass, attrStyle, attrHidden, attrAriaHidden:
			r.filled = true
			r.set(int(a.ID), t.Value(a))
		}
	}
	return &r.attrs
}

func (r *attrReader) clear() {
	if r.filled {
		r.attrs, r.filled = attrs{}, false
	}
}

func (r *attrReader) set(id int, value string) {
	switch id {
	case attrClass:
		r.class = value
	case attrID:
		r.id = value
	case attrStyle:
		r.style = value
	case attrRole:
		r.role = value
	case attrType:
		r.typ = value
	case attrSrc:
		r.src = value
	case attrAlt:
		r.alt = value
	case attrTitle:
		r.title = value
	case attrLang:
		r.lang = value
	case attrHidden:
		r.hidden = value != "until-found"
	case attrAriaHidden:
		r.ariaHidden = value == "true"
	case attrAriaLabel:
		r.label = value
	case attrMathML:
		r.mathml = value
	case attrOriginal:
		if strings.Contains(value, "/") {
			r.setLazy(wantedAttrs.Name(id), value)
		} else {
			r.setTeX(wantedAttrs.Name(id), value)
		}
	case attrSubstack:
		r.setTeX(wantedAttrs.Name(id), substackFormula(value))
	case attrSrcset, attrDataSrcset, attrLazySrcset:
		r.setLazy(wantedAttrs.Name(id), firstSource(value))
	default:
		switch {
		case id >= attrTeX:
			r.setTeX(wantedAttrs.Name(id), value)
		case id >= attrLazySrc:
			r.setLazy(wantedAttrs.Name(id), value)
		default:
			r.setDisplay(wantedAttrs.Name(id), value)
		}
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
	if value == "inline" || value == "display" {
		r.setDisplay(name, value) // of a formula that stands elsewhere
		return
	}
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

// notSelected reports whether a style keeps the text out of what a reader copies,
// as those of line numbers do.
func notSelected(style string) bool {
	_, value, ok := strings.Cut(style, "user-select:")
	return ok && hasFoldPrefix(strings.TrimLeft(value, " "), "none")
}

// hasFoldPrefix is strings.HasPrefix without regard to ASCII case.
func hasFoldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
