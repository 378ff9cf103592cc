package tex

import (
	"strings"
	"sync"
)

// IsCommand reports whether name, without its backslash, is a control word
// that TeX, LaTeX or the packages known to MathJax and KaTeX define.
func IsCommand(name string) bool { return commandNames()[name] }

// commandNames builds the set once; it is only read afterwards.
var commandNames = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool, 1024)
	for name := range strings.FieldsSeq(commandList) {
		set[name] = true
	}
	return set
})

const commandList = `
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu xi omicron pi varpi rho
varrho sigma varsigma tau upsilon phi varphi chi psi omega digamma Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
varGamma varDelta varTheta varLambda varXi varPi varSigma varUpsilon varPhi varPsi varOmega aleph beth gimel daleth
imath jmath ell wp Re Im partial infty nabla emptyset varnothing forall exists nexists neg lnot angle measuredangle
sphericalangle triangle triangledown square Box Diamond lozenge blacksquare blacklozenge blacktriangle blacktriangledown
bigstar clubsuit diamondsuit heartsuit spadesuit flat natural sharp hbar hslash prime backprime surd top bot backslash
complement eth mho Finv Game Bbbk circledS circledR checkmark maltese dag ddag dagger ddagger S P copyright pounds yen
pm mp times div ast star circ bullet cdot cap cup uplus sqcap sqcup vee wedge lor land setminus smallsetminus wr diamond
bigtriangleup bigtriangledown triangleleft triangleright lhd rhd unlhd unrhd oplus ominus otimes oslash odot bigcirc amalg
dotplus ltimes rtimes leftthreetimes rightthreetimes curlywedge curlyvee circledast circledcirc circleddash boxplus boxminus
boxtimes boxdot centerdot intercal divideontimes Cap Cup doublecap doublecup barwedge veebar doublebarwedge gtrdot lessdot
leq le geq ge leqq geqq leqslant geqslant ll gg lll ggg lt gt prec succ preceq succeq preccurlyeq succcurlyeq precsim succsim
precapprox succapprox sim simeq approx approxeq cong ncong equiv doteq doteqdot propto varpropto asymp subset supset subseteq
supseteq subseteqq supseteqq Subset Supset sqsubset sqsupset sqsubseteq sqsupseteq in ni notin owns vdash dashv vDash Vdash
Vvdash models mid nmid parallel nparallel perp smile frown smallsmile smallfrown bowtie Join ne neq not lessgtr gtrless lesseqgtr gtreqless
lessapprox gtrapprox lesssim gtrsim eqslantless eqslantgtr risingdotseq fallingdotseq triangleq circeq bumpeq Bumpeq therefore
because between pitchfork nless ngtr nleq ngeq nleqslant ngeqslant nleqq ngeqq lneq gneq lneqq gneqq nprec nsucc npreceq
nsucceq nsim nsubseteq nsupseteq subsetneq supsetneq varsubsetneq subsetneqq supsetneqq nvdash nvDash nVdash nVDash
ntriangleleft ntriangleright trianglelefteq trianglerighteq vartriangle vartriangleleft vartriangleright backsim backsimeq
leftarrow rightarrow to gets leftrightarrow Leftarrow Rightarrow Leftrightarrow longleftarrow longrightarrow
longleftrightarrow Longleftarrow Longrightarrow Longleftrightarrow iff implies impliedby mapsto longmapsto uparrow downarrow
updownarrow Uparrow Downarrow Updownarrow nearrow searrow swarrow nwarrow hookleftarrow hookrightarrow leftharpoonup
leftharpoondown rightharpoonup rightharpoondown rightleftharpoons leftrightharpoons upharpoonleft upharpoonright
downharpoonleft downharpoonright leadsto rightsquigarrow leftrightsquigarrow twoheadleftarrow twoheadrightarrow
leftarrowtail rightarrowtail leftleftarrows rightrightarrows leftrightarrows rightleftarrows upuparrows downdownarrows
Lleftarrow Rrightarrow curvearrowleft curvearrowright circlearrowleft circlearrowright Lsh Rsh looparrowleft looparrowright
multimap nleftarrow nrightarrow nLeftarrow nRightarrow nleftrightarrow nLeftrightarrow dashleftarrow dashrightarrow restriction
sum prod coprod int iint iiint iiiint idotsint oint oiint oiiint bigcap bigcup bigsqcup bigvee bigwedge bigodot bigotimes
bigoplus biguplus smallint intop
sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth sech csch log ln lg exp lim limsup liminf varlimsup
varliminf injlim projlim varinjlim varprojlim max min sup inf arg deg det dim gcd hom ker Pr bmod pmod mod pod sgn lcm
tg ctg cosec arctg arcctg sh ch th cth rank tr Tr span diag argmax argmin
frac dfrac tfrac cfrac binom dbinom tbinom genfrac over atop choose above overwithdelims atopwithdelims brace brack sqrt root of
hat widehat check widecheck tilde widetilde acute grave dot ddot dddot ddddot breve bar vec mathring overline underline
overbrace underbrace overbracket underbracket overrightarrow overleftarrow overleftrightarrow underrightarrow underleftarrow
underleftrightarrow overset underset stackrel buildrel xrightarrow xleftarrow xleftrightarrow xRightarrow xLeftarrow
xLeftrightarrow xmapsto xhookrightarrow xhookleftarrow xlongequal overparen underparen sideset substack limits nolimits
left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm biggm Biggm lbrace rbrace lbrack
rbrack langle rangle lceil rceil lfloor rfloor lvert rvert lVert rVert vert Vert lgroup rgroup lmoustache rmoustache ulcorner
urcorner llcorner lrcorner llbracket rrbracket
mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr mathnormal boldsymbol bm pmb bold bf it rm sf tt cal frak
Bbb scr mit oldstyle bfseries itshape rmfamily text textrm textbf textit textsf texttt textnormal textup textsc emph mbox hbox vbox
fbox boxed operatorname operatornamewithlimits mathop mathbin mathrel mathord mathopen mathclose mathpunct mathinner mathchoice
displaystyle textstyle scriptstyle scriptscriptstyle tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge
quad qquad enspace thinspace medspace thickspace negthinspace negmedspace negthickspace hspace vspace hskip kern mkern mskip
hfill hfil hphantom vphantom phantom smash strut mathstrut rule raise lower raisebox mathllap mathrlap mathclap llap rlap
begin end label tag notag nonumber ref eqref cite hline cline cdots ldots dots dotsb dotsc dotsi dotsm dotso vdots ddots iddots
newcommand renewcommand providecommand def gdef edef let DeclareMathOperator newenvironment require item
color textcolor colorbox fcolorbox definecolor cancel bcancel xcancel cancelto sout enclose cellcolor
href url class style cssId data bbox unicode char ce pu ket bra braket Ket Bra Braket expval dv pdv dd qty abs norm set Set
array matrix pmatrix bmatrix vmatrix Vmatrix cases align equation gather multline split aligned gathered multicolumn
cr crcr newline par noindent colon ordinarycolon vcentcolon coloneqq Coloneqq eqqcolon coloneq dblcolon degree celsius
oe OE ae AE aa AA o O l L ss i j textbackslash textasciitilde textasciicircum textdegree textendash textemdash
lbag rbag mathsection mathsterling mathparagraph nobreak allowbreak penalty null relax begingroup endgroup bgroup egroup
arraystretch intertext shortintertext allowdisplaybreaks hdots eqalign eqalignno leqalignno displaylines bordermatrix
Alpha Beta Epsilon Zeta Eta Iota Kappa Mu Nu Omicron Rho Tau Chi thetasym lang rang real reals Reals R N Z Q C natnums cnums Complex
sdot plusmn infin sub sube supe empty exist isin and or ang bull hearts clubs spades diamonds harr Harr hArr larr lArr Larr rarr rArr Rarr
uarr darr uArr dArr lrarr lrArr alef alefsym image weierp Dagger
`
