package extract

import (
	"testing"

	"mathsieve/internal/corpus"
)

// extractBody runs the extraction over a page with the given body.
func extractBody(t *testing.T, head, body string) corpus.Document {
	t.Helper()
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	var doc corpus.Document
	page := "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>" + head + "</head><body>" + body + "</body></html>"
	if reason := e.NewWorker().Extract(Input{Body: []byte(page), ContentType: "text/html"}, &doc); reason != "" {
		t.Fatalf("Extract(%q) = %q", page, reason)
	}
	return doc
}

// Heads of pages that load a renderer, and one that lists its delimiters.
const (
	mathJax = `<script src="https://cdn.example/mathjax/3/tex-chtml.js"></script>`
	dollars = mathJax + `<script>MathJax = {tex: {inlineMath: [['$', '$'], ['\\(', '\\)']]}};</script>`
)

// TestForms has one line for each way in which pages write a formula.
func TestForms(t *testing.T) {
	tests := []struct{ name, head, body, want string }{
		// MathJax 2.
		{"script", "", `<p>Let <script type="math/tex">a_1</script> be.`, "Let $a_1$ be."},
		{"script display", "", `<p>Let <script type="math/tex; mode=display">a_1 = 2</script> be.`, "Let\n\n$$a_1 = 2$$\n\nbe."},
		{"script type in odd spelling", "", `<p>Let <script type='MATH/TeX; mode=display '>a_1 = 2+3+4+5</script>`, "Let\n\n$$a_1 = 2+3+4+5$$"},
		{"script with entities", "", `<p>If <script type="math/tex">a &lt; b</script>`, "If $a < b$"},
		{"script in CDATA", "", "<p>So <script type=\"math/tex\">% <![CDATA[\na<b %]]></script>.", "So $a<b$."},
		{"preview, frame, script", "", `<p>x <span class="MathJax_Preview">q</span><span class="MathJax_SVG" id="MathJax-Element-2-Frame"><svg><g></g></svg></span><script type="math/tex" id="MathJax-Element-2">q^2</script> y`, "x $q^2$ y"},
		{"display frame", "", `<p>x</p><div class="MathJax_Display"><span class="MathJax" id="MathJax-Element-3-Frame"><span class="math"><span>z</span></span></span></div><script type="math/tex; mode=display" id="MathJax-Element-3">z^3</script><p>y</p>`, "x\n\n$$z^3$$\n\ny"},
		{"frame without script", "", `<p>x <span class="MathJax" data-mathml="&lt;math&gt;&lt;msup&gt;&lt;mi&gt;x&lt;/mi&gt;&lt;mn&gt;2&lt;/mn&gt;&lt;/msup&gt;&lt;/math&gt;"><span class="math">x2</span></span> y`, "x $x^{2}$ y"},
		{"frame encoded twice", "", `<p>x <span class="MathJax" data-mathml="&amp;lt;math&amp;gt;&amp;lt;mi&amp;gt;t&amp;lt;/mi&amp;gt;&amp;lt;/math&amp;gt;">t</span> y`, "x $t$ y"},
		{"assistive MathML", "", `<p>x <span class="MathJax"><span class="math">y1</span><span class="MJX_Assistive_MathML"><math><msub><mi>y</mi><mn>1</mn></msub></math></span></span> z`, "x $y_{1}$ z"},
		{"preview alone", "", `<p>x <span class="MathJax_Preview">\frac{1}{2}</span> z`, `x $\frac{1}{2}$ z`},
		{"macros only", "", `<script type="math/tex">\newcommand{\R}{\mathbb{R}}</script><p>In <script type="math/tex">\R</script>.`, `In $\R$.`},

		// MathJax 3 and 4.
		{"assistive", "", `<p>a <mjx-container class="MathJax"><mjx-math><mjx-mi><mjx-c class="mjx-c78"></mjx-c></mjx-mi></mjx-math><mjx-assistive-mml><math><mi>x</mi></math></mjx-assistive-mml></mjx-container> b`, "a $x$ b"},
		{"data-latex", "", `<p>a <mjx-container display="true"><svg><g><g data-mml-node="math" data-latex="\sqrt{x}"><g data-mml-node="mi" data-latex="x"></g></g></g></svg></mjx-container>`, "a\n\n$$\\sqrt{x}$$"},
		{"data-latex of children", "", `<p>a <mjx-container><mjx-math><mjx-mi data-latex="x"></mjx-mi><mjx-mo data-latex="+"></mjx-mo></mjx-math></mjx-container> b`, "a $x +$ b"},
		{"formula element", "", `<p>a <mjx-container display="true"><formula>\vec F</formula><svg></svg></mjx-container>`, "a\n\n$$\\vec F$$"},
		{"copytext", "", `<p>a <mjx-container><mjx-math></mjx-math><span class="mjx-copytext">$N$</span></mjx-container> b`, "a $N$ b"},
		{"CHTML", "", `<p>a <mjx-container><mjx-math><mjx-msup><mjx-mi><mjx-c class="mjx-c1D465"></mjx-c></mjx-mi><mjx-script><mjx-mn><mjx-c class="mjx-c32"></mjx-c></mjx-mn></mjx-script></mjx-msup></mjx-math></mjx-container> b`, "a $x^{2}$ b"},
		{"SVG", "", `<p>a <mjx-container><svg><g><g data-mml-node="math"><g data-mml-node="msup"><g data-mml-node="mi"><use xlink:href="#MJX-1-TEX-I-1D465"></use></g><g data-mml-node="mn"><use xlink:href="#MJX-1-TEX-N-32"></use></g></g></g></g></svg></mjx-container> b`, "a $x^{2}$ b"},

		// Raw delimiters.
		{"parentheses", "", `<p>So \(x^2\) is.`, "So $x^2$ is."},
		{"brackets", "", `<p>So \[x^2+y^2=z^2\] is.`, "So\n\n$$x^2+y^2=z^2$$\n\nis."},
		{"double dollars", "", `<p>So $$x^2+y^2=z^2$$ is.`, "So\n\n$$x^2+y^2=z^2$$\n\nis."},
		{"sentence goes on", "", `<p>where $$k$$ counts the steps.`, "where $$k$$ counts the steps."},
		{"full stop behind", "", `<p>So $$x^2+y^2=z^2$$. Next.`, "So\n\n$$x^2+y^2=z^2$$.\n\nNext."},
		{"configured", dollars, `<p>So $x$ or $the set$ is.`, "So $x$ or $the set$ is."},
		{"money next to formulas", mathJax, `<p>Pay $5 or $6, so $n$ pay $5n$.`, `Pay \$5 or \$6, so $n$ pay $5n$.`},
		{"money alone", "", `<p>From $5 to $10 and $20.`, `From \$5 to \$10 and \$20.`},
		{"old blog", "", `<p>A $\alpha$ and $\beta$ and $\gamma$ at $x$.`, `A $\alpha$ and $\beta$ and $\gamma$ at $x$.`},
		{"KaTeX list", `<script>renderMathInElement(document.body,{delimiters:[{left:"$$",right:"$$",display:true},{left:"\\(",right:"\\)",display:false}]})</script>`, `<p>Pay $x$ and \(y\).`, `Pay \$x\$ and $y$.`},
		{"own delimiters", `<script type="text/x-mathjax-config">MathJax.Hub.Config({ tex2jax: { inlineMath: [['@@','@@']], /* {x} */ displayMath: [ ["##","##"] ] } });</script>`, `<p>So @@a+b@@ and ##c##.`, "So $a+b$ and $$c$$."},
		{"hashes without configuration", mathJax, `<p>So ##a+b## stays.`, "So ##a+b## stays."},
		{"environment", "", "<p>We get\n\\begin{align}a&amp;=b\\\\\n\nc&amp;=d\\end{align}\ndone.", "We get\n\n$$\n\\begin{align}a&=b\\\\\nc&=d\\end{align}\n$$\n\ndone."},
		{"equation is stripped", "", `<p>We get \begin{equation}a=b\end{equation}`, "We get\n\n$$a=b$$"},
		{"line break in a pair", "", `<p>So \[<br>x^2 = y<br>\] is.`, "So\n\n$$x^2 = y$$\n\nis."},
		{"scripts in a pair", "", `<p>So \(x<sub>1</sub>+y<sup>2</sup>\) is.`, "So $x_{1}+y^{2}$ is."},
		{"Markdown's emphasis", "", `<p>So \(a<em>{1} + b</em>{2}\) is.`, "So $a_{1} + b_{2}$ is."},
		{"span over tags", "", `<p>So \(a <span>+</span> <b>b</b>\) is.`, "So $a + b$ is."},
		{"not over blocks", "", `<p>So \(a</p><p>b\) is.`, "So \\(a\n\nb\\) is."},
		{"outer pair wins", "", `<p>So \[a \text{ if \(b\)} c\] is.`, "So $$a \\text{ if \\(b\\)} c$$ is."},
		{"line break of LaTeX", "", `<p>So \\[2pt] stays and \(x\).`, `So \\[2pt] stays and $x$.`},
		{"escaped dollar", mathJax, `<p>Price \$5 and \(x\).`, `Price \$5 and $x$.`},
		{"code is no formula", dollars, `<p>Run <code>$x$ \(y\)</code> and $z$.`, "Run `$x$ \\(y\\)` and $z$."},
		{"ignored class", dollars, `<p>So <span class="tex2jax_ignore">$x$</span> and $y$.`, `So \$x\$ and $y$.`},
		{"ignored by configuration", `<script>MathJax={tex:{inlineMath:[['$','$']]},options:{ignoreHtmlClass:'no-math|raw',processHtmlClass:'yes-math'}}</script>`, `<div class="raw"><p>So $x$ and <span class="yes-math">$y$</span>.</div>`, `So \$x\$ and $y$.`},
		{"unclosed", mathJax, `<p>So \(x and $ that.`, `So \(x and \$ that.`},
		{"container makes sure", "", `<p>So <span class="math-container">$the\ set$</span> is.`, `So $the\ set$ is.`},
		{"adjacent", dollars, `<p>So $a$$b$ is.`, "So $a$ $b$ is."},

		// KaTeX.
		{"annotation", "", `<p>a <span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>x</mi></mrow><annotation encoding="application/x-tex">x_0</annotation></semantics></math></span><span class="katex-html" aria-hidden="true"><span class="mord">x0</span></span></span> b`, "a $x_0$ b"},
		{"display", "", `<p>a</p><span class="katex-display"><span class="katex"><span class="katex-mathml"><math display="block"><semantics><mi>x</mi><annotation encoding="application/x-tex">x_0 = 1</annotation></semantics></math></span></span></span>`, "a\n\n$$x_0 = 1$$"},
		{"tags stripped", "", "<p>a <span class=\"katex--inline\"><span class=\"katex\"><span class=\"katex-mathml\">\n x\n 2\n \n x^2\n </span><span class=\"katex-html\">x2</span></span></span> b", "a $x^2$ b"},
		{"attribute around", "", `<p>a <span class="eq" data-latex="x^2"><span class="katex"><span class="katex-html">x2</span></span></span> b`, "a $x^2$ b"},
		{"visual half alone", "", `<p>a <span class="katex"><span class="katex-html" aria-hidden="true"><span class="base"><span class="mord mathnormal">y</span></span></span></span> b`, "a $y$ b"},
		{"error", "", `<p>a <span class="katex-error" title="ParseError: no">\foo{x}</span> b`, `a $\foo{x}$ b`},
		{"render call", `<script>katex.render("c = \\pm\\sqrt{a}", document.getElementById("f1"), {displayMode: true});</script>`, `<p>a</p><div id="f1"></div><p>b</p>`, "a\n\n$$c = \\pm\\sqrt{a}$$\n\nb"},
		{"bare div", "", `<p>a</p><div class="math">\int_0^1 x</div>`, "a\n\n$$\\int_0^1 x$$"},
		{"prose in a maths class", "", `<p>a</p><p class="math">4.7 years are 2470320 minutes or so</p>`, "a\n\n4.7 years are 2470320 minutes or so"},

		// MathML.
		{"alttext", "", `<p>a <math alttext="x_1"><mi>x</mi></math> b`, "a $x_1$ b"},
		{"alttext is speech", "", `<p>a <math alttext="x squared"><msup><mi>x</mi><mn>2</mn></msup></math> b`, "a $x^{2}$ b"},
		{"block", "", `<p>a</p><math display="block"><mi>x</mi><mo>=</mo><mn>1</mn></math>`, "a\n\n$$x=1$$"},
		{"prefix", "", `<p>a <m:math><m:mi>x</m:mi></m:math> b`, "a $x$ b"},
		{"tex-math beside", "", `<p>a <mml:math><mml:mi>x</mml:mi></mml:math><tex-math>x</tex-math> b`, "a $x$ b"},
		{"only a space", "", `<p>a<math><mspace width="1em"></mspace></math>b`, "a b"},
		{"wiki", "", `<p>a <span class="mwe-math-element"><span style="display:none"><math><semantics><mi>x</mi><annotation encoding="application/x-tex">{\displaystyle x}</annotation></semantics></math></span><img class="mwe-math-fallback-image-inline" alt="{\displaystyle x}" src="/media/math/render/svg/abc"></span> b`, "a $x$ b"},
		{"wiki image", "", `<p>a <span class="mwe-math-element"><img class="mwe-math-fallback-image-display" alt="{\displaystyle x=1-2}" src="/a.svg"></span> b`, "a\n\n$$x=1-2$$\n\nb"},
		{"wiki indent", "", `<p>a</p><dl><dd><span class="mwe-math-element"><math><semantics><mi>x</mi><annotation encoding="application/x-tex">x=1</annotation></semantics></math></span></dd></dl>`, "a\n\n$$x=1$$"},
		{"wiki source mode", "", `<p>a <span class="mwe-math-fallback-source-inline tex" dir="ltr">$ x^2 $</span> b`, "a $x^2$ b"},
		{"old wiki", "", `<p>a <img class="tex" alt="\sum x" src="/math/1/2.png"> b`, `a $\sum x$ b`},

		// Images.
		{"WordPress", "", `<p>a <img class="latex" src="https://s0.wp.com/latex.php?latex=x%5E2&amp;bg=fff" alt="x^2"> b`, "a $x^2$ b"},
		{"codecogs", "", `<p>a <img src="https://latex.codecogs.com/gif.latex?x&amp;space;=&amp;space;1"> b`, "a $x = 1$ b"},
		{"mimetex", "", `<p>a <img src="/cgi-bin/mimetex.cgi?\frac{1}{2}"> b`, `a $\frac{1}{2}$ b`},
		{"quicklatex", "", `<p>a <img class="ql-img-inline-formula quicklatex-auto-format" src="/ql-cache/quicklatex.com-1_l3.png" alt="x^2" title="Rendered by QuickLaTeX.com"> b`, "a $x^2$ b"},
		{"AoPS", "", `<p>a <img class="latex" src="//latex.artofproblemsolving.com/1.png" alt="$x^2$"> and <img class="latexcenter" alt="\[y=1+2\]" src="//latex.artofproblemsolving.com/2.png">`, "a $x^2$ and\n\n$$y=1+2$$"},
		{"latex2html", "", `<p>a <!-- MATH $x_{1}$ --> <img src="img1.png" alt="$x_{1}$"> b`, "a $x_{1}$ b"},
		{"latex2html cut", "", `<p>a <!-- MATH \begin{displaymath}x_{1} = 2\end{displaymath} --> <img src="img1.png" alt="\begin{displaymath}x_..."> b`, "a\n\n$$x_{1} = 2$$\n\nb"},
		{"lazy and noscript", "", `<p>a <img class="latex" src="data:image/gif;base64,AA" data-src="/latex.php?latex=x" alt="x"><noscript><img class="latex" src="/latex.php?latex=x" alt="x"></noscript> b`, "a $x$ b"},
		{"Sphinx image", "", `<p>a</p><div class="math"><p><img src="_images/math/1.png" alt="A x = b"></p></div>`, "a\n\n$$A x = b$$"},
		{"ordinary image", "", `<p>a <img src="/cat.jpg" alt="a cat $x$"> b`, "a b"},

		// Attributes and elements.
		{"data-tex", "", `<p>a <span class="ztext-math" data-tex="\alpha">\alpha</span> b`, `a $\alpha$ b`},
		{"data-value of Quill", "", `<p>a <span class="ql-formula" data-value="e=mc^2"><span><span class="katex"><span class="katex-html">x</span></span></span></span> b`, "a $e=mc^2$ b"},
		{"data attribute of prose", "", `<p>a <span data-content="see the other page">word</span> b`, "a word b"},
		{"Wiris", "", `<p>a <img class="Wirisformula" alt="x" data-mathml="«math»«mi»x«/mi»«/math»"> b`, "a $x$ b"},
		{"d-math", "", `<p>a <d-math>x^2</d-math> and <d-math block>y=1</d-math>`, "a $x^2$ and\n\n$$y=1$$"},
		{"math-renderer", "", `<p>a <math-renderer class="js-inline-math">$x$</math-renderer> b`, "a $x$ b"},
		{"mathjax-node", "", `<p>a <span class="mjpage"><svg><title id="t">x^{2}</title><g></g></svg></span> b`, "a $x^{2}$ b"},
		{"aria-label", "", `<p>a <span class="mjpage"><span class="mjx-chtml"><span class="mjx-math" aria-label="x^2"><span>x</span></span></span></span> b`, "a $x^2$ b"},
		{"arithmatex", "", `<p>a <span class="arithmatex">\(x\)</span> b`, "a $x$ b"},
		{"GitLab code", "", `<p>a</p><pre class="code math js-render-math" data-math-style="display"><code>x = 1</code></pre>`, "a\n\n$$x = 1$$"},

		// AsciiMath, codes of forums.
		{"AsciiMath", `<script src="/ASCIIMathML.js"></script>`, "<p>a `x^2` b", "a $x^{2}$ b"},
		{"no AsciiMath", "", "<p>run `ls` and `cd`", "run `ls` and `cd`"},
		{"bbcode", "", `<p>a [tex]x^2=5[/tex] b`, "a $x^2=5$ b"},
		{"bbcode at the end", "", `<p>a [tex]x^2=5[/tex]`, "a\n\n$$x^2=5$$"},
		{"bbcode inline", "", `<p>a [math]x^2[/math] b`, "a $x^2$ b"},
		{"bbcode prose", "", `<p>see [math]the whole long thing[/math]`, "see [math]the whole long thing[/math]"},
		{"WordPress shortcode", "", `<p>a $latex x^2&s=2$ b`, "a $x^2$ b"},
		{"leaked tag", "", `<p>a &lt;math&gt;x^2&lt;/math&gt; b`, "a $x^2$ b"},
		{"scopes of Stack Exchange", dollars, `<div>$\begingroup$</div><p>a $x$</p><div>$\endgroup$</div>`, "a $x$"},

		// HTML and Unicode.
		{"sub and sup", "", `<p>H<sub>2</sub>O and x<sup>10</sup> and 2<sup>2<sup>n</sup></sup>`, "H_2O and x^{10} and 2^{2^n}"},
		{"ordinal", "", `<p>The 1<sup>st</sup>, 2<sup>nd</sup> and n<sup>th</sup>`, "The 1st, 2nd and nth"},
		{"note", "", `<p>Known.<sup><a href="#fn1">1</a></sup> And<sup class="reference">[2]</sup> so.`, "Known. And so."},
		{"HTML formula", "", `<p>a <span class="texhtml"><i>x</i><sup>2</sup> = 4</span> b`, "a $x^{2} = 4$ b"},
		{"pandoc HTML formula", "", `<p>a <span class="math inline"><em>x</em><sub>1</sub></span> b`, "a $x_{1}$ b"},
		{"fraction", "", `<p>a <span class="sfrac"><span class="num">1</span><span class="sr-only">/</span><span class="den">2</span></span> b`, "a 1/2 b"},
		{"PreTeXt macros", "", `<p>a <span class="process-math">\(x \lt y \amp z\)</span> b`, "a $x < y & z$ b"},
		{"labels", "", `<p>\begin{equation}\label{a}x=1\end{equation} and \begin{equation}\label{b}y=2\end{equation} by \eqref{b}`, "$$x=1$$\n\nand\n\n$$\\label{b}y=2$$\n\nby \\eqref{b}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := extractBody(t, test.head, test.body).Text; got != test.want {
				t.Errorf("body %s\n got %q\nwant %q", test.body, got, test.want)
			}
		})
	}
}

