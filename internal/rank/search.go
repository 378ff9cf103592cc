package rank

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	// bins is the number of values of half a score's bits.
	bins = 1 << 16
	// idBins is the number of values of the next two bytes of an id, either of
	// which may be missing at its end.
	idBins = 257 * 257
	// maxTies is how many documents at one score are sorted in memory.
	maxTies = 1 << 20
)

// A sum adds up documents and their tokens.
type sum struct{ documents, tokens int64 }

func (s *sum) add(t sum) {
	s.documents += t.documents
	s.tokens += t.tokens
}

// A phase says what a search looks for in the next pass.
type phase uint8

const (
	searchLower phase = iota // by the lower bits of scores with the upper bits of the cut
	searchIDs                // by the next two bytes of ids that start with prefix
	searchTies               // all documents left, to be sorted
	searchOrder              // among documents of one id, by pack and row
	searchDone
)

// A search narrows down the place where one budget ends, pass by pass. At any
// time taken is what lies surely before the cut, and left what may.
type search struct {
	limit int64 // of tokens
	ties  int   // limit of left.documents for sorting
	phase phase
	taken sum
	left  sum

	score  uint32 // ordered bits of the score at the cut; the upper half first
	prefix string // of the ids left
	bins   []sum
	tied   []tie
	full   bool // searchOrder: the cut was reached
	last   *Position
}

// A tie is a document at the score of the cut.
type tie struct {
	Position
	tokens int64
}

// newSearch starts with the first pass's sums by the upper bits of the score.
func newSearch(limit int64, ties int, upper []sum) *search {
	s := &search{limit: limit, ties: ties, phase: searchDone}
	// From the greatest score down.
	for bin, in := range slices.Backward(upper) {
		if s.taken.tokens+in.tokens > limit {
			s.score = uint32(bin) << 16
			s.left = in
			s.phase, s.bins = searchLower, make([]sum, bins)
			break
		}
		s.taken.add(in)
	}
	return s
}

// countUpper is the first pass: sums by the upper half of the score's bits, the
// least eligible score, and the totals in cuts.
func countUpper(ctx context.Context, src Source, cuts *Cuts) (upper []sum, least float32, err error) {
	upper = make([]sum, bins)
	lowest := ^uint32(0)
	err = eachPack(ctx, src, func(_ int, scores []float32, tokens []uint32) error {
		for row, score := range scores {
			switch {
			case score != score: // NaN
				cuts.NotEligible++
			case math.IsInf(float64(score), 0):
				return fmt.Errorf("row %d: %w", row, errScore)
			case score < cuts.MinScore:
				cuts.BelowMin++
				cuts.BelowMinTokens += int64(tokens[row])
			default:
				key := ordered(score)
				lowest = min(lowest, key)
				upper[key>>16].add(sum{1, int64(tokens[row])})
				cuts.Documents++
				cuts.Tokens += int64(tokens[row])
			}
		}
		return nil
	})
	if cuts.Documents > 0 {
		least = scoreOf(lowest)
	}
	return upper, least, err
}

// eachPack reads the columns of all packs once, in order.
func eachPack(ctx context.Context, src Source, each func(pack int, scores []float32, tokens []uint32) error) error {
	for pack := range src.Packs() {
		if err := ctx.Err(); err != nil {
			return err
		}
		scores, tokens, err := src.Columns(pack)
		if err == nil && len(scores) != len(tokens) {
			err = fmt.Errorf("%w: %d scores, %d token counts", errColumns, len(scores), len(tokens))
		}
		if err == nil {
			err = each(pack, scores, tokens)
		}
		if err != nil {
			return fmt.Errorf("rank pack %d: %w", pack, err)
		}
	}
	return nil
}

// run passes over the source until every search is done.
func run(ctx context.Context, src Source, least float32, searches []*search) error {
	for {
		pending := slices.DeleteFunc(slices.Clone(searches), func(s *search) bool { return s.phase == searchDone })
		if len(pending) == 0 {
			return nil
		}
		err := eachPack(ctx, src, func(pack int, scores []float32, tokens []uint32) error {
			return passPack(src, pack, scores, tokens, least, pending)
		})
		if err != nil {
			return err
		}
		for _, s := range pending {
			if err := s.advance(); err != nil {
				return err
			}
		}
	}
}

