package mathml

import (
	"testing"

	"mathsieve/internal/extract/dom"
)

// parse returns the first math element of an HTML fragment.
func parse(t testing.TB, html string) (*dom.Tree, dom.Node) {
	t.Helper()
	tree := new(dom.Tree)
	if err := tree.Parse([]byte(html), dom.DefaultOptions()); err != nil {
		t.Fatal(err)
	}
	for n := dom.Root; int(n) < tree.Len(); n++ {
		if tagOf(tree, n) == dom.Math {
			return tree, n
		}
	}
	t.Fatalf("no math in %s", html)
	return nil, dom.None
}

func TestConvert(t *testing.T) {
	tests := []struct{ name, mathml, want string }{
		{"tokens", `<mi>x</mi><mo>+</mo><mn>12.5</mn>`, `x+12.5`},
		{"greek", `<mi>&alpha;</mi><mi>b</mi>`, `\alpha b`},
		{"phi and epsilon", `<mi>ϕ</mi><mo>,</mo><mi>φ</mi><mo>,</mo><mi>ϵ</mi><mo>,</mo><mi>ε</mi>`, `\phi,\varphi,\epsilon,\varepsilon`},
		{"minus and times", `<mi>a</mi><mo>−</mo><mi>b</mi><mo>×</mo><mi>c</mi><mo>⋅</mo><mi>d</mi>`, `a-b\times c\cdot d`},
		{"negated relations", `<mi>a</mi><mo>=&#x338;</mo><mi>b</mi><mo>∉</mo><mi>c</mi><mo>↛</mo><mi>d</mi>`, `a\neq b\notin c\nrightarrow d`},
		{"specials", `<mn>7</mn><mo>%</mo><mo>&amp;</mo><mi>k</mi><mo>#</mo><mo>_</mo><mo>&amp;&amp;</mo>`, `7\%\&k\#\_\&\&`},
		{"function", `<mi>sin</mi><mo>&#x2061;</mo><mi>t</mi>`, `\sin t`},
		{"own function", `<mi>Cov</mi><mo>(</mo><mi>X</mi><mo>)</mo>`, `\operatorname{Cov}(X)`},
		{"name", `<mi>gain</mi><mo>=</mo><mn>3</mn>`, `\mathrm{gain}=3`},
		{"upright letters", `<mi mathvariant="normal">a</mi><mi mathvariant="normal">v</mi><mi mathvariant="normal">g</mi>`, `\mathrm{avg}`},
		{"split function", `<mi mathvariant="normal">l</mi><mi mathvariant="normal">n</mi><mi>x</mi>`, `\ln x`},
		{"variants", `<mi mathvariant="bold">u</mi><mi mathvariant="double-struck">Z</mi><mi mathvariant="script">G</mi><mi mathvariant="fraktur">g</mi>`, `\mathbf{u}\mathbb{Z}\mathcal{G}\mathfrak{g}`},
		{"alphanumerics", `<mi>𝑘</mi><mi>𝐯</mi><mi>𝔽</mi><mi>𝒜</mi><mi>𝜶</mi><mn>𝟏𝟐</mn>`, `k\mathbf{v}\mathbb{F}\mathcal{A}\boldsymbol{\alpha}\mathbf{12}`},
		{"inherited variant", `<mstyle mathvariant="bold"><mi>A</mi><mi>β</mi></mstyle>`, `\mathbf{A}\boldsymbol{\beta}`},
		{"text", `<mi>y</mi><mtext>&nbsp;for all 5% of&nbsp;</mtext><mi>n</mi>`, `y\text{ for all 5\% of }n`},
		{"blank text", `<mi>a</mi><mtext>&nbsp;</mtext><mi>b</mi>`, `a\ b`},
		{"space", `<mi>a</mi><mspace width="2em"/><mi>b</mi><mspace width="-1em"/><mi>c</mi><mspace width="thinmathspace"/><mi>d</mi>`, `a\qquad bc\,d`},
		{"only space", `<mspace width="1em"/>`, ``},
		{"fraction", `<mfrac><mrow><mi>p</mi><mo>+</mo><mn>1</mn></mrow><mi>q</mi></mfrac>`, `\frac{p+1}{q}`},
		{"bevelled", `<mfrac bevelled="true"><mi>p</mi><mi>q</mi></mfrac>`, `p/q`},
		{"binomial", `<mrow><mo>(</mo><mfrac linethickness="0pt"><mi>m</mi><mi>r</mi></mfrac><mo>)</mo></mrow>`, `\binom{m}{r}`},
		{"stack", `<mfrac linethickness="0"><mi>m</mi><mi>r</mi></mfrac>`, `\genfrac{}{}{0pt}{}{m}{r}`},
		{"roots", `<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt><mroot><mi>y</mi><mn>3</mn></mroot>`, `\sqrt{x+1}\sqrt[3]{y}`},
		{"scripts", `<msub><mi>u</mi><mi>k</mi></msub><msup><mi>v</mi><mn>10</mn></msup><msubsup><mi>w</mi><mi>i</mi><mi>j</mi></msubsup>`, `u_{k}v^{10}w_{i}^{j}`},
		{"primes", `<msup><mi>f</mi><mo>′</mo></msup><msup><mi>g</mi><mo>″</mo></msup><msubsup><mi>h</mi><mn>1</mn><mo>'</mo></msubsup>`, `f'g''h_{1}'`},
		{"degree", `<msup><mn>90</mn><mo>∘</mo></msup>`, `90^{\circ}`},
		{"base group", `<msup><mrow><mi>a</mi><mi>b</mi></mrow><mn>2</mn></msup>`, `{ab}^{2}`},
		{"base fenced", `<msup><mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow><mn>2</mn></msup>`, `(a)^{2}`},
		{"script on fence", `<mo>(</mo><mi>s</mi><mo>-</mo><mi>t</mi><msup><mo>)</mo><mn>4</mn></msup>`, `(s-t)^{4}`},
		{"double script", `<msup><msup><mi>a</mi><mi>b</mi></msup><mi>c</mi></msup>`, `{a^{b}}^{c}`},
		{"empty base", `<msup><mrow></mrow><mrow><mo>−</mo><mn>2</mn></mrow></msup>`, `^{-2}`},
		{"sum", `<munderover><mo>∑</mo><mrow><mi>j</mi><mo>=</mo><mn>0</mn></mrow><mi>∞</mi></munderover><msub><mi>c</mi><mi>j</mi></msub>`, `\sum_{j=0}^{\infty}c_{j}`},
		{"limit", `<munder><mi>lim</mi><mrow><mi>t</mi><mo>→</mo><mn>0</mn></mrow></munder><mi>t</mi>`, `\lim_{t\rightarrow 0}t`},
		{"named limit", `<munder><mrow><mi>arg max</mi></mrow><mi>θ</mi></munder>`, `\operatorname*{arg\,max}_{\theta}`},
		{"limit with invisible operator", `<munder><mrow><mi>lim sup</mi><mo>&#x2061;</mo></mrow><mi>k</mi></munder><munder><mrow><mi>inf</mi><mspace width="0.1em"/></mrow><mi>t</mi></munder><msub><mrow><mi>ln</mi><mo>&#x2061;</mo></mrow><mn>5</mn></msub><msub><mrow><mi>Cov</mi><mo>&#x2061;</mo></mrow><mi>P</mi></msub>`, `\limsup_{k}\inf_{t}\ln_{5}\operatorname{Cov}_{P}`},
		{"limit of two names", `<munder><mrow><mi>lim</mi><mspace width="thinmathspace"/><mi>inf</mi></mrow><mi>k</mi></munder><munder><mrow><mi>arg</mi><mo>&#x2061;</mo><mi>min</mi></mrow><mi>t</mi></munder>`, `\liminf_{k}\operatorname*{arg\,min}_{t}`},
		{"limit as text, operator, letters", `<munder><mtext> lim </mtext><mi>k</mi></munder><munder><mo>argmin</mo><mi>t</mi></munder><munder><mrow><mi>m</mi><mi>a</mi><mi>x</mi></mrow><mi>s</mi></munder><msub><mtext>min</mtext><mi>r</mi></msub>`, `\lim_{k}\operatorname*{argmin}_{t}\max_{s}\min_{r}`},
		{"letters that are no limit", `<munder><mrow><mi mathvariant="normal">C</mi><mi mathvariant="normal">O</mi></mrow><mn>2</mn></munder><munder><mrow><mi>k</mi><mi></mi><mi>t</mi></mrow><mn>4</mn></munder>`, `\underset{2}{\mathrm{CO}}\underset{4}{kt}`},
		{"accents", `<mover accent="true"><mi>x</mi><mo>^</mo></mover><mover><mi>F</mi><mo>→</mo></mover><mover><mi>z</mi><mo>¯</mo></mover><mover><mi>q</mi><mo>˙</mo></mover><mover><mrow><mi>P</mi><mi>Q</mi></mrow><mo>¯</mo></mover>`, `\hat{x}\vec{F}\bar{z}\dot{q}\overline{PQ}`},
		{"under", `<munder><mi>d</mi><mo>_</mo></munder>`, `\underline{d}`},
		{"brace", `<munder><munder><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mo>⏟</mo></munder><mi>n</mi></munder>`, `\underbrace{a+b}_{n}`},
		{"arrow with label", `<mi>A</mi><mover><mo>→</mo><mi>f</mi></mover><mi>B</mi>`, `A\xrightarrow{f}B`},
		{"overset", `<mover><mo>=</mo><mtext>def</mtext></mover>`, `\overset{\text{def}}{=}`},
		{"multiscripts", `<mmultiscripts><mi>U</mi><none/><none/><mprescripts/><mn>92</mn><mn>238</mn></mmultiscripts>`, `{}_{92}^{238}U`},
		{"multiscripts right", `<mmultiscripts><mi>R</mi><mi>a</mi><none/><none/><mi>b</mi></mmultiscripts>`, `R_{a}{}^{b}`},
		{"tall fence", `<mo>(</mo><mfrac><mi>x</mi><mn>2</mn></mfrac><mo>)</mo>`, `\left(\frac{x}{2}\right)`},
		{"tall fence power", `<mo>[</mo><mfrac><mi>x</mi><mn>2</mn></mfrac><msup><mo>]</mo><mi>n</mi></msup>`, `\left[\frac{x}{2}\right]^{n}`},
		{"bars", `<mo>|</mo><mi>x</mi><mo>|</mo><mo>≤</mo><mo>|</mo><mfrac><mi>y</mi><mi>z</mi></mfrac><mo>|</mo>`, `|x|\leq\left|\frac{y}{z}\right|`},
		{"norm", `<mo fence="false" stretchy="false">∥</mo><mi>u</mi><msub><mo fence="false" stretchy="false">∥</mo><mn>1</mn></msub><mo>≤</mo><mo>∥</mo><mi>v</mi><msup><mo>∥</mo><mn>2</mn></msup><mo>≤</mo><mi mathvariant="normal">∥</mi><mi>w</mi><mi mathvariant="normal">∥</mi>`, `\|u\|_{1}\leq\|v\|^{2}\leq\|w\|`},
		{"parallel", `<mi>u</mi><mo>∥</mo><mi>v</mi>`, `u\parallel v`},
		{"set builder", `<mo>{</mo><mi>x</mi><mo>|</mo><mfrac><mi>x</mi><mn>2</mn></mfrac><mo>∈</mo><mi>ℤ</mi><mo>}</mo>`, `\left\{x|\frac{x}{2}\in\mathbb{Z}\right\}`},
		{"mfenced", `<mfenced><mi>a</mi><mi>b</mi></mfenced><mfenced open="[" close=")" separators=";"><mi>c</mi><mi>d</mi></mfenced>`, `(a,b)[c;d)`},
		{"matrix", `<mo>(</mo><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr></mtable><mo>)</mo>`, `\begin{pmatrix}a&b\\c&d\end{pmatrix}`},
		{"matrix by mfenced", `<mfenced open="|" close="|"><mtable><mtr><mtd><mi>a</mi></mtd></mtr></mtable></mfenced>`, `\begin{vmatrix}a\end{vmatrix}`},
		{"matrix power", `<msup><mrow><mo>[</mo><mtable><mtr><mtd><mi>a</mi></mtd></mtr></mtable><mo>]</mo></mrow><mi>T</mi></msup>`, `\begin{bmatrix}a\end{bmatrix}^{T}`},
		{"cases", `<mi>g</mi><mo>=</mo><mrow><mo>{</mo><mtable><mtr><mtd><mn>0</mn></mtd><mtd><mtext>if </mtext><mi>t</mi></mtd></mtr><mtr><mtd><mn>1</mn></mtd><mtd><mtext>else</mtext></mtd></mtr></mtable></mrow>`, `g=\begin{cases}0&\text{if }t\\1&\text{else}\end{cases}`},
		{"aligned", `<mtable displaystyle="true" columnalign="right left"><mtr><mtd><mi>a</mi></mtd><mtd><mo>=</mo><mi>b</mi></mtd></mtr><mtr><mtd></mtd><mtd><mo>=</mo><mi>c</mi></mtd></mtr></mtable>`, `\begin{aligned}a&=b\\&=c\end{aligned}`},
		{"array", `<mtable columnlines="solid" columnalign="left right"><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr></mtable>`, `\begin{array}{l|r}a&b\end{array}`},
		{"array with some lines", `<mtable columnlines="none dashed none" rowlines="solid none"><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr><mtr><mtd><mi>e</mi></mtd></mtr><mtr><mtd><mi>f</mi></mtd></mtr></mtable><mtable columnlines="none" rowlines=" "><mtr><mtd><mi>a</mi></mtd></mtr></mtable>`, `\begin{array}{cc|cc}a&b&c&d\\\hline e\\f\end{array}\begin{matrix}a\end{matrix}`},
		{"labelled formula", `<mtable><mlabeledtr><mtd><mtext>(4.2)</mtext></mtd><mtd><mi>E</mi><mo>=</mo><mn>0</mn></mtd></mlabeledtr></mtable>`, `E=0\tag{4.2}`},
		{"row starts with bracket", `<mtable><mtr><mtd><mi>a</mi></mtd></mtr><mtr><mtd><mo>[</mo><mi>b</mi><mo>]</mo></mtd></mtr></mtable>`, `\begin{matrix}a\\{}[b]\end{matrix}`},
		{"box", `<menclose notation="box"><mi>x</mi></menclose><menclose notation="updiagonalstrike"><mi>y</mi></menclose>`, `\boxed{x}\cancel{y}`},
		{"phantom", `<mi>a</mi><mphantom><mn>0</mn></mphantom>`, `a\phantom{0}`},
		{"action", `<maction selection="2"><mi>a</mi><mi>b</mi></maction>`, `b`},
		{"semantics", `<semantics><mrow><mi>a</mi></mrow><annotation encoding="application/x-tex">b</annotation></semantics>`, `a`},
		{"string", `<ms>ab</ms>`, `\text{"ab"}`},
		{"wikitext", " \\frac{a}{b} ", `\frac{a}{b}`},
		{"content", `<apply><plus/><apply><power/><ci>x</ci><cn>2</cn></apply><apply><times/><cn>3</cn><apply><plus/><ci>y</ci><cn>1</cn></apply></apply></apply>`, `x^{2}+3(y+1)`},
		{"content sum", `<apply><sum/><bvar><ci>i</ci></bvar><lowlimit><cn>1</cn></lowlimit><uplimit><ci>n</ci></uplimit><ci>i</ci></apply>`, `\sum_{i=1}^{n}i`},
		{"content function", `<apply><sin/><apply><divide/><ci>x</ci><cn>2</cn></apply></apply>`, `\sin\left(\frac{x}{2}\right)`},
	}
	var c Converter
	for _, tt := range tests {
		tree, n := parse(t, "<p><math>"+tt.mathml+"</math></p>")
		got, err := c.Convert(nil, tree, n)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}
