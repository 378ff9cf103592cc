package review

import (
	"context"

	"mathsieve/internal/rank/domain"
)

// A Source gives what is reviewed: the domains of one round of a run and the
// documents of its pool. Its methods are safe for concurrent use.
type Source interface {
	// Title names the run for its reader.
	Title() string
	// Round is the number of the round whose domains these are.
	Round() int
	// Cut is the log odds at which pages were collected.
	Cut() float32
	// Domains returns the domains related to mathematics in the order in which
	// they are shown. The slice is not changed by anybody.
	Domains() []Summary
	// Domain reads the tree of domain i of Domains.
	Domain(ctx context.Context, i int) (*domain.Domain, error)
	// Documents calls give for the documents at refs, each once, in any order.
	// It may take as long as reading their packs up to the last row asked for.
	Documents(ctx context.Context, refs []Ref, give func(Ref, Document) error) error
}

// A Ref says where a document is.
type Ref struct{ Pack, Row uint32 }

// A Document is what is shown of a page.
type Document struct {
	URL, Title, Text string
	Tokens           uint32
}

// A Summary is a domain without its tree.
type Summary struct {
	Name string
	domain.Counts
}
