package annotation

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mathsieve/internal/address"
)

const (
	maxPattern = 4 << 10 // bytes
	maxParams  = 16
)

// A pattern is what a path is compared with. See the package comment.
type pattern struct {
	segments []string // normal form but for asterisks; "**" is any number
	end      bool     // the path must end here
	params   []param  // by name, then value
}

// A param is a parameter that the query must have.
type param struct {
	name  string
	value string // normal form but for asterisks
	any   bool   // any value, or none, will do
}

// parsePattern reads a pattern and brings it into normal form.
func parsePattern(s string) (pattern, error) {
	var p pattern
	if len(s) > maxPattern {
		return p, fmt.Errorf("longer than %d bytes", maxPattern)
	}
	path, query, hasQuery := strings.Cut(s, "?")
	if !strings.HasPrefix(path, "/") {
		return p, errors.New("must start with a slash")
	}
	path, p.end = strings.CutSuffix(path, "$")
	if strings.ContainsAny(path, "$#") || strings.Contains(query, "#") {
		return p, errors.New("$ stands at the end of the path only, and # nowhere")
	}
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "":
			continue
		case ".", "..":
			return p, errors.New("dot segments have no meaning")
		case "**":
			if n := len(p.segments); n > 0 && p.segments[n-1] == "**" {
				continue
			}
		default:
			segment = escapeGlob(segment)
		}
		if len(segment) > address.MaxSegment || len(p.segments) == address.MaxDepth {
			return p, fmt.Errorf("more than %d segments, or one of more than %d bytes", address.MaxDepth, address.MaxSegment)
		}
		p.segments = append(p.segments, segment)
	}
	if n := len(p.segments); n > 0 && p.segments[n-1] == "**" {
		p.segments, p.end = p.segments[:n-1], false // /a/** covers what /a does
	}
	if !hasQuery {
		return p, nil
	}
	for text := range strings.SplitSeq(query, "&") {
		name, value, found := strings.Cut(text, "=")
		if name == "" || strings.Contains(name, "*") {
			return p, errors.New("a parameter must have a name without asterisks")
		}
		one := param{name: address.Escape(name), value: escapeGlob(value), any: !found || strings.Trim(value, "*") == "" && value != ""}
		if one.any {
			one.value = ""
		}
		if !slices.Contains(p.params, one) {
			p.params = append(p.params, one)
		}
	}
	if len(p.params) > maxParams {
		return p, fmt.Errorf("more than %d parameters", maxParams)
	}
	slices.SortFunc(p.params, func(a, b param) int { return strings.Compare(a.String(), b.String()) })
	return p, nil
}

// escapeGlob brings a text with asterisks into normal form: several of them in
// a row are one.
func escapeGlob(s string) string {
	var b strings.Builder
	for i, piece := range strings.Split(s, "*") {
		if i > 0 && !strings.HasSuffix(b.String(), "*") {
			b.WriteByte('*')
		}
		b.WriteString(address.Escape(piece))
	}
	return b.String()
}

// isPath reports whether a path says the same.
func (p pattern) isPath() bool {
	return !p.end && len(p.params) == 0 && !slices.ContainsFunc(p.segments, isGlob)
}

func isGlob(s string) bool { return strings.Contains(s, "*") }

// String returns the normal form; "" for the pattern that covers everything.
func (p pattern) String() string {
	var b strings.Builder
	for _, s := range p.segments {
		b.WriteByte('/')
		b.WriteString(s)
	}
	if b.Len() == 0 && (p.end || len(p.params) > 0) {
		b.WriteByte('/')
	}
	if p.end {
		b.WriteByte('$')
	}
	for i, one := range p.params {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(one.String())
	}
	return b.String()
}

func (p param) String() string {
	if p.any {
		return p.name
	}
	return p.name + "=" + p.value
}

// matches reports whether the pattern covers a path of these segments, which
// is whole or cut, and this query.
func (p pattern) matches(path []string, whole bool, query string) bool {
	if p.end && !whole || !matchSegments(p.segments, path, p.end) {
		return false
	}
	for _, one := range p.params {
		if !one.in(query) {
			return false
		}
	}
	return true
}

// matchSegments compares pieces between ** one after the other. The first place
// where a piece fits is as good as any later one.
func matchSegments(segments, path []string, end bool) bool {
	free := false // a ** stands before
	for {
		n := slices.Index(segments, "**")
		last := n < 0
		if last {
			n = len(segments)
		}
		piece := segments[:n]
		if last && end {
			// What the piece fits must be the end.
			if free {
				path = path[max(len(path)-n, 0):]
			}
			return len(path) == n && fits(piece, path)
		}
		for !fits(piece, path) {
			if !free || len(path) < n {
				return false
			}
			path = path[1:]
		}
		if last {
			return true
		}
		path, segments, free = path[n:], segments[n+1:], true
	}
}

// fits reports whether path starts with what piece says.
func fits(piece, path []string) bool {
	if len(path) < len(piece) {
		return false
	}
	for i, glob := range piece {
		if !matchGlob(glob, path[i]) {
			return false
		}
	}
	return true
}

// matchGlob compares a text with one that has asterisks.
func matchGlob(glob, s string) bool {
	head, rest, found := strings.Cut(glob, "*")
	if !found {
		return glob == s
	}
	s, ok := strings.CutPrefix(s, head)
	for ok {
		head, rest, found = strings.Cut(rest, "*")
		if !found {
			return strings.HasSuffix(s, head)
		}
		_, s, ok = strings.Cut(s, head)
	}
	return false
}

// in reports whether a query has the parameter.
func (p param) in(query string) bool {
	for text := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(text, "=")
		if address.Escape(name) == p.name && (p.any || matchGlob(p.value, address.Escape(value))) {
			return true
		}
	}
	return false
}
