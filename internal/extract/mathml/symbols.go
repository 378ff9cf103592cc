package mathml

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// symbol returns the LaTeX of a character in mathematics, "" when it stands
// for itself.
func symbol(r rune) string { return symbolTable()[r] }

// symbolTable is built once from symbolList and only read afterwards.
var symbolTable = sync.OnceValue(func() map[rune]string {
	table := make(map[rune]string, 1024)
	for entry := range strings.FieldsSeq(symbolList) {
		r, n := utf8.DecodeRuneInString(entry)
		table[r] = entry[n:]
	}
	// Characters that fields cannot hold, or that editors normalise away.
	table['\u2126'], table['\u212a'], table['\u212b'] = `\Omega`, "K", `\mathring{A}`
	table[combiningSlash] = `\not`
	table['\u2329'], table['\u232a'] = `\langle`, `\rangle`
	table['\u00a0'] = `\ `
	for _, r := range "\u2061\u2062\u2063\u2064\u200b\u200c\u200d\ufeff\u00ad" {
		table[r] = ""
	}
	return table
})

// symbolList has one character and its LaTeX in each field: ASCII specials,
// Latin-1, Greek, punctuation, letterlike symbols, arrows, operators,
// delimiters, geometric shapes, the supplemental blocks.
const symbolList = `
#\# $\$ %\% &\& {\{ }\} _\_ \\backslash ~\sim ^\hat{}
¬\neg ±\pm ×\times ÷\div ·\cdot °{}^{\circ} §\S ¶\P ©\copyright £\pounds ¥\yen µ\mu ¦| ´' ¨\ddot{} ¯\bar{} ¸\c{}
¹{}^{1} ²{}^{2} ³{}^{3} ¼\frac{1}{4} ½\frac{1}{2} ¾\frac{3}{4} ⅓\frac{1}{3} ⅔\frac{2}{3} ⅛\frac{1}{8} ª{}^{a} º{}^{o}
ı\imath ȷ\jmath ħ\hbar ð\eth ˆ\hat{} ˇ\check{} ˘\breve{} ˙\dot{} ˜\tilde{} ˚{}^{\circ}
⁰{}^{0} ⁴{}^{4} ⁵{}^{5} ⁶{}^{6} ⁷{}^{7} ⁸{}^{8} ⁹{}^{9} ⁺{}^{+} ⁻{}^{-} ⁼{}^{=} ⁽{}^{(} ⁾{}^{)} ⁿ{}^{n} ⁱ{}^{i}
₀{}_{0} ₁{}_{1} ₂{}_{2} ₃{}_{3} ₄{}_{4} ₅{}_{5} ₆{}_{6} ₇{}_{7} ₈{}_{8} ₉{}_{9} ₊{}_{+} ₋{}_{-} ₌{}_{=}

ΑA ΒB Γ\Gamma Δ\Delta ΕE ΖZ ΗH Θ\Theta ΙI ΚK Λ\Lambda ΜM ΝN Ξ\Xi ΟO Π\Pi ΡP Σ\Sigma ΤT Υ\Upsilon Φ\Phi ΧX Ψ\Psi Ω\Omega
α\alpha β\beta γ\gamma δ\delta ε\varepsilon ζ\zeta η\eta θ\theta ι\iota κ\kappa λ\lambda μ\mu ν\nu ξ\xi οo π\pi ρ\rho
ς\varsigma σ\sigma τ\tau υ\upsilon φ\varphi χ\chi ψ\psi ω\omega ϑ\vartheta ϕ\phi ϖ\varpi ϰ\varkappa ϱ\varrho ϵ\epsilon
ϴ\Theta ϒ\Upsilon ϝ\digamma Ϝ\digamma ϶\backepsilon

‐- ‑- ‒- –- —- ―- ‖\| ‘' ’' ‚, “'' ”'' †\dagger ‡\ddagger •\bullet ․. ‥.. …\ldots ‰\text{‰} ′' ″'' ‴''' ‵\backprime ⁗''''
‹\langle ›\rangle ‾\overline{} ⁄/ ⁎* ⁓\sim

ℂ\mathbb{C} ℃{}^{\circ}\mathrm{C} ℇ\mathcal{E} ℉{}^{\circ}\mathrm{F} ℊ\mathcal{g} ℋ\mathcal{H} ℌ\mathfrak{H} ℍ\mathbb{H} ℎh ℏ\hbar ℐ\mathcal{I} ℑ\Im
ℒ\mathcal{L} ℓ\ell ℕ\mathbb{N} №\text{№} ℘\wp ℙ\mathbb{P} ℚ\mathbb{Q} ℛ\mathcal{R} ℜ\Re ℝ\mathbb{R} ℤ\mathbb{Z} ℧\mho
ℨ\mathfrak{Z} Å\mathring{A} ℬ\mathcal{B} ℭ\mathfrak{C} ℯ\mathcal{e} ℰ\mathcal{E} ℱ\mathcal{F} Ⅎ\Finv ℳ\mathcal{M} ℴ\mathcal{o}
ℵ\aleph ℶ\beth ℷ\gimel ℸ\daleth ℼ\pi ℽ\gamma ℾ\Gamma ℿ\Pi ⅀\sum ⅁\Game ⅅD ⅆd ⅇe ⅈi ⅉj ™{}^{\mathrm{TM}} ®{}^{\circledR}

←\leftarrow ↑\uparrow →\rightarrow ↓\downarrow ↔\leftrightarrow ↕\updownarrow ↖\nwarrow ↗\nearrow ↘\searrow ↙\swarrow
↚\nleftarrow ↛\nrightarrow ↜\leftsquigarrow ↝\rightsquigarrow ↞\twoheadleftarrow ↟\twoheaduparrow ↠\twoheadrightarrow ↡\twoheaddownarrow
↢\leftarrowtail ↣\rightarrowtail ↤\mapsfrom ↥\mapsup ↦\mapsto ↧\mapsdown ↨\updownarrow ↩\hookleftarrow ↪\hookrightarrow
↫\looparrowleft ↬\looparrowright ↭\leftrightsquigarrow ↮\nleftrightarrow ↯\lightning ↰\Lsh ↱\Rsh ↲\Ldsh ↳\Rdsh ↴\downarrow ↵\hookleftarrow
↶\curvearrowleft ↷\curvearrowright ↸\nwarrow ↹\leftrightarrows ↺\circlearrowleft ↻\circlearrowright ↼\leftharpoonup ↽\leftharpoondown
↾\upharpoonright ↿\upharpoonleft ⇀\rightharpoonup ⇁\rightharpoondown ⇂\downharpoonright ⇃\downharpoonleft ⇄\rightleftarrows
⇅\updownarrows ⇆\leftrightarrows ⇇\leftleftarrows ⇈\upuparrows ⇉\rightrightarrows ⇊\downdownarrows ⇋\leftrightharpoons
⇌\rightleftharpoons ⇍\nLeftarrow ⇎\nLeftrightarrow ⇏\nRightarrow ⇐\Leftarrow ⇑\Uparrow ⇒\Rightarrow ⇓\Downarrow
⇔\Leftrightarrow ⇕\Updownarrow ⇖\Nwarrow ⇗\Nearrow ⇘\Searrow ⇙\Swarrow ⇚\Lleftarrow ⇛\Rrightarrow ⇜\leftsquigarrow ⇝\rightsquigarrow
⇞\uparrow ⇟\downarrow ⇠\dashleftarrow ⇡\uparrow ⇢\dashrightarrow ⇣\downarrow ⇤\leftarrow ⇥\rightarrow ⇦\Leftarrow ⇧\Uparrow ⇨\Rightarrow ⇩\Downarrow
⇪\Uparrow ⇴\rightarrow ⇵\downuparrows ⇶\rightrightarrows ⇷\nleftarrow ⇸\nrightarrow ⇹\nleftrightarrow ⇺\nleftarrow ⇻\nrightarrow ⇼\nleftrightarrow
⇽\leftarrowtriangle ⇾\rightarrowtriangle ⇿\leftrightarrowtriangle

∀\forall ∁\complement ∂\partial ∃\exists ∄\nexists ∅\emptyset ∆\Delta ∇\nabla ∈\in ∉\notin ∊\in ∋\ni ∌\not\ni ∍\ni ∎\blacksquare
∏\prod ∐\coprod ∑\sum −- ∓\mp ∔\dotplus ∕/ ∖\setminus ∗* ∘\circ ∙\bullet √\surd ∛\sqrt[3]{} ∜\sqrt[4]{} ∝\propto
∞\infty ∟\llcorner ∠\angle ∡\measuredangle ∢\sphericalangle ∣\mid ∤\nmid ∥\parallel ∦\nparallel ∧\wedge ∨\vee ∩\cap ∪\cup
∫\int ∬\iint ∭\iiint ∮\oint ∯\oiint ∰\oiiint ∱\int ∲\oint ∳\oint ∴\therefore ∵\because ∶: ∷:: ∸\dot{-} ∹-: ∺\therefore ∻\sim
∼\sim ∽\backsim ∾\sim ∿\sim ≀\wr ≁\nsim ≂\eqsim ≃\simeq ≄\not\simeq ≅\cong ≆\ncong ≇\ncong ≈\approx ≉\not\approx ≊\approxeq
≋\approx ≌\cong ≍\asymp ≎\Bumpeq ≏\bumpeq ≐\doteq ≑\doteqdot ≒\fallingdotseq ≓\risingdotseq ≔:= ≕=: ≖\eqcirc ≗\circeq
≘\overset{\frown}{=} ≙\overset{\wedge}{=} ≚\overset{\vee}{=} ≛\overset{*}{=} ≜\triangleq ≝\overset{\mathrm{def}}{=} ≞\overset{\mathrm{m}}{=}
≟\overset{?}{=} ≠\neq ≡\equiv ≢\not\equiv ≣\equiv ≤\leq ≥\geq ≦\leqq ≧\geqq ≨\lneqq ≩\gneqq ≪\ll ≫\gg ≬\between ≭\not\asymp ≮\nless
≯\ngtr ≰\nleq ≱\ngeq ≲\lesssim ≳\gtrsim ≴\not\lesssim ≵\not\gtrsim ≶\lessgtr ≷\gtrless ≸\not\lessgtr ≹\not\gtrless ≺\prec ≻\succ
≼\preccurlyeq ≽\succcurlyeq ≾\precsim ≿\succsim ⊀\nprec ⊁\nsucc ⊂\subset ⊃\supset ⊄\not\subset ⊅\not\supset ⊆\subseteq ⊇\supseteq
⊈\nsubseteq ⊉\nsupseteq ⊊\subsetneq ⊋\supsetneq ⊌\cup ⊍\cup ⊎\uplus ⊏\sqsubset ⊐\sqsupset ⊑\sqsubseteq ⊒\sqsupseteq ⊓\sqcap ⊔\sqcup
⊕\oplus ⊖\ominus ⊗\otimes ⊘\oslash ⊙\odot ⊚\circledcirc ⊛\circledast ⊜\ominus ⊝\circleddash ⊞\boxplus ⊟\boxminus ⊠\boxtimes ⊡\boxdot
⊢\vdash ⊣\dashv ⊤\top ⊥\perp ⊦\vdash ⊧\models ⊨\vDash ⊩\Vdash ⊪\Vvdash ⊫\VDash ⊬\nvdash ⊭\nvDash ⊮\nVdash ⊯\nVDash ⊰\prec ⊱\succ
⊲\vartriangleleft ⊳\vartriangleright ⊴\trianglelefteq ⊵\trianglerighteq ⊶\multimap ⊷\multimap ⊸\multimap ⊹\ast ⊺\intercal ⊻\veebar ⊼\barwedge
⊽\overline{\vee} ⊾\angle ⊿\triangle ⋀\bigwedge ⋁\bigvee ⋂\bigcap ⋃\bigcup ⋄\diamond ⋅\cdot ⋆\star ⋇\divideontimes ⋈\bowtie ⋉\ltimes ⋊\rtimes
⋋\leftthreetimes ⋌\rightthreetimes ⋍\backsimeq ⋎\curlyvee ⋏\curlywedge ⋐\Subset ⋑\Supset ⋒\Cap ⋓\Cup ⋔\pitchfork ⋕\# ⋖\lessdot ⋗\gtrdot
⋘\lll ⋙\ggg ⋚\lesseqgtr ⋛\gtreqless ⋜\eqslantless ⋝\eqslantgtr ⋞\curlyeqprec ⋟\curlyeqsucc ⋠\npreceq ⋡\nsucceq ⋢\not\sqsubseteq
⋣\not\sqsupseteq ⋤\sqsubsetneq ⋥\sqsupsetneq ⋦\lnsim ⋧\gnsim ⋨\precnsim ⋩\succnsim ⋪\ntriangleleft ⋫\ntriangleright ⋬\ntrianglelefteq
⋭\ntrianglerighteq ⋮\vdots ⋯\cdots ⋰\iddots ⋱\ddots ⋲\in ⋳\in ⋴\in ⋵\dot{\in} ⋶\overline{\in} ⋷\overline{\in} ⋸\underline{\in} ⋹\in
⋺\ni ⋻\ni ⋼\ni ⋽\overline{\ni} ⋾\ni ⋿\mathsf{E}

⌀\varnothing ⌈\lceil ⌉\rceil ⌊\lfloor ⌋\rfloor ⌜\ulcorner ⌝\urcorner ⌞\llcorner ⌟\lrcorner ⌢\frown ⌣\smile 〈\langle 〉\rangle ⌶\intercal ⎰\lmoustache ⎱\rmoustache
⏞\overbrace{} ⏟\underbrace{} ⏜\frown ⏝\smile ⎴\overbracket{} ⎵\underbracket{} ⌒\frown ⌐\neg ⎪|

■\blacksquare □\square ▢\square ▪\blacksquare ▫\square ▬\blacksquare ▭\square ▮\blacksquare ▯\square ▱\square ▲\blacktriangle △\triangle ▴\blacktriangle ▵\triangle
▶\blacktriangleright ▷\triangleright ▸\blacktriangleright ▹\triangleright ▼\blacktriangledown ▽\triangledown ▾\blacktriangledown ▿\triangledown
◀\blacktriangleleft ◁\triangleleft ◂\blacktriangleleft ◃\triangleleft ◆\blacklozenge ◇\diamond ◊\lozenge ○\bigcirc ●\bullet ◦\circ ◯\bigcirc ◻\square ◼\blacksquare
★\bigstar ☆\star ♠\spadesuit ♡\heartsuit ♢\diamondsuit ♣\clubsuit ♤\spadesuit ♥\heartsuit ♦\diamondsuit ♧\clubsuit ♭\flat ♮\natural ♯\sharp
✓\checkmark ✔\checkmark ✗\times ✠\maltese ✶\ast Ⓢ\circledS ①\text{①} ⧫\blacklozenge

⟀\angle ⟂\perp ⟨\langle ⟩\rangle ⟪\langle\langle ⟫\rangle\rangle ⟦\llbracket ⟧\rrbracket ⟬[ ⟭] ⟮\lgroup ⟯\rgroup ⟵\longleftarrow ⟶\longrightarrow
⟷\longleftrightarrow ⟸\Longleftarrow ⟹\Longrightarrow ⟺\Longleftrightarrow ⟻\longmapsfrom ⟼\longmapsto ⟽\Longmapsfrom ⟾\Longmapsto ⟿\rightsquigarrow
⟕\bowtie ⟖\bowtie ⟗\bowtie ⟋/ ⟍\backslash ⟘\bot ⟙\top ⟜\multimap ⟲\circlearrowleft ⟳\circlearrowright ⟡\diamond ⟓\wedge ⟑\wedge
⤀\twoheadrightarrow ⤏\dashrightarrow ⤎\dashleftarrow ⤙\leftarrowtail ⤚\rightarrowtail ⤳\rightsquigarrow ⥊\leftrightharpoons ⥋\leftrightharpoons ⥲\overset{\sim}{\rightarrow}
⤇\Mapsto ⤆\Mapsfrom ⤑\rightarrowtail ⤖\twoheadrightarrow ⤔\rightarrowtail ⤢\nearrow ⥰\Rightarrow ⥁\circlearrowright ⥀\circlearrowleft
⦀\| ⦁\bullet ⦃\{ ⦄\} ⦅( ⦆) ⦇( ⦈) ⦉\langle ⦊\rangle ⦵\ominus ⧄\boxslash ⧅\boxbslash ⧆\boxtimes ⧇\boxdot ⧖\bowtie ⧵\setminus ⧸/ ⧹\backslash ⧺+\!\!\!+ ⧻+\!\!\!+\!\!\!+
⧏\vartriangleleft ⧐\vartriangleright ⧟\leftrightarrow ⧣\# ⧦\equiv ⧴: ⧼\langle ⧽\rangle

⨀\bigodot ⨁\bigoplus ⨂\bigotimes ⨃\biguplus ⨄\biguplus ⨅\bigsqcap ⨆\bigsqcup ⨇\bigwedge ⨈\bigvee ⨉\times ⨊\sum ⨋\sum ⨌\iiiint ⨍\int ⨎\int ⨏\int ⨐\int
⨑\int ⨒\int ⨓\int ⨔\int ⨕\oint ⨖\int ⨗\int ⨘\int ⨙\int ⨚\int ⨛\overline{\int} ⨜\underline{\int} ⨝\Join ⨞\triangleleft ⨟; ⨠\gg ⨡\upharpoonright ⨢\mathring{+} ⨣\hat{+} ⨤\tilde{+}
⨥\underset{.}{+} ⨦\underset{\sim}{+} ⨧+ ⨨+ ⨩- ⨪- ⨫- ⨬- ⨭\oplus ⨮\oplus ⨯\times ⨰\dot{\times} ⨱\underline{\times} ⨲\ltimes ⨳\times ⨴\otimes ⨵\otimes ⨶\hat{\otimes} ⨷\otimes ⨸\odot
⨹\oplus ⨺\ominus ⨻\otimes ⨼\lrcorner ⨽\llcorner ⨾; ⨿\amalg ⩀\cap ⩁\cup ⩂\overline{\cup} ⩃\overline{\cap} ⩄\cap ⩅\cup ⩊\Cup ⩋\Cap ⩌\cup ⩍\cap ⩎\sqcap ⩏\sqcup ⩐\cup
⩑\dot{\wedge} ⩒\dot{\vee} ⩓\wedge ⩔\vee ⩕\wedge ⩖\vee ⩗\vee ⩘\wedge ⩙\vee ⩚\wedge ⩛\vee ⩝\vee ⩞\doublebarwedge ⩟\underline{\wedge} ⩠\underline{\wedge} ⩡\veebar ⩢\veebar ⩣\veebar
⩦\doteq ⩧\dot{\equiv} ⩪\dot{\sim} ⩭\dot{\cong} ⩮\overset{*}{=} ⩯\hat{\approx} ⩰\approxeq ⩱\overset{+}{=} ⩲\underset{+}{=} ⩳\eqsim ⩴::= ⩵== ⩶=== ⩷\doteqdot ⩸\equiv
⩹\lessdot ⩺\gtrdot ⩻\overset{?}{<} ⩼\overset{?}{>} ⩽\leqslant ⩾\geqslant ⩿\leqslant ⪀\geqslant ⪁\leqslant ⪂\geqslant ⪅\lessapprox ⪆\gtrapprox ⪇\lneq ⪈\gneq ⪉\lnapprox ⪊\gnapprox
⪋\lesseqqgtr ⪌\gtreqqless ⪍\lesssim ⪎\gtrsim ⪏\lessgtr ⪐\gtrless ⪑\lessgtr ⪒\gtrless ⪓\lesseqgtr ⪔\gtreqless ⪕\eqslantless ⪖\eqslantgtr ⪗\eqslantless ⪘\eqslantgtr
⪙\eqslantless ⪚\eqslantgtr ⪝\lesssim ⪞\gtrsim ⪟\lessapprox ⪠\gtrapprox ⪡\ll ⪢\gg ⪣\underline{\ll} ⪤\gtrless ⪥\gtrless ⪦\vartriangleleft ⪧\vartriangleright ⪨\trianglelefteq ⪩\trianglerighteq
⪪< ⪫> ⪬\leq ⪭\geq ⪮\bumpeq ⪯\preceq ⪰\succeq ⪱\precneq ⪲\succneq ⪳\preceqq ⪴\succeqq ⪵\precneqq ⪶\succneqq ⪷\precapprox ⪸\succapprox ⪹\precnapprox ⪺\succnapprox ⪻\prec ⪼\succ
⪽\subset ⪾\supset ⪿\subset ⫀\supset ⫁\subset ⫂\supset ⫃\dot{\subseteq} ⫄\dot{\supseteq} ⫅\subseteqq ⫆\supseteqq ⫇\subset ⫈\supset ⫉\subset ⫊\supset ⫋\subsetneqq ⫌\supsetneqq ⫍\subset ⫎\supset
⫏\subset ⫐\supset ⫑\subseteq ⫒\supseteq ⫓\subset ⫔\supset ⫕\subset ⫖\supset ⫗\supset ⫘\supset ⫙\in ⫝\nvdash ⫞\dashv ⫟\top ⫠\bot ⫢\models ⫤\dashv ⫥\dashv ⫦\vdash ⫧\top ⫨\bot ⫫\perp\!\!\!\perp
⫬\neg ⫭\neg ⫮\nmid ⫯\mid ⫰\mid ⫲\parallel ⫳\parallel ⫴\mid ⫵\parallel ⫶\vdots ⫷\lll ⫸\ggg ⫹\leqq ⫺\geqq ⫻/ ⫼\mid ⫽// ⫾\mid ⫿\mid
`
