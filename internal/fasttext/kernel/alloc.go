package kernel

import "unsafe"

// CacheLine is the size of a cache line in bytes.
const CacheLine = 64

// Alloc returns n zeros that begin on a cache line. Large blocks ask the
// system for huge pages, where it has them: rows are visited at random, and
// with 4 KiB pages half of the time goes into address translation.
func Alloc(n int) []float32 {
	const lineFloats = CacheLine / 4
	block := make([]float32, n+lineFloats-1)
	skip := 0
	if len(block) > 0 {
		address := uintptr(unsafe.Pointer(&block[0]))
		skip = int(-address % CacheLine / 4)
	}
	floats := block[skip : skip+n : skip+n]
	adviseHuge(floats)
	return floats
}
