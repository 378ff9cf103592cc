package mathml

import (
	"strings"

	"mathsieve/internal/extract/dom"
)

// AnnotationTeX returns the TeX that the author or the generator of a formula
// left in an annotation of it, as it stands there. An annotation counts only
// when it speaks of the whole formula: that of an inner semantics element is
// not that of a sum round it.
func AnnotationTeX(t *dom.Tree, n dom.Node) (tex string, ok bool) {
	for depth := 0; n != dom.None && depth < maxDepth; depth++ {
		tag := tagOf(t, n)
		only, elements := dom.None, 0
		for ch := t.FirstChild(n); ch != dom.None; ch = t.NextSibling(ch) {
			if t.Kind(ch) != dom.Element {
				continue
			}
			switch tagOf(t, ch) {
			case dom.Annotation:
				if enc, _ := t.Attr(ch, "encoding"); isTeXEncoding(enc) {
					if s := strings.TrimSpace(string(t.AppendText(nil, ch))); s != "" {
						return s, true
					}
				}
			case dom.AnnotationXML:
			default:
				if only == dom.None {
					only = ch
				}
				elements++
			}
		}
		switch tag {
		case dom.Semantics:
		case dom.Math, dom.Mrow, dom.Mstyle, dom.Mpadded:
			if elements != 1 {
				return "", false
			}
		default:
			// Wrappers of the page round the math element.
			if elements != 1 || tag != dom.Other && tag != dom.Span && tag != dom.Div {
				return "", false
			}
		}
		n = only
	}
	return "", false
}

// isTeXEncoding reports whether an annotation's encoding is TeX.
func isTeXEncoding(s string) bool {
	s, _, _ = strings.Cut(strings.ToLower(s), ";")
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		s = s[i+1:]
	}
	switch strings.TrimPrefix(s, "x-") {
	case "tex", "latex", "amstex", "amslatex", "plaintex":
		return true
	}
	return false
}

// AltTeX returns the alttext of a math element when it is TeX. Publishers also
// put readings in words there ("x squared plus one").
func AltTeX(t *dom.Tree, n dom.Node) (tex string, ok bool) {
	s, _ := t.Attr(n, "alttext")
	s = strings.TrimSpace(s)
	if s == "" {
		return "", false
	}
	if strings.ContainsAny(s, `\^_{`) {
		return s, true
	}
	// One token, a number, or a short expression without blanks between words.
	words := 0
	for word := range strings.FieldsSeq(s) {
		letters := 0
		for k := range len(word) {
			if isLetter(word[k]) {
				letters++
			}
		}
		if letters > 1 && letters == len(word) {
			words++
		}
	}
	if words > 0 && (len(s) > 3 || strings.Contains(s, " ")) {
		return "", false
	}
	return s, len(s) < 120
}

// Display reports whether a math element asks to be set as a display formula.
func Display(t *dom.Tree, n dom.Node) bool {
	if s, ok := t.Attr(n, "display"); ok {
		return strings.EqualFold(strings.TrimSpace(s), "block")
	}
	s, _ := t.Attr(n, "mode")
	return strings.EqualFold(strings.TrimSpace(s), "display")
}
