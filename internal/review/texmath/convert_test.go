package texmath

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mathml converts a formula and gives what is in the element math.
func mathml(src string, display bool) string {
	out := string(Convert(src, display).Math.AppendMathML(nil))
	return strings.TrimSuffix(out[strings.IndexByte(out, '>')+1:], "</math>")
}

func TestConvert(t *testing.T) {
	f := func(src, want string) {
		t.Helper()
		if diff := cmp.Diff(want, mathml(src, true)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", src, diff)
		}
		if got := Convert(src, true); !got.Complete {
			t.Errorf("%s is not complete: unknown %q", src, got.Unknown)
		}
	}
	// Letters, numbers, operators.
	f(`x+12.5`, `<mi>x</mi><mo>+</mo><mn>12.5</mn>`)
	f(`a-b*c`, `<mi>a</mi><mo>−</mo><mi>b</mi><mo>∗</mo><mi>c</mi>`)
	f(`1,2.`, `<mn>1</mn><mo>,</mo><mn>2</mn><mtext>.</mtext>`)
	f(`(x)`, `<mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo>`)
	f(`\alpha\Gamma\le\to`, `<mi>α</mi><mi mathvariant="normal">Γ</mi><mo>≤</mo><mo>→</mo>`)
	f(`a % comment
b`, `<mi>a</mi><mi>b</mi>`)
	f(`100\%`, `<mn>100</mn><mi mathvariant="normal">%</mi>`)
	f(`α≤𝐹`, `<mi>α</mi><mo>≤</mo><mi>𝐹</mi>`)
	// Scripts.
	f(`x_1^2`, `<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>`)
	f(`x^12`, `<msup><mi>x</mi><mn>1</mn></msup><mn>2</mn>`)
	f(`x^{12}`, `<msup><mi>x</mi><mn>12</mn></msup>`)
	f(`f''`, `<msup><mi>f</mi><mo>″</mo></msup>`)
	f(`f'_i`, `<msubsup><mi>f</mi><mi>i</mi><mo>′</mo></msubsup>`)
	f(`{}^2x`, `<msup><mrow></mrow><mn>2</mn></msup><mi>x</mi>`)
	f(`a_1_2`, `<msub><msub><mi>a</mi><mn>1</mn></msub><mn>2</mn></msub>`)
	f(`\sum_{i}^n`, `<munderover><mo movablelimits="true">∑</mo><mi>i</mi><mi>n</mi></munderover>`)
	f(`\sum\nolimits_i`, `<msub><mo>∑</mo><mi>i</mi></msub>`)
	f(`\int\limits_0`, `<munder><mo movablelimits="false">∫</mo><mn>0</mn></munder>`)
	// Fractions and roots.
	f(`\frac12`, `<mfrac><mn>1</mn><mn>2</mn></mfrac>`)
	f(`\frac{a}{b+c}`, `<mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mi>c</mi></mrow></mfrac>`)
	f(`{a\over b}`, `<mfrac><mi>a</mi><mi>b</mi></mfrac>`)
	f(`\sqrt[3]{x}`, `<mroot><mi>x</mi><mn>3</mn></mroot>`)
	f(`\root n\of x`, `<mroot><mi>x</mi><mi>n</mi></mroot>`)
	f(`\sqrt x`, `<msqrt><mi>x</mi></msqrt>`)
	// Fonts.
	f(`\mathbb{R}\mathcal B\mathbf{xy}`, `<mi>ℝ</mi><mi>ℬ</mi><mi>𝐱𝐲</mi>`)
	f(`\mathrm{d}x`, `<mi mathvariant="normal">d</mi><mi>x</mi>`)
	f(`{\rm ab}c`, `<mi>ab</mi><mi>c</mi>`)
	f(`\mathbf{12}`, `<mn>𝟏𝟐</mn>`)
	f(`\boldsymbol\beta`, `<mi>𝜷</mi>`)
	// Accents and rules.
	f(`\hat x`, `<mover accent="true"><mi>x</mi><mo stretchy="false">^</mo></mover>`)
	f(`\overline{x}`, `<mrow class="over"><mi>x</mi></mrow>`)
	// Functions.
	f(`2\sin x`, `<mn>2</mn><mo rspace="0.1667em" lspace="0.1667em">sin</mo><mi>x</mi>`)
	f(`\sin(x)`, `<mo rspace="0" lspace="0">sin</mo><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo>`)
	f(`\not=`, `<mo>≠</mo>`)
	// Text.
	f(`\text{if $x$ is}`, `<mtext>if`+"\u00a0"+`</mtext><mi>x</mi><mtext>`+"\u00a0"+`is</mtext>`)
	f(`\text{caf\'e \& 5\%}`, `<mtext>café &amp; 5%</mtext>`)
	// Left out, or without their decoration.
	f(`x\label{eq:1}\nonumber`, `<mi>x</mi>`)
	f(`\color{red}x`, `<mi>x</mi>`)
	f(`\href{javascript:alert(1)}{x}`, `<mi>x</mi>`)
	f(``, ``)
}

