package extract

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// This file decides whether a text has a formula, blind to the ways in which
// TeX can be spelt: white space, and for converted mathematics also spacing
// commands, synonyms and redundant braces.

var (
	controlBlank = regexp.MustCompile(`(\\[A-Za-z]+) ([A-Za-z])`)
	blanks       = regexp.MustCompile("[ \t\n\f\u00a0]+")
	texish       = regexp.MustCompile(`[\\$^_{}&|]`)
	noFence      = regexp.MustCompile(`\\right ?\.|\\left ?\.`)
	controlWord  = regexp.MustCompile(`\\([A-Za-z]+)( ?)`)
	spacing      = regexp.MustCompile(`\\[,;:!> ]`)
	arrayBegin   = regexp.MustCompile(`\\begin ?\{array\} ?(?:\[[^\]]*\])? ?\{[^{}]*\}`)
	lastBreak    = regexp.MustCompile(`\\\\ ?(\[[^\]]*\])? ?(\\end\{)`)
	mathop       = regexp.MustCompile(`\\mathop ?\{\\(?:rm|mathrm) ?([A-Za-z]+)\}`)
	texToken     = regexp.MustCompile(`(?s)\\[A-Za-z]+\*?|\\.|\s+|.`)
	structural   = regexp.MustCompile(`[\\{}]`)
	quotes       = strings.NewReplacer("\u2018", "'", "\u2019", "'", "\u201c", `"`, "\u201d", `"`)
)

func plainText(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return quotes.Replace(norm.NFC.String(s))
}

func collapseText(s string) string {
	return strings.TrimSpace(blanks.ReplaceAllString(plainText(s), " "))
}

// squeeze drops all white space but one blank between a control word and a
// letter; "$$" becomes one mark, so that "$x$" is not found in "$$x$$".
func squeeze(s string) string {
	s = strings.ReplaceAll(collapseText(s), "$$", "\x03")
	s = controlBlank.ReplaceAllString(s, "$1\x01$2")
	return strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "\x01", " ")
}

var synonyms = map[string]string{
	"le": "leq", "ge": "geq", "ne": "neq", "to": "rightarrow", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac",
	"overrightarrow": "vec", "overline": "bar", "widehat": "hat", "widetilde": "tilde", "varnothing": "emptyset",
	"operatorname": "mathrm", "text": "mathrm", "textrm": "mathrm", "mbox": "mathrm", "boldsymbol": "mathbf",
	"mathscr": "mathcal", "smallmatrix": "matrix", "land": "wedge", "lor": "vee", "lnot": "neg", "gets": "leftarrow",
}

var spelling = map[string]string{
	"lbrace": `\{`, "rbrace": `\}`, "vert": "|", "mid": "|", "lvert": "|", "rvert": "|", "Vert": `\|`, "lVert": `\|`,
	"rVert": `\|`, "ldots": "...", "dots": "...", "cdots": "...", "colon": ":", "lt": "<", "gt": ">", "lbrack": "[",
	"rbrack": "]", "ast": "*",
}

var weightless = makeSet("left right displaystyle textstyle scriptstyle limits nolimits quad qquad big Big bigg Bigg bigl bigr " +
	"Bigl Bigr biggl biggr Biggl Biggr thinspace nonumber middle mathstrut strut hfill")

