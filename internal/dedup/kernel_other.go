//go:build !amd64

package dedup

// bestKernel returns the fastest implementation of minScalar that the
// processor runs.
func bestKernel() func(sig, a, b, hashes []uint32) { return minScalar }
