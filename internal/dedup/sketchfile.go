package dedup

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/zeebo/xxh3"

	"mathsieve/internal/shuffle"
)

// A SketchWriter stores the sketches of one pack in two files: url records in
// sections by URL hash (an indexed file of package shuffle, 40 + 8 × Bands
// bytes per document: 152 by default), and fingerprints by row (512 bytes per
// document).
type SketchWriter struct {
	keys         *shuffle.Writer
	fingerprints *bufio.Writer
	parts        int
	bands        int
	rows         int
	scope        uint64 // mixed into hashes; 0 in the scope of all documents
	record       []byte
}

// NewSketchWriter returns a writer that partitions the keys into parts
// sections, within the given space. Documents of packs in different scopes are
// never compared; 0 is the scope of those for which there is only one.
func NewSketchWriter(keys, fingerprints io.Writer, o Options, parts, scope int, space shuffle.Space) (*SketchWriter, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	w, err := shuffle.NewWriter(keys, o.URLWidth(), parts, space)
	if err != nil {
		return nil, err
	}
	bands, _ := o.Banding()
	s := &SketchWriter{keys: w, fingerprints: bufio.NewWriter(fingerprints), parts: parts, bands: bands}
	if scope > 0 {
		s.scope = xxh3.HashSeed(binary.BigEndian.AppendUint64(nil, uint64(scope)), 2)
	}
	_, err = s.fingerprints.WriteString(fingerprintMagic)
	return s, err
}

// Add stores the sketch of the next row: rows come in ascending order, without
// gaps, from 0.
func (w *SketchWriter) Add(node Node, s *Sketch) error {
	if node.Row() != w.rows {
		return fmt.Errorf("sketch of row %d follows %d rows", node.Row(), w.rows)
	}
	if len(s.Bands) != 0 && len(s.Bands) != w.bands {
		return fmt.Errorf("sketch of row %d has %d bands, not %d", node.Row(), len(s.Bands), w.bands)
	}
	w.rows++
	url := s.URL
	if url == ([16]byte{}) {
		// A document without a URL is in no group: its node is its key.
		url = xxh3.Hash128Seed(appendNode(nil, node), 1).Bytes()
	}
	r := w.record[:0]
	r = w.appendHash(r, url)
	r = appendNode(r, node)
	r = w.appendHash(r, s.Text)
	for _, key := range s.Bands {
		if key ^= w.scope &^ 0xFF; key == 0 {
			key = 1 << 8
		}
		r = binary.BigEndian.AppendUint64(r, key)
	}
	for len(r) < 40+8*w.bands {
		r = append(r, 0)
	}
	w.record = r
	if err := w.keys.Add(partition(r, w.parts), r); err != nil {
		return fmt.Errorf("add sketch of row %d: %w", node.Row(), err)
	}
	_, err := w.fingerprints.Write(s.Fingerprint[:])
	return err
}

// Skip passes over the next row, which is no document to compare with.
func (w *SketchWriter) Skip() error {
	w.rows++
	_, err := w.fingerprints.Write(make([]byte, FingerprintSize))
	return err
}

// appendHash appends a hash that is equal only to those of the same scope.
func (w *SketchWriter) appendHash(dst []byte, hash [16]byte) []byte {
	at := len(dst)
	dst = append(dst, hash[:]...)
	binary.BigEndian.PutUint64(dst[at:], binary.BigEndian.Uint64(dst[at:])^w.scope)
	return dst
}

// Close writes both files. It closes neither of the writers it was given.
func (w *SketchWriter) Close() error {
	return errors.Join(w.keys.Close(), w.fingerprints.Flush())
}

// Abort removes the scratch files; the files are of no use then. After Close it
// does nothing.
func (w *SketchWriter) Abort() error { return w.keys.Abort() }

// partition places a record by the hash in its first eight bytes.
func partition(record []byte, parts int) int {
	return shuffle.Partition(binary.BigEndian.Uint64(record), parts)
}
