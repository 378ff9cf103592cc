package tex

import "testing"

func TestLooksMath(t *testing.T) {
	for in, want := range map[string]bool{
		`n`: true, `8n`: true, `-1`: true, `f(x)`: true, `2^n`: true, `x_i`: true, `\alpha`: true, `a=b`: true, `(a,b)`: true, `|x|`: true,
		`n!`: true, `0 < x`: true, `5`: true, `\text{if it is so}`: true, `x \in A`: true, `α`: true, `p \mid q`: true,
		`a^2 + b^2 = c^2`: true, `\frac{1}{2} \text{ of the whole cake}`: true,
		``: false, ` n`: false, `n `: false, `5 and a drink `: false, `5 and `: false, `100 to`: false, `5 or`: false,
		`3, so we can buy that for `: false, `the price was`: false, `5 per person, then pay`: false, `hello`: false, `PATH`: false, `这是一个词`: false,
		`5 for the first one and x = 2 for all of them`: false,
	} {
		if got := LooksMath(in); got != want {
			t.Errorf("LooksMath(%q) = %v", in, got)
		}
	}
}

func TestLooksTeX(t *testing.T) {
	for in, want := range map[string]bool{
		`\frac{a}{b}`: true, `x^2`: true, `x_{ij}`: true, `$a$`: true, `a_1 + a_2`: true, `\sum_{i} \text{weight of the thing}`: true,
		`x squared plus one`: false, `4.7 years = 2470320 minutes`: false, `file_name`: false, `C:\Users\me`: false, ``: false,
		`see https://e.org/a_1`: false, `Figure 3`: false, `some words and \alpha here too`: false,
	} {
		if got := LooksTeX(in); got != want {
			t.Errorf("LooksTeX(%q) = %v", in, got)
		}
	}
}

