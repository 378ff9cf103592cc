package annotation

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"mathsieve/internal/address"
)

// A Matcher finds the rule that holds for a page. It is immutable and safe for
// concurrent use.
type Matcher struct {
	rules   []Rule
	hosts   map[string]*site
	domains map[string]*site
	depth   int // number of segments of a path that the rules look at
}

// A site has the rules of one host or domain.
type site struct {
	paths    []pathRule    // by path
	depths   uint64        // bit n: there is a path of n segments
	patterns []patternRule // most specific first
}

type pathRule struct {
	path string
	rule int
}

type patternRule struct {
	pattern
	depth int // number of segments, without **
	plain int // characters that are no asterisks
	rule  int
}

// NewMatcher returns a matcher of the rules, as the file has them now. It takes
// some 300 bytes for each rule.
func NewMatcher(f *File) *Matcher {
	m := &Matcher{rules: slices.Clone(f.rules), hosts: map[string]*site{}, domains: map[string]*site{}}
	for i, r := range m.rules {
		sites, name := m.hosts, r.Host
		if r.Domain != "" {
			sites, name = m.domains, r.Domain
		}
		s := sites[name]
		if s == nil {
			s = &site{}
			sites[name] = s
		}
		if r.Pattern == "" {
			n := strings.Count(r.Path, "/")
			m.depth = max(m.depth, n)
			s.depths |= 1 << n
			s.paths = append(s.paths, pathRule{r.Path, i}) // rules of a target's name stand in order of path
			continue
		}
		p, err := parsePattern(r.Pattern)
		if err != nil {
			panic("annotation: a rule of a File has no normal form: " + err.Error())
		}
		m.depth = address.MaxDepth
		one := patternRule{pattern: p, rule: i, plain: len(r.Pattern) - strings.Count(r.Pattern, "*")}
		for _, segment := range p.segments {
			if segment != "**" {
				one.depth++
			}
		}
		s.patterns = append(s.patterns, one)
	}
	for _, sites := range []map[string]*site{m.hosts, m.domains} {
		for _, s := range sites {
			slices.SortStableFunc(s.patterns, m.compare)
		}
	}
	return m
}

// compare orders the patterns of a site, most specific first.
func (m *Matcher) compare(p, q patternRule) int {
	return cmp.Or(
		cmp.Compare(q.depth, p.depth),
		cmp.Compare(len(q.params), len(p.params)),
		compareBool(q.end, p.end),
		cmp.Compare(q.plain, p.plain),
		cmp.Compare(m.rules[q.rule].Verdict, m.rules[p.rule].Verdict),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// match returns the rule that holds for an address that was split at a depth of
// at least m.depth.
func (m *Matcher) match(a *address.Address) (Rule, bool) {
	if a.Host == "" {
		return Rule{}, false
	}
	if s := m.hosts[a.Host]; s != nil {
		if rule, ok := s.match(a); ok {
			return m.rules[rule], true
		}
	}
	if len(m.domains) == 0 {
		return Rule{}, false
	}
	// No rule is for more than the registrable domain.
	for name := a.Host; len(name) >= len(a.Domain); {
		if s := m.domains[name]; s != nil {
			if rule, ok := s.match(a); ok {
				return m.rules[rule], true
			}
		}
		dot := strings.IndexByte(name, '.')
		if dot < 0 {
			break
		}
		name = name[dot+1:]
	}
	return Rule{}, false
}

// match returns the rule of the site that holds.
func (s *site) match(a *address.Address) (rule int, ok bool) {
	depth, path := a.Segments, a.Path
	for ; ; depth-- {
		if s.depths&(1<<depth) != 0 {
			i, found := slices.BinarySearchFunc(s.paths, path, comparePath)
			if found {
				rule, ok = s.paths[i].rule, true
				break
			}
		}
		if depth == 0 {
			break
		}
		path = path[:bytes.LastIndexByte(path, '/')]
	}
	if len(s.patterns) == 0 {
		return rule, ok
	}
	var buf [address.MaxDepth]string
	segments := buf[:0]
	if len(a.Path) > 0 {
		for segment := range strings.SplitSeq(string(a.Path[1:]), "/") {
			segments = append(segments, segment)
		}
	}
	for _, p := range s.patterns {
		if ok && p.depth <= depth {
			break // the path is more specific
		}
		if p.matches(segments, a.Whole, a.Query) {
			return p.rule, true
		}
	}
	return rule, ok
}

// comparePath does not allocate.
func comparePath(r pathRule, path []byte) int {
	switch {
	case r.path == string(path):
		return 0
	case r.path < string(path):
		return -1
	default:
		return 1
	}
}

// MatchNode returns the rule that holds for a whole host, or a whole path of
// it, as domain.Walk gives them: the rules that cover all of its pages. Rules
// for parts of it may say otherwise.
func (m *Matcher) MatchNode(host, path string) (Rule, bool) {
	_, domain, ok := address.Host(host)
	if !ok {
		return Rule{}, false
	}
	return m.match(&address.Address{Host: host, Domain: domain, Path: []byte(path), Segments: strings.Count(path, "/")})
}

// NewLookup returns a Lookup, which has the memory that matching needs.
func (m *Matcher) NewLookup() *Lookup { return &Lookup{matcher: m} }

// A Lookup matches addresses as text. It belongs to one goroutine.
type Lookup struct {
	matcher *Matcher
	split   address.Splitter
}

// Match returns the rule that holds for the address of a page.
func (l *Lookup) Match(url string) (Rule, bool) {
	a := l.split.Split(url, l.matcher.depth)
	return l.matcher.match(&a)
}
