package dedup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"mathsieve/internal/shuffle"
)

// Adopt copies the keys of a pack that another run has sketched, of all rows
// that it did not drop, as those of documents that are kept in any case. keys
// is the file that its SketchWriter wrote with options of SameSketches; its
// number of sections may be another. pack is the number that the pack gets here;
// rows stay, so that its fingerprint file can be used as it is. It returns
// the number of documents. The error is ErrFull if the pack has more rows than
// its new number has room for.
func Adopt(keys shuffle.File, o Options, dropped func(row int) bool, pack, parts int, out io.Writer, space shuffle.Space) (docs int64, err error) {
	r, err := shuffle.NewReader(keys, keys.Size())
	if err != nil {
		return 0, fmt.Errorf("read keys: %w", err)
	}
	if r.Width() != o.URLWidth() {
		return 0, fmt.Errorf("read keys of %d bytes where %d are expected: %w", r.Width(), o.URLWidth(), shuffle.ErrWidth)
	}
	w, err := shuffle.NewWriter(out, r.Width(), parts, space)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.Abort()) }()
	record := make([]byte, 0, r.Width())
	for section := range r.Sections() {
		src, err := r.Section(section)
		if err != nil {
			return docs, fmt.Errorf("read keys: %w", err)
		}
		err = each(src, func(key []byte) error {
			row := nodeAt(key, hashSize).Row()
			if dropped(row) {
				return nil
			}
			if err := CheckPosition(pack, row); err != nil {
				return err
			}
			docs++
			record = append(record[:0], key...)
			binary.BigEndian.PutUint64(record[hashSize:], uint64(KeptNode(pack, row)))
			return w.Add(partition(record, parts), record)
		})
		if err != nil {
			return docs, fmt.Errorf("adopt keys of section %d: %w", section, err)
		}
	}
	return docs, w.Close()
}
