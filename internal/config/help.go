package config

import (
	_ "embed"
	"strings"
)

// helpText has a line for each setting: its path, a tab, and the first sentence
// of the doc comment of its field. A test holds it against the comments.
//
//go:embed help.txt
var helpText string

// Help says in a sentence what a setting means.
func Help(key string) string {
	for line := range strings.Lines(helpText) {
		if name, text, _ := strings.Cut(line, "\t"); name == key {
			return strings.TrimSuffix(text, "\n")
		}
	}
	return ""
}
