package kernel

//go:generate sh -c "go run ./gen > kernel_amd64.s"

// A Level is a set of loops for one instruction set.
type Level uint8

// The levels, from what runs everywhere to the fastest.
const (
	Portable Level = iota
	AVX2
	AVX512
)

// String returns the name of a level.
func (l Level) String() string { return [...]string{"portable", "avx2", "avx512"}[l] }

// best is the fastest level that this CPU has.
var best = detect()

// Best returns the fastest level that this CPU has.
func Best() Level { return best }

// chunk is the number of rows that one call of an assembly loop visits. The
// loops cannot be preempted; this keeps them below a millisecond.
const chunk = 4096

// SumRows adds to dst, for each id in order, the row data[id*stride:] of
// len(dst) columns. The ids must be rows of data: nothing checks them.
func (l Level) SumRows(dst, data []float32, stride int, ids []int32) {
	for len(ids) > 0 {
		part := ids[:min(chunk, len(ids))]
		ids = ids[len(part):]
		done := 0
		if l != Portable {
			done = sumRowsVector(l, dst, data, stride, part)
		}
		if done < len(dst) {
			sumRowsPortable(dst[done:], data[done:], stride, part)
		}
	}
}

// AddToRows adds v, for each id in order, to the row data[id*stride:]. The ids
// must be rows of data: nothing checks them.
func (l Level) AddToRows(data []float32, stride int, ids []int32, v []float32) {
	for len(ids) > 0 {
		part := ids[:min(chunk, len(ids))]
		ids = ids[len(part):]
		done := 0
		if l != Portable {
			done = addToRowsVector(l, data, stride, part, v)
		}
		if done < len(v) {
			addToRowsPortable(data[done:], stride, part, v[done:])
		}
	}
}

// maxStripes is the number of stripes that Dot has room for at a time.
const maxStripes = 64

// Dot returns the product of two vectors of equal length, a multiple of
// [Lanes]. The 16 lanes of a stripe are added in the tree 8-4-2-1 (lane j to
// lane j+8, and so on); the sums of the stripes in a binary tree over
// neighbours, as if their number were filled up with zeros to a power of two.
func (l Level) Dot(a, b []float32) float32 {
	b = b[:len(a)]
	stripes := len(a) / Lanes
	if stripes > maxStripes {
		half := maxStripes
		for half*2 < stripes {
			half *= 2
		}
		half *= Lanes
		return l.Dot(a[:half], b[:half]) + l.Dot(a[half:], b[half:])
	}
	var sums [maxStripes]float32
	if l == Portable {
		dotStripesPortable(&sums, a, b)
	} else {
		dotStripesVector(l, &sums, a, b)
	}
	for n := stripes; n > 1; n = (n + 1) / 2 {
		for i := range n / 2 {
			sums[i] = sums[2*i] + sums[2*i+1]
		}
		if n%2 == 1 {
			sums[n/2] = sums[n-1]
		}
	}
	return sums[0]
}

// Axpy adds a×x to y; the products are rounded before they are added.
func (l Level) Axpy(y []float32, a float32, x []float32) {
	x = x[:len(y)]
	done := 0
	if l != Portable {
		done = axpyVector(l, y, a, x)
	}
	axpyPortable(y[done:], a, x[done:])
}

// Scale multiplies x by a.
func (l Level) Scale(x []float32, a float32) {
	done := 0
	if l != Portable {
		done = scaleVector(l, x, a)
	}
	scalePortable(x[done:], a)
}
