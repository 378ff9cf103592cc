package kernel

// Lanes is the number of columns that a dot product sums in one tree: one
// AVX-512 register.
const Lanes = 16

// Explicit conversions keep a product from being fused with the sum after it.

func sumRowsPortable(dst, data []float32, stride int, ids []int32) {
	for _, id := range ids {
		row := data[int(id)*stride:][:len(dst)]
		for j, x := range row {
			dst[j] += x
		}
	}
}

func addToRowsPortable(data []float32, stride int, ids []int32, v []float32) {
	for _, id := range ids {
		row := data[int(id)*stride:][:len(v)]
		for j, x := range v {
			row[j] += x
		}
	}
}

func dotStripesPortable(sums *[maxStripes]float32, a, b []float32) {
	for i := range len(a) / Lanes {
		x, y := a[i*Lanes:][:Lanes], b[i*Lanes:][:Lanes]
		var t [Lanes]float32
		for j := range t {
			t[j] = float32(x[j] * y[j])
		}
		for half := Lanes / 2; half > 0; half /= 2 {
			for j := range half {
				t[j] += t[j+half]
			}
		}
		sums[i] = t[0]
	}
}

func axpyPortable(y []float32, a float32, x []float32) {
	x = x[:len(y)]
	for j, v := range x {
		y[j] += float32(a * v)
	}
}

func scalePortable(x []float32, a float32) {
	for j := range x {
		x[j] *= a
	}
}
