package mathml

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"mathsieve/internal/extract/dom"
)

func TestPrefixedNames(t *testing.T) {
	tree, n := parse(t, `<mml:math><mml:mfrac><mml:mi>a</mml:mi><mml:msup><mml:mi>b</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:mfrac></mml:math>`)
	var c Converter
	if got, err := c.Convert(nil, tree, n); err != nil || string(got) != `\frac{a}{b^{2}}` {
		t.Errorf("%s, %v", got, err)
	}
}

// TestDepth checks that deep formulas are flattened, not refused, and that
// output stays linear in the input.
func TestDepth(t *testing.T) {
	var c Converter
	options := dom.DefaultOptions()
	options.MaxDepth = 100_000
	for _, name := range []string{"mrow", "msqrt", "mfrac", "msup", "mover", "mtable", "mfenced", "semantics", "mmultiscripts", "menclose", "apply", "mstyle", "mtd"} {
		src := "<math>" + strings.Repeat("<"+name+"><mi>x</mi>", 5000) + strings.Repeat("</"+name+">", 5000) + "</math>"
		tree := new(dom.Tree)
		if err := tree.Parse([]byte(src), options); err != nil {
			t.Fatal(err)
		}
		got, err := c.Convert(nil, tree, dom.Root)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(got), "x"); n < 200 && name != "apply" && name != "semantics" {
			t.Errorf("%s: %d of 5000 letters left", name, n)
		}
		if len(got) > 2*len(src) {
			t.Errorf("%s: %d bytes grew to %d", name, len(src), len(got))
		}
	}
}

func TestTooLarge(t *testing.T) {
	options := dom.DefaultOptions()
	options.MaxBytes, options.MaxNodes = 1<<28, 1<<23
	tree := new(dom.Tree)
	if err := tree.Parse([]byte("<math>"+strings.Repeat("<mi>x</mi>", maxNodes+2)+"</math>"), options); err != nil {
		t.Fatal(err)
	}
	var c Converter
	if got, err := c.Convert([]byte("kept"), tree, dom.Root); !errors.Is(err, ErrTooLarge) || string(got) != "kept" {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func FuzzConvert(f *testing.F) {
	for _, seed := range []string{
		`<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>`,
		`<math><mrow><mo>(</mo><mtable><mlabeledtr><mtd>1</mtd><mtd>2</mtd></mlabeledtr></mtable><mo>)</mo></mrow></math>`,
		`<math><mmultiscripts><mi>a</mi><none/><mprescripts/><mi>b</mi></mmultiscripts><msubsup><mo>|</mo></msubsup></math>`,
		`<m:math><m:mover><m:mi>x</m:mi><m:mo>→</m:mo></m:mover></m:math>`,
		`<math><apply><int/><bvar><ci>x</ci></bvar><ci>f</ci></apply><piecewise><piece></piece></piecewise></math>`,
		`<mjx-munderover><mjx-over></mjx-over><mjx-box><mjx-munder></mjx-munder></mjx-box></mjx-munderover>`,
		`<span class="katex-html"><span class=msupsub><span class=vlist><span style="top:-3em">n</span></span></span></span>`,
		`<math><mo>{</mo><mtable><mtr><mtd><mo>[</mo></mtd></mtr></mtable></math>`,
	} {
		f.Add([]byte(seed))
	}
	var c Converter
	f.Fuzz(func(t *testing.T, src []byte) {
		tree := new(dom.Tree)
		if !utf8.Valid(src) || tree.Parse(src, dom.DefaultOptions()) != nil {
			return
		}
		limit := 40*len(src) + 64
		for _, convert := range []func([]byte, *dom.Tree, dom.Node) ([]byte, error){c.Convert, c.ConvertCHTML, c.ConvertKaTeXHTML} {
			got, err := convert(nil, tree, dom.Root)
			if err != nil {
				t.Fatal(err)
			}
			if !utf8.Valid(got) || len(got) > limit {
				t.Errorf("%d bytes became %d: %q", len(src), len(got), got)
			}
			again, _ := convert(nil, tree, dom.Root)
			if string(again) != string(got) {
				t.Errorf("%q, then %q", got, again)
			}
			// Braces that the converter writes always match.
			depth := 0
			for k := 0; k < len(got); k++ {
				switch got[k] {
				case '\\':
					k++
				case '{':
					depth++
				case '}':
					depth--
				}
				if depth < 0 {
					break
				}
			}
			if depth != 0 {
				t.Errorf("unbalanced braces in %q", got)
			}
		}
	})
}

func BenchmarkConvert(b *testing.B) {
	html := `<math><mrow><mi>x</mi><mo>=</mo><mfrac><mrow><mo>−</mo><mi>b</mi><mo>±</mo><msqrt><mrow><msup><mi>b</mi><mn>2</mn></msup><mo>−</mo><mn>4</mn><mi>a</mi><mi>c</mi></mrow></msqrt></mrow><mrow><mn>2</mn><mi>a</mi></mrow></mfrac></mrow></math>`
	tree, n := parse(b, html)
	b.SetBytes(int64(len(html)))
	b.ReportAllocs()
	var c Converter
	var dst []byte
	for b.Loop() {
		dst, _ = c.Convert(dst[:0], tree, n)
	}
}
