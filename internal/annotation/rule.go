package annotation

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var (
	// ErrTarget says that a target names no part of the web.
	ErrTarget = errors.New("invalid target")
	// ErrVerdict says that a word is none of yes, no and unsure.
	ErrVerdict = errors.New("invalid verdict")
	// ErrRule says that a rule cannot be kept: no verdict, or a text that is
	// too long or has control characters.
	ErrRule = errors.New("invalid rule")
	// ErrSyntax says that a file is not annotations.
	ErrSyntax = errors.New("invalid annotations")
	// ErrChanged says that rules were changed since.
	ErrChanged = errors.New("annotations changed meanwhile")
	// ErrNothingToUndo says that the history has no decision left.
	ErrNothingToUndo = errors.New("nothing to undo")
)

// A Verdict is what a person decided.
type Verdict uint8

const (
	// None is no decision.
	None Verdict = iota
	// Yes says that the pages hold mathematics.
	Yes
	// Unsure says that the person could not tell. Such pages are neither
	// positives nor negatives.
	Unsure
	// No says that they do not.
	No
)

var verdicts = [...]string{"", "yes", "unsure", "no"}

// ParseVerdict reads yes, no or unsure. The error is ErrVerdict.
func ParseVerdict(s string) (Verdict, error) {
	for v, name := range verdicts {
		if s == name && s != "" {
			return Verdict(v), nil
		}
	}
	return None, fmt.Errorf("%w %q: want yes, no or unsure", ErrVerdict, s)
}

// String returns yes, no, unsure, or "" for None.
func (v Verdict) String() string { return verdicts[v] }

// MarshalText returns String.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is ParseVerdict; an empty text is None.
func (v *Verdict) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*v = None
		return nil
	}
	parsed, err := ParseVerdict(string(text))
	if err == nil {
		*v = parsed
	}
	return err
}

// A Rule is a decision about a target.
type Rule struct {
	Target
	Verdict Verdict `json:"verdict"`
	// Who decided, "" if it is not known; "automatic" for the automatic rule.
	Who string `json:"who,omitempty"`
	// When it was decided, in whole seconds of UTC; zero if it is not known.
	When time.Time `json:"when,omitzero"`
	// Note is what the person wants to be remembered.
	Note string `json:"note,omitempty"`
}

const (
	maxWho  = 256     // bytes
	maxNote = 8 << 10 // bytes
)

// normal returns the rule as a file keeps it.
func (r Rule) normal() (Rule, error) {
	target, err := r.Target.normal()
	if err != nil {
		return Rule{}, err
	}
	r.Target = target
	if r.Verdict == None || int(r.Verdict) >= len(verdicts) {
		return Rule{}, fmt.Errorf("%w for %s: no verdict", ErrRule, target)
	}
	if err := checkText("who", r.Who, maxWho); err != nil {
		return Rule{}, err
	}
	if err := checkText("note", r.Note, maxNote); err != nil {
		return Rule{}, err
	}
	r.When = r.When.UTC().Truncate(time.Second)
	if year := r.When.Year(); year < 0 || year > 9999 {
		return Rule{}, fmt.Errorf("%w: when: the year %d cannot be written", ErrRule, year)
	}
	return r, nil
}

// checkText refuses what would not come back from a file as it was, or what a
// terminal would take for a command.
func checkText(key, s string, most int) error {
	if len(s) > most {
		return fmt.Errorf("%w: %s: %d bytes, more than %d", ErrRule, key, len(s), most)
	}
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	if !utf8.ValidString(s) || strings.ContainsFunc(s, control) {
		return fmt.Errorf("%w: %s: control characters", ErrRule, key)
	}
	return nil
}

// equal reports whether two rules say the same in all they say.
func (r Rule) equal(s Rule) bool {
	return r.Target == s.Target && r.Verdict == s.Verdict && r.Who == s.Who && r.When.Equal(s.When) && r.Note == s.Note
}