func makeSet(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// canonical reduces TeX to a form in which equal formulas have equal spelling.
func canonical(s string) string {
	s = strings.ReplaceAll(collapseText(s), "$$", "\x03")
	s = strings.NewReplacer("\u2212", "-", "\u2026", "...", "\u2061", "", "\u2062", "", "\u2063", "", "\u200b", "").Replace(s)
	s = noFence.ReplaceAllString(s, "")
	s = strings.ReplaceAll(s, `\operatorname*`, `\operatorname`)
	s = mathop.ReplaceAllString(s, `\mathrm{$1}`)
	s = strings.NewReplacer(`^{\prime}`, "'", "^{'}", "'", `^\prime`, "'", "^'", "'").Replace(s)
	s = controlWord.ReplaceAllStringFunc(s, func(m string) string {
		word, blank := strings.TrimSuffix(m[1:], " "), strings.HasSuffix(m, " ")
		if weightless[word] {
			return " "
		}
		if c, ok := spelling[word]; ok {
			return c + " "
		}
		if c, ok := synonyms[word]; ok {
			word = c
		}
		if blank {
			return `\` + word + " "
		}
		return `\` + word
	})
	s = strings.ReplaceAll(spacing.ReplaceAllString(strings.ReplaceAll(s, `\\`, "\x02"), " "), "\x02", `\\`)
	s = strings.ReplaceAll(s, "~", " ")
	s = strings.ReplaceAll(arrayBegin.ReplaceAllString(s, `\begin{matrix}`), `\end{array}`, `\end{matrix}`)
	for _, m := range [...][3]string{{"pmatrix", "(", ")"}, {"bmatrix", "[", "]"}, {"vmatrix", "|", "|"}, {"cases", `\{`, ""}} {
		s = strings.ReplaceAll(s, `\begin{`+m[0]+"}", m[1]+`\begin{matrix}`)
		s = strings.ReplaceAll(s, `\end{`+m[0]+"}", `\end{matrix}`+m[2])
	}
	s = lastBreak.ReplaceAllString(s, "$2")
	s = strings.ReplaceAll(strings.ReplaceAll(s, `\{`, "\u27e6"), `\}`, "\u27e7")
	return newNormaliser(s).run()
}

var arity = map[string]int{
	"frac": 2, "binom": 2, "overset": 2, "underset": 2, "stackrel": 2, "genfrac": 6, "sqrt": 1, "hat": 1, "vec": 1, "bar": 1,
	"tilde": 1, "dot": 1, "ddot": 1, "check": 1, "breve": 1, "underline": 1, "mathrm": 1, "mathbf": 1, "mathbb": 1, "mathcal": 1,
	"mathfrak": 1, "mathsf": 1, "mathtt": 1, "mathit": 1, "bm": 1, "underbrace": 1, "overbrace": 1, "xrightarrow": 1,
	"xleftarrow": 1, "boxed": 1, "begin": 1, "end": 1, "pmod": 1, "phantom": 1, "substack": 1, "tag": 1, "label": 1, "acute": 1,
	"grave": 1, "overleftarrow": 1, "color": 1,
}

// A normaliser puts braces around all arguments and scripts and dissolves all
// other groups. Unbalanced braces, of needles cut out of a formula, are kept.
type normaliser struct {
	tokens []string
	pair   map[int]int
	i      int
}

func newNormaliser(s string) *normaliser {
	n := &normaliser{pair: make(map[int]int)}
	for _, token := range texToken.FindAllString(s, -1) {
		if strings.TrimSpace(token) != "" {
			n.tokens = append(n.tokens, token)
		}
	}
	var open []int
	for k, token := range n.tokens {
		switch {
		case token == "{":
			open = append(open, k)
		case token == "}" && len(open) > 0:
			o := open[len(open)-1]
			open = open[:len(open)-1]
			n.pair[o], n.pair[k] = k, o
		}
	}
	return n
}

func (n *normaliser) run() string {
	var sb strings.Builder
	last := ""
	for _, token := range n.until(len(n.tokens)) {
		if token != "" && isLetter(token[0]) && len(last) > 1 && last[0] == '\\' && isLetters(last[1:]) {
			sb.WriteByte(' ')
		}
		sb.WriteString(token)
		last = token
	}
	return sb.String()
}

func (n *normaliser) until(end int) (out []string) {
	for n.i < end {
		out = append(out, n.item()...)
	}
	return out
}

func (n *normaliser) argument() []string {
	if n.i >= len(n.tokens) {
		return nil
	}
	switch token := n.tokens[n.i]; token {
	case "{":
		end, ok := n.pair[n.i]
		if !ok {
			return nil
		}
		n.i++
		inside := n.until(end)
		n.i = end + 1
		return append(append([]string{"{"}, inside...), "}")
	case "^", "_", "}", "&", "$", `\\`:
		return nil
	}
	return append(append([]string{"{"}, n.item()...), "}")
}

func (n *normaliser) item() []string {
	token := n.tokens[n.i]
	n.i++
	switch {
	case token == "{":
		end, ok := n.pair[n.i-1]
		if !ok {
			return []string{token}
		}
		inside := n.until(end)
		n.i = end + 1
		return inside
	case token == "^", token == "_":
		return append([]string{token}, n.argument()...)
	case len(token) > 1 && isLetter(token[1]):
		out := []string{token}
		count := arity[strings.TrimSuffix(token[1:], "*")]
		if token == `\sqrt` && n.i < len(n.tokens) && n.tokens[n.i] == "[" {
			k := n.i
			for k < len(n.tokens) && n.tokens[k] != "]" {
				k++
			}
			if k < len(n.tokens) {
				out = append(append(out, n.until(k)...), "]")
				n.i = k + 1
			}
		}
		for range count {
			out = append(out, n.argument()...)
		}
		return out
	}
	return []string{token}
}

// A scoredText is a text in the forms that needles are looked for in.
type scoredText struct {
	raw, collapsed, squeezed, canon string
}

func newScoredText(text string) *scoredText {
	lines := strings.Split(plainText(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return &scoredText{raw: strings.Join(lines, "\n"), collapsed: collapseText(text), squeezed: squeeze(text), canon: canonical(text)}
}

// has reports whether the text contains needle; loosely compares formulas in
// their canonical form.
func (t *scoredText) has(needle string, loosely bool) bool {
	switch {
	case strings.Contains(needle, "\n"):
		return strings.Contains(t.raw, plainText(needle))
	case loosely && texish.MatchString(needle):
		return strings.Contains(t.canon, canonical(needle))
	case texish.MatchString(needle):
		return strings.Contains(t.squeezed, squeeze(needle))
	}
	return strings.Contains(t.collapsed, collapseText(needle))
}

// hasForbidden reports whether the text contains what it must not.
func (t *scoredText) hasForbidden(needle string) bool {
	switch {
	case strings.TrimSpace(needle) == "":
		return strings.Contains(t.raw, needle)
	case strings.Contains(needle, "\n"):
		return strings.Contains(t.raw, plainText(needle))
	case structural.MatchString(needle) && !strings.Contains(needle, "$"):
		return strings.Contains(t.squeezed, squeeze(needle))
	}
	return strings.Contains(t.collapsed, strings.TrimSpace(blanks.ReplaceAllString(norm.NFC.String(needle), " ")))
}
