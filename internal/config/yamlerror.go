package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// What the YAML package says in terms of Go, and in what words a user knows it.
var yamlWords = []struct {
	pattern *regexp.Regexp
	words   string
}{
	{regexp.MustCompile(`field (\S+) not found in type \S+`), `unknown setting "$1"`},
	{regexp.MustCompile("cannot unmarshal !!\\w+ `(.*)` into u?int\\d*"), `"$1" is not a whole number`},
	{regexp.MustCompile("cannot unmarshal !!\\w+ `(.*)` into float\\d*"), `"$1" is not a number`},
	{regexp.MustCompile("cannot unmarshal !!\\w+ `(.*)` into bool"), `"$1" is neither true nor false`},
	{regexp.MustCompile("cannot unmarshal !!\\w+ `(.*)` into \\[\\]\\S+"), `"$1" is not a list`},
	{regexp.MustCompile(`cannot unmarshal !!seq into \w+\.[A-Z]\w+`), `a list where a section is wanted`},
	{regexp.MustCompile(`cannot unmarshal !!map into \S+`), `a section where a value is wanted`},
	{regexp.MustCompile(`cannot unmarshal !!seq into \S+`), `a list where a value is wanted`},
	{regexp.MustCompile("cannot unmarshal !!\\w+(?: `(.*)`)? into \\S+"), `"$1" where a section is wanted`},
	{regexp.MustCompile(`mapping key "(\S+)" already defined at line (\d+)`), `setting "$1" given before, in line $2`},
}

// plainly rewrites an error of the YAML package: in one line, and without the
// names of Go types. Other errors are left as they are.
func plainly(err error) error {
	var problems *yaml.TypeError
	if !errors.As(err, &problems) {
		if text, found := strings.CutPrefix(err.Error(), "yaml: "); found {
			return errors.New(text)
		}
		return err
	}
	lines := make([]string, len(problems.Errors))
	for i, line := range problems.Errors {
		for _, y := range yamlWords {
			if y.pattern.MatchString(line) {
				line = y.pattern.ReplaceAllString(line, y.words)
				break
			}
		}
		lines[i] = line
	}
	return errors.New(strings.Join(lines, "; "))
}

// onlyLine is where every word on the command line stands.
const onlyLine = "line 1: "

// withoutLine takes the line number off an error about a single word.
func withoutLine(err error) error {
	text, found := strings.CutPrefix(err.Error(), onlyLine)
	if !found {
		return err
	}
	return errors.New(text)
}

// checkWhole refuses fractions where whole numbers are wanted: the YAML package
// cuts them off.
func (c *Config) checkWhole(text []byte) error {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return err
	}
	var visit func(node *yaml.Node, key string) error
	visit = func(node *yaml.Node, key string) error {
		if node.Kind != yaml.MappingNode {
			field, err := c.field(key)
			if err != nil || isWhole(field, node) {
				return nil //nolint:nilerr // what is no setting was refused before
			}
			return fmt.Errorf("line %d: %q is not a whole number", node.Line, node.Value)
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if err := visit(node.Content[i+1], strings.TrimPrefix(key+"."+node.Content[i].Value, ".")); err != nil {
				return err
			}
		}
		return nil
	}
	return visit(document.Content[0], "")
}

// checkWholeAt is checkWhole for the text of one setting.
func checkWholeAt(field reflect.Value, text string) error {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil || len(document.Content) == 0 || isWhole(field, document.Content[0]) {
		return nil //nolint:nilerr // what is no YAML is told when it is read
	}
	return fmt.Errorf("%q is not a whole number", text)
}

// isWhole reports whether the value fits a field of whole numbers, as far as
// fractions go; 2e6 is whole.
func isWhole(field reflect.Value, node *yaml.Node) bool {
	if !field.CanInt() && !field.CanUint() || node.Kind != yaml.ScalarNode || node.ShortTag() != "!!float" {
		return true
	}
	var value float64
	return node.Decode(&value) != nil || value == math.Trunc(value)
}
