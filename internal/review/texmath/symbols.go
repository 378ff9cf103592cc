package texmath

import "strings"

// A symbolKind says what element a symbol becomes.
type symbolKind uint8

const (
	identifierSymbol symbolKind = iota // a letter, slanted if it is Greek
	uprightSymbol                      // a letter that stands upright
	operatorSymbol                     // an operator, a relation, an arrow
	fixedSymbol                        // a delimiter that does not grow
	bigSymbol                          // an operator with limits in displays
	integralSymbol                     // an operator with scripts at its side
	functionSymbol                     // the name of a function
	limitSymbol                        // the name of a function with limits
)

type symbol struct {
	kind symbolKind
	text string
}

func (p *parser) symbol(s symbol) atom {
	switch s.kind {
	case identifierSymbol:
		return atom{Node: p.identifier(s.text)}
	case uprightSymbol:
		return atom{Node: p.token("mi", p.font.text(s.text)).set("mathvariant", "normal")}
	case operatorSymbol, integralSymbol:
		return atom{Node: p.token("mo", s.text)}
	case fixedSymbol:
		return atom{Node: p.token("mo", s.text).set("stretchy", "false")}
	case bigSymbol:
		return atom{Node: p.token("mo", s.text), limits: true, movable: true}
	case functionSymbol:
		return atom{Node: p.token("mo", s.text).set("rspace", thinSpace)}
	case limitSymbol:
		return atom{Node: p.token("mo", s.text).set("rspace", thinSpace), limits: true, movable: true}
	}
	panic("internal error: no such kind of symbol")
}

// symbols are the commands without arguments, by name. The sources are the
// tables of LaTeX, amssymb and stmaryrd, and what MathJax and KaTeX add.
var symbols = symbolTable()

func symbolTable() map[string]symbol {
	table := make(map[string]symbol, 900)
	for kind, list := range [...]string{
		identifierSymbol: identifierList, uprightSymbol: uprightList, operatorSymbol: operatorList + arrowList + relationList,
		fixedSymbol: fixedList, bigSymbol: bigList, integralSymbol: integralList,
	} {
		fields := strings.Fields(list)
		for i := 0; i+1 < len(fields); i += 2 {
			table[fields[i]] = symbol{symbolKind(kind), fields[i+1]}
		}
	}
	for name := range strings.FieldsSeq(functionList) {
		table[name] = symbol{functionSymbol, name}
	}
	for name := range strings.FieldsSeq(limitList) {
		table[name] = symbol{limitSymbol, name}
	}
	for name, text := range map[string]string{"limsup": "lim\u2009sup", "liminf": "lim\u2009inf", "injlim": "inj\u2009lim", "projlim": "proj\u2009lim", "plim": "plim"} {
		table[name] = symbol{limitSymbol, text}
	}
	return table
}

const functionList = `arccos arcsin arctan arctg arccot arcsec arccsc arcosh arsinh artanh arg ch cos cosec cosh cot cotg coth csc ctg cth deg dim exp hom ker lg ln log sec sech csch
sgn sh sin sinh tan tanh tg th Pr rank rk tr Tr diag ord lcm sign supp erf`

const limitList = `det gcd inf lim max min sup argmax argmin esssup essinf`

const identifierList = `alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο
pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω digamma ϝ
varGamma Γ varDelta Δ varTheta Θ varLambda Λ varXi Ξ varPi Π varSigma Σ varUpsilon Υ varPhi Φ varPsi Ψ varOmega Ω imath ı jmath ȷ`

