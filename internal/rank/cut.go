package rank

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
)

// A Source is the pool: the columns of its packs. Cut reads it several times
// and wants the same every time.
type Source interface {
	// Packs returns the number of packs.
	Packs() int
	// Columns returns the score and the number of tokens of every row of a
	// pack. A score of NaN says that the row is not eligible: dropped,
	// contaminated, or never scored. The slices are valid until the next call.
	Columns(pack int) (scores []float32, tokens []uint32, err error)
	// ID returns the id of a document. It is asked for in order of pack and
	// row, and only for rows at the score of a cut.
	ID(pack, row int) (string, error)
}

// A Position is a document's place in the order among equal scores. Pack is -1
// in a place before the first document with the id.
type Position struct {
	ID   string `json:"id"`
	Pack int    `json:"pack"`
	Row  int    `json:"row"`
}

func (p Position) compare(q Position) int {
	if c := strings.Compare(p.ID, q.ID); c != 0 {
		return c
	}
	if p.Pack != q.Pack {
		return p.Pack - q.Pack
	}
	return p.Row - q.Row
}

// A Tier is what one budget takes, and where it ends in the order of documents.
type Tier struct {
	Budget Budget `json:"budget"`
	// Limit is the budget in tokens.
	Limit int64 `json:"limit"`
	// Score is the score at the cut: documents above it are in, those below it
	// are out. Of those at it, the ones up to Last are in; none if Last is nil.
	Score float32   `json:"score"`
	Last  *Position `json:"last,omitempty"`
	// Whole says that all eligible documents are in. Score is the least score
	// among them then, and Last is nil.
	Whole bool `json:"whole"`
	// Exhausted says that the budget asks for more tokens than there are.
	Exhausted bool `json:"exhausted"`
	// Documents and Tokens are what the budget takes, lower tiers included.
	Documents int64 `json:"documents"`
	Tokens    int64 `json:"tokens"`
	// TierDocuments and TierTokens are what it adds to the budget below.
	TierDocuments int64 `json:"tier_documents"`
	TierTokens    int64 `json:"tier_tokens"`
}

// Cuts are the tiers of all budgets, least first. They are read-only and safe
// for concurrent use, and keep their meaning through JSON.
type Cuts struct {
	Tiers    []Tier  `json:"tiers"`
	MinScore float32 `json:"min_score"`
	// Documents and Tokens are those of all eligible documents.
	Documents int64 `json:"documents"`
	Tokens    int64 `json:"tokens"`
	// NotEligible is the number of rows without a score, BelowMin that of rows
	// with a score below MinScore, and BelowMinTokens their tokens.
	NotEligible    int64 `json:"not_eligible"`
	BelowMin       int64 `json:"below_min"`
	BelowMinTokens int64 `json:"below_min_tokens"`
}

// NoTier is the tier of a document that no budget takes.
const NoTier = -1

// NeedsID reports whether Tier needs the id of a document with that score.
func (c *Cuts) NeedsID(score float32) bool {
	for i := range c.Tiers {
		if c.Tiers[i].Last != nil && ordered(score) == ordered(c.Tiers[i].Score) {
			return true
		}
	}
	return false
}

// Tier returns the index of the tier that a document belongs to: the least
// budget that takes it, or NoTier. The position's ID may be empty unless
// NeedsID is true for the score.
func (c *Cuts) Tier(score float32, at Position) int {
	if !eligible(score, c.MinScore) {
		return NoTier
	}
	for i := range c.Tiers {
		if c.Tiers[i].takes(score, at) {
			return i
		}
	}
	return NoTier
}

func (t *Tier) takes(score float32, at Position) bool {
	if t.Whole {
		return true
	}
	s, cut := ordered(score), ordered(t.Score)
	return s > cut || s == cut && t.Last != nil && at.compare(*t.Last) <= 0
}

func eligible(score, least float32) bool { return score >= least } // false for NaN

// ordered maps scores to integers in the same order; both zeros are the same.
func ordered(score float32) uint32 {
	b := math.Float32bits(score + 0)
	if b>>31 != 0 {
		return ^b
	}
	return b | 1<<31
}

// scoreOf undoes ordered.
func scoreOf(key uint32) float32 {
	if key>>31 != 0 {
		return math.Float32frombits(key &^ (1 << 31))
	}
	return math.Float32frombits(^key)
}

var (
	errColumns = errors.New("columns differ in length")
	errScore   = errors.New("infinite score")
	// ErrSourceChanged says that a pass over the source saw other documents
	// than the pass before.
	ErrSourceChanged = errors.New("source changed between passes")
)

// Cut computes where each of o.Budgets ends, exactly. Scores may be any finite
// numbers; o.MinScore is on their scale. Shares are of the tokens of all
// documents with a score, so that a least score does not make them smaller.
func Cut(ctx context.Context, src Source, o Options) (*Cuts, error) {
	if err := ValidateBudgets(o.Budgets); err != nil {
		return nil, fmt.Errorf("budgets: %w", err)
	}
	return cut(ctx, src, o, maxTies)
}

func cut(ctx context.Context, src Source, o Options, ties int) (*Cuts, error) {
	cuts := &Cuts{MinScore: float32(o.MinScore)}
	upper, least, err := countUpper(ctx, src, cuts)
	if err != nil {
		return nil, err
	}
	searches := make([]*search, len(o.Budgets))
	for i, b := range o.Budgets {
		limit := cuts.Tokens
		if b.share != allShare {
			limit = b.Tokens(cuts.Tokens + cuts.BelowMinTokens)
		}
		searches[i] = newSearch(limit, ties, upper)
	}
	if err := run(ctx, src, cuts.MinScore, searches); err != nil {
		return nil, err
	}
	var below Tier
	for i, s := range searches {
		tier := Tier{Budget: o.Budgets[i], Limit: s.limit}
		if s.limit >= cuts.Tokens {
			tier.Whole, tier.Exhausted, tier.Score = true, s.limit > cuts.Tokens, least
			tier.Documents, tier.Tokens = cuts.Documents, cuts.Tokens
		} else {
			tier.Score, tier.Last = scoreOf(s.score), s.last
			tier.Documents, tier.Tokens = s.taken.documents, s.taken.tokens
		}
		tier.TierDocuments = tier.Documents - below.Documents
		tier.TierTokens = tier.Tokens - below.Tokens
		cuts.Tiers = append(cuts.Tiers, tier)
		below = tier
	}
	return cuts, nil
}
