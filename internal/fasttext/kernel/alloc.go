package kernel

import "unsafe"

// CacheLine is the size of a cache line in bytes.
const CacheLine = 64

// Alloc returns n zeros that begin on a cache line. See [AllocOf].
func Alloc(n int) []float32 { return AllocOf[float32](n) }

// AllocOf returns n zero values of a type without pointers, whose size divides
// a cache line, on which they begin. Large blocks ask the system for huge
// pages, where it has them: rows and tables are visited at random, and with
// 4 KiB pages half of the time goes into address translation.
func AllocOf[T any](n int) []T {
	size := unsafe.Sizeof(*new(T))
	block := make([]T, n+int(CacheLine/size)-1)
	skip := 0
	if len(block) > 0 {
		address := uintptr(unsafe.Pointer(unsafe.SliceData(block)))
		skip = int(-address % CacheLine / size)
	}
	items := block[skip : skip+n : skip+n]
	if n > 0 {
		adviseHuge(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(items))), uintptr(n)*size))
	}
	return items
}
