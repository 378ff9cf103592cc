package texmath

import (
	"strings"
	"unicode/utf8"
)

// rest returns what was not read yet.
func (p *parser) rest() string { return p.src[p.pos:] }

// end says whether all was read.
func (p *parser) end() bool { return p.pos >= len(p.src) }

// space passes over blanks and comments. A percent sign without a line break
// behind it is no comment: the line breaks of a page got lost on the way.
func (p *parser) space() {
	for !p.end() {
		switch p.src[p.pos] {
		case ' ', '\t', '\n', '\r', '\f':
			p.pos++
		case '%':
			end := strings.IndexByte(p.rest(), '\n')
			if end < 0 {
				return
			}
			p.pos += end + 1
		default:
			return
		}
	}
}

// peek returns the next byte that is no blank, or 0.
func (p *parser) peek() byte {
	p.space()
	if p.end() {
		return 0
	}
	return p.src[p.pos]
}

// accept reads c if it is next.
func (p *parser) accept(c byte) bool {
	if p.peek() != c || p.end() {
		return false
	}
	p.pos++
	return true
}

// command returns the command at pos and the position behind it. The name is
// letters, or one other character, and empty if no command is there.
func (p *parser) command() (name string, next int) {
	if p.end() || p.src[p.pos] != '\\' {
		return "", p.pos
	}
	i := p.pos + 1
	for i < len(p.src) && isLetter(p.src[i]) {
		i++
	}
	if i == p.pos+1 && i < len(p.src) {
		_, size := utf8.DecodeRuneInString(p.src[i:])
		i += size
	}
	return p.src[p.pos+1 : i], i
}

// peekCommand returns the name of the command that comes next.
func (p *parser) peekCommand() string {
	p.space()
	name, _ := p.command()
	return name
}

// acceptCommand reads the command if it is next.
func (p *parser) acceptCommand(name string) bool {
	p.space()
	got, next := p.command()
	if got == "" || got != name {
		return false
	}
	p.pos = next
	return true
}

// raw reads an argument as text: what stands between braces that match, or one
// character or command. It is cut off at the end of the formula.
func (p *parser) raw() string {
	p.space()
	if p.end() {
		p.broken = true
		return ""
	}
	if p.src[p.pos] != '{' {
		start := p.pos
		if name, next := p.command(); name != "" {
			p.pos = next
		} else {
			_, size := utf8.DecodeRuneInString(p.rest())
			p.pos += size
		}
		return p.src[start:p.pos]
	}
	start := p.pos + 1
	depth := 0
	for ; p.pos < len(p.src); p.pos++ {
		switch p.src[p.pos] {
		case '\\':
			p.pos++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				p.pos++
				return p.src[start : p.pos-1]
			}
		}
	}
	p.broken = true
	p.pos = len(p.src)
	return p.src[start:]
}

// maxOptional is how far in bytes the end of an optional argument is sought.
const maxOptional = 1 << 10

// optional reads an argument in brackets as text.
func (p *parser) optional() (string, bool) {
	if p.peek() != '[' {
		return "", false
	}
	depth := 0
	for i := p.pos + 1; i < min(len(p.src), p.pos+maxOptional); i++ {
		switch p.src[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			depth--
		case ']':
			if depth == 0 {
				text := p.src[p.pos+1 : i]
				p.pos = i + 1
				return text, true
			}
		}
		if depth < 0 {
			break
		}
	}
	return "", false
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
