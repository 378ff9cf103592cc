package dedup

import "golang.org/x/sys/cpu"

// bestKernel returns the fastest implementation of minScalar that the
// processor runs.
func bestKernel() func(sig, a, b, hashes []uint32) {
	switch {
	case cpu.X86.HasAVX512F:
		return minAVX512
	case cpu.X86.HasAVX2:
		return minAVX2
	default:
		return minScalar
	}
}

// minAVX512 is minScalar with 112 minima, then 16, in registers.
func minAVX512(sig, a, b, hashes []uint32) {
	if len(hashes) == 0 {
		return
	}
	i := 0
	for ; i+112 <= len(sig); i += 112 {
		min112AVX512(&sig[i], &a[i], &b[i], &hashes[0], len(hashes))
	}
	for ; i < len(sig); i += lanes {
		min16AVX512(&sig[i], &a[i], &b[i], &hashes[0], len(hashes))
	}
}

// minAVX2 is minScalar with 32 minima, then 16, in registers.
func minAVX2(sig, a, b, hashes []uint32) {
	if len(hashes) == 0 {
		return
	}
	i := 0
	for ; i+32 <= len(sig); i += 32 {
		min32AVX2(&sig[i], &a[i], &b[i], &hashes[0], len(hashes))
	}
	for ; i < len(sig); i += lanes {
		min16AVX2(&sig[i], &a[i], &b[i], &hashes[0], len(hashes))
	}
}

// The kernels lower so many values at sig as their names say; n > 0 is the
// number of hashes.

//go:noescape
func min112AVX512(sig, a, b, hashes *uint32, n int)

//go:noescape
func min16AVX512(sig, a, b, hashes *uint32, n int)

//go:noescape
func min32AVX2(sig, a, b, hashes *uint32, n int)

//go:noescape
func min16AVX2(sig, a, b, hashes *uint32, n int)
