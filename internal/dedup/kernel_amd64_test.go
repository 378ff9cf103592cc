package dedup

import "golang.org/x/sys/cpu"

func addVectorKernels(all map[string]func(sig, a, b, hashes []uint32)) {
	if cpu.X86.HasAVX2 {
		all["avx2"] = minAVX2
	}
	if cpu.X86.HasAVX512F {
		all["avx512"] = minAVX512
	}
}