func TestTables(t *testing.T) {
	f := func(src, want string) {
		t.Helper()
		if diff := cmp.Diff(want, mathml(src, true)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", src, diff)
		}
		if got := Convert(src, true); !got.Complete {
			t.Errorf("%s is not complete: unknown %q", src, got.Unknown)
		}
	}
	f(`\begin{matrix}a&b\\c&d\\\end{matrix}`,
		`<mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr></mtable>`)
	f(`a&=b\\[2pt]&=c`, `<mtable displaystyle="true" class="align"><mtr><mtd class="r"><mi>a</mi></mtd><mtd class="l"><mo>=</mo><mi>b</mi></mtd></mtr>`+
		`<mtr><mtd class="r"></mtd><mtd class="l"><mo>=</mo><mi>c</mi></mtd></mtr></mtable>`)
	f(`\begin{cases}x\end{cases}`, `<mo form="prefix" stretchy="true" symmetric="true">{</mo><mtable><mtr><mtd class="l"><mi>x</mi></mtd></mtr></mtable>`)
	f(`\begin{array}{c|r}\hline a&b\\\hline\end{array}`,
		`<mtable><mtr class="hl hb"><mtd><mi>a</mi></mtd><mtd class="r vl"><mi>b</mi></mtd></mtr></mtable>`)
	f(`\begin{equation}x\end{equation}`, `<mi>x</mi>`)
	f(`\left(\begin{smallmatrix}1\end{smallmatrix}\right.`,
		`<mo form="prefix" stretchy="true" symmetric="true">(</mo><mtable scriptlevel="1"><mtr><mtd><mn>1</mn></mtd></mtr></mtable>`)
}

func TestIncomplete(t *testing.T) {
	f := func(src, want string, unknown ...string) {
		t.Helper()
		got := Convert(src, false)
		if got.Complete || !slices.Equal(got.Unknown, unknown) {
			t.Errorf("%s: complete %v, unknown %q, want %q", src, got.Complete, got.Unknown, unknown)
		}
		if diff := cmp.Diff(want, mathml(src, false)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", src, diff)
		}
	}
	f(`\vvec+\vvec`, `<mtext class="tex">\vvec</mtext><mo>+</mo><mtext class="tex">\vvec</mtext>`, `\vvec`)
	f(`{a`, `<mi>a</mi>`)
	f(`a}b`, `<mi>a</mi><mi>b</mi>`)
	f(`\frac{1}`, `<mfrac><mn>1</mn><mrow></mrow></mfrac>`)
	f(`\left(x`, `<mo form="prefix" stretchy="true" symmetric="true">(</mo><mi>x</mi>`)
	f(`x\end{array}y`, `<mi>x</mi><mi>y</mi>`)
	f(`\begin{bad}x\end{bad}`, `<mi>x</mi>`, `\begin{bad}`)
}

// What a formula says is text, never markup.
func TestHostile(t *testing.T) {
	f := func(src string) {
		t.Helper()
		got := Convert(src, true)
		out := string(got.Math.AppendMathML(nil))
		for _, bad := range []string{"<script", "<img", "<mtext onerror", "style=", "href=", "onload="} {
			if strings.Contains(out, bad) && !strings.Contains(out, "&lt;"+bad[1:]) {
				t.Errorf("%s gives %s", src, out)
			}
		}
		var tree any
		if data, err := json.Marshal(got.Math); err != nil || json.Unmarshal(data, &tree) != nil {
			t.Errorf("%s is no JSON: %v", src, err)
		}
	}
	f(`</mtext><script>alert(1)</script>`)
	f(`\text{</mtext><script>alert(1)</script>}`)
	f(`\unknown"><img src=x>`)
	f(`\begin{"><script>}x\end{"><script>}`)
	f(`\class{" onload="x}{y}\style{background:url(http://x)}{z}\href{javascript:alert(1)}{w}`)
	f(`\hspace{1em" onload="x}\rule{1em;color:red}{2pt}`)
	f(`\multicolumn{2" onload="x}{c}{y}`)
}

