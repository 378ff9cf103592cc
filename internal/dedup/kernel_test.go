package dedup

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kernels are all implementations that this processor runs.
func kernels() map[string]func(sig, a, b, hashes []uint32) {
	all := map[string]func(sig, a, b, hashes []uint32){"scalar": minScalar}
	addVectorKernels(all)
	return all
}

// Every kernel gives the bits of the scalar one.
func TestKernels(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, kernel := range kernels() {
		for _, n := range []int{1, 16, 17, 32, 48, 112, 113, 128, 224, 260, 1000} {
			for _, count := range []int{0, 1, 2, 3, 1000} {
				p := newPermuter(n, 7)
				hashes := make([]uint32, count)
				for i := range hashes {
					hashes[i] = r.Uint32()
				}
				want := make([]uint32, len(p.a))
				p.min = minScalar
				p.signature(want, hashes)
				got := make([]uint32, len(p.a))
				p.min = kernel
				p.signature(got, hashes)
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s, %d permutations of %d hashes (-scalar +%s):\n%s", name, n, count, name, d)
				}
			}
		}
	}
}

func BenchmarkKernel(b *testing.B) {
	hashes := make([]uint32, 1000)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range hashes {
		hashes[i] = r.Uint32()
	}
	for name, kernel := range kernels() {
		b.Run(name+"/112x1000", func(b *testing.B) {
			p := newPermuter(112, 7)
			p.min = kernel
			sig := make([]uint32, len(p.a))
			for b.Loop() {
				p.signature(sig, hashes)
			}
		})
	}
}
