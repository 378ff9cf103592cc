package site

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"
	"go.yaml.in/yaml/v3"
)

// An Error says what is wrong at which place of a file of rules.
type Error struct {
	// File is the name of the file.
	File string
	// Line and Column count from 1; Column is 0 if only the line is known, and
	// Line is 0 if not even that.
	Line, Column int
	// Problem is what is wrong.
	Problem string
}

// Error returns FILE:LINE:COLUMN: and the problem.
func (e *Error) Error() string {
	switch {
	case e.Column > 0:
		return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Problem)
	case e.Line > 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
	}
	return e.File + ": " + e.Problem
}

// Parse reads the text of a file of rules; name stands for it in errors, which
// are all *Error.
func Parse(name string, text []byte) (*Rules, error) {
	p := parser{file: name, rules: &Rules{hosts: map[string]*rule{}, suffixes: map[string]*rule{}}}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, p.syntax(err)
	}
	if len(document.Content) == 0 {
		return p.rules, nil
	}
	err := p.mapping(document.Content[0], "hosts", p.host)
	return p.rules, err
}

type parser struct {
	file  string
	rules *Rules
}

func (p *parser) errorAt(n *yaml.Node, format string, args ...any) error {
	return &Error{File: p.file, Line: n.Line, Column: n.Column, Problem: fmt.Sprintf(format, args...)}
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax gives an error of the YAML package the form of all others.
func (p *parser) syntax(err error) error {
	e := &Error{File: p.file, Problem: err.Error()}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Problem = m[2]
	}
	return e
}

// mapping visits the entries of a mapping, whose keys must differ.
func (p *parser) mapping(n *yaml.Node, what string, visit func(key, value *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return p.errorAt(n, "want a mapping of %s", what)
	}
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		name := strings.ToLower(key.Value)
		if before := seen[name]; before != nil {
			return p.errorAt(key, "%q given before, in line %d", key.Value, before.Line)
		}
		seen[name] = key
		if err := visit(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

var hostPattern = regexp.MustCompile(`^(\*\.)?[\p{Ll}\p{Lo}\p{N}_-]+(\.[\p{Ll}\p{Lo}\p{N}_-]+)*$`)

func (p *parser) host(key, value *yaml.Node) error {
	host := strings.ToLower(key.Value)
	if !hostPattern.MatchString(host) {
		return p.errorAt(key, "%q is no host: want a name such as www.example.org, or *.example.org", key.Value)
	}
	r := &rule{}
	err := p.mapping(value, "content, drop and keep", func(key, value *yaml.Node) (err error) {
		switch key.Value {
		case "content":
			r.content, err = p.selectors(value)
		case "drop":
			r.drop, err = p.selectors(value)
		case "keep":
			r.keep, err = p.selectors(value)
		default:
			err = p.errorAt(key, "unknown key %q: want content, drop or keep", key.Value)
		}
		return err
	})
	r.asked = askedBy(r.drop)
	if suffix, ok := strings.CutPrefix(host, "*."); ok {
		p.rules.suffixes[suffix] = r
	} else {
		p.rules.hosts[host] = r
	}
	return err
}

// selectors reads one selector or a list of them.
func (p *parser) selectors(n *yaml.Node) (cascadia.SelectorGroup, error) {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	var all cascadia.SelectorGroup
	for _, s := range nodes {
		if s.Kind != yaml.ScalarNode || s.ShortTag() != "!!str" {
			return nil, p.errorAt(s, "want a CSS selector")
		}
		group, err := cascadia.ParseGroup(s.Value)
		if err != nil {
			return nil, p.errorAt(s, "selector %q: %v", s.Value, err)
		}
		all = append(all, group...)
	}
	return all, nil
}

var (
	askedName = regexp.MustCompile(`\[([a-z][a-z0-9-]*)(?:\]|[~|^$*!#]?=)`)
	// asksMore finds the pseudo-classes that read texts, or attributes that they
	// do not name.
	asksMore = regexp.MustCompile(`:(?:contains|matches|empty|link|lang|enabled|disabled|checked)`)
)

// askedBy returns the attributes that selectors ask for, or nil if they may ask
// for more than elements and these.
func askedBy(selectors cascadia.SelectorGroup) []string {
	text := selectors.String()
	found := askedName.FindAllStringSubmatch(text, -1)
	if asksMore.MatchString(text) || len(found) != strings.Count(text, "[") {
		return nil
	}
	names := []string{"class", "id"}
	for _, m := range found {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}
