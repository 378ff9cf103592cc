package seed

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// DrawnSize is the size of what Draw.Drawn gets for a page, in bytes.
const DrawnSize = 8

// compare counts what the draw before had taken too, and writes what the next
// one compares with.
func (d Draw) compare(picks []pick, report *Report) error {
	ids := identities(d.Sources, picks)
	if d.Before != nil {
		var err error
		if report.DrawnBefore, err = countShared(ids, d.Before); err != nil {
			return err
		}
	}
	if d.Drawn == nil {
		return nil
	}
	return writeIdentities(d.Drawn, ids)
}

// identities returns what stands for the drawn pages in comparisons, ascending:
// the hash of the id, its lowest bit set for mathematics.
func identities(sources []Source, picks []pick) []uint64 {
	ids := make([]uint64, len(picks))
	for i, p := range picks {
		ids[i] = p.order &^ 1
		if sources[p.source].Label == LabelMath {
			ids[i]++
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func labelOf(identity uint64) string {
	if identity&1 == 1 {
		return LabelMath
	}
	return LabelOther
}

func writeIdentities(w io.Writer, ids []uint64) error {
	out := bufio.NewWriter(w)
	var b [DrawnSize]byte
	for _, id := range ids {
		binary.LittleEndian.PutUint64(b[:], id)
		if _, err := out.Write(b[:]); err != nil {
			return err
		}
	}
	return out.Flush()
}

// countShared counts by label the identities that r has too, in one pass.
func countShared(ids []uint64, r io.Reader) (map[string]int, error) {
	shared := map[string]int{LabelMath: 0, LabelOther: 0}
	in := bufio.NewReader(r)
	var b [DrawnSize]byte
	for {
		_, err := io.ReadFull(in, b[:])
		if errors.Is(err, io.EOF) {
			return shared, nil
		}
		if err != nil {
			return shared, fmt.Errorf("read pages drawn before: %w", err)
		}
		id := binary.LittleEndian.Uint64(b[:])
		for len(ids) > 0 && ids[0] < id {
			ids = ids[1:]
		}
		if len(ids) > 0 && ids[0] == id {
			shared[labelOf(id)]++
		}
	}
}
