package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// levels returns those that this CPU has.
func levels() []Level {
	var have []Level
	for l := Portable; l <= Best(); l++ {
		have = append(have, l)
	}
	return have
}

// randoms returns n numbers of very different sizes, so that another order of
// sums shows.
func randoms(r *rand.Rand, n int) []float32 {
	xs := Alloc(n)
	for i := range xs {
		xs[i] = float32(r.NormFloat64() * math.Exp(4*r.NormFloat64()))
	}
	return xs
}

func sameBits(t *testing.T, what string, want, have []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(have[i]) {
			t.Fatalf("%s: number %d is %v, want %v", what, i, have[i], want[i])
		}
	}
}

// widths covers every loop, its combinations and tails of less than a stripe.
var widths = []int{1, 5, 16, 17, 32, 48, 64, 100, 112, 128, 200, 256, 300, 512, 1000}

func TestLevelsGiveTheSameBits(t *testing.T) {
	if Best() == Portable {
		t.Log("this CPU has no vector loops: nothing to compare")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, width := range widths {
		for _, n := range []int{0, 1, 3, 4, 5, 17, 64, 300} {
			stride := width + r.IntN(3)
			data := randoms(r, 50*stride)
			ids := make([]int32, n)
			for i := range ids {
				ids[i] = int32(r.IntN(50))
			}
			start, v := randoms(r, width), randoms(r, width)
			wantSum := append([]float32(nil), start...)
			sumRowsPortable(wantSum, data, stride, ids)
			wantData := append([]float32(nil), data...)
			addToRowsPortable(wantData, stride, ids, v)
			for _, l := range levels() {
				what := fmt.Sprintf("%v, width %d, %d rows", l, width, n)
				sum := append([]float32(nil), start...)
				l.SumRows(sum, data, stride, ids)
				sameBits(t, "sum of "+what, wantSum, sum)
				added := append([]float32(nil), data...)
				l.AddToRows(added, stride, ids, v)
				sameBits(t, "rows of "+what, wantData, added)
			}
		}
		a, b := randoms(r, width), randoms(r, width)
		wantAxpy, wantScale := append([]float32(nil), b...), append([]float32(nil), b...)
		axpyPortable(wantAxpy, 0.37, a)
		scalePortable(wantScale, 0.37)
		whole := width / Lanes * Lanes
		wantDot := Portable.Dot(a[:whole], b[:whole])
		for _, l := range levels() {
			y := append([]float32(nil), b...)
			l.Axpy(y, 0.37, a)
			sameBits(t, fmt.Sprintf("axpy of %v, width %d", l, width), wantAxpy, y)
			copy(y, b)
			l.Scale(y, 0.37)
			sameBits(t, fmt.Sprintf("scale of %v, width %d", l, width), wantScale, y)
			dot := l.Dot(a[:whole], b[:whole])
			sameBits(t, fmt.Sprintf("dot of %v, width %d", l, width), []float32{wantDot}, []float32{dot})
		}
	}
}

// TestDotTree holds Dot against the tree as its comment has it.
func TestDotTree(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, stripes := range []int{1, 2, 3, 5, 7, 8, 16, 63, 64, 65, 100, 129} {
		a, b := randoms(r, stripes*Lanes), randoms(r, stripes*Lanes)
		filled := 1
		for filled < stripes {
			filled *= 2
		}
		tree := make([]float32, filled)
		for i := range stripes {
			lanes := make([]float32, Lanes)
			for j := range lanes {
				lanes[j] = float32(a[i*Lanes+j] * b[i*Lanes+j])
			}
			for half := Lanes / 2; half > 0; half /= 2 {
				for j := range half {
					lanes[j] += lanes[j+half]
				}
			}
			tree[i] = lanes[0]
		}
		for len(tree) > 1 {
			for i := range len(tree) / 2 {
				tree[i] = tree[2*i] + tree[2*i+1]
			}
			tree = tree[:len(tree)/2]
		}
		for _, l := range levels() {
			sameBits(t, fmt.Sprintf("%v, %d stripes", l, stripes), tree, []float32{l.Dot(a, b)})
		}
	}
}

func TestAlloc(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 1 << 21} {
		xs := Alloc(n)
		if len(xs) != n || cap(xs) != n {
			t.Errorf("Alloc(%d) has length %d, capacity %d", n, len(xs), cap(xs))
		}
		if n > 0 && uintptr(unsafe.Pointer(&xs[0]))%CacheLine != 0 {
			t.Errorf("Alloc(%d) is not aligned", n)
		}
	}
}

func benchmarkRows(b *testing.B, run func(l Level, data []float32, ids []int32, v []float32)) {
	const rows = 1 << 19
	for _, width := range []int{256, 128, 16} {
		data := Alloc(rows * width)
		for i := range data { // real pages, not the one of zeros
			data[i] = 1
		}
		v := Alloc(width)
		r := rand.New(rand.NewPCG(5, 6))
		ids := make([]int32, 1000)
		for i := range ids {
			ids[i] = int32(r.IntN(rows))
		}
		for _, l := range levels() {
			b.Run(fmt.Sprintf("%v/%d", l, width), func(b *testing.B) {
				b.SetBytes(int64(len(ids) * width * 4))
				for b.Loop() {
					run(l, data, ids, v)
					for i := range ids { // other rows the next time
						ids[i] = (ids[i]*5 + 12345) & (rows - 1)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ids)), "ns/row")
			})
		}
	}
}

func BenchmarkSumRows(b *testing.B) {
	benchmarkRows(b, func(l Level, data []float32, ids []int32, v []float32) {
		l.SumRows(v, data, len(v), ids)
	})
}

func BenchmarkAddToRows(b *testing.B) {
	benchmarkRows(b, func(l Level, data []float32, ids []int32, v []float32) {
		l.AddToRows(data, len(v), ids, v)
	})
}
