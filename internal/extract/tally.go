package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract/dom"
)

// A form is the mark-up that a formula was found in. Its name is a key of
// corpus.Metadata.Formulas.
type form uint8

const (
	formRaw       form = iota // delimiters in the text
	formMathJax2              // script elements and output of MathJax 2
	formMathJax3              // containers of MathJax 3 and 4
	formKaTeX                 // KaTeX output
	formMathML                // math elements
	formMediaWiki             // MediaWiki wrappers
	formImage                 // images of formulas
	formAttribute             // data attributes
	formElement               // custom elements
	formContainer             // bare TeX in an element whose class says so
	formAsciiMath             // AsciiMath
	formBBCode                // shortcodes and bulletin board codes
	formHTML                  // HTML italics, sub and sup in a formula's container
	numForms
)

var formNames = [numForms]string{
	"raw", "mathjax2", "mathjax3", "katex", "mathml", "mediawiki", "image", "attribute", "element", "container",
	"asciimath", "bbcode", "html",
}

// A loss is why a formula of the page is not in the text. Behind the name of its
// form and a full stop, its name is a key of corpus.Metadata.FormulasLost.
type loss uint8

const (
	lossOutside     loss = iota // outside the main part
	lossDuplicate               // a second copy of a formula that is there
	lossJoined                  // a cell of an array of equations, which is one formula
	lossDefinitions             // only defines macros
	lossUnreadable              // no TeX, and MathML or AsciiMath that does not convert
	lossEmpty                   // the page has too little text to be a document
	numLosses
)

var lossNames = [numLosses]string{"outside_main", "duplicate", "joined", "definitions", "unreadable", "empty_text"}

// IsMerged reports whether a key of corpus.Metadata.FormulasLost counts formulas
// that are in the text all the same, in another copy or as a part of one.
func IsMerged(key string) bool {
	return strings.HasSuffix(key, "."+lossNames[lossDuplicate]) || strings.HasSuffix(key, "."+lossNames[lossJoined])
}

// A tally counts what became of the formulas of a page, by form: what is found
// is emitted or lost for a reason.
type tally struct {
	found, emitted [numForms]int
	lost           [numForms][numLosses]int
}

// lose counts a formula, which was counted as found, as lost.
func (t *tally) lose(f form, l loss) { t.lost[f][l]++ }

// miss counts a formula that was found and is lost at once.
func (t *tally) miss(f form, l loss) {
	t.found[f]++
	t.lost[f][l]++
}

// loseText counts all formulas of the text as lost.
func (t *tally) loseText(l loss) {
	for f, n := range t.emitted {
		t.lost[f][l] += n
		t.emitted[f] = 0
	}
}

// add adds the formulas of another part of the page.
func (t *tally) add(o *tally) {
	for f := range t.found {
		t.found[f] += o.found[f]
		t.emitted[f] += o.emitted[f]
		for l, n := range o.lost[f] {
			t.lost[f][l] += n
		}
	}
}

// fill stores the counts in the metadata of a document.
func (t *tally) fill(md *corpus.Metadata) {
	md.Formulas, md.FormulasLost = nil, nil
	for f, n := range t.emitted {
		if n > 0 {
			if md.Formulas == nil {
				md.Formulas = make(map[string]int)
			}
			md.Formulas[formNames[f]] = n
		}
		for l, n := range t.lost[f] {
			if n > 0 {
				if md.FormulasLost == nil {
					md.FormulasLost = make(map[string]int)
				}
				md.FormulasLost[formNames[f]+"."+lossNames[l]] = n
			}
		}
	}
}

// countFormulas settles the tally once the text is written.
func (p *page) countFormulas() {
	for i := range p.atoms {
		if a := &p.atoms[i]; !a.emitted {
			p.tally.lose(a.form, lossOutside)
		}
	}
	p.countUnread()
}

// countUnread counts the formulas between raw delimiters in the parts that were
// not written, whose delimiters nobody has paired.
func (p *page) countUnread() {
	t := &p.tree
	texts, roots := p.rawTexts, p.roots
	for n := dom.Node(0); int(n) < t.Len() && len(texts) > 0; n++ {
		for len(roots) > 0 && t.End(roots[0]) <= n {
			roots = roots[1:]
		}
		end := n
		switch {
		case p.m[n].flags&nfDrop != 0:
			end = t.End(n)
		case len(roots) == 0:
			end = dom.Node(t.Len())
		case n < roots[0]:
			end = roots[0]
		}
		for len(texts) > 0 && texts[0] < max(end, n+1) {
			if texts[0] < end {
				p.missRaw(t.RawText(texts[0]))
			}
			texts = texts[1:]
		}
		n = max(end-1, n)
	}
}

// missRaw counts the pairs of delimiters in a text that is not content.
func (p *page) missRaw(raw []byte) {
	for _, d := range [...]struct{ open, end string }{{`\(`, `\)`}, {`\[`, `\]`}, {"$$", "$$"}} {
		for rest := raw; ; {
			_, after, ok := bytes.Cut(rest, []byte(d.open))
			if !ok {
				break
			}
			inside, next, ok := bytes.Cut(after, []byte(d.end))
			if !ok {
				break
			}
			reason := lossOutside
			if definitionsOnly(string(bytes.TrimSpace(inside))) {
				reason = lossDefinitions
			}
			p.tally.miss(formRaw, reason)
			rest = next
		}
	}
}
