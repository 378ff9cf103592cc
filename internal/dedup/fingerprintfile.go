package dedup

import (
	"errors"
	"fmt"

	"mathsieve/internal/shuffle"
)

// fingerprintMagic begins a fingerprint file. The rest of it is one Fingerprint
// per row of the pack.
const fingerprintMagic = "MSFPRT1\n"

// fingerprintsRead is the number of fingerprints that are read at once.
const fingerprintsRead = 128

// ErrFingerprints means that a fingerprint file is damaged or does not belong
// to the pack.
var ErrFingerprints = errors.New("not the fingerprints of this pack")

// A fingerprintReader gives fingerprints in the order of packs and rows.
type fingerprintReader struct {
	open  func(pack int) (shuffle.File, error)
	file  shuffle.File // of pack; nil before the first
	pack  int
	rows  int    // in the pack
	first int    // row at the head of buf
	buf   []byte // fingerprints in a row
}

// at returns the fingerprint of a document, valid until the next call. Its pack
// and row are not before those of the last call.
func (r *fingerprintReader) at(n Node) ([]byte, error) {
	if r.file == nil || r.pack != n.Pack() {
		if err := r.openPack(n.Pack()); err != nil {
			return nil, fmt.Errorf("open fingerprints of pack %d: %w", n.Pack(), err)
		}
	}
	row := n.Row()
	if row >= r.first+len(r.buf)/FingerprintSize {
		if row >= r.rows {
			return nil, fmt.Errorf("row %d of %d in pack %d: %w", row, r.rows, r.pack, ErrFingerprints)
		}
		size := min(r.rows-row, fingerprintsRead) * FingerprintSize
		r.buf = append(r.buf[:0], make([]byte, size)...)
		at := int64(len(fingerprintMagic)) + int64(row)*FingerprintSize
		if n, err := r.file.ReadAt(r.buf, at); n < size {
			return nil, fmt.Errorf("read fingerprints of pack %d at byte %d: %w", r.pack, at, err)
		}
		r.first = row
	}
	at := (row - r.first) * FingerprintSize
	return r.buf[at : at+FingerprintSize], nil
}

func (r *fingerprintReader) openPack(pack int) error {
	if err := r.close(); err != nil {
		return err
	}
	f, err := r.open(pack)
	if err != nil {
		return err
	}
	r.file, r.pack, r.first, r.buf = f, pack, 0, r.buf[:0]
	size := f.Size() - int64(len(fingerprintMagic))
	if size < 0 || size%FingerprintSize != 0 {
		return fmt.Errorf("%d bytes: %w", f.Size(), ErrFingerprints)
	}
	r.rows = int(size / FingerprintSize)
	var head [len(fingerprintMagic)]byte
	if n, err := f.ReadAt(head[:], 0); n < len(head) {
		return err
	}
	if string(head[:]) != fingerprintMagic {
		return ErrFingerprints
	}
	return nil
}

func (r *fingerprintReader) close() error {
	if r.file == nil {
		return nil
	}
	f := r.file
	r.file = nil
	return f.Close()
}
