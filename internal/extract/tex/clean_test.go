package tex

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := []struct {
		name, in, want string
		d              Display
	}{
		{"plain", `a+b`, `a+b`, Unknown},
		{"white space", " a \t+\u00a0 b ", `a + b`, Unknown},
		{"lines", "a \r\n\r\n  b\n", "a\nb", Unknown},
		{"dollars", `$u$`, `u`, Inline},
		{"double dollars", `$$ u $$`, `u`, Block},
		{"parentheses", `\( u \)`, `u`, Inline},
		{"brackets", `\[u\]`, `u`, Block},
		{"two formulas", `\(u\) and \(v\)`, `\(u\) and \(v\)`, Unknown},
		{"row height at the end", `\[a\\[2pt]\]`, `a\\[2pt]`, Block},
		{"displaystyle group", `{\displaystyle x^{2}}`, `x^{2}`, Block},
		{"displaystyle", `\displaystyle\int f`, `\int f`, Block},
		{"textstyle", `\textstyle x`, `x`, Inline},
		{"braces", `{ {a+b} }`, `a+b`, Unknown},
		{"braces apart", `{a}+{b}`, `{a}+{b}`, Unknown},
		{"equation", `\begin{equation*} x \end{equation*}`, `x`, Block},
		{"math", `\begin{math}x\end{math}`, `x`, Inline},
		{"align stays", `\begin{align*}x&=y\end{align*}`, `\begin{align*}x&=y\end{align*}`, Block},
		{"align in dollars", `$$\begin{align}x&=y\end{align}$$`, `\begin{align}x&=y\end{align}`, Block},
		{"document", `\documentclass{article}\begin{document}$$k_B$$\end{document}`, `k_B`, Block},
		{"renderer options", `\dpi{120} \bg_white \fn_phv \large \inline h_0`, `h_0`, Inline},
		{"option with braces", `\bg{black}\fg{white} h`, `h`, Unknown},
		{"query tail", `x^2&s=2&bg=ffffff&fg=000`, `x^2`, Unknown},
		{"query tail escaped", `x^2&amp;s=-1`, `x^2`, Unknown},
		{"alignment is no tail", `a &= b`, `a &= b`, Unknown},
		{"CDATA of kramdown", "% <![CDATA[\na < b %]]>", `a < b`, Unknown},
		{"CDATA of scripts", "//<![CDATA[\na\n//]]>", `a`, Unknown},
		{"entities", `a &lt; b &amp;&amp; c &#39;`, `a < b && c '`, Unknown},
		{"breaks", "a<br />b</p>", "a\nb", Unknown},
		{"comment", "a % first\n+b", "a\n+b", Unknown},
		{"percent without line end", `50 % of x`, `50 \% of x`, Unknown},
		{"escaped percent", "50\\% of\nx", "50\\% of\nx", Unknown},
		{"empty comment", "a %", `a`, Unknown},
		{"money", `\[p = $5\]`, `p = \$5`, Block},
		{"formula in text", `\[\text{for $n$ odd}\]`, `\text{for $n$ odd}`, Block},
		{"spacing only", `\quad \, \ `, ``, Unknown},
		{"hspace only", `\hspace{1em}`, ``, Unknown},
		{"empty", ``, ``, Unknown},
		{"begingroup", `$\begingroup$`, ``, Inline},
		{"control space at the end", `a\ `, `a`, Unknown},
		{"invisible", "f\u2061(x)\u200b", `f(x)`, Unknown},
		{"unbalanced", `{a`, `{a`, Unknown},
		{"lone dollar", `$`, `\$`, Unknown},
	}
	for _, tt := range tests {
		got, d := Clean(nil, tt.in)
		if string(got) != tt.want || d != tt.d {
			t.Errorf("%s: Clean(%q) = %q, %d; want %q, %d", tt.name, tt.in, got, d, tt.want, tt.d)
		}
	}
}

func TestDelimited(t *testing.T) {
	for in, want := range map[string]bool{
		`$a$`: true, `$a$b$`: false, `$$a$$`: true, `$$`: false, `$$$$`: true, `\(a\)`: true, `\(a\) \(b\)`: false, `\[a`: false,
		`$\text{a $b$ c}$`: true, `$a\$`: false, `a`: false, ``: false, `$a$ and $b$`: false,
	} {
		if _, _, got := Delimited(in); got != want {
			t.Errorf("Delimited(%q) = %v", in, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{`$$a$$`, `{\displaystyle x}`, `\begin{equation}x\end{equation}`, "% <![CDATA[\nx %]]>", `a%b`, `&amp;lt;`, `\bg_white x&s=2`, `$5 and $`, "\\", "{{{", "<br", "\xff$"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		got, _ := Clean(nil, src)
		if utf8.ValidString(src) && !utf8.Valid(got) {
			t.Errorf("Clean(%q) is not UTF-8", src)
		}
		if len(got) > 2*len(src)+2 {
			t.Errorf("Clean(%q) grew to %d bytes", src, len(got))
		}
		LooksMath(src)
		LooksTeX(src)
		Money(src)
		DefinitionsOnly(src)
		JoinBroken(src)
		DropLabels(src, nil)
		FromImageURL(src)
		var m Macros
		rest := m.Collect(src)
		if len(rest) > len(src) {
			t.Errorf("Collect(%q) grew", src)
		}
		if out := m.Expand(nil, rest); len(out) > maxMacroGrowth*len(rest)+512 {
			t.Errorf("Expand grew %d to %d", len(rest), len(out))
		}
	})
}

func TestHostile(t *testing.T) {
	const n = 1 << 18
	for _, unit := range []string{"{", "}", "$", "\\", "\\(", "\\[", "%", "&", "&amp;", "<", "<br>", "\\def\\a{", "\\newcommand{", "\\label{", "\\text{", " ", "\\quad", "\\begin{a}", "{}", "\\ "} {
		src := strings.Repeat(unit, n/len(unit))
		Clean(nil, src)
		DefinitionsOnly(src)
		LooksTeX(src)
		DropLabels(src, nil)
		JoinBroken(src)
	}
}

func BenchmarkClean(b *testing.B) {
	src := `{\displaystyle \sum _{n=0}^{\infty }{\frac {f^{(n)}(a)}{n!}}\,(x-a)^{n}}`
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst, _ = Clean(dst[:0], src)
	}
}
