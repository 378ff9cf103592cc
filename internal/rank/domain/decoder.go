package domain

import (
	"encoding/binary"
	"math"
)

// maxCount is the greatest count that is believed: sums of 2^14 of them are in
// the range of int64.
const maxCount = 1 << 48

// A decoder reads numbers off a byte string. After the first that is not there
// or not possible, bad is set and all are zero.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) take(n int) []byte {
	if n > len(d.rest) || d.bad {
		d.bad, d.rest = true, nil
		return nil
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 || d.bad {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) count() int64 {
	v := d.uvarint()
	if v > maxCount {
		d.bad, d.rest = true, nil
		return 0
	}
	return int64(v)
}

// length reads how many things follow that take at least size bytes each.
func (d *decoder) length(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.rest)/size) {
		d.bad, d.rest = true, nil
		return 0
	}
	return int(n)
}

func (d *decoder) counts() Counts {
	return Counts{Pages: d.count(), Collected: d.count(), Tokens: d.count(), CollectedTokens: d.count()}
}

func (d *decoder) uint32() uint32 {
	if b := d.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) row() uint32 {
	v := d.uvarint()
	if v > math.MaxUint32 {
		d.bad, d.rest = true, nil
	}
	return uint32(v)
}

func (d *decoder) sample() Sample {
	return Sample{Logit: math.Float32frombits(d.uint32()), hash: d.uint64(), Pack: d.row(), Row: d.row()}
}