// TestEquationTables is about displays that a generator has laid out as tables.
func TestEquationTables(t *testing.T) {
	f := func(name, body, want string) {
		t.Helper()
		if got := extractBody(t, "", body).Text; got != want {
			t.Errorf("%s\n got %q\nwant %q", name, got, want)
		}
	}
	f("LaTeXML, one", `<p>So</p><table class="ltx_equation ltx_eqn_table"><tr class="ltx_eqn_row"><td class="ltx_eqn_cell"></td><td class="ltx_eqn_cell"><math alttext="\displaystyle a=b" display="block"><mi>a</mi></math></td><td></td><td class="ltx_eqn_eqno">(1)</td></tr></table><p>holds.</p>`,
		"So\n\n$$a=b$$\n\n(1)\n\nholds.")
	f("LaTeXML, group", `<p>So</p><table class="ltx_equationgroup ltx_eqn_table"><tbody><tr><td class="ltx_eqn_cell ltx_align_right"><math alttext="\displaystyle a"><mi>a</mi></math></td><td class="ltx_eqn_cell ltx_align_left"><math alttext="\displaystyle=b"><mi>b</mi></math></td><td class="ltx_eqn_eqno">(1)</td></tr></tbody><tbody><tr><td class="ltx_align_right"></td><td class="ltx_align_left"><math alttext="\displaystyle=c."><mi>c</mi></math></td></tr></tbody></table>`,
		"So\n\n$$\n\\begin{aligned}\na & =b \\\\\n& =c.\n\\end{aligned}\n$$")
	f("latex2html", `<p>So</p><table align="CENTER" width="100%"><tr><td nowrap><img src="i1.png" alt="$\displaystyle E_N$"></td><td><img src="i2.png" alt="$\textstyle =$"></td><td><img src="i3.png" alt="$\displaystyle \sum a_n$"></td><td>&nbsp;</td></tr></table>`,
		"So\n\n$$\n\\begin{aligned}\nE_N & = \\sum a_n\n\\end{aligned}\n$$")
}
