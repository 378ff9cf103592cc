package mathml

import (
	"strings"
	"testing"

	"mathsieve/internal/extract/dom"
)

func TestConvertCHTML(t *testing.T) {
	const sup = `<mjx-script style="vertical-align: 0.363em;">`
	tests := []struct{ name, html, want string }{
		{"glyph classes", `<mjx-mi class="mjx-i"><mjx-c class="mjx-c1D45D TEX-I"></mjx-c></mjx-mi><mjx-mo class="mjx-n" space="4"><mjx-c class="mjx-c3D"></mjx-c></mjx-mo><mjx-mn><mjx-c class="mjx-c34"></mjx-c><mjx-c class="mjx-c32"></mjx-c></mjx-mn>`, `p=42`},
		{"glyph text", `<mjx-mi><mjx-c>𝑞</mjx-c></mjx-mi><mjx-mo><mjx-c>≤</mjx-c></mjx-mo><mjx-mi><mjx-c>𝜋</mjx-c></mjx-mi>`, `q\leq\pi`},
		{"function", `<mjx-mi><mjx-c class="mjx-c63"></mjx-c><mjx-c class="mjx-c6F"></mjx-c><mjx-c class="mjx-c73"></mjx-c></mjx-mi><mjx-mo><mjx-c class="mjx-c2061"></mjx-c></mjx-mo><mjx-mi><mjx-c class="mjx-c1D461"></mjx-c></mjx-mi>`, `\cos t`},
		{"superscript", `<mjx-msup><mjx-mi><mjx-c>𝑎</mjx-c></mjx-mi>` + sup + `<mjx-mn size="s"><mjx-c>2</mjx-c></mjx-mn></mjx-script></mjx-msup>`, `a^{2}`},
		{"subscript of a group", `<mjx-msub><mjx-mi><mjx-c>𝑎</mjx-c></mjx-mi>` + sup + `<mjx-TeXAtom><mjx-mi><mjx-c>𝑖</mjx-c></mjx-mi><mjx-mi><mjx-c>𝑗</mjx-c></mjx-mi></mjx-TeXAtom></mjx-script></mjx-msub>`, `a_{ij}`},
		{"both scripts", `<mjx-msubsup><mjx-mi><mjx-c>𝑎</mjx-c></mjx-mi>` + sup + `<mjx-mi><mjx-c>𝑛</mjx-c></mjx-mi><mjx-spacer></mjx-spacer><mjx-mi><mjx-c>𝑘</mjx-c></mjx-mi></mjx-script></mjx-msubsup>`, `a_{k}^{n}`},
		{"fraction", `<mjx-mfrac><mjx-frac><mjx-num><mjx-nstrut></mjx-nstrut><mjx-mn><mjx-c>1</mjx-c></mjx-mn></mjx-num><mjx-dbox><mjx-dtable><mjx-line></mjx-line><mjx-row><mjx-den><mjx-dstrut></mjx-dstrut><mjx-mi><mjx-c>𝑑</mjx-c></mjx-mi></mjx-den></mjx-row></mjx-dtable></mjx-dbox></mjx-frac></mjx-mfrac>`, `\frac{1}{d}`},
		{"binomial", `<mjx-mo><mjx-c class="mjx-c28"></mjx-c></mjx-mo><mjx-mfrac><mjx-frac atop="true"><mjx-num><mjx-mi><mjx-c>𝑎</mjx-c></mjx-mi></mjx-num><mjx-den><mjx-mi><mjx-c>𝑏</mjx-c></mjx-mi></mjx-den></mjx-frac></mjx-mfrac><mjx-mo><mjx-c class="mjx-c29"></mjx-c></mjx-mo>`, `\binom{a}{b}`},
		{"root", `<mjx-msqrt><mjx-sqrt><mjx-surd><mjx-mo><mjx-c class="mjx-c221A"></mjx-c></mjx-mo></mjx-surd><mjx-box><mjx-mi><mjx-c>𝑟</mjx-c></mjx-mi></mjx-box></mjx-sqrt></mjx-msqrt>`, `\sqrt{r}`},
		{"calligraphic", `<mjx-TeXAtom><mjx-mi class="mjx-cal mjx-i"><mjx-c class="mjx-c4B TEX-C"></mjx-c></mjx-mi></mjx-TeXAtom><mjx-mi class="mjx-n"><mjx-c class="mjx-c4B"></mjx-c></mjx-mi>`, `\mathcal{K}\mathrm{K}`},
		{"stretched signs", `<mjx-mover><mjx-over><mjx-mo class="mjx-n"><mjx-stretchy-h class="mjx-c2013"><mjx-ext><mjx-c></mjx-c></mjx-ext></mjx-stretchy-h></mjx-mo></mjx-over><mjx-base><mjx-mrow><mjx-mi><mjx-c>𝑎</mjx-c></mjx-mi><mjx-mi><mjx-c>𝑏</mjx-c></mjx-mi></mjx-mrow></mjx-base></mjx-mover><mjx-mover><mjx-over><mjx-mi><mjx-c>𝑛</mjx-c></mjx-mi></mjx-over><mjx-base><mjx-TeXAtom texclass="OP"><mjx-mover><mjx-over><mjx-mo><mjx-stretchy-h class="mjx-c23DE"><mjx-beg><mjx-c></mjx-c></mjx-beg><mjx-end><mjx-c></mjx-c></mjx-end></mjx-stretchy-h></mjx-mo></mjx-over><mjx-base><mjx-mi><mjx-c>𝑐</mjx-c></mjx-mi></mjx-base></mjx-mover></mjx-TeXAtom></mjx-base></mjx-mover>`, `\overline{ab}\overbrace{c}^{n}`},
		{"sum", `<mjx-munderover><mjx-over><mjx-mi><mjx-c>𝑛</mjx-c></mjx-mi></mjx-over><mjx-box><mjx-munder><mjx-row><mjx-base><mjx-mo><mjx-c class="mjx-c2211"></mjx-c></mjx-mo></mjx-base></mjx-row><mjx-row><mjx-under><mjx-mi><mjx-c>𝑗</mjx-c></mjx-mi></mjx-under></mjx-row></mjx-munder></mjx-box></mjx-munderover>`, `\sum_{j}^{n}`},
		{"sum in text", `<mjx-munderover limits="false"><mjx-mo><mjx-c class="mjx-c2211"></mjx-c></mjx-mo><mjx-script><mjx-mi><mjx-c>𝑛</mjx-c></mjx-mi><mjx-spacer></mjx-spacer><mjx-mi><mjx-c>𝑗</mjx-c></mjx-mi></mjx-script></mjx-munderover>`, `\sum_{j}^{n}`},
		{"matrix", `<mjx-mo><mjx-c class="mjx-c28"></mjx-c></mjx-mo><mjx-mtable><mjx-table><mjx-itable><mjx-mtr><mjx-mtd><mjx-mi><mjx-c>𝑎</mjx-c></mjx-mi><mjx-tstrut></mjx-tstrut></mjx-mtd><mjx-mtd><mjx-mi><mjx-c>𝑏</mjx-c></mjx-mi></mjx-mtd></mjx-mtr></mjx-itable></mjx-table></mjx-mtable><mjx-mo><mjx-c class="mjx-c29"></mjx-c></mjx-mo>`, `\begin{pmatrix}a&b\end{pmatrix}`},
		{"aligned", `<mjx-mtable><mjx-table><mjx-itable><mjx-mtr><mjx-mtd style="text-align: right; padding-right: 0;"><mjx-mi><mjx-c>𝑎</mjx-c></mjx-mi></mjx-mtd><mjx-mtd style="text-align: left; padding-left: 0;"><mjx-mo><mjx-c>=</mjx-c></mjx-mo><mjx-mi><mjx-c>𝑏</mjx-c></mjx-mi></mjx-mtd></mjx-mtr></mjx-itable></mjx-table></mjx-mtable>`, `\begin{aligned}a&=b\end{aligned}`},
	}
	var c Converter
	for _, tt := range tests {
		tree := new(dom.Tree)
		if err := tree.Parse([]byte("<mjx-container><mjx-math>"+tt.html+"</mjx-math></mjx-container>"), dom.DefaultOptions()); err != nil {
			t.Fatal(err)
		}
		n := dom.Root
		for tree.Name(n) != "mjx-container" {
			n++
		}
		got, err := c.ConvertCHTML(nil, tree, n)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %v\n got %s\nwant %s", tt.name, err, got, tt.want)
		}
	}
}

