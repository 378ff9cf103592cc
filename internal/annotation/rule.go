package annotation

import (
	"errors"
	"time"
)

// A Verdict is what a person decided.
type Verdict uint8

const (
	// None is no decision.
	None Verdict = iota
	// Yes says that the pages hold mathematics.
	Yes
	// No says that they do not.
	No
	// Unsure says that the person could not tell. Such pages are neither
	// positives nor negatives.
	Unsure
)

// ParseVerdict reads yes, no or unsure.
func ParseVerdict(s string) (Verdict, error) {
	switch s {
	case "yes":
		return Yes, nil
	case "no":
		return No, nil
	case "unsure":
		return Unsure, nil
	}
	return None, errors.ErrUnsupported
}

// String returns yes, no, unsure, or "" for None.
func (v Verdict) String() string { return [...]string{"", "yes", "no", "unsure"}[v] }

// MarshalText returns String.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is ParseVerdict; an empty text is None.
func (v *Verdict) UnmarshalText(text []byte) error { return errors.ErrUnsupported }

// A Target is the part of the web that a rule is about. Targets that are equal
// by == cover the same pages. They are made by ParseTarget, HostTarget or
// DomainTarget, which bring them into normal form.
type Target struct {
	// Host is the host, or Domain the domain with all hosts below it; one of
	// them is empty.
	Host   string `json:"host,omitempty"`
	Domain string `json:"domain,omitempty"`
	// Path is a path as package address writes it, or Pattern a pattern; both
	// are empty for all of the host.
	Path    string `json:"path,omitempty"`
	Pattern string `json:"pattern,omitempty"`
}

// HostTarget returns the target of a host and a path, "" for all of it: what
// domain.Walk gives.
func HostTarget(host, path string) (Target, error) { return Target{}, errors.ErrUnsupported }

// DomainTarget returns the target of a domain, the hosts below it, and a path.
func DomainTarget(name, path string) (Target, error) { return Target{}, errors.ErrUnsupported }

// ParseTarget reads the short form of a target: HOST, HOST/PATH, *.DOMAIN, or
// *.DOMAIN/PATH, where the path is a pattern if it has one of the characters
// *, ? and $; or the address of a page, http:// or https://, which stands for
// its host and path. The error is ErrTarget.
func ParseTarget(s string) (Target, error) { return Target{}, errors.ErrUnsupported }

// String returns the short form, which ParseTarget reads as t.
func (t Target) String() string { return "" }

// Compare orders targets as files have them: by name, domain before host, path,
// pattern.
func (t Target) Compare(u Target) int { return 0 }

// A Rule is a decision about a target.
type Rule struct {
	Target
	Verdict Verdict `json:"verdict"`
	// Who decided, "" if it is not known; "automatic" for the automatic rule.
	Who string `json:"who,omitempty"`
	// When it was decided, in whole seconds of UTC; zero if it is not known.
	When time.Time `json:"when,omitzero"`
	Note string    `json:"note,omitempty"`
}

var (
	// ErrTarget says that a target names no part of the web.
	ErrTarget = errors.New("invalid target")
	// ErrSyntax says that a file is not annotations; the error is an *Error.
	ErrSyntax = errors.New("invalid annotations")
	// ErrChanged says that rules were changed since.
	ErrChanged = errors.New("annotations changed meanwhile")
	// ErrNothingToUndo says that the history has no decision left.
	ErrNothingToUndo = errors.New("nothing to undo")
)
