package kernel

import "golang.org/x/sys/cpu"

func detect() Level {
	switch {
	case cpu.X86.HasAVX512F:
		return AVX512
	case cpu.X86.HasAVX2:
		return AVX2
	}
	return Portable
}

// A rowLoop is one of the assembly loops over rows.
type rowLoop func(v, data *float32, stride uintptr, ids *int32, n int)

// A loop is a rowLoop and its width in columns. The lists are tried from the
// widest on.
type loop struct {
	columns int
	run     rowLoop
}

var (
	sums512 = []loop{{256, sumRows512x256}, {128, sumRows512x128}, {64, sumRows512x64}, {32, sumRows512x32}, {16, sumRows512x16}}
	sums256 = []loop{{128, sumRows256x128}, {64, sumRows256x64}, {32, sumRows256x32}, {16, sumRows256x16}}
	adds512 = []loop{{256, addToRows512x256}, {128, addToRows512x128}, {64, addToRows512x64}, {32, addToRows512x32}, {16, addToRows512x16}}
	adds256 = []loop{{64, addToRows256x64}, {32, addToRows256x32}, {16, addToRows256x16}}
)

// overColumns runs loops over as many columns of v as they cover, and returns
// that number.
func overColumns(loops []loop, v, data []float32, stride int, ids []int32) int {
	done := 0
	for _, l := range loops {
		for len(v)-done >= l.columns {
			l.run(&v[done], &data[done], uintptr(stride)*4, &ids[0], len(ids))
			done += l.columns
		}
	}
	return done
}

func sumRowsVector(l Level, dst, data []float32, stride int, ids []int32) int {
	if l == AVX512 {
		return overColumns(sums512, dst, data, stride, ids)
	}
	return overColumns(sums256, dst, data, stride, ids)
}

func addToRowsVector(l Level, data []float32, stride int, ids []int32, v []float32) int {
	if l == AVX512 {
		return overColumns(adds512, v, data, stride, ids)
	}
	return overColumns(adds256, v, data, stride, ids)
}

func dotStripesVector(l Level, sums *[maxStripes]float32, a, b []float32) {
	stripes := len(a) / Lanes
	switch {
	case stripes == 0:
	case l == AVX512:
		dotStripes512(&sums[0], &a[0], &b[0], stripes)
	default:
		dotStripes256(&sums[0], &a[0], &b[0], stripes)
	}
}

func axpyVector(l Level, y []float32, a float32, x []float32) int {
	stripes := len(y) / Lanes
	switch {
	case stripes == 0:
	case l == AVX512:
		axpy512(&y[0], &x[0], stripes, a)
	default:
		axpy256(&y[0], &x[0], stripes, a)
	}
	return stripes * Lanes
}

func scaleVector(l Level, x []float32, a float32) int {
	stripes := len(x) / Lanes
	switch {
	case stripes == 0:
	case l == AVX512:
		scale512(&x[0], stripes, a)
	default:
		scale256(&x[0], stripes, a)
	}
	return stripes * Lanes
}

//go:noescape
func sumRows512x16(dst, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func sumRows512x32(dst, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func sumRows512x64(dst, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func sumRows512x128(dst, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func sumRows512x256(dst, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func addToRows512x16(v, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func addToRows512x32(v, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func addToRows512x64(v, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func addToRows512x128(v, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func addToRows512x256(v, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func dotStripes512(sums, a, b *float32, stripes int)

//go:noescape
func axpy512(y, x *float32, stripes int, a float32)

//go:noescape
func scale512(x *float32, stripes int, a float32)

//go:noescape
func sumRows256x16(dst, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func sumRows256x32(dst, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func sumRows256x64(dst, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func sumRows256x128(dst, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func addToRows256x16(v, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func addToRows256x32(v, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func addToRows256x64(v, data *float32, stride uintptr, ids *int32, n int)

//go:noescape
func dotStripes256(sums, a, b *float32, stripes int)

//go:noescape
func axpy256(y, x *float32, stripes int, a float32)

//go:noescape
func scale256(x *float32, stripes int, a float32)