// passPack shows the documents of a pack to the searches.
func passPack(src Source, pack int, scores []float32, tokens []uint32, least float32, searches []*search) error {
	for row, score := range scores {
		if !eligible(score, least) {
			continue
		}
		key := ordered(score)
		at := Position{Pack: pack, Row: row}
		known := false
		for _, s := range searches {
			if s.phase == searchLower {
				if key>>16 == s.score>>16 {
					s.bins[key&(bins-1)].add(sum{1, int64(tokens[row])})
				}
				continue
			}
			if key != s.score {
				continue
			}
			if !known {
				var err error
				if at.ID, err = src.ID(pack, row); err != nil {
					return fmt.Errorf("id of row %d: %w", row, err)
				}
				known = true
			}
			s.see(tie{at, int64(tokens[row])})
		}
	}
	return nil
}

// see takes in a document at the score of the cut.
func (s *search) see(t tie) {
	rest, ok := strings.CutPrefix(t.ID, s.prefix)
	if !ok {
		return
	}
	switch s.phase {
	case searchIDs:
		s.bins[idBin(rest)].add(sum{1, t.tokens})
	case searchTies:
		s.tied = append(s.tied, t)
	case searchOrder:
		if rest == "" && !s.full {
			s.full = !s.take(t)
		}
	case searchLower, searchDone: // need no ids
	}
}

// idBin orders what is left of an id by its next two bytes.
func idBin(rest string) int {
	switch len(rest) {
	case 0:
		return 0
	case 1:
		return (int(rest[0]) + 1) * 257
	}
	return (int(rest[0])+1)*257 + int(rest[1]) + 1
}

// take takes a document if it is within the budget, and reports whether it was.
func (s *search) take(t tie) bool {
	if s.taken.tokens+t.tokens > s.limit {
		return false
	}
	s.taken.add(sum{1, t.tokens})
	s.last = &t.Position
	return true
}

// advance draws the conclusion of a pass.
func (s *search) advance() error {
	switch s.phase {
	case searchLower:
		// Greater scores come first.
		bin, err := s.cross(func(i int) int { return bins - 1 - i })
		if err != nil {
			return err
		}
		s.score |= uint32(bin)
		s.enterIDs()
	case searchIDs:
		bin, err := s.cross(func(i int) int { return i })
		if err != nil {
			return err
		}
		first, second := bin/257, bin%257
		if first > 0 {
			s.prefix += string([]byte{byte(first - 1)})
		}
		if second > 0 {
			s.prefix += string([]byte{byte(second - 1)})
			s.enterIDs()
		} else {
			s.phase, s.bins = searchOrder, nil
		}
		// Ids before the bin are in; in case that nothing of the bin is, the
		// cut lies before the first document with an id like prefix.
		s.last = &Position{ID: s.prefix, Pack: -1, Row: -1}
	case searchTies:
		if int64(len(s.tied)) != s.left.documents {
			return ErrSourceChanged
		}
		slices.SortFunc(s.tied, func(a, b tie) int { return a.compare(b.Position) })
		for _, t := range s.tied {
			if !s.take(t) {
				break
			}
		}
		s.phase, s.tied = searchDone, nil
	case searchOrder:
		if !s.full {
			return ErrSourceChanged
		}
		s.phase = searchDone
	case searchDone:
	}
	return nil
}

// cross takes the bins that lie wholly before the cut, in the given order, and
// returns the one in which the cut falls; left becomes what is in it.
func (s *search) cross(order func(i int) int) (int, error) {
	var total sum
	for _, b := range s.bins {
		total.add(b)
	}
	if total != s.left {
		return 0, ErrSourceChanged
	}
	for i := range s.bins {
		bin := order(i)
		if s.taken.tokens+s.bins[bin].tokens > s.limit {
			s.left = s.bins[bin]
			return bin, nil
		}
		s.taken.add(s.bins[bin])
	}
	return 0, ErrSourceChanged
}

// enterIDs goes on with the ids of the documents left, sorted if they are few.
func (s *search) enterIDs() {
	if s.left.documents <= int64(s.ties) {
		s.phase, s.bins = searchTies, nil
		return
	}
	s.phase, s.bins = searchIDs, make([]sum, idBins)
}
