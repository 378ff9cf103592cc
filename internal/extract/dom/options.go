package dom

import "errors"

// The limits that a document can be refused for.
var (
	ErrTooManyBytes = errors.New("html: document exceeds the limit of bytes")
	ErrTooManyNodes = errors.New("html: document exceeds the limit of nodes")
)

// Options bounds what one document may cost. Every limit counts bytes, nodes or
// steps, so that the same document always gives the same tree.
type Options struct {
	// Scripting parses noscript elements as a browser with scripts does: their
	// content is one text. Off, which is the default, it is elements.
	Scripting bool `yaml:"scripting"`
	// MaxBytes is the size from which on a document is refused with
	// [ErrTooManyBytes], at most 1 GiB.
	MaxBytes int `yaml:"max-bytes"`
	// MaxNodes is the number of nodes from which on a document is refused with
	// [ErrTooManyNodes]. A node takes 32 bytes.
	MaxNodes int `yaml:"max-nodes"`
	// MaxDepth is the number of elements that may be open at a time, 16 at
	// least. The content of deeper elements becomes that of their parents.
	MaxDepth int `yaml:"max-depth"`
	// MaxFormatting is the number of elements like b and font that are
	// remembered to be opened again where the page closes them in the wrong
	// order; the oldest are forgotten first.
	MaxFormatting int `yaml:"max-formatting"`
	// MaxRepairs is the number of nodes that the parser creates or moves to
	// mend misnested elements. From there on it leaves them misnested.
	MaxRepairs int `yaml:"max-repairs"`
	// ValidUTF8 says that the caller knows the source to be valid UTF-8, which
	// spares a pass over it.
	ValidUTF8 bool
	// Wanted are the attributes that [Tree.Wanted] shows; nil is none. One in
	// the document takes 12 bytes.
	Wanted *Wanted
}

// DefaultOptions returns limits that no page met in the wild reaches.
func DefaultOptions() Options {
	return Options{
		MaxBytes:      64 << 20,
		MaxNodes:      4 << 20,
		MaxDepth:      512,
		MaxFormatting: 512,
		MaxRepairs:    256 << 10,
	}
}

// Validate reports the first limit that makes no sense.
func (o Options) Validate() error {
	switch {
	case o.MaxBytes < 1 || o.MaxBytes > 1<<30:
		return errors.New("max-bytes must lie between 1 and 1 GiB")
	case o.MaxNodes < 8:
		return errors.New("max-nodes must be 8 at least")
	case o.MaxDepth < 16:
		return errors.New("max-depth must be 16 at least")
	case o.MaxFormatting < 1:
		return errors.New("max-formatting must be 1 at least")
	case o.MaxRepairs < 0:
		return errors.New("max-repairs must not be negative")
	}
	return nil
}