func TestConvertKaTeXHTML(t *testing.T) {
	// list writes a vertical list as KaTeX does: offsets from the top of a
	// strut of 2.7 em, so that less than -2.7 em is above the baseline.
	list := func(lines ...string) string {
		var s strings.Builder
		s.WriteString(`<span class="vlist-t"><span class="vlist-r"><span class="vlist" style="height:1em;">`)
		for k := 0; k < len(lines); k += 2 {
			s.WriteString(`<span style="top:` + lines[k] + `em;"><span class="pstrut" style="height:2.7em;"></span>` + lines[k+1] + `</span>`)
		}
		return s.String() + "</span></span></span>"
	}
	atom := func(class, text string) string { return `<span class="` + class + `">` + text + `</span>` }
	x, y, n := atom("mord mathnormal", "x"), atom("mord mathnormal", "y"), atom("mord mathnormal mtight", "n")
	scripts := func(lines ...string) string { return atom("msupsub", list(lines...)) }
	tests := []struct{ name, html, want string }{
		{"row", x + atom("mspace", "") + atom("mrel", "=") + atom("mord", "12"), `x=12`},
		{"superscript", `<span class="mord">` + x + scripts("-3.063", n) + `</span>`, `x^{n}`},
		{"subscript", `<span class="mord">` + x + scripts("-2.55", n) + `</span>`, `x_{n}`},
		{"both", `<span class="mord">` + x + scripts("-2.45", y, "-3.11", n) + `</span>`, `x_{y}^{n}`},
		{"fraction", atom("mfrac", list("-2.3", y, "-3.23", atom("frac-line", ""), "-3.67", x)), `\frac{x}{y}`},
		{"root", atom("mord sqrt", list("-3", x, "-2.8", atom("hide-tail", "<svg></svg>"))), `\sqrt{x}`},
		{"limits", atom("mop op-limits", list("-1.8", n, "-3.05", atom("mop op-symbol large-op", "∑"), "-4.3", atom("mord mtight", "∞"))), `\sum_{n}^{\infty}`},
		{"function", atom("mop", "log") + x, `\log x`},
		{"function with a script", atom("mop", atom("mop", `lo<span style="margin-right:0.0139em;">g</span>`)+scripts("-2.4559", n)) + x, `\log_{n}x`},
		{"negated relations", x + atom("mrel", atom("mord vbox", atom("rlap", atom("inner", atom("mrel", "\ue020"))))) + atom("mrel", "=") + y + atom("mrel", atom("mord", atom("mrel", "∈"))+atom("mord vbox", atom("llap", atom("inner", atom("mord", "/"))))) + n, `x\not=y\notin n`},
		{"font", atom("mord mathbb", "Q"), `\mathbb{Q}`},
		{"accent", atom("mord accent", list("-2.7", x, "-2.7", atom("accent-body", "^"))), `\hat{x}`},
		{"text", atom("mord text", atom("mord", "if ")) + x, `\text{if }x`},
		{"matrix", atom("mopen", "(") + atom("mord", atom("mtable", atom("col-align-c", list("-3.6", x, "-2.4", y))+atom("col-align-c", list("-3.6", y, "-2.4", x)))) + atom("mclose", ")"), `\begin{pmatrix}x&y\\y&x\end{pmatrix}`},
		{"aligned", atom("mord", atom("mtable", atom("col-align-r", list("-3.6", x, "-2.4", y))+atom("col-align-l", list("-3.6", y, "-2.4", x)))), `\begin{aligned}x&y\\y&x\end{aligned}`},
		{"base in a row", x + atom("mbin", "+") + `<span class="mord">` + y + `</span>` + scripts("-3.063", n), `x+y^{n}`},
	}
	var c Converter
	for _, tt := range tests {
		tree := new(dom.Tree)
		if err := tree.Parse([]byte(`<span class="katex-html"><span class="base"><span class="strut"></span>`+tt.html+`</span></span>`), dom.DefaultOptions()); err != nil {
			t.Fatal(err)
		}
		n := dom.Root
		for tree.Kind(n) != dom.Element || !tree.HasClass(n, "katex-html") {
			n++
		}
		got, err := c.ConvertKaTeXHTML(nil, tree, n)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %v\n got %s\nwant %s", tt.name, err, got, tt.want)
		}
	}
}
