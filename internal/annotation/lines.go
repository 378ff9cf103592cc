package annotation

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// parseLines reads the canonical form ten times as fast as YAML can be read: a
// store reads its file again before every change. It returns nil for any file
// that is not, byte for byte, what Marshal writes.
func parseLines(data []byte) *File {
	rest, ok := bytes.CutPrefix(data, []byte("version: "+version+"\nrules:\n"))
	if !ok {
		return nil
	}
	text := string(rest) // the rules share it
	f := &File{}
	var r Rule
	for len(text) > 0 {
		line, after, ok := strings.Cut(text, "\n")
		if !ok || len(line) < 4 {
			return nil
		}
		if line[:4] == "  - " && !f.appendParsed(&r) {
			return nil
		}
		key, value, ok := strings.Cut(line[4:], ": ")
		if !ok || !r.setParsed(key, value) {
			return nil
		}
		text = after
	}
	if !f.appendParsed(&r) || !bytes.Equal(f.Marshal(), data) {
		return nil
	}
	return f
}

// appendParsed ends a rule, if one was begun, and reports whether it may stand
// there.
func (f *File) appendParsed(r *Rule) bool {
	if *r == (Rule{}) {
		return true
	}
	one, err := r.normal()
	if err != nil || one != *r {
		return false
	}
	if n := len(f.rules); n > 0 && f.rules[n-1].Compare(one.Target) >= 0 {
		return false
	}
	f.rules = append(f.rules, one)
	*r = Rule{}
	return true
}

// setParsed sets the field of a key and reports whether it can be read.
func (r *Rule) setParsed(key, value string) bool {
	if key == "when" {
		when, err := time.Parse(time.RFC3339, value)
		r.When = when.UTC()
		return err == nil
	}
	if strings.HasPrefix(value, `"`) {
		// Go has the escapes of the canonical form, and they mean the same.
		unquoted, err := strconv.Unquote(value)
		if err != nil {
			return false
		}
		value = unquoted
	}
	switch key {
	case "host":
		r.Host = value
	case "domain":
		r.Domain = value
	case "path":
		r.Path = value
	case "pattern":
		r.Pattern = value
	case "who":
		r.Who = value
	case "note":
		r.Note = value
	case "verdict":
		verdict, err := ParseVerdict(value)
		r.Verdict = verdict
		return err == nil
	default:
		return false
	}
	return true
}
