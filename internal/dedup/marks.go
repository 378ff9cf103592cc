package dedup

import (
	"errors"
	"fmt"
	"strconv"

	"mathsieve/internal/corpus"
	"mathsieve/internal/shuffle"
)

// Reasons for which documents are dropped.
const (
	// DuplicateURL means that a better capture of the same page is kept.
	DuplicateURL corpus.Reason = "duplicate_url"
	// DuplicateText means that the text is that of a better document, white
	// space apart.
	DuplicateText corpus.Reason = "duplicate_text"
	// NearDuplicate means that the text is similar to that of a better
	// document.
	NearDuplicate corpus.Reason = "near_duplicate"
)

// Marks gathers the drops of all stages and gives them out by pack and row. A
// document is dropped once: those that one stage drops do not reach the next.
//
// The twin of a document is the one it was found to duplicate. It survived the
// stage that dropped the document; a later stage may have dropped it in turn,
// in which case its own mark says for whom.
type Marks struct {
	sorter *shuffle.Sorter
}

// NewMarks returns an empty set of marks: 18 bytes a drop, within space.
func NewMarks(space shuffle.Space) (*Marks, error) {
	sorter, err := shuffle.NewSorter(dropWidth, space)
	return &Marks{sorter: sorter}, err
}

// AddAll takes all drop records of src.
func (m *Marks) AddAll(src shuffle.Source) error { return m.sorter.AddAll(src) }

// Each calls emit with every mark, by pack and row. It is called once.
func (m *Marks) Each(emit func(pack int, mark corpus.Mark) error) error {
	sorted, err := m.sorter.Sort()
	if err != nil {
		return fmt.Errorf("sort drops: %w", err)
	}
	lastPack, lastRow := -1, -1
	err = each(sorted, func(r []byte) error {
		pack, row := positionAt(r)
		if pack == lastPack && row == lastRow {
			return fmt.Errorf("row %d of pack %d is dropped twice", row, pack)
		}
		lastPack, lastRow = pack, row
		mark, err := markOf(r)
		if err != nil {
			return err
		}
		return emit(pack, mark)
	})
	if err != nil {
		return fmt.Errorf("give out marks: %w", err)
	}
	return nil
}

// Close removes the scratch files.
func (m *Marks) Close() error { return m.sorter.Close() }

// errCause means that a drop record is damaged.
var errCause = errors.New("drop record of unknown cause")

func markOf(r []byte) (corpus.Mark, error) {
	_, row := positionAt(r)
	twinPack, twinRow := positionAt(r[6:])
	m := corpus.Mark{Row: row, TwinPack: twinPack, TwinRow: twinRow, Similarity: float32At(r, 14)}
	switch cause(r[12]) {
	case causeURL:
		m.Reason = DuplicateURL
	case causeText:
		m.Reason = DuplicateText
	case causeNear:
		m.Reason, m.Detail = NearDuplicate, bandDetail+strconv.Itoa(int(r[13]))
	default:
		return m, errCause
	}
	return m, nil
}
