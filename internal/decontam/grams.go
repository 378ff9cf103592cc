package decontam

import (
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// keptScratch is the largest scratch buffer that is kept from text to text, in bytes.
const keptScratch = 4 << 20

// maxEnvironment is the longest name of a LaTeX environment that is skipped, in bytes.
const maxEnvironment = 20

// A gram is one gram of a text.
type gram struct {
	hash       uint64
	form       uint32 // where its normal form starts in grams.forms
	start, end uint32 // where it stands in the text
}

// grams are the grams of one text, in order. A text may have up to 4 GiB.
type grams struct {
	table    *foldTable
	commands map[string]string

	list  []gram
	forms []byte // the normal forms, each with a space behind it
}

// form returns the normal forms of n grams from i on.
func (g *grams) form(i, n int) []byte {
	end := len(g.forms)
	if i+n < len(g.list) {
		end = int(g.list[i+n].form)
	}
	return g.forms[g.list[i].form:end]
}

// cut replaces the grams by those of text.
func (g *grams) cut(text string) {
	if cap(g.forms) > keptScratch {
		*g = grams{table: g.table, commands: g.commands}
	}
	g.list, g.forms = g.list[:0], g.forms[:0]
	wordEnd := -1 // end of the last gram if it is a word of two letters or more
	for i := 0; i < len(text); {
		start, form := i, len(g.forms)
		k, folded, size := g.table.at(text, i)
		switch k {
		case letter:
			i = g.word(text, i)
			if i-start > utf8.RuneLen(folded) {
				wordEnd = i
			}
		case digit:
			i = g.number(text, i)
		case script:
			i = g.run(text, i, script)
		case single:
			g.forms = utf8.AppendRune(g.forms, folded)
			i += size
		case dash:
			i += size
			if g.isMinus(text, start, i, wordEnd == start) {
				g.forms = append(g.forms, '-')
			}
		case backslash:
			i = g.command(text, i)
		case separator, mark, invisible: // the last two outside a word
			i += size
		}
		if len(g.forms) == form {
			continue
		}
		g.list = append(g.list, gram{
			hash: xxh3.Hash(g.forms[form:]),
			form: uint32(form), start: uint32(start), end: uint32(i),
		})
		g.forms = append(g.forms, ' ')
	}
}

// word takes in the run of letters at i and returns its end.
func (g *grams) word(text string, i int) int {
	for i < len(text) {
		if c := text[i]; c < utf8.RuneSelf {
			if g.table.kinds[c] != letter {
				break
			}
			g.forms = append(g.forms, byte(g.table.folds[c]))
			i++
			continue
		}
		k, folded, size := g.table.at(text, i)
		switch k {
		case letter, mark:
			g.forms = utf8.AppendRune(g.forms, folded)
		case invisible:
		case separator, digit, script, single, dash, backslash:
			return i
		}
		i += size
	}
	return i
}

// run takes in the run of characters of one kind at i and returns its end.
func (g *grams) run(text string, i int, want kind) int {
	for i < len(text) {
		k, folded, size := g.table.at(text, i)
		if k != want {
			break
		}
		g.forms = utf8.AppendRune(g.forms, folded)
		i += size
	}
	return i
}

// number takes in the digits at i, with the points between them.
func (g *grams) number(text string, i int) int {
	for {
		i = g.run(text, i, digit)
		if i+1 >= len(text) || text[i] != '.' {
			return i
		}
		if k, _, _ := g.table.at(text, i+1); k != digit {
			return i
		}
		g.forms = append(g.forms, '.')
		i++
	}
}

// isMinus tells the minus text[start:end] from a hyphen between two words of
// two letters or more, and from a row of dashes.
func (g *grams) isMinus(text string, start, end int, afterWord bool) bool {
	if end < len(text) {
		if k, _, _ := g.table.at(text, end); k == dash {
			return false
		}
	}
	if start > 0 {
		r, _ := utf8.DecodeLastRuneInString(text[:start])
		if k, _ := g.kindOf(r); k == dash {
			return false
		}
	}
	return !afterWord || !g.isWord(text, end)
}

func (g *grams) kindOf(r rune) (kind, rune) {
	if r < tableSize {
		return g.table.kinds[r], rune(g.table.folds[r])
	}
	return classify(r)
}

// isWord reports whether two letters stand at i.
func (g *grams) isWord(text string, i int) bool {
	for range 2 {
		if i >= len(text) {
			return false
		}
		k, _, size := g.table.at(text, i)
		if k != letter {
			return false
		}
		i += size
	}
	return true
}

// command takes in the LaTeX command at i and returns its end. A backslash
// before anything but a letter is nothing.
func (g *grams) command(text string, i int) int {
	end := i + 1
	for end < len(text) && isASCIILetter(text[end]) {
		end++
	}
	name := text[i+1 : end]
	switch name {
	case "":
		// Of two backslashes, a line break, neither may start a command.
		if end < len(text) && text[end] == '\\' {
			end++
		}
		return end
	case "begin", "end":
		return environment(text, end)
	}
	form, ok := g.commands[name]
	if !ok {
		form = text[i:end]
	}
	g.forms = append(g.forms, form...)
	return end
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// environment returns the end of the {name} at i, or i if there is none.
func environment(text string, i int) int {
	for k := i; k < len(text) && k <= i+maxEnvironment+1; k++ {
		switch c := text[k]; {
		case k == i && c != '{':
			return i
		case c == '}':
			return k + 1
		case k > i && c != '*' && !isASCIILetter(c):
			return i
		}
	}
	return i
}
