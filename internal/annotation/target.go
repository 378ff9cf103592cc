package annotation

import (
	"fmt"
	"strings"

	"golang.org/x/net/publicsuffix"

	"mathsieve/internal/address"
)

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
// domain.Walk gives. The error is ErrTarget.
func HostTarget(host, path string) (Target, error) {
	return Target{Host: host, Path: path}.normal()
}

// DomainTarget returns the target of a registrable domain with the hosts below
// it, and a path. Where the domain is an IP address or a public suffix, no
// other host is part of it, and the target is that of the host. The error is
// ErrTarget.
func DomainTarget(name, path string) (Target, error) {
	if host, _, ok := address.Host(name); ok && !hasHosts(host) {
		return HostTarget(name, path)
	}
	return Target{Domain: name, Path: path}.normal()
}

// ParseTarget reads the short form of a target: HOST, HOST/PATH, *.DOMAIN, or
// *.DOMAIN/PATH, where the path is a pattern if it has one of the characters
// *, ? and $; or the address of a page, http:// or https://, which stands for
// its host and path. The error is ErrTarget.
func ParseTarget(s string) (Target, error) {
	if strings.Contains(s, "://") {
		var split address.Splitter
		a := split.Split(s, address.MaxDepth)
		if a.Host == "" || !a.Whole {
			return Target{}, fmt.Errorf("%w %q: not the address of a page", ErrTarget, s)
		}
		return Target{Host: a.Host, Path: string(a.Path)}, nil
	}
	name, path, _ := strings.Cut(s, "/")
	var t Target
	if domain, ok := strings.CutPrefix(name, "*."); ok {
		t.Domain = domain
	} else {
		t.Host = name
	}
	if path != "" {
		path = "/" + path
	}
	if strings.ContainsAny(path, "*?$") {
		t.Pattern = path
	} else {
		t.Path = path
	}
	return t.normal()
}

// String returns the short form, which ParseTarget reads as t.
func (t Target) String() string {
	if t.Domain != "" {
		return "*." + t.Domain + t.Path + t.Pattern
	}
	return t.Host + t.Path + t.Pattern
}

// Compare orders targets as files have them: by name, domain before host, path,
// pattern.
func (t Target) Compare(u Target) int {
	if c := strings.Compare(t.Host+t.Domain, u.Host+u.Domain); c != 0 {
		return c
	}
	if (t.Domain == "") != (u.Domain == "") {
		if t.Domain != "" {
			return -1
		}
		return 1
	}
	if c := strings.Compare(t.Path, u.Path); c != 0 {
		return c
	}
	return strings.Compare(t.Pattern, u.Pattern)
}

// normal returns the one target that covers the same pages.
func (t Target) normal() (Target, error) {
	if (t.Host == "") == (t.Domain == "") {
		return Target{}, fmt.Errorf("%w: want a host or a domain", ErrTarget)
	}
	name, _, ok := address.Host(t.Host + t.Domain)
	if !ok {
		return Target{}, fmt.Errorf("%w: %q is no host name", ErrTarget, t.Host+t.Domain)
	}
	switch {
	case t.Host != "":
		t.Host = name
	case hasHosts(name):
		t.Domain = name
	default:
		return Target{}, fmt.Errorf("%w: %s is a public suffix or an IP address: name a domain below it, or a host", ErrTarget, name)
	}
	switch {
	case t.Path != "" && t.Pattern != "":
		return Target{}, fmt.Errorf("%w: both a path and a pattern", ErrTarget)
	case t.Path != "":
		if strings.ContainsAny(t.Path, "*?$") {
			return Target{}, fmt.Errorf("%w: path %q has one of * ? $: write pattern, or %%2A, %%3F, %%24", ErrTarget, t.Path)
		}
		path, ok := address.Path(t.Path)
		if !ok {
			return Target{}, fmt.Errorf("%w: path %q: want segments behind a slash, at most %d of at most %d bytes", ErrTarget, t.Path, address.MaxDepth, address.MaxSegment)
		}
		t.Path = path
	case t.Pattern != "":
		p, err := parsePattern(t.Pattern)
		if err != nil {
			return Target{}, fmt.Errorf("%w: pattern %q: %w", ErrTarget, t.Pattern, err)
		}
		t.Path, t.Pattern = "", p.String()
		if p.isPath() {
			t.Path, t.Pattern = p.String(), ""
		}
	}
	return t, nil
}

// hasHosts reports whether a name can be a domain with hosts of its own below.
func hasHosts(name string) bool {
	if strings.HasPrefix(name, "[") || strings.Trim(name, "0123456789.") == "" {
		return false
	}
	suffix, _ := publicsuffix.PublicSuffix(name)
	return suffix != name
}
