package mathml

// functions are the names that LaTeX sets as operators, with what it calls
// them where that differs.
var functions = map[string]string{
	"arccos": `\arccos`, "arcsin": `\arcsin`, "arctan": `\arctan`, "arg": `\arg`, "cos": `\cos`, "cosh": `\cosh`, "cot": `\cot`,
	"coth": `\coth`, "csc": `\csc`, "deg": `\deg`, "det": `\det`, "dim": `\dim`, "exp": `\exp`, "gcd": `\gcd`, "hom": `\hom`,
	"inf": `\inf`, "ker": `\ker`, "lg": `\lg`, "lim": `\lim`, "liminf": `\liminf`, "limsup": `\limsup`, "ln": `\ln`, "log": `\log`,
	"max": `\max`, "min": `\min`, "Pr": `\Pr`, "sec": `\sec`, "sin": `\sin`, "sinh": `\sinh`, "sup": `\sup`, "tan": `\tan`,
	"tanh": `\tanh`, "lim inf": `\liminf`, "lim sup": `\limsup`, "inj lim": `\injlim`, "proj lim": `\projlim`,
	"injlim": `\injlim`, "projlim": `\projlim`, "mod": `\bmod`,
}

// limitFunctions take their scripts above and below.
var limitFunctions = map[string]bool{
	"det": true, "gcd": true, "inf": true, "lim": true, "liminf": true, "limsup": true, "max": true, "min": true, "Pr": true,
	"sup": true, "lim inf": true, "lim sup": true, "inj lim": true, "proj lim": true, "injlim": true, "projlim": true,
}

// isBigOperator reports whether the operator s is a sum-like sign, which takes
// limits.
func isBigOperator(s string) bool {
	switch s {
	case "∑", "∏", "∐", "⋃", "⋂", "⋀", "⋁", "⨀", "⨁", "⨂", "⨃", "⨄", "⨅", "⨆", "⅀",
		"∫", "∬", "∭", "∮", "∯", "∰", "∱", "∲", "∳", "⨌", "⨍", "⨎", "⨏", "⨐", "⨑", "⨒", "⨓", "⨔", "⨕", "⨖", "⨗", "⨘", "⨙", "⨚", "⨊", "⨋":
		return true
	}
	return false
}

// overAccents are the accents over one letter, and over more.
var overAccents = map[string][2]string{
	"^": {`\hat`, `\widehat`}, "ˆ": {`\hat`, `\widehat`}, "̂": {`\hat`, `\widehat`}, "⌃": {`\hat`, `\widehat`}, "∧": {`\hat`, `\widehat`},
	"~": {`\tilde`, `\widetilde`}, "˜": {`\tilde`, `\widetilde`}, "̃": {`\tilde`, `\widetilde`}, "∼": {`\tilde`, `\widetilde`}, "∽": {`\tilde`, `\widetilde`},
	"¯": {`\bar`, `\overline`}, "‾": {`\bar`, `\overline`}, "̄": {`\bar`, `\overline`}, "̅": {`\overline`, `\overline`}, "ˉ": {`\bar`, `\overline`},
	"_": {`\bar`, `\overline`}, "-": {`\bar`, `\overline`}, "−": {`\bar`, `\overline`}, "–": {`\bar`, `\overline`}, "—": {`\overline`, `\overline`},
	"―": {`\overline`, `\overline`}, "─": {`\overline`, `\overline`},
	"→": {`\vec`, `\overrightarrow`}, "⃗": {`\vec`, `\overrightarrow`}, "⟶": {`\vec`, `\overrightarrow`}, "⇀": {`\vec`, `\overrightarrow`},
	"←": {`\overleftarrow`, `\overleftarrow`}, "⃖": {`\overleftarrow`, `\overleftarrow`}, "⟵": {`\overleftarrow`, `\overleftarrow`},
	"↔": {`\overleftrightarrow`, `\overleftrightarrow`}, "⃡": {`\overleftrightarrow`, `\overleftrightarrow`},
	"˙": {`\dot`, `\dot`}, ".": {`\dot`, `\dot`}, "̇": {`\dot`, `\dot`}, "⋅": {`\dot`, `\dot`}, "·": {`\dot`, `\dot`},
	"¨": {`\ddot`, `\ddot`}, "..": {`\ddot`, `\ddot`}, "̈": {`\ddot`, `\ddot`}, "‥": {`\ddot`, `\ddot`},
	"…": {`\dddot`, `\dddot`}, "...": {`\dddot`, `\dddot`}, "⃛": {`\dddot`, `\dddot`}, "⃜": {`\ddddot`, `\ddddot`},
	"ˇ": {`\check`, `\check`}, "̌": {`\check`, `\check`}, "∨": {`\check`, `\check`}, "˘": {`\breve`, `\breve`}, "̆": {`\breve`, `\breve`}, "⌣": {`\breve`, `\breve`},
	"´": {`\acute`, `\acute`}, "́": {`\acute`, `\acute`}, "`": {"\\grave", "\\grave"}, "̀": {"\\grave", "\\grave"},
	"˚": {`\mathring`, `\mathring`}, "∘": {`\mathring`, `\mathring`}, "°": {`\mathring`, `\mathring`}, "̊": {`\mathring`, `\mathring`},
	"⏞": {`\overbrace`, `\overbrace`}, "︷": {`\overbrace`, `\overbrace`}, "⎴": {`\overbracket`, `\overbracket`}, "⏜": {`\overparen`, `\overparen`}, "⌢": {`\overparen`, `\overparen`}, "⌒": {`\overparen`, `\overparen`},
}

// underAccents are the accents below.
var underAccents = map[string]string{
	"_": `\underline`, "̲": `\underline`, "¯": `\underline`, "‾": `\underline`, "-": `\underline`, "−": `\underline`, "–": `\underline`, "―": `\underline`, "─": `\underline`, "ˍ": `\underline`, "̱": `\underline`,
	"⏟": `\underbrace`, "︸": `\underbrace`, "⎵": `\underbracket`, "⏝": `\underparen`, "→": `\underrightarrow`, "←": `\underleftarrow`, "↔": `\underleftrightarrow`,
	"~": `\utilde`, "˜": `\utilde`, "∼": `\utilde`,
}

// labelArrows take a label over or under them and grow with it.
var labelArrows = map[string]string{
	"→": `\xrightarrow`, "⟶": `\xrightarrow`, "←": `\xleftarrow`, "⟵": `\xleftarrow`, "↔": `\xleftrightarrow`, "⟷": `\xleftrightarrow`,
	"⇒": `\xRightarrow`, "⟹": `\xRightarrow`, "⇐": `\xLeftarrow`, "⟸": `\xLeftarrow`, "⇔": `\xLeftrightarrow`, "⟺": `\xLeftrightarrow`,
	"↦": `\xmapsto`, "⟼": `\xmapsto`, "↪": `\xhookrightarrow`, "↩": `\xhookleftarrow`, "⇌": `\xrightleftharpoons`,
}

// digraphs are operators that are typed as several characters.
var digraphs = map[string]string{
	"<=": `\leq`, ">=": `\geq`, "!=": `\neq`, "/=": `\neq`, "->": `\rightarrow`, "<-": `\leftarrow`, "=>": `\Rightarrow`, "<=>": `\Leftrightarrow`,
	"<->": `\leftrightarrow`, "||": `\|`, "...": `\ldots`, "<<": `\ll`, ">>": `\gg`, "+-": `\pm`, "|->": `\mapsto`,
}
