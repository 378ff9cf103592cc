package config

import (
	"errors"
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
	{regexp.MustCompile("cannot unmarshal !!map into \\S+"), `a section where a value is wanted`},
	{regexp.MustCompile("cannot unmarshal !!seq into \\S+"), `a list where a value is wanted`},
	{regexp.MustCompile("cannot unmarshal !!\\w+(?: `(.*)`)? into \\S+"), `"$1" where a section is wanted`},
	{regexp.MustCompile(`mapping key "(\S+)" already defined at line (\d+)`), `setting "$1" given before, in line $2`},
}

// plainly rewrites an error of the YAML package: in one line, and without the
// names of Go types. Other errors are left as they are.
func plainly(err error) error {
	var problems *yaml.TypeError
	if !errors.As(err, &problems) {
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
