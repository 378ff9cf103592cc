package annotation

import "mathsieve/internal/address"

// A Matcher finds the rule that holds for a page. It is immutable and safe for
// concurrent use.
type Matcher struct{}

// NewMatcher returns a matcher of the rules, as the file has them now. It takes
// some 200 bytes for each rule.
func NewMatcher(f *File) *Matcher { return &Matcher{} }

// Match returns the rule that holds for an address that was split at a depth of
// at least Depth.
func (m *Matcher) Match(a *address.Address) (Rule, bool) { return Rule{}, false }

// Depth is the number of segments of a path that the rules look at.
func (m *Matcher) Depth() int { return 0 }

// MatchNode returns the rule that holds for a whole host, or a whole path of
// it, as domain.Walk gives them: the rules that cover all of its pages.
func (m *Matcher) MatchNode(host, path string) (Rule, bool) { return Rule{}, false }

// NewLookup returns a Lookup, which has the memory that matching needs.
func (m *Matcher) NewLookup() *Lookup { return &Lookup{} }

// A Lookup matches addresses as text. It belongs to one goroutine.
type Lookup struct{}

// Match returns the rule that holds for the address of a page.
func (l *Lookup) Match(url string) (Rule, bool) { return Rule{}, false }
