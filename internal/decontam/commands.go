package decontam

import "strings"

// commandForms lists, by the form they are folded to, the LaTeX commands that
// are not grams under their own name. The empty form is nothing.
var commandForms = []struct{ form, names string }{
	{"", `left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr
		quad qquad enspace enskip thinspace medspace thickspace negthinspace hspace vspace hskip kern mkern mskip
		hfill vfill smallskip medskip bigskip noindent par newline linebreak hline cline
		displaystyle textstyle scriptstyle limits nolimits nonumber notag protect ensuremath
		text textrm textbf textit textsf texttt textup textnormal emph mbox hbox
		mathrm mathbf mathit mathsf mathtt mathnormal mathbb mathcal mathfrak mathscr mathord mathop mathrel mathbin
		boldsymbol bm pmb bold rm bf it sf tt cal frak Bbb operatorname operatornamewithlimits
		lvert rvert lVert rVert vert Vert lbrace rbrace lbrack rbrack langle rangle
		circ degree prime cdot cdotp colon mid ast bullet ldots cdots dots dotsc dotsb vdots ddots`},
	{`\frac`, `dfrac tfrac cfrac nicefrac sfrac frac`},
	{`\binom`, `dbinom tbinom binom`},
	{"+", `plus`},
	{"=", `eq`},
	{"<", `lt`},
	{">", `gt`},
	{"%", `percent`},
	{"≤", `le leq leqslant leqq`},
	{"≥", `ge geq geqslant geqq`},
	{"≠", `ne neq`},
	{"≪", `ll`},
	{"≫", `gg`},
	{"≈", `approx`},
	{"≡", `equiv`},
	{"≅", `cong`},
	{"∼", `sim`},
	{"∝", `propto`},
	{"±", `pm`},
	{"∓", `mp`},
	{"×", `times`},
	{"÷", `div`},
	{"√", `sqrt`},
	{"∑", `sum`},
	{"∏", `prod`},
	{"∫", `int`},
	{"∬", `iint`},
	{"∮", `oint`},
	{"∂", `partial`},
	{"∇", `nabla`},
	{"∞", `infty`},
	{"∈", `in isin`},
	{"∉", `notin`},
	{"⊂", `subset`},
	{"⊆", `subseteq`},
	{"⊃", `supset`},
	{"⊇", `supseteq`},
	{"∪", `cup`},
	{"∩", `cap`},
	{"∖", `setminus backslash`},
	{"∅", `emptyset varnothing`},
	{"∀", `forall`},
	{"∃", `exists`},
	{"¬", `neg lnot`},
	{"∧", `land wedge`},
	{"∨", `lor vee`},
	{"→", `to rightarrow longrightarrow`},
	{"←", `leftarrow gets`},
	{"↔", `leftrightarrow`},
	{"⇒", `Rightarrow implies Longrightarrow`},
	{"⇔", `Leftrightarrow iff Longleftrightarrow`},
	{"↦", `mapsto`},
	{"∠", `angle`},
	{"⊥", `perp`},
	{"∥", `parallel`},
	{"α", `alpha`},
	{"β", `beta`},
	{"γ", `gamma Gamma`},
	{"δ", `delta Delta`},
	{"ε", `epsilon varepsilon`},
	{"ζ", `zeta`},
	{"η", `eta`},
	{"θ", `theta vartheta Theta`},
	{"ι", `iota`},
	{"κ", `kappa`},
	{"λ", `lambda Lambda`},
	{"μ", `mu`},
	{"ν", `nu`},
	{"ξ", `xi Xi`},
	{"π", `pi Pi`},
	{"ρ", `rho varrho`},
	{"σ", `sigma Sigma varsigma`},
	{"τ", `tau`},
	{"υ", `upsilon Upsilon`},
	{"φ", `phi varphi Phi`},
	{"χ", `chi`},
	{"ψ", `psi Psi`},
	{"ω", `omega Omega`},
	{"sin", `sin`},
	{"cos", `cos`},
	{"tan", `tan`},
	{"cot", `cot`},
	{"sec", `sec`},
	{"csc", `csc`},
	{"arcsin", `arcsin`},
	{"arccos", `arccos`},
	{"arctan", `arctan`},
	{"sinh", `sinh`},
	{"cosh", `cosh`},
	{"tanh", `tanh`},
	{"log", `log`},
	{"ln", `ln`},
	{"exp", `exp`},
	{"lim", `lim`},
	{"max", `max`},
	{"min", `min`},
	{"sup", `sup`},
	{"inf", `inf`},
	{"gcd", `gcd`},
	{"det", `det`},
	{"dim", `dim`},
	{"ker", `ker`},
	{"arg", `arg`},
	{"deg", `deg`},
	{"mod", `mod bmod pmod`},
}

// newCommands returns the form of every command of commandForms.
func newCommands() map[string]string {
	forms := make(map[string]string)
	for _, c := range commandForms {
		for name := range strings.FieldsSeq(c.names) {
			forms[name] = c.form
		}
	}
	return forms
}
