package site

import (
	_ "embed"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"

	"github.com/andybalholm/cascadia"
)

// Rules are the rules of a set of hosts. They are immutable and may be shared
// by goroutines.
type Rules struct {
	hosts    map[string]*rule
	suffixes map[string]*rule // without the asterisk and its dot
}

// A rule is what is known of the pages of a host; a nil selector matches
// nothing.
type rule struct {
	content, drop, keep cascadia.SelectorGroup

	// asked has the attributes that drop asks for, where elements and these
	// are all it asks for; else it is nil.
	asked []string
}

//go:embed default.yaml
var defaultText []byte

var parseDefault = sync.OnceValue(func() *Rules {
	r, err := Parse("default.yaml", defaultText)
	if err != nil {
		panic(err)
	}
	return r
})

// Default returns the rules that are built in.
func Default() *Rules { return parseDefault() }

// ReadFile reads the file of rules at path. The error of a rule that makes no
// sense is an *Error.
func ReadFile(path string) (*Rules, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read site rules: %w", err)
	}
	return Parse(path, text)
}

// Over returns the rules of r and, for hosts that r does not name, those of
// base.
func (r *Rules) Over(base *Rules) *Rules {
	merged := &Rules{hosts: maps.Clone(base.hosts), suffixes: maps.Clone(base.suffixes)}
	maps.Copy(merged.hosts, r.hosts)
	maps.Copy(merged.suffixes, r.suffixes)
	return merged
}

// find returns the rule for the page at an address, or nil.
func (r *Rules) find(address string) *rule {
	host := hostOf(address)
	if host == "" {
		return nil
	}
	if found := r.hosts[host]; found != nil {
		return found
	}
	for {
		_, rest, ok := strings.Cut(host, ".")
		if !ok {
			return nil
		}
		if found := r.suffixes[rest]; found != nil {
			return found
		}
		host = rest
	}
}

// hostOf returns the host of an address in lower case, "" if it has none. It
// allocates nothing for hosts in lower case.
func hostOf(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		rest = rest[:i]
	}
	return strings.ToLower(strings.TrimSuffix(rest, "."))
}
