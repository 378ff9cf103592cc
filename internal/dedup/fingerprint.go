package dedup

import (
	"encoding/binary"
	"math/bits"
)

const (
	// FingerprintSize is the size of a Fingerprint in bytes.
	FingerprintSize = fingerprintBins / 2
	fingerprintBins = 1024
)

// A Fingerprint estimates the Jaccard similarity of two documents' shingle
// sets. It is a one-permutation hash (Li, Owen and Zhang, "One Permutation
// Hashing", 2012) of 1,024 bins with four bits for each (Li and König, "b-Bit
// Minwise Hashing", 2010): a shingle falls in one bin, the least one of a bin
// stands for it with a digit from 1 to 15, and 0 says that the bin is empty.
//
// For the same bytes as 112 MinHash values, which are spread by 0.043 at a
// similarity of 0.7, the estimate is spread by 0.015; for texts of fewer than
// about 1,000 shingles it is nearer still, because most bins hold one shingle
// and the whole set is compared.
type Fingerprint [FingerprintSize]byte

// fill computes the fingerprint of a document from the low halves of its
// shingles' hashes. least is scratch.
func (f *Fingerprint) fill(hashes []uint32, least *[fingerprintBins]uint32) {
	for i := range least {
		least[i] = ^uint32(0)
	}
	for _, h := range hashes {
		bin := h >> 22
		least[bin] = min(least[bin], h<<10|bin)
	}
	for i := range f {
		f[i] = digit(least[2*i]) | digit(least[2*i+1])<<4
	}
}

// digit folds the least value of a bin to [1, 15], or to 0 if there is none.
// The low ten bits of a value are the number of its bin, so that ^0 means none
// in every bin but the last, where it can also be the greatest value.
func digit(least uint32) byte {
	if least == ^uint32(0) {
		return 0
	}
	mixed := least * 0x9E3779B1
	mixed ^= mixed >> 15
	mixed *= 0x85EBCA77
	return byte(1 + uint64(mixed)*15>>32)
}

// Similarity returns the estimated Jaccard similarity of the two documents in
// [0, 1]; it is 1 if both are empty.
func (f *Fingerprint) Similarity(o *Fingerprint) float32 {
	const ones = 0x1111111111111111
	var equal, both, either int
	for i := 0; i < FingerprintSize; i += 8 {
		x := binary.LittleEndian.Uint64(f[i:])
		y := binary.LittleEndian.Uint64(o[i:])
		inX, inY := anyBit(x)&ones, anyBit(y)&ones
		same := ^anyBit(x^y) & ones & inX
		equal += bits.OnesCount64(same)
		both += bits.OnesCount64(inX & inY)
		either += bits.OnesCount64(inX | inY)
	}
	if either == 0 {
		return 1
	}
	// Of the bins with different shingles one in 15 has equal digits all the
	// same: the 14/15 that show give the size of the rest.
	truly := float64(equal) - float64(both-equal)/14
	return float32(max(truly, 0) / float64(either))
}

// anyBit sets the lowest bit of every group of four that is not zero; the
// other bits are undefined.
func anyBit(x uint64) uint64 {
	x |= x >> 2
	return x | x>>1
}
