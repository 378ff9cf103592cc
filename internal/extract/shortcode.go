package extract

import (
	"bytes"
	"strings"
)

// A codeDisplay says how a shortcode sets its formula where its attributes do
// not.
type codeDisplay uint8

const (
	codeByPlace    codeDisplay = iota // a display if it is alone in its line
	codeBySentence                    // a display unless a sentence goes on around it
	codeInline
	codeBlock
)

// shortcodes are the names of the tags in brackets by which forum and weblog
// software marks formulas, and of the tags in angles of wikis. They hold on
// every page, because the script that replaces them is often not in the page.
var shortcodes = map[string]codeDisplay{
	"tex": codeBySentence, "latex": codeByPlace, "math": codeByPlace, "itex": codeInline, "imath": codeInline, "ilatex": codeInline,
	"ktex": codeByPlace, "texx": codeByPlace, "katex": codeByPlace, "dmath": codeBlock, "dtex": codeBlock, "mathjax": codeByPlace,
	"eqn": codeByPlace, "eq": codeByPlace, "m": codeByPlace, "mimetex": codeByPlace,
	"mathjaxinline": codeInline, "latexpage": codeByPlace,
}

// Limits of shortcodes.
const (
	maxCodeName  = 13
	maxCodeAttrs = 60 // bytes
	maxOpenCodes = 16 // of a paragraph that nothing closes
)

// shortcode reads the formula in a shortcode that begins at i, in any case and
// with attributes: [tex]…[/tex], [katex display="true"]…[/katex].
func (w *pairing) shortcode(i int) int {
	if w.codes >= maxOpenCodes {
		return 0
	}
	src := w.src[i:]
	open, end := src[0], byte(']')
	if open == '<' {
		end = '>'
	}
	n := 1
	for n < len(src) && n <= maxCodeName && isLetter(src[n]) {
		n++
	}
	if n < 2 || n == len(src) || src[n] != end && src[n] != ' ' && src[n] != '=' {
		return 0
	}
	name := strings.ToLower(string(src[1:n]))
	place, ok := shortcodes[name]
	if open == '<' {
		place = codeByPlace
	}
	if !ok || open == '<' && name != "math" && name != "tex" && name != "latex" {
		return 0
	}
	head := bytes.IndexByte(src[n:min(len(src), n+maxCodeAttrs)], end)
	if head < 0 {
		return 0
	}
	attributes := string(src[n : n+head])
	body := src[n+head+1:]
	length := w.codeEnd(body, open, end, name)
	if length < 0 {
		w.codes++
		if open == '[' && (name == "latexpage" || name == "mathjax") && !w.amidLine(i, i+n+head+1) {
			w.p.expectDollars()
			return n + head + 1
		}
		return 0
	}
	inside := body[:length]
	total := n + head + 1 + length + len(name) + 3
	if !acceptableCode(inside) || !w.emit(inside, formBBCode, w.codeIsBlock(i, i+total, place, attributes)) {
		return 0
	}
	return total
}

// expectDollars makes single dollars likely from here on: a shortcode without an
// end is there to have the formulas of a post of WordPress rendered.
func (p *page) expectDollars() {
	if c := &p.config; !c.listed {
		c.strength = max(c.strength, dollarLikely)
		p.walk.marks = true
	}
}

// codeEnd returns the position of the tag that closes the shortcode name in
// body, or -1.
func (w *pairing) codeEnd(body []byte, open, end byte, name string) int {
	body = body[:min(len(body), maxRaw)]
	for at := 0; ; {
		j := bytes.IndexByte(body[at:], open)
		if j < 0 {
			return -1
		}
		at += j
		if tag := body[at:]; len(tag) >= len(name)+3 && tag[1] == '/' && tag[len(name)+2] == end &&
			strings.EqualFold(string(tag[2:len(name)+2]), name) {
			return at
		}
		at++
	}
}

// codeIsBlock decides how the shortcode at [i, end) is set.
func (w *pairing) codeIsBlock(i, end int, place codeDisplay, attributes string) bool {
	switch {
	case strings.Contains(attributes, "inline") || strings.Contains(attributes, "false"):
		return false
	case strings.Contains(attributes, "display") || strings.Contains(attributes, "block"):
		return true
	}
	switch place {
	case codeBlock:
		return !w.isOneOfSeveral(i, end)
	case codeBySentence:
		return !w.amidLine(i, end) && !w.isOneOfSeveral(i, end)
	case codeByPlace:
		return w.aloneInLine(i, end)
	case codeInline:
	}
	return bytes.Contains(w.src[i:end], []byte(`\displaystyle`)) && w.aloneInLine(i, end)
}

// isOneOfSeveral reports whether the line of the shortcode at [i, end) has another
// one of the same name nearby: a sentence with formulas, whatever its author's
// forum took the name for.
func (w *pairing) isOneOfSeveral(i, end int) bool {
	const (
		near  = 200 // bytes
		stops = string(rune(mkBreak)) + string(rune(mkCode)) + string(rune(mkCodeEnd))
	)
	n := 1 + bytes.IndexFunc(w.src[i+1:end], func(r rune) bool { return r > 'z' || !isLetter(byte(r)) })
	open := w.src[i : i+n]
	before, after := w.src[max(0, i-near):i], w.src[end:min(len(w.src), end+near)]
	if j := bytes.LastIndexAny(before, stops); j >= 0 {
		before = before[j:]
	}
	if j := bytes.IndexAny(after, stops); j >= 0 {
		after = after[:j]
	}
	return bytes.Contains(before, open) || bytes.Contains(after, open)
}
