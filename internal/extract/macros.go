package extract

import (
	"bytes"
	"strconv"
	"strings"

	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// defines is the quick test for a source that may define a macro or set a
// parameter.
func defines(src string) bool {
	for {
		i := strings.IndexByte(src, '\\')
		if i < 0 || i+1 == len(src) {
			return false
		}
		src = src[i+1:]
		switch src[0] {
		case 'n', 'd', 'D', 'r', 'p', 'l', 'g', 's':
			for _, command := range [...]string{"newcommand", "def", "DeclareMath", "renewcommand", "providecommand", "let", "gdef", "require", "newenvironment", "setlength"} {
				if strings.HasPrefix(src, command) {
					return true
				}
			}
		}
	}
}

// cutDefinitions takes the definitions out of the source of a formula, and keeps
// them where macros are to be replaced.
func (p *page) cutDefinitions(src string) string {
	switch {
	case !defines(src):
		return src
	case p.options.ExpandMacros:
		return p.macros.Collect(strings.Clone(src)) // the macros keep parts of it
	}
	return tex.CutDefinitions(src)
}

// expandMacros replaces the macros that the page has defined so far.
func (p *page) expandMacros(src string) string {
	if p.macros.Len() > 0 {
		p.macroBuf = p.macros.Expand(p.macroBuf[:0], src)
		src = string(p.macroBuf)
	}
	return src
}

// scanDefinitions reads the macros that stand in the text of n, which may be
// hidden and never be written.
func (p *page) scanDefinitions(n dom.Node, raw []byte) {
	if bytes.Contains(raw, []byte(`\newcommand`)) || bytes.Contains(raw, []byte(`\def`)) || bytes.Contains(raw, []byte(`\DeclareMathOperator`)) ||
		bytes.Contains(raw, []byte(`\renewcommand`)) || bytes.Contains(raw, []byte(`\providecommand`)) {
		p.macros.Collect(strings.Clone(p.textOf(n)))
	}
}

// scanMacros reads the macros that the configuration of a renderer lists:
//
//	macros: {RR: "\\mathbb{R}", norm: ["\\|#1\\|", 1], "\\abs": "|#1|"}
func (p *page) scanMacros(code []byte) {
	for _, key := range [...]string{"macros", "Macros"} {
		p.config.eachKey(code, key, p.macroObject)
	}
}

// macroObject reads one object of macros at the start of the code value.
func (p *page) macroObject(value []byte) {
	s := jsScanner{src: value}
	if kind, _ := s.next(); kind != jsOpen || s.opened != '{' {
		return
	}
	var name string
	var list []string // the members of an array
	depth := 1
	for steps := 0; depth > 0 && steps < 4000; steps++ {
		kind, text := s.next()
		switch kind {
		case jsOpen:
			depth++
			list = list[:0]
		case jsClose:
			if depth == 2 && name != "" {
				p.defineMacro(name, list)
				name = ""
			}
			depth--
		case jsString, jsOther:
			switch {
			case depth == 1 && s.isKey():
				name = text
			case depth == 1 && name != "" && kind == jsString:
				p.defineMacro(name, []string{text})
				name = ""
			case depth == 2:
				list = append(list, text)
			}
		case jsEnd:
			depth = 0
		}
	}
}

// defineMacro adds a macro of a configuration: its body, the number of its
// arguments and the default of the first one. KaTeX counts the arguments
// itself.
func (p *page) defineMacro(name string, list []string) {
	if len(list) == 0 {
		return
	}
	m := tex.Macro{Body: list[0]}
	for i := 0; i+1 < len(m.Body); i++ {
		if digit := m.Body[i+1]; m.Body[i] == '#' && digit >= '1' && digit <= '9' {
			m.Args = max(m.Args, int(digit-'0'))
		}
	}
	if len(list) > 1 {
		n, err := strconv.Atoi(list[1])
		if err != nil {
			return
		}
		m.Args = n
	}
	if len(list) > 2 {
		m.Default, m.HasOpt = list[2], true
	}
	p.macros.Define(name, m)
}
