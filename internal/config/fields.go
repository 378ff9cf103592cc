package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Keys returns the dotted paths of all settings, such as "select.budgets", in
// the order of the structs.
func Keys() []string {
	var keys []string
	walk(reflect.ValueOf(&Config{}).Elem(), "", func(key string, _ reflect.Value) { keys = append(keys, key) })
	return keys
}

// Set gives the setting named by key the value that the YAML text says. A
// list may also be written as words with commas between them.
func (c *Config) Set(key, text string) error {
	field, err := c.field(key)
	if err != nil {
		return err
	}
	if field.Kind() == reflect.Slice && !strings.HasPrefix(strings.TrimSpace(text), "[") {
		// Quoted one by one: a path may hold any character that YAML gives a meaning.
		var list []string
		for word := range strings.SplitSeq(text, ",") {
			if word = strings.TrimSpace(word); word != "" {
				list = append(list, word)
			}
		}
		quoted, err := yaml.Marshal(list)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		text = string(quoted)
	} else if field.Kind() == reflect.String {
		field.SetString(text)
		return nil
	}
	if err := checkWholeAt(field, text); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	fresh := reflect.New(field.Type())
	if err := yaml.Unmarshal([]byte(text), fresh.Interface()); err != nil {
		return fmt.Errorf("%s: %w", key, withoutLine(plainly(err)))
	}
	field.Set(fresh.Elem())
	return nil
}

// Get returns the value of a setting as YAML text on one line.
func (c *Config) Get(key string) (string, error) {
	field, err := c.field(key)
	if err != nil {
		return "", err
	}
	if field.Kind() == reflect.Slice {
		words := make([]string, field.Len())
		for i := range words {
			words[i] = fmt.Sprint(field.Index(i).Interface())
		}
		return strings.Join(words, ","), nil
	}
	return fmt.Sprint(field.Interface()), nil
}

// IsList reports whether the setting holds any number of values.
func (c *Config) IsList(key string) bool {
	field, err := c.field(key)
	return err == nil && field.Kind() == reflect.Slice
}

func (c *Config) field(key string) (reflect.Value, error) {
	var found reflect.Value
	walk(reflect.ValueOf(c).Elem(), "", func(k string, v reflect.Value) {
		if k == key {
			found = v
		}
	})
	if !found.IsValid() {
		return found, fmt.Errorf("unknown setting %q; the nearest is %q", key, nearest(key, Keys()))
	}
	return found, nil
}

// walk calls do for each leaf below v: what is no struct, or a struct that
// reads itself from one YAML word.
func walk(v reflect.Value, prefix string, do func(key string, field reflect.Value)) {
	for i := range v.NumField() {
		tag, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if tag == "-" {
			continue
		}
		key := prefix + tag
		if options == "inline" {
			key = strings.TrimSuffix(prefix, ".")
		}
		field := v.Field(i)
		_, self := reflect.TypeAssert[yaml.Unmarshaler](field.Addr())
		switch {
		case field.Kind() == reflect.Struct && !self:
			if key != "" {
				key += "."
			}
			walk(field, key, do)
		default:
			do(key, field)
		}
	}
}

// nearest returns the candidate with the least edit distance to word.
func nearest(word string, candidates []string) string {
	return slices.MinFunc(candidates, func(a, b string) int { return distance(word, a) - distance(word, b) })
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
