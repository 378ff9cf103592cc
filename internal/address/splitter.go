package address

import (
	"strings"

	"github.com/zeebo/xxh3"
)

const (
	// cachedHosts is the number of hosts that a Splitter remembers: looking up
	// a public suffix takes longer than all the rest.
	cachedHosts = 1 << 12
	// maxCached is the greatest length in bytes of a host that is remembered.
	maxCached = 128
)

// A Splitter takes addresses apart. It remembers the hosts that it met last,
// in less than 2 MB. It belongs to one goroutine. The zero Splitter is ready.
type Splitter struct {
	hosts []cachedHost // by hash of raw, cachedHosts of them; nil at first
	path  pathBuilder
}

type cachedHost struct{ raw, host, domain string }

// Split takes the address apart and keeps as many segments of the path as depth
// says, at most MaxDepth. The time is linear in the length of the address.
func (s *Splitter) Split(url string, depth int) Address {
	raw, rest := authority(clean(url))
	host, domain := s.lookup(raw)
	if host == "" {
		return Address{}
	}
	rest, _, _ = strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	s.path.build(path, min(depth, MaxDepth))
	return Address{
		Host: host, Domain: domain,
		Path: s.path.buf, Segments: s.path.kept, Whole: s.path.kept == s.path.seen,
		Query: query,
	}
}

// Domain returns the registrable domain of the address, "" if it has no host.
func (s *Splitter) Domain(url string) string {
	raw, _ := authority(clean(url))
	_, domain := s.lookup(raw)
	return domain
}

// lookup is Host with a memory.
func (s *Splitter) lookup(raw string) (host, domain string) {
	if raw == "" {
		return "", ""
	}
	if len(raw) > maxCached {
		host, domain, _ = Host(raw)
		return host, domain
	}
	if s.hosts == nil {
		s.hosts = make([]cachedHost, cachedHosts)
	}
	entry := &s.hosts[xxh3.HashString(raw)%cachedHosts]
	if entry.raw != raw {
		raw = strings.Clone(raw) // host and domain are parts of it, not of a long address
		host, domain, _ = Host(raw)
		*entry = cachedHost{raw, host, domain}
	}
	return entry.host, entry.domain
}

// clean removes what the URL standard ignores: control characters and blanks
// around, tabs and line breaks within.
func clean(url string) string {
	url = strings.TrimFunc(url, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(url, "\t\n\r") {
		url = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(url)
	}
	return url
}

// authority returns the host of an address as it is written, without user
// name, password and port, and what follows; no host if there is none.
func authority(url string) (host, rest string) {
	scheme, _, found := strings.Cut(url[:min(len(url), len("https:"))], ":")
	if !found || !isWebScheme(scheme) {
		return "", ""
	}
	// The standard takes any number of slashes of either kind for two.
	rest = strings.TrimLeft(url[len(scheme)+1:], `/\`)
	end := strings.IndexAny(rest, `/\?#`)
	if end < 0 {
		end = len(rest)
	}
	host, rest = rest[:end], rest[end:]
	host = host[strings.LastIndexByte(host, '@')+1:]
	port := ""
	if end := strings.IndexByte(host, ']'); strings.HasPrefix(host, "[") && end > 0 {
		host, port = host[:end+1], host[end+1:]
	} else if colon := strings.IndexByte(host, ':'); colon >= 0 {
		host, port = host[:colon], host[colon:]
	}
	if port != "" && (port[0] != ':' || strings.Trim(port[1:], "0123456789") != "") {
		return "", ""
	}
	return host, rest
}

func isWebScheme(s string) bool {
	return strings.EqualFold(s, "https") || strings.EqualFold(s, "http") || strings.EqualFold(s, "ftp")
}