const uprightList = `Alpha Α Beta Β Gamma Γ Delta Δ Epsilon Ε Zeta Ζ Eta Η Theta Θ Iota Ι Kappa Κ Lambda Λ Mu Μ Nu Ν Xi Ξ Omicron Ο Pi Π Rho Ρ Sigma Σ Tau Τ Upsilon Υ Phi Φ Chi Χ
Psi Ψ Omega Ω infty ∞ infin ∞ ell ℓ hbar ℏ hslash ℏ Re ℜ Im ℑ wp ℘ aleph ℵ beth ℶ gimel ℷ daleth ℸ emptyset ∅ varnothing ∅ partial ∂ nabla ∇ forall ∀ exists ∃ nexists ∄ exist ∃
top ⊤ bot ⊥ angle ∠ measuredangle ∡ sphericalangle ∢ triangle △ square □ Box □ Diamond ◇ blacksquare ■ bigstar ★ lozenge ◊ blacklozenge ⧫ clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠
flat ♭ natural ♮ sharp ♯ prime ′ backprime ‵ ldots … dots … dotsc … dotso … hdots … vdots ⋮ ddots ⋱ iddots ⋰ adots ⋰ complement ∁ mho ℧ eth ð Finv Ⅎ Game ⅁ surd √ degree ° Bbbk 𝕜
N ℕ R ℝ Z ℤ C ℂ Q ℚ reals ℝ Reals ℝ natnums ℕ Complex ℂ cnums ℂ checkmark ✓ maltese ✠ circledR ® circledS Ⓢ S § P ¶ copyright © pounds £ yen ¥ euro € $ $ % % # # _ _ & &
ss ß aa å AA Å o ø O Ø ae æ AE Æ oe œ OE Œ l ł L Ł i ı j ȷ QED ∎ qedsymbol ∎ qed ∎ blacktriangle ▲ blacktriangledown ▼ triangledown ▽ vartriangle △ diagup ╱ diagdown ╲ dag † ddag ‡ textdegree ° cdots ⋯ dotsb ⋯ dotsm ⋯ dotsi ⋯ centerdot ·`

const fixedList = `{ { } } lbrace { rbrace } lbrack [ rbrack ] | ‖ vert | Vert ‖ lvert | rvert | lVert ‖ rVert ‖ langle ⟨ rangle ⟩ lang ⟨ rang ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉
ulcorner ⌜ urcorner ⌝ llcorner ⌞ lrcorner ⌟ llbracket ⟦ rrbracket ⟧ lgroup ⟮ rgroup ⟯ lmoustache ⎰ rmoustache ⎱ backslash \ mid ∣ parallel ∥ nmid ∤ nparallel ∦ divides ∣ shortmid ∣ shortparallel ∥ ndivides ∤`

const bigList = `sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ biguplus ⨄ bigsqcup ⨆ bigsqcap ⨅ bigtimes ⨉`

const integralList = `int ∫ iint ∬ iiint ∭ iiiint ⨌ oint ∮ oiint ∯ oiiint ∰ intop ∫ smallint ∫ fint ⨍ intclockwise ∱ varointclockwise ∲ ointctrclockwise ∳`

const operatorList = `+ + pm ± mp ∓ plusmn ± times × div ÷ cdot ⋅ sdot ⋅ ast ∗ star ⋆ circ ∘ bullet ∙ cap ∩ cup ∪ Cap ⋒ Cup ⋓ uplus ⊎ sqcap ⊓ sqcup ⊔ vee ∨ wedge ∧ lor ∨ land ∧ or ∨ and ∧
veebar ⊻ barwedge ⊼ doublebarwedge ⩞ lnot ¬ neg ¬ setminus ∖ smallsetminus ∖ wr ≀ diamond ⋄ amalg ⨿ dagger † ddagger ‡ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙ circledcirc ⊚ circledast ⊛
circleddash ⊝ boxplus ⊞ boxminus ⊟ boxtimes ⊠ boxdot ⊡ ltimes ⋉ rtimes ⋊ leftthreetimes ⋋ rightthreetimes ⋌ curlyvee ⋎ curlywedge ⋏ dotplus ∔ intercal ⊺ divideontimes ⋇ bigcirc ◯ bigtriangleup △
bigtriangledown ▽ triangleleft ◁ triangleright ▷ lhd ⊲ rhd ⊳ unlhd ⊴ unrhd ⊵ gtrdot ⋗ lessdot ⋖ colon : vcentcolon : ldotp . cdotp · lq ‘ rq ’ oast ⊛ ocirc ⊚ obar ⌽ minus − slash / upharpoonright ↾ upharpoonleft ↿ restriction ↾ doubleplus ⧺ plus + bigstar ★ triangle △ llparenthesis ⦇ rrparenthesis ⦈ merge ⋈`

