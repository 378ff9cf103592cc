package address

const (
	// MaxHost is the greatest length of a host, in bytes (RFC 1035, 2.3.4).
	MaxHost = 253
	// MaxSegment is the greatest length in bytes of a segment of a path in
	// normal form.
	MaxSegment = 255
	// MaxDepth is the greatest number of segments that are told apart.
	MaxDepth = 32
)

// An Address is what a Splitter makes of the address of a page.
type Address struct {
	// Host is the canonical host, "" if there is none.
	Host string
	// Domain is the registrable domain of Host: Host or a suffix of it.
	Domain string
	// Path is the path in normal form, each segment behind a slash; empty for
	// the root. It is valid until the next Split.
	Path []byte
	// Segments is the number of segments in Path.
	Segments int
	// Whole says that Path is the whole path, not cut at the depth that was
	// asked for nor at a segment that is too long.
	Whole bool
	// Query is what follows the question mark, up to a fragment, as it is.
	Query string
}