func TestMoney(t *testing.T) {
	for in, want := range map[string]string{
		`5 and`: `5`, `1,000 a year`: `1,000`, `12.50.`: `12.50`, `5M in`: `5M`, `60 million people`: `60 million`, `3, so`: `3`, `20-30`: `20`, `1.5bn`: `1.5bn`,
		`n$`: ``, `8n$`: ``, `2^n`: ``, `5x`: ``, `3+4$`: ``, `10$`: ``, ``: ``, `,5`: ``,
	} {
		if got := in[:Money(in)]; got != want {
			t.Errorf("Money(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDefinitionsOnly(t *testing.T) {
	for in, want := range map[string]bool{
		`\newcommand{\R}{\mathbb{R}}`: true, `$\def\a{x}\let\b=\c$`: true, `\[\DeclareMathOperator*{\argmax}{arg\,max}\]`: true,
		"% macros\n\\newcommand\\v[1]{\\vec{#1}}\n": true, `( \newcommand{\id}{\mathrm{id}}\)`: true, `\require{AMScd}`: true,
		`\newcommand{\R}{\mathbb{R}} x\in\R`: false, `x`: false, ``: false, `\newcommand{\R}{`: false, `\alpha`: false,
	} {
		if got := DefinitionsOnly(in); got != want {
			t.Errorf("DefinitionsOnly(%q) = %v", in, got)
		}
	}
}

func TestFromImageURL(t *testing.T) {
	tests := []struct {
		url, want string
		d         Display
	}{
		{`https://latex.codecogs.com/gif.latex?%5Cdpi%7B150%7D%20a&plus;b%5E2`, `a+b^2`, Unknown},
		{`https://latex.codecogs.com/svg.image?\begin{matrix}a&b\\c&d\end{matrix}`, `\begin{matrix}a&b\\c&d\end{matrix}`, Unknown},
		{`https://latex.codecogs.com/png.latex?%5Cinline%20x&space;=&space;1`, `x = 1`, Inline},
		{`https://s0.wp.com/latex.php?latex=q%5E2%2B1&bg=ffffff&fg=000000&s=0`, `q^2+1`, Unknown},
		{`https://s0.wp.com/latex.php?latex=a+%2B+b&#038;bg=fff`, `a + b`, Unknown},
		{`https://chart.googleapis.com/chart?cht=tx&chl=%5Cfrac%7B1%7D%7B2%7D&chs=200`, `\frac{1}{2}`, Unknown},
		{`https://chart.googleapis.com/chart?cht=p&chl=abc`, ``, Unknown},
		{`https://www.zhihu.com/equation?tex=%5Csqrt%7Bx%7D`, `\sqrt{x}`, Unknown},
		{`https://math.jianshu.com/math?formula=y%3Dx`, `y=x`, Unknown},
		{`https://render.githubusercontent.com/render/math?math=%5Cdelta&mode=inline`, `\delta`, Unknown},
		{`/cgi-bin/mimetex.cgi?\Large x_1+y`, `x_1+y`, Unknown},
		{`/cgi-bin/mathtex.cgi?%5Cint_0%5E1`, `\int_0^1`, Unknown},
		{`https://i.upmath.me/svg/x%5E2%2B1`, `x^2+1`, Unknown},
		{`/images/%5Calpha.png`, `\alpha`, Unknown},
		{`/render?formula=e%5E%7Bi%5Cpi%7D`, `e^{i\pi}`, Unknown},
		{`/photo.jpg`, ``, Unknown},
		{`/search?math=books`, ``, Unknown},
		{`data:image/png;base64,AAAA`, ``, Unknown},
		{`/latex.php?latex=`, ``, Unknown},
	}
	for _, tt := range tests {
		got, d, ok := FromImageURL(tt.url)
		if got != tt.want || d != tt.d || ok != (tt.want != "") {
			t.Errorf("FromImageURL(%q) = %q, %d, %v; want %q, %d", tt.url, got, d, ok, tt.want, tt.d)
		}
	}
}

func TestRepairs(t *testing.T) {
	for in, want := range map[string]string{
		`a \r  ightarrow b`: `a \rightarrow b`, `\in  t`: `\in  t`, `\alp  ha+\be  ta`: `\alpha+\beta`, `\foo  bar`: `\foo  bar`, `a  b`: `a  b`, `\le  ftarrow`: `\leftarrow`,
	} {
		if got := JoinBroken(in); got != want {
			t.Errorf("JoinBroken(%q) = %q, want %q", in, got, want)
		}
	}
	if got, ok := WirisMathML(`«math xmlns=¨http://e.org¨»«mo»§#8805;«/mo»«/math»`); !ok || got != `<math xmlns="http://e.org"><mo>&#8805;</mo></math>` {
		t.Errorf("WirisMathML = %q, %v", got, ok)
	}
	if _, ok := WirisMathML(`«quoted»`); ok {
		t.Error("WirisMathML took a quotation")
	}
	if got := DropLabels(`a\label{x}b\label{y}\\`, func(l string) bool { return l == "y" }); got != `ab\label{y}\\` {
		t.Errorf("DropLabels = %q", got)
	}
	if got := Unescape(`a &lt; b &amp c &unknown; &#x3b1; &;`); got != `a < b &amp c &unknown; α &;` {
		t.Errorf("Unescape = %q", got)
	}
}

func TestMacros(t *testing.T) {
	var m Macros
	rest := m.Collect(`\newcommand{\bra}{no}\newcommand{\vct}[1]{\mathbf{#1}} \def\pair#1#2{(#1,#2)} \DeclareMathOperator{\Supp}{Supp}
\newcommand\norma[2][2]{\|#2\|_{#1}}\let\eps=\varepsilon \newcommand{\loopy}{\loopy\loopy} x`)
	if got := trim(rest); got != "x" {
		t.Errorf("Collect left %q", got)
	}
	for in, want := range map[string]string{
		`\vct v+\vct{ab}`:      `\mathbf{v}+\mathbf{ab}`,
		`\pair{a}b`:            `(a,b)`,
		`\Supp f`:              `\operatorname{Supp}f`,
		`\norma{x}+\norma[1]y`: `\|x\|_{2}+\|y\|_{1}`,
		`\eps x`:               `\varepsilon x`,
		`\bra`:                 `\bra`,
		`\loopy`:               `\loopy`,
		`\pair{a}`:             `\pair{a}`,
		`\unknown`:             `\unknown`,
		`\\vct`:                `\\vct`,
	} {
		if got := string(m.Expand(nil, in)); got != want {
			t.Errorf("Expand(%q) = %q, want %q", in, got, want)
		}
	}
	m.Reset()
	if m.Len() != 0 {
		t.Error("Reset kept macros")
	}
	if got := CutDefinitions(`a\newcommand{\x}{y}b`); got != "ab" {
		t.Errorf("CutDefinitions = %q", got)
	}
}