// The limits hold, and the result is the source.
func TestLimits(t *testing.T) {
	f := func(name, src string) {
		t.Helper()
		got := Convert(src, true)
		if got.Complete || len(got.Math.Kids) != 1 || got.Math.Kids[0].Text != src {
			t.Errorf("%s is not shown as its source", name)
		}
		if n, depth := size(got.Math); n > 2*maxNodes || depth > 10*maxDepth {
			t.Errorf("%s: %d elements, depth %d", name, n, depth)
		}
	}
	f("long", strings.Repeat("x", maxBytes+1))
	f("many", strings.Repeat("x^2", maxBytes/3))
	f("deep groups", strings.Repeat("{", 5000))
	f("deep roots", strings.Repeat(`\sqrt`, 5000))
	f("deep fractions", strings.Repeat(`\frac{`, 5000))
	f("deep text", strings.Repeat(`\text{$`, 4000))
	f("deep delimiters", strings.Repeat(`\left(`, 5000))
	f("deep tables", strings.Repeat(`\begin{matrix}`, 2000))
	f("deep styles", strings.Repeat(`\displaystyle`, 2000))
	f("primes", "f"+strings.Repeat("'", 5000))
}

func size(n *Node) (nodes, depth int) {
	nodes = 1
	for _, kid := range n.Kids {
		m, d := size(kid)
		nodes += m
		depth = max(depth, d)
	}
	return nodes, depth + 1
}

func FuzzConvert(f *testing.F) {
	for _, seed := range []string{
		`\frac{-b\pm\sqrt{b^2-4ac}}{2a}`, `\begin{array}{c|c}a&b\\\hline c\end{array}`, `\left.\frac{dy}{dx}\right|_{x=0}`, `\text{a $b$ \'e}`,
		`x^{a}_b'^c`, `\sum\limits_{\substack{i\\j}}`, `a&b\\c`, `}\end{x}\right)`, `\genfrac(]{1pt}{0}ab`, `\xrightarrow[a]{b}`, `\not\in\big(`, "\\\xff\x00{",
	} {
		f.Add(seed)
	}
	known := map[string]bool{}
	for name := range strings.FieldsSeq("math mrow mi mn mo mtext mspace mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd") {
		known[name] = true
	}
	f.Fuzz(func(t *testing.T, src string) {
		got := Convert(src, len(src)%2 == 0)
		n, depth := size(got.Math)
		if n > 2*maxNodes || depth > 10*maxDepth {
			t.Fatalf("%d elements, depth %d", n, depth)
		}
		var walk func(*Node)
		walk = func(n *Node) {
			if !known[n.Name] || n.Text != "" && n.Kids != nil {
				t.Fatalf("element %q with text %q", n.Name, n.Text)
			}
			for _, a := range n.Attrs {
				if strings.ContainsAny(a.Value, "<>\"'\\:;()") {
					t.Fatalf("attribute %s=%q", a.Name, a.Value)
				}
			}
			want := map[string]int{"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}[n.Name]
			if want > 0 && len(n.Kids) != want {
				t.Fatalf("%s has %d children", n.Name, len(n.Kids))
			}
			for _, kid := range n.Kids {
				walk(kid)
			}
		}
		walk(got.Math)
		var tree any
		if data, err := json.Marshal(got.Math); err != nil || json.Unmarshal(data, &tree) != nil {
			t.Fatalf("no JSON: %v", err)
		}
	})
}

func BenchmarkConvert(b *testing.B) {
	src := `\begin{aligned}\frac{\partial \mathcal{D}(w)}{\partial w_j} &= \frac{1}{N} \sum_{n=1}^N -x_{nj} \left[ y_n - \pi(x_n) \right] \\ &\le \text{a bound}\end{aligned}`
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		Convert(src, true)
	}
}

// Lengths are numbers in em within bounds, whatever the source says.
func TestLengths(t *testing.T) {
	f := func(in, want string, wantOK bool) {
		t.Helper()
		if got, ok := dimension(in); got != want || ok != wantOK {
			t.Errorf("dimension(%q) = %q, %t, want %q, %t", in, got, ok, want, wantOK)
		}
	}
	f("1em", "1.000em", true)
	f(" -2 pt ", "-0.200em", true)
	f("1e9em", "20.000em", true)
	f("-infem", "-20.000em", true)
	f("nanem", "", false)
	f("em", "", false)
	f("1xx", "", false)
	f("1.2.3em", "", false)
}
