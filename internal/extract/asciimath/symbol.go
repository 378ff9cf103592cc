package asciimath

import (
	"strings"
	"sync"
)

// A class is what a token does in the grammar.
type class uint8

const (
	constant class = iota
	unary          // one argument
	binary         // two arguments
	function       // like a constant, but binds its argument as one operand
	infix          // _ ^ /
	left
	right
	bar // left or right
	textual
	end // no token
)

// A symbol is a token and its LaTeX.
type symbol struct {
	in    string
	tex   string
	class class
}

// maxToken is the length of the longest token in bytes.
const maxToken = 15

// symbols maps tokens to symbols. It is built once and only read afterwards.
var symbols = sync.OnceValue(func() map[string]symbol {
	m := make(map[string]symbol, 400)
	add := func(c class, list string) {
		fields := strings.Fields(list)
		for k := 0; k+1 < len(fields); k += 2 {
			m[fields[k]] = symbol{in: fields[k], tex: fields[k+1], class: c}
		}
	}
	add(constant, constants)
	add(left, leftBrackets)
	add(right, rightBrackets)
	add(bar, `| | || \|`)
	add(unary, unaries)
	add(binary, `frac \frac root \sqrt stackrel \overset overset \overset underset \underset color \color textcolor \textcolor binom \binom`)
	add(infix, `_ _ ^ ^ / /`)
	add(textual, `text \text mbox \text textrm \text`)
	for name := range strings.FieldsSeq(functionNames) {
		m[name] = symbol{in: name, tex: `\` + name, class: function}
	}
	for name := range strings.FieldsSeq(operatorNames) {
		m[name] = symbol{in: name, tex: `\operatorname{` + name + `}`, class: function}
	}
	// Their brackets are part of what they print.
	m["f"], m["g"] = symbol{"f", "f", function}, symbol{"g", "g", function}
	for name := range strings.FieldsSeq(sameNames) {
		m[name] = symbol{in: name, tex: `\` + name}
	}
	// Words between formulas.
	m["and"], m["or"] = symbol{in: "and", tex: `\text{ and }`}, symbol{in: "or", tex: `\text{ or }`}
	m["if"] = symbol{in: "if", tex: `\text{if }`}
	m[`\ `] = symbol{in: `\ `, tex: `\ `}
	return m
})

// sameNames are called the same in LaTeX.
const sameNames = `
alpha beta chi delta Delta epsilon varepsilon eta gamma Gamma iota kappa lambda Lambda mu nu omega Omega phi varphi Phi pi Pi
psi Psi rho sigma Sigma tau theta vartheta Theta upsilon xi Xi zeta
ast star setminus ltimes rtimes bowtie div circ oplus otimes odot wedge bigwedge vee bigvee cap bigcap cup bigcup sum prod
ne lt gt le leq ge geq ll gg prec preceq succ succeq in notin ni subset supset subseteq supseteq equiv cong approx sim propto
neg implies iff forall exists bot top vdash models int oint partial nabla pm mp emptyset infty aleph ldots cdots vdots ddots
therefore because angle triangle prime quad qquad frown diamond square cdot times to uparrow downarrow rightarrow leftarrow
leftrightarrow Rightarrow Leftarrow Leftrightarrow mapsto rightarrowtail twoheadrightarrow hbar ell lim`

// functionNames are functions of LaTeX.
const functionNames = `
sin cos tan sinh cosh tanh cot sec csc arcsin arccos arctan coth exp log ln det dim gcd min max ker Pr arg deg`

// operatorNames are functions that LaTeX does not know.
const operatorNames = `sech csch lcm lub glb Sin Cos Tan Arcsin Arccos Arctan Sinh Cosh Tanh Cot Sec Csc Log Ln`

// constants are pairs of token and LaTeX.
const constants = `
* \cdot ** \ast *** \star // / \\ \backslash backslash \backslash xx \times |>< \ltimes ><| \rtimes |><| \bowtie -: \div divide \div
@ \circ o+ \oplus ox \otimes o. \odot ^^ \wedge ^^^ \bigwedge vv \vee vvv \bigvee nn \cap nnn \bigcap uu \cup uuu \bigcup
!= \neq := := < < <= \leq lt= \leq > > >= \geq gt= \geq mlt \ll mgt \gg -< \prec -lt \prec >- \succ -<= \preceq >-= \succeq !in \notin
sub \subset sup \supset sube \subseteq supe \supseteq !sub \not\subset !sup \not\supset !sube \not\subseteq !supe \not\supseteq
-= \equiv ~= \cong ~~ \approx ~ \sim prop \propto not \neg => \Rightarrow <=> \Leftrightarrow AA \forall EE \exists _|_ \bot TT \top
|-- \vdash |== \models del \partial grad \nabla +- \pm -+ \mp O/ \emptyset oo \infty ... \ldots :. \therefore :' \because
/_ \angle /_\ \triangle ' ' CC \mathbb{C} NN \mathbb{N} QQ \mathbb{Q} RR \mathbb{R} ZZ \mathbb{Z} PP \mathbb{P}
uarr \uparrow darr \downarrow rarr \rightarrow -> \rightarrow >-> \rightarrowtail ->> \twoheadrightarrow >->> \twoheadrightarrow
|-> \mapsto larr \leftarrow harr \leftrightarrow rArr \Rightarrow lArr \Leftarrow hArr \Leftrightarrow <-> \leftrightarrow
dx dx dy dy dz dz dt dt epsi \varepsilon lamda \lambda Lamda \Lambda mod \bmod
= = + + - - , , ; ; : : ! ! ? ? . . % \% # \# & \& $ \$ lfloor \lfloor rfloor \rfloor lceil \lceil rceil \rceil`

// leftBrackets and rightBrackets are pairs of token and delimiter; "." is the
// invisible one.
const (
	leftBrackets  = `( ( [ [ { \{ (: \langle << \langle {: . |: | langle \langle |__ \lfloor |~ \lceil`
	rightBrackets = `) ) ] ] } \} :) \rangle >> \rangle :} . :| | rangle \rangle __| \rfloor ~| \rceil`
)

// unaries are pairs of token and command; those in closers are delimiters
// instead.
const unaries = `
sqrt \sqrt hat \hat bar \overline overline \overline vec \vec dot \dot ddot \ddot tilde \tilde overarc \overparen overparen \overparen
ul \underline underline \underline ubrace \underbrace underbrace \underbrace obrace \overbrace overbrace \overbrace
bb \mathbf mathbf \mathbf sf \mathsf mathsf \mathsf bbb \mathbb mathbb \mathbb cc \mathcal mathcal \mathcal tt \mathtt mathtt \mathtt
fr \mathfrak mathfrak \mathfrak bm \boldsymbol rm \mathrm mathrm \mathrm cancel \cancel phantom \phantom
abs | norm \| floor \lfloor ceil \lceil Abs |`

// closers are the partners of the delimiters that abs and the like print.
var closers = map[string]string{"|": "|", `\|`: `\|`, `\lfloor`: `\rfloor`, `\lceil`: `\rceil`}
