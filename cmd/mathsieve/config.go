package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"mathsieve/internal/config"
)

// newConfigCommand prints the settings in force; its help page lists them all.
func newConfigCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "config [--config FILE] [--set KEY=VALUE...]",
		Short: "Print the settings in force, and where they come from",
		Long: `Config prints the settings that a command would have, as a YAML file that --config
takes. What differs from the defaults says where it comes from.

Every setting has a dotted path. Later layers win:

  1. the defaults, listed below
  2. a YAML file:            mathsieve --config FILE …   or MATHSIEVE_CONFIG=FILE
  3. environment variables:  MATHSIEVE_SELECT_BUDGETS=1B  (. and - become _)
  4. flags:                  --budget 1B, or --set select.budgets=1B for any setting

An unknown key in any of them is an error. configs/ has commented examples.

` + settingsHelp() + "\n" + exitCodes,
		Example: `  mathsieve config --config configs/workstation.yaml | grep '#'
  mathsieve config --set train.dim=32 > settings.yaml`,
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			if err := a.config.Validate(); err != nil {
				return usageError{err}
			}
			text, err := a.settingsInForce()
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(text)
			return err
		},
	}
}

// settingsHelp lists all settings with their defaults and what they mean.
func settingsHelp() string {
	var b strings.Builder
	defaults := config.Default()
	section := ""
	for _, key := range config.Keys() {
		value, err := defaults.Get(key)
		if err != nil {
			value = err.Error()
		}
		if head, _, nested := strings.Cut(key, "."); nested && head != section {
			section = head
			b.WriteByte('\n')
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-32s %s", key, value), " ") + "\n")
		appendWrapped(&b, config.Help(key), "      ", 96)
	}
	return b.String()
}

// appendWrapped writes a text in lines of at most so many bytes.
func appendWrapped(b *strings.Builder, text, indent string, width int) {
	line := indent
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width && line != indent {
			b.WriteString(line + "\n")
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	b.WriteString(line + "\n")
}

// settingsInForce returns the settings as YAML; a comment behind those that are
// not the default names the last layer that changed them.
func (a *app) settingsInForce() ([]byte, error) {
	file, err := config.Load(a.configFile, nil)
	if err != nil {
		return nil, err
	}
	environment, err := config.Load(a.configFile, a.environ)
	if err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := root.Encode(a.config); err != nil {
		return nil, fmt.Errorf("encode settings: %w", err)
	}
	layers := []struct {
		origin string
		config config.Config
	}{
		{"", config.Default()}, {oneLine(a.configFile), file}, {"environment", environment}, {"flag", a.config},
	}
	var visit func(node *yaml.Node, prefix string) error
	visit = func(node *yaml.Node, prefix string) error {
		for i := 0; i+1 < len(node.Content); i += 2 {
			name, value := node.Content[i], node.Content[i+1]
			if value.Kind == yaml.MappingNode {
				if err := visit(value, prefix+name.Value+"."); err != nil {
					return err
				}
				continue
			}
			value.Style |= yaml.FlowStyle // a list on one line, whose comment stands behind it
			origin, before := "", ""
			for n, layer := range layers {
				now, err := layer.config.Get(prefix + name.Value)
				if err != nil {
					return err
				}
				if n == 0 || now != before {
					origin, before = layer.origin, now
				}
			}
			value.LineComment = origin
		}
		return nil
	}
	if err := visit(&root, ""); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	enc := yaml.NewEncoder(&text)
	enc.SetIndent(2)
	if err := enc.Encode(&root); err != nil {
		return nil, fmt.Errorf("encode settings: %w", err)
	}
	return text.Bytes(), enc.Close()
}
