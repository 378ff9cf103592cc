package asciimath

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestToTeX(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"a+b", "a+b"},
		{"alpha beta", `\alpha\beta`},
		{"pi r^2", `\pi r^{2}`},
		{"12.5 xx 10^-3", `12.5\times 10^{-3}`},
		{"(a+b)/(c d)", `\frac{a+b}{cd}`},
		{"(a+b)c", `(a+b)c`},
		{"sum_(k=0)^oo q^k", `\sum_{k=0}^{\infty}q^{k}`},
		{"lim_(x->0) sin(x)/x", `\lim_{x\rightarrow 0}\frac{\sin(x)}{x}`},
		{"cos^-1(t)", `\cos^{-1}(t)`},
		{"sqrt(x^2+1)", `\sqrt{x^{2}+1}`},
		{"root(3)(y)", `\sqrt[3]{y}`},
		{"frac{u}{v}", `\frac{u}{v}`},
		{"d/dx f(x)", `\frac{d}{dx}f(x)`},
		{"f(x)/g(x)", `\frac{f(x)}{g(x)}`},
		{"f^((n))(a)/(n!)", `\frac{f^{(n)}(a)}{n!}`},
		{"hat x + bar(AB) + bar z + vec v", `\hat{x}+\overline{AB}+\bar{z}+\vec{v}`},
		{"x_1^2", `x_{1}^{2}`},
		{"[[1,2],[3,4]]", `\begin{bmatrix}1&2\\3&4\end{bmatrix}`},
		{"((p,q),(r,s))", `\begin{pmatrix}p&q\\r&s\end{pmatrix}`},
		{"|(a,b),(c,d)|", `\begin{vmatrix}a&b\\c&d\end{vmatrix}`},
		{`{(x, if x>0),(-x, "else"):}`, `\begin{cases}x&\text{if }x>0\\-x&\text{else}\end{cases}`},
		{"{(1,2),(3,4)}", `\{(1,2),(3,4)\}`},
		{"|x-y|<=1", `|x-y|\leq 1`},
		{"|~t~| - |__u__|", `\lceil t\rceil-\lfloor u\rfloor`},
		{"a|b", `a\mid b`},
		{"abs(x/2)", `\left|\frac{x}{2}\right|`},
		{"AA x in RR, EE y !in QQ", `\forall x\in\mathbb{R},\exists y\notin\mathbb{Q}`},
		{`text(rate of) k_"max"`, `\text{rate of}k_{\text{max}}`},
		{"bb A bbb C cc F fr g", `\mathbf{A}\mathbb{C}\mathcal{F}\mathfrak{g}`},
		{`bbb "Q" sub bbb"R", bb "v1" + bb "a b"`, `\mathbb{Q}\subset\mathbb{R},\mathbf{v1}+\mathbf{\text{a b}}`},
		{`\Gamma \frac{1}{2} \weird`, `\Gamma\frac{1}{2}\weird`},
		{"a % b & c", `a\%b\&c`},
		{"(a", "(a"},
		{"a)", "a)"},
		{"{a", `\{a`},
		{"stackrel(def)(=)", `\overset{def}{=}`},
		{"ubrace(1+1)_2", `\underbrace{1+1}_{2}`},
		{"color(red)(x)", `{\color{red}x}`},
		{"a =>b <=> c", `a\Rightarrow b\Leftrightarrow c`},
		{"log_2 n", `\log_{2}n`},
		{"1/(1+1/x)", `\frac{1}{1+\frac{1}{x}}`},
	}
	for _, tt := range tests {
		if got := string(ToTeX(nil, tt.in)); got != tt.want {
			t.Errorf("ToTeX(%q)\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestToTeXAppends(t *testing.T) {
	if got := string(ToTeX([]byte("x"), "oo")); got != `x\infty` {
		t.Errorf("got %s", got)
	}
}

func TestDeepAndLong(t *testing.T) {
	for _, unit := range []string{"(", "sqrt", "sqrt(", "|", "|(", "a/", "x_", "x^", "((", "[[", "{:", "sin", "f(", "text", "frac", "-", "^-", "\\"} {
		src := strings.Repeat(unit, 20000/len(unit))
		got := ToTeX(nil, src)
		if len(got) > 40*len(src) {
			t.Errorf("%q: %d bytes grew to %d", unit, len(src), len(got))
		}
	}
}

func TestLooksLike(t *testing.T) {
	for src, want := range map[string]bool{
		"sum_(i=1)^n i": true, "x^(2n)": true, "2 xx 3": true, "a +- b": true,
		"": false, "x": false, "foo(bar);": false, "a == b": false, "the word": false, "x = x + 1": false,
	} {
		if got := LooksLike(src); got != want {
			t.Errorf("LooksLike(%q) = %v", src, got)
		}
	}
}

func FuzzToTeX(f *testing.F) {
	for _, seed := range []string{"sum_(i=1)^n i^3=((n(n+1))/2)^2", "[[a,b],[c,d]]", `{(x, if y),(z, "t"):}`, "|x|/|y|", "text(", `"a`, "\\alpha", "x^-", "color(red)(", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		got := ToTeX(nil, src)
		if utf8.ValidString(src) && !utf8.Valid(got) {
			t.Errorf("invalid UTF-8 from %q", src)
		}
		if len(got) > 40*len(src)+40 {
			t.Errorf("%d bytes grew to %d", len(src), len(got))
		}
	})
}

func BenchmarkToTeX(b *testing.B) {
	src := "x=(-b+-sqrt(b^2-4ac))/(2a) and sum_(k=0)^oo q^k = 1/(1-q), [[1,2],[3,4]]"
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst = ToTeX(dst[:0], src)
	}
}
