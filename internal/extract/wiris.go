package extract

import (
	"bytes"

	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// What MathML begins and ends with in the notation of Wiris, which is text in the
// pages of a learning platform whose filter for it is a script.
const (
	wirisOpen  = "«math"
	wirisClose = "«/math»"
)

// wiris makes the MathML in the notation of Wiris that begins at i a formula and
// returns its length, 0 if there is none.
func (w *pairing) wiris(i int) int {
	src := w.src
	if i < w.wirisEnd || !bytes.HasPrefix(src[i:], []byte(wirisOpen)) {
		return 0
	}
	n := bytes.Index(src[i:], []byte(wirisClose))
	if n < 0 {
		w.wirisEnd = len(src)
		return 0
	}
	n += len(wirisClose)
	w.wirisEnd = i + n // if this is none, no other one ends there
	if n > maxRaw {
		return 0
	}
	xml := make([]byte, n)
	for k, b := range src[i : i+n] {
		switch {
		case b == mkBreak, b == '\n':
			b = ' '
		case b < ' ':
			return 0
		}
		xml[k] = b
	}
	p := w.p
	source, _ := tex.WirisMathML(view(xml))
	if err := p.sub.Parse([]byte(source), subLimits); err != nil {
		return 0
	}
	math := findMath(&p.sub)
	if math == dom.None {
		return 0
	}
	if child := p.sub.FirstChild(math); child == dom.None || p.sub.IsText(child) && p.sub.NextElement(child) == dom.None {
		return 0 // the name of the element in a sentence
	}
	out, err := p.conv.Convert(nil, &p.sub, math)
	mode, _ := p.sub.Attr(math, "display")
	if err != nil || !w.emit(out, formMathML, mode == "block") {
		return 0
	}
	return n
}
