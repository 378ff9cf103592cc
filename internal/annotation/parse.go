package annotation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// MaxFile is the greatest size of a file in bytes.
	MaxFile = 64 << 20
	// version is the one version of the format.
	version = "1"
	// maxErrors is the number of errors that are told at once.
	maxErrors = 20
)

// An Error says what is wrong with a file, and where. It is ErrSyntax.
type Error struct {
	// Line and Column count from 1; Column is 0 where it is not known.
	Line, Column int
	Message      string
}

// Error gives place and message.
func (e *Error) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Message)
	}
	return fmt.Sprintf("line %d:%d: %s", e.Line, e.Column, e.Message)
}

// Is makes an Error match ErrSyntax.
func (e *Error) Is(target error) bool { return target == ErrSyntax }

// Parse reads a file of at most MaxFile bytes. All that is wrong with it is
// told in one error, which joins an *Error for each place, 20 at most. An
// empty file has no rules.
func Parse(data []byte) (*File, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("%w: %d bytes are more than %d", ErrSyntax, len(data), MaxFile)
	}
	if f := parseLines(data); f != nil {
		return f, nil
	}
	return parseYAML(data)
}

func parseYAML(data []byte) (*File, error) {
	p := parser{}
	p.file(data)
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	slices.SortStableFunc(p.rules, func(a, b placed) int { return a.Compare(b.Target) })
	f := &File{rules: make([]Rule, len(p.rules))}
	for i, r := range p.rules {
		f.rules[i] = r.Rule
		if i > 0 && r.Target == p.rules[i-1].Target {
			first := p.rules[i-1]
			p.fail(r.node, "%s has a rule in line %d already", r.Target, first.node.Line)
		}
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return f, nil
}

// A parser reads YAML nodes, which know where they stand. Aliases are refused,
// so that no file can be larger than it looks.
type parser struct {
	rules []placed
	errs  []error
}

// A placed rule knows its node.
type placed struct {
	Rule
	node *yaml.Node
}

func (p *parser) fail(n *yaml.Node, format string, args ...any) {
	if len(p.errs) < maxErrors {
		p.errs = append(p.errs, &Error{Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...)})
	}
}

func (p *parser) file(data []byte) {
	if !utf8.Valid(data) {
		line := 1
		for len(data) > 0 {
			r, size := utf8.DecodeRune(data)
			if r == utf8.RuneError && size == 1 {
				break
			}
			if r == '\n' {
				line++
			}
			data = data[size:]
		}
		p.errs = append(p.errs, &Error{Line: line, Message: "not UTF-8"})
		return
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		p.errs = append(p.errs, syntaxError(err))
		return
	}
	if len(document.Content) == 0 {
		return // empty
	}
	root := document.Content[0]
	if isNull(root) {
		return
	}
	given, rules := false, (*yaml.Node)(nil)
	p.mapping(root, "annotations", func(key, value *yaml.Node) bool {
		switch key.Value {
		case "version":
			given = true
			if value.Value != version {
				p.fail(value, "version %q: this program reads version %s", value.Value, version)
			}
		case "rules":
			rules = value
		default:
			return false
		}
		return true
	})
	if !given && root.Kind == yaml.MappingNode {
		p.fail(root, "version is missing: want version: %s", version)
	}
	if rules == nil || isNull(rules) {
		return
	}
	if rules.Kind != yaml.SequenceNode {
		p.fail(rules, "rules: want a list")
		return
	}
	for _, n := range rules.Content {
		p.rule(n)
	}
}

// syntaxError takes apart what the YAML package says.
func syntaxError(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	e := &Error{Line: 1, Message: text}
	var line int
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		e.Line = line
		_, e.Message, _ = strings.Cut(text, ": ")
	}
	return e
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// mapping calls take for every key of a mapping; false means that there is no
// such key.
func (p *parser) mapping(n *yaml.Node, what string, take func(key, value *yaml.Node) bool) {
	if n.Kind != yaml.MappingNode {
		p.fail(n, "%s: want keys and values", what)
		return
	}
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			p.fail(key, "%s: a key must be a word", what)
			continue
		}
		if slices.Contains(seen, key.Value) {
			p.fail(key, "%s: %s is given twice", what, key.Value)
			continue
		}
		if !take(key, value) {
			p.fail(key, "%s: unknown key %q", what, key.Value)
			continue
		}
		seen = append(seen, key.Value)
	}
}

// text returns the value of a key, "" for none.
func (p *parser) text(key, value *yaml.Node) string {
	if value.Kind != yaml.ScalarNode {
		p.fail(value, "%s: want a text", key.Value)
		return ""
	}
	if isNull(value) {
		return ""
	}
	return value.Value
}

// rule reads one rule.
func (p *parser) rule(n *yaml.Node) {
	if len(p.errs) >= maxErrors {
		return
	}
	before := len(p.errs)
	var r Rule
	var verdict bool
	p.mapping(n, "rule", func(key, value *yaml.Node) bool {
		switch key.Value {
		case "host":
			r.Host = p.text(key, value)
		case "domain":
			r.Domain = p.text(key, value)
		case "path":
			r.Path = p.text(key, value)
		case "pattern":
			r.Pattern = p.text(key, value)
		case "who":
			r.Who = p.text(key, value)
		case "note":
			r.Note = p.text(key, value)
		case "verdict":
			verdict = true
			var err error
			if r.Verdict, err = ParseVerdict(p.text(key, value)); err != nil {
				p.fail(value, "%v", err)
			}
		case "when":
			if text := p.text(key, value); text != "" {
				var err error
				if r.When, err = time.Parse(time.RFC3339, text); err != nil {
					p.fail(value, "when: %q is not a time such as 2026-11-25T03:00:00Z", text)
				}
			}
		default:
			return false
		}
		return true
	})
	if len(p.errs) == before && !verdict {
		p.fail(n, "rule: verdict is missing")
	}
	if len(p.errs) > before {
		return
	}
	r, err := r.normal()
	if err != nil {
		p.fail(n, "%v", err)
		return
	}
	p.rules = append(p.rules, placed{r, n})
}
