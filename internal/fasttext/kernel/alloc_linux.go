package kernel

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the size of a huge page on amd64 and arm64 with 4 KiB pages.
const hugePage = 2 << 20

// adviseHuge asks for huge pages behind the whole huge pages of a block. It is
// only advice: what the kernel answers changes the speed and nothing else.
func adviseHuge(block []byte) {
	if len(block) < 2*hugePage {
		return
	}
	address := uintptr(unsafe.Pointer(unsafe.SliceData(block)))
	skip := int(-address % hugePage)
	whole := (len(block) - skip) &^ (hugePage - 1)
	_ = unix.Madvise(block[skip:skip+whole], unix.MADV_HUGEPAGE)
}
