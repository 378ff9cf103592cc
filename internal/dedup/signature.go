package dedup

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/zeebo/xxh3"
)

// lanes is the number of permutations that the kernels treat together.
// Signatures are padded to a multiple of it.
const lanes = 16

// A permuter computes MinHash signatures: for each permutation
// h(x) = a·x + b mod 2^32 the least value over all shingles of a document,
// where x is the high half of the shingle's XXH3-64. a is odd, so h is a
// bijection. On real text the estimate has the bias and the spread of an ideal
// family (package tests), at an eighth of the cost of arithmetic mod 2^61-1.
type permuter struct {
	n    int // permutations asked for
	a, b []uint32
	min  func(sig, a, b, hashes []uint32)
}

func newPermuter(n int, seed uint64) *permuter {
	padded := (n + lanes - 1) / lanes * lanes
	p := &permuter{n: n, a: make([]uint32, padded), b: make([]uint32, padded), min: bestKernel()}
	r := rand.New(rand.NewPCG(seed, 0x6d696e68617368)) // "minhash"
	for i := range p.a {
		p.a[i] = r.Uint32() | 1
		p.b[i] = r.Uint32()
	}
	return p
}

// signature fills sig, of padded length, with the minima over hashes.
func (p *permuter) signature(sig, hashes []uint32) {
	for i := range sig {
		sig[i] = ^uint32(0)
	}
	p.min(sig, p.a, p.b, hashes)
}

// minScalar lowers sig[i] to the least a[i]·h + b[i] mod 2^32 over all h in
// hashes. It is the reference for the vector kernels, which give equal bits.
// All of sig, a and b have the same length, a multiple of lanes.
func minScalar(sig, a, b, hashes []uint32) {
	for i := 0; i+4 <= len(sig); i += 4 {
		a0, a1, a2, a3 := a[i], a[i+1], a[i+2], a[i+3]
		b0, b1, b2, b3 := b[i], b[i+1], b[i+2], b[i+3]
		s0, s1, s2, s3 := sig[i], sig[i+1], sig[i+2], sig[i+3]
		for _, h := range hashes {
			s0 = min(s0, a0*h+b0)
			s1 = min(s1, a1*h+b1)
			s2 = min(s2, a2*h+b2)
			s3 = min(s3, a3*h+b3)
		}
		sig[i], sig[i+1], sig[i+2], sig[i+3] = s0, s1, s2, s3
	}
}

// bandKeys fills keys with one key for each band of rows values of sig. A key
// is the upper 56 bits of an XXH3-64 digest of the rows and, in its lowest
// byte, the number of the band; it is never 0.
//
// Over N documents about bands × N² / 2^57 pairs agree in a key by accident: 9
// for 300 million documents, 155,000 for 40 billion. All of them are found out
// when pairs are verified.
func bandKeys(keys []uint64, sig []uint32, rows int) {
	var raw [64 * 4]byte
	for band := range keys {
		values := raw[:0]
		for _, v := range sig[band*rows : (band+1)*rows] {
			values = binary.LittleEndian.AppendUint32(values, v)
		}
		key := xxh3.HashSeed(values, uint64(band))&^0xFF | uint64(band)
		if key == 0 {
			key = 1 << 8
		}
		keys[band] = key
	}
}

// bandOf returns the number of the band that a key belongs to.
func bandOf(key uint64) uint8 { return uint8(key) }