const relationList = ` leq ≤ le ≤ geq ≥ ge ≥ leqq ≦ geqq ≧ leqslant ⩽ geqslant ⩾ eqslantless ⪕ eqslantgtr ⪖ lt < gt > ll ≪ gg ≫ lll ⋘ llless ⋘ ggg ⋙ gggtr ⋙ neq ≠ ne ≠ equiv ≡ nequiv ≢ sim ∼ nsim ≁ simeq ≃ nsimeq ≄
approx ≈ napprox ≉ approxeq ≊ thickapprox ≈ thicksim ∼ backsim ∽ backsimeq ⋍ cong ≅ ncong ≇ asymp ≍ doteq ≐ Doteq ≑ doteqdot ≑ fallingdotseq ≒ risingdotseq ≓ eqcirc ≖ circeq ≗ triangleq ≜ bumpeq ≏ Bumpeq ≎ eqsim ≂ propto ∝ varpropto ∝
in ∈ isin ∈ notin ∉ ni ∋ owns ∋ notni ∌ subset ⊂ supset ⊃ sub ⊂ supe ⊇ sube ⊆ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋ varsubsetneq ⊊ varsupsetneq ⊋ subseteqq ⫅ supseteqq ⫆ subsetneqq ⫋ supsetneqq ⫌ nsubseteq ⊈ nsupseteq ⊉ nsubset ⊄
Subset ⋐ Supset ⋑ sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ prec ≺ succ ≻ preceq ⪯ succeq ⪰ preccurlyeq ≼ succcurlyeq ≽ precsim ≾ succsim ≿ precapprox ⪷ succapprox ⪸ nprec ⊀ nsucc ⊁ npreceq ⋠ nsucceq ⋡ precneqq ⪵ succneqq ⪶
curlyeqprec ⋞ curlyeqsucc ⋟ lesssim ≲ gtrsim ≳ lessapprox ⪅ gtrapprox ⪆ lessgtr ≶ gtrless ≷ lesseqgtr ⋚ gtreqless ⋛ nless ≮ ngtr ≯ nleq ≰ ngeq ≱ nleqslant ≰ ngeqslant ≱ lneq ⪇ gneq ⪈ lneqq ≨ gneqq ≩ lnsim ⋦ gnsim ⋧
vdash ⊢ dashv ⊣ vDash ⊨ models ⊨ Vdash ⊩ VDash ⊫ Vvdash ⊪ nvdash ⊬ nvDash ⊭ nVdash ⊮ perp ⟂ between ≬ pitchfork ⋔ smile ⌣ frown ⌢ smallsmile ⌣ smallfrown ⌢ bowtie ⋈ Join ⋈ therefore ∴ because ∵
vartriangleleft ⊲ vartriangleright ⊳ trianglelefteq ⊴ trianglerighteq ⊵ ntriangleleft ⋪ ntriangleright ⋫ blacktriangleleft ◀ blacktriangleright ▶ backepsilon ϶ coloneqq ≔ coloneq ≔ eqqcolon ≕ Coloneqq ⩴ colonapprox ∶≈ colonsim ∶∼ dblcolon ∷ eqdef ≝ defeq ≝ measeq ≞ stareq ≛ veeeq ≚ multimap ⊸ origof ⊶ imageof ⊷ Perp ⫫ indep ⫫ upmodels ⫫ eqcolon ∹`

const arrowList = ` to → rightarrow → longrightarrow ⟶ rarr → leftarrow ← longleftarrow ⟵ larr ← gets ← leftrightarrow ↔ longleftrightarrow ⟷ lrarr ↔ harr ↔ Rightarrow ⇒ Longrightarrow ⟹ implies ⟹ rArr ⇒ Leftarrow ⇐ Longleftarrow ⟸ impliedby ⟸ lArr ⇐
Leftrightarrow ⇔ Longleftrightarrow ⟺ iff ⟺ hArr ⇔ mapsto ↦ longmapsto ⟼ mapsfrom ↤ hookrightarrow ↪ hookleftarrow ↩ uparrow ↑ uarr ↑ downarrow ↓ darr ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓ Updownarrow ⇕
nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ rightharpoonup ⇀ rightharpoondown ⇁ leftharpoonup ↼ leftharpoondown ↽ rightleftharpoons ⇌ leftrightharpoons ⇋ upharpoonleft ↿ downharpoonleft ⇃ downharpoonright ⇂
rightsquigarrow ⇝ leadsto ⇝ leftrightsquigarrow ↭ nrightarrow ↛ nleftarrow ↚ nleftrightarrow ↮ nRightarrow ⇏ nLeftarrow ⇍ nLeftrightarrow ⇎ twoheadrightarrow ↠ twoheadleftarrow ↞ rightarrowtail ↣ leftarrowtail ↢
rightrightarrows ⇉ leftleftarrows ⇇ rightleftarrows ⇄ leftrightarrows ⇆ upuparrows ⇈ downdownarrows ⇊ circlearrowleft ↺ circlearrowright ↻ curvearrowleft ↶ curvearrowright ↷ Lsh ↰ Rsh ↱ dashrightarrow ⇢ dashleftarrow ⇠
Rrightarrow ⇛ Lleftarrow ⇚ looparrowleft ↫ looparrowright ↬ dasharrow ⇢ longleadsto ⟿ xleadsto ⇝`
