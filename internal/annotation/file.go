package annotation

import "errors"

// A File is a set of rules, no two for the same target, in the order of
// targets. The zero File is empty. It is not safe for concurrent use.
type File struct{ rules []Rule }

// Rules returns the rules, which must not be changed.
func (f *File) Rules() []Rule { return f.rules }

// Find returns the rule for exactly that target.
func (f *File) Find(t Target) (Rule, bool) { return Rule{}, false }

// Set adds a rule, in the place of the one for the same target. It returns an
// error if the rule could not be read back: no verdict, control characters.
func (f *File) Set(r Rule) error { return errors.ErrUnsupported }

// Remove takes the rule for exactly that target away and reports whether there
// was one.
func (f *File) Remove(t Target) bool { return false }

// An Error says what is wrong with a file, and where. It is ErrSyntax.
type Error struct {
	// Line and Column count from 1.
	Line, Column int
	Message      string
}

// Parse reads a file of at most MaxFile bytes. All that is wrong with it is
// told in one error, which joins an *Error for each place, 20 at most. An
// empty file has no rules.
func Parse(data []byte) (*File, error) { return nil, errors.ErrUnsupported }

// MaxFile is the greatest size of a file in bytes.
const MaxFile = 64 << 20

// Marshal returns the file in its one canonical form, which Parse reads.
// Comments of a file that was parsed are lost.
func (f *File) Marshal() []byte { return nil }

// A Conflict is a target about which two files decide differently.
type Conflict struct{ A, B Rule }

// Merge returns the rules of both files. Where both have the same verdict for a
// target, the later rule is taken. Where the verdicts differ the target is left
// out and listed as a conflict. Merge(a, b) has the same rules as Merge(b, a).
func Merge(a, b *File) (*File, []Conflict) { return nil, nil }
