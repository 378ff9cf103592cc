package fasttext

import "math/bits"

const (
	fnvOffset = 2166136261
	fnvPrime  = 16777619
	// gramFactor combines the hashes of neighbouring words.
	gramFactor = 116049371

	endOfLine = "</s>"
)

// hashByte adds a byte to a 32-bit FNV-1a hash. fastText's bytes are signed: a
// byte above 127 flips the upper 24 bits, too, and models depend on it.
func hashByte(h uint32, b byte) uint32 {
	return (h ^ uint32(int32(int8(b)))) * fnvPrime
}

// hashWord returns fastText's hash of a word.
func hashWord[T string | []byte](word T) uint32 {
	h := uint32(fnvOffset)
	for i := range len(word) {
		h = hashByte(h, word[i])
	}
	return h
}

// gramStart and gramAdd hash a word n-gram out of the hashes of its words,
// which fastText keeps as int32 and therefore extends by their sign.
func gramStart(word uint32) uint64 { return uint64(int64(int32(word))) }

func gramAdd(h uint64, word uint32) uint64 { return h*gramFactor + gramStart(word) }

// A modulus computes x mod d for a fixed d by multiplication. A 64-bit division
// costs more than all else that is done for a word n-gram.
type modulus struct {
	divisor uint64
	// magic is floor(2^(64+shift)/d) - 2^64 + 1; shift is floor(log2 d).
	magic uint64
	shift uint
	mask  uint64 // d-1 if d is a power of two, else 0
	power bool
}

// newModulus returns the modulus for d ≥ 1.
func newModulus(d uint64) modulus {
	m := modulus{divisor: d, shift: uint(bits.Len64(d)) - 1}
	if d&(d-1) == 0 {
		m.power, m.mask = true, d-1
		return m
	}
	// Granlund and Montgomery, "Division by Invariant Integers using
	// Multiplication", figure 4.1 with a 65-bit multiplier 2^64+magic.
	quotient, remainder := bits.Div64(1<<m.shift, 0, d)
	twice := remainder + remainder
	quotient += quotient
	if twice >= d || twice < remainder {
		quotient++
	}
	m.magic = quotient + 1
	return m
}

func (m *modulus) of(x uint64) uint64 {
	if m.power {
		return x & m.mask
	}
	high, _ := bits.Mul64(x, m.magic)
	q := ((x-high)>>1 + high) >> m.shift
	return x - q*m.divisor
}
