package kernel

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the size of a huge page on amd64 and arm64 with 4 KiB pages.
const hugePage = 2 << 20

// adviseHuge asks for huge pages behind the whole huge pages of a block. It is
// only advice: what the kernel answers changes the speed and nothing else.
func adviseHuge(floats []float32) {
	bytes := len(floats) * 4
	if bytes < 2*hugePage {
		return
	}
	address := uintptr(unsafe.Pointer(&floats[0]))
	skip := int(-address % hugePage)
	whole := (bytes - skip) &^ (hugePage - 1)
	if whole <= 0 {
		return
	}
	block := unsafe.Slice((*byte)(unsafe.Pointer(&floats[0])), bytes)[skip : skip+whole]
	_ = unix.Madvise(block, unix.MADV_HUGEPAGE)
}
