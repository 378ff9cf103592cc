package annotation

import (
	"slices"
)

// A File is a set of rules, no two for the same target, in the order of
// targets. The zero File is empty. It is not safe for concurrent use.
type File struct{ rules []Rule }

// Rules returns the rules, which must not be changed.
func (f *File) Rules() []Rule { return f.rules }

// search returns where the rule for a target is or should be.
func (f *File) search(t Target) (int, bool) {
	return slices.BinarySearchFunc(f.rules, t, func(r Rule, t Target) int { return r.Compare(t) })
}

// Find returns the rule for exactly that target.
func (f *File) Find(t Target) (Rule, bool) {
	i, ok := f.search(t)
	if !ok {
		return Rule{}, false
	}
	return f.rules[i], true
}

// Set adds a rule, in the place of the one for the same target. The error is
// ErrTarget, or ErrRule if the rule could not be read back.
func (f *File) Set(r Rule) error {
	r, err := r.normal()
	if err != nil {
		return err
	}
	if i, ok := f.search(r.Target); ok {
		f.rules[i] = r
	} else {
		f.rules = slices.Insert(f.rules, i, r)
	}
	return nil
}

// Remove takes the rule for exactly that target away and reports whether there
// was one.
func (f *File) Remove(t Target) bool {
	i, ok := f.search(t)
	if ok {
		f.rules = slices.Delete(f.rules, i, i+1)
	}
	return ok
}

// clone returns a copy that can be changed.
func (f *File) clone() *File { return &File{rules: slices.Clone(f.rules)} }

// walk calls visit for every target of a or b, in their order, with the rule
// of each that has one.
func walk(a, b *File, visit func(before, after *Rule)) {
	i, j := 0, 0
	for i < len(a.rules) || j < len(b.rules) {
		var order int
		switch {
		case i == len(a.rules):
			order = 1
		case j == len(b.rules):
			order = -1
		default:
			order = a.rules[i].Compare(b.rules[j].Target)
		}
		var before, after *Rule
		if order <= 0 {
			before = &a.rules[i]
			i++
		}
		if order >= 0 {
			after = &b.rules[j]
			j++
		}
		visit(before, after)
	}
}

// A Conflict is a target about which two files decide differently.
type Conflict struct {
	A Rule `json:"a"`
	B Rule `json:"b"`
}

// Merge returns the rules of both files. Where both have the same verdict for a
// target, the later rule is taken. Where the verdicts differ the target is left
// out and listed as a conflict. Merge(a, b) has the same rules as Merge(b, a).
func Merge(a, b *File) (*File, []Conflict) {
	merged := &File{}
	var conflicts []Conflict
	walk(a, b, func(p, q *Rule) {
		switch {
		case p == nil:
			merged.rules = append(merged.rules, *q)
		case q == nil:
			merged.rules = append(merged.rules, *p)
		case p.Verdict != q.Verdict:
			conflicts = append(conflicts, Conflict{A: *p, B: *q})
		case p.later(*q):
			merged.rules = append(merged.rules, *p)
		default:
			merged.rules = append(merged.rules, *q)
		}
	})
	return merged, conflicts
}

// later is an order of rules that differ, by time.
func (r Rule) later(s Rule) bool {
	if !r.When.Equal(s.When) {
		return r.When.After(s.When)
	}
	if r.Who != s.Who {
		return r.Who > s.Who
	}
	return r.Note > s.Note
}
