package rank

import (
	"context"
	"fmt"
)

// A Part is one file of a tier: the tier's documents in the rows from
// (FromPack, FromRow) up to, not including, (ToPack, ToRow).
type Part struct {
	Tier      int   `json:"tier"`
	Index     int   `json:"index"` // of the part in its tier, from 0
	FromPack  int   `json:"from_pack"`
	FromRow   int   `json:"from_row"`
	ToPack    int   `json:"to_pack"`
	ToRow     int   `json:"to_row"`
	Documents int64 `json:"documents"`
	Tokens    int64 `json:"tokens"`
	Bytes     int64 `json:"bytes"`
}

// Contains reports whether a row lies in the part's range.
func (p *Part) Contains(pack, row int) bool {
	return (pack > p.FromPack || pack == p.FromPack && row >= p.FromRow) &&
		(pack < p.ToPack || pack == p.ToPack && row < p.ToRow)
}

// AppendTiers appends the tier of every row of a pack, NoTier for rows that no
// budget takes.
func (c *Cuts) AppendTiers(dst []int, src Source, pack int) ([]int, error) {
	scores, _, err := src.Columns(pack)
	if err != nil {
		return dst, fmt.Errorf("tiers of pack %d: %w", pack, err)
	}
	for row, score := range scores {
		at := Position{Pack: pack, Row: row}
		if c.NeedsID(score) && eligible(score, c.MinScore) {
			if at.ID, err = src.ID(pack, row); err != nil {
				return dst, fmt.Errorf("tiers of pack %d: id of row %d: %w", pack, row, err)
			}
		}
		dst = append(dst, c.Tier(score, at))
	}
	return dst, nil
}

// Layout plans the files of all tiers. Within a tier documents keep the order
// of pack and row, and a part ends where the next document would bring it above
// partBytes; a larger document gets a part of its own. Sizes returns the bytes
// of every row of a pack, valid until the next call. The parts come tier by
// tier, in order.
func (c *Cuts) Layout(ctx context.Context, src Source, sizes func(pack int) ([]uint32, error), partBytes int64) ([]Part, error) {
	tiers := make([][]Part, len(c.Tiers))
	var assigned []int
	err := eachPack(ctx, src, func(pack int, _ []float32, tokens []uint32) error {
		var err error
		if assigned, err = c.AppendTiers(assigned[:0], src, pack); err != nil {
			return err
		}
		bytes, err := sizes(pack)
		if err != nil {
			return err
		}
		if len(bytes) != len(assigned) || len(tokens) != len(assigned) {
			return fmt.Errorf("%w: %d tiers, %d sizes", errColumns, len(assigned), len(bytes))
		}
		for row, tier := range assigned {
			if tier != NoTier {
				tiers[tier] = place(tiers[tier], tier, pack, row, int64(tokens[row]), int64(bytes[row]), partBytes)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var parts []Part
	for _, tier := range tiers {
		parts = append(parts, tier...)
	}
	return parts, nil
}

// place puts a document into the last part of a tier, or into a new one.
func place(parts []Part, tier, pack, row int, tokens, bytes, limit int64) []Part {
	if len(parts) == 0 || parts[len(parts)-1].Bytes+bytes > limit {
		parts = append(parts, Part{Tier: tier, Index: len(parts), FromPack: pack, FromRow: row})
	}
	last := &parts[len(parts)-1]
	last.ToPack, last.ToRow = pack, row+1
	last.Documents++
	last.Tokens += tokens
	last.Bytes += bytes
	return parts
}
