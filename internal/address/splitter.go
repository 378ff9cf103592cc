package address

// A Splitter takes addresses apart. It remembers the hosts that it met last,
// some 1 MB. It belongs to one goroutine. The zero Splitter is ready.
type Splitter struct{}

// Split takes the address apart and keeps as many segments of the path as depth
// says, at most MaxDepth. The time is linear in the length of the address.
func (s *Splitter) Split(url string, depth int) Address { return Address{} }

// Domain returns the registrable domain of the address, "" if it has no host.
func (s *Splitter) Domain(url string) string { return "" }

// Host returns the canonical form of a host name or IP address, and its
// registrable domain. It reports false for what can be no host.
func Host(name string) (host, domain string, ok bool) { return "", "", false }

// Path returns the normal form of a path, which must start with a slash: "" for
// the root, else segments each behind a slash. It reports false if the path has
// more than MaxDepth segments or one longer than MaxSegment.
func Path(path string) (string, bool) { return "", false }

// Unicode returns a host with its international labels as people read them.
// Hosts that could be taken for others stay in ASCII.
func Unicode(host string) string { return host }
