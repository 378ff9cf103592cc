//go:build !amd64

package kernel

func detect() Level { return Portable }

// Without assembly the vector loops do nothing, and the portable ones the rest.

func sumRowsVector(_ Level, _, _ []float32, _ int, _ []int32) int { return 0 }

func addToRowsVector(_ Level, _ []float32, _ int, _ []int32, _ []float32) int { return 0 }

func dotStripesVector(_ Level, sums *[maxStripes]float32, a, b []float32) {
	dotStripesPortable(sums, a, b)
}

func axpyVector(_ Level, _ []float32, _ float32, _ []float32) int { return 0 }

func scaleVector(_ Level, _ []float32, _ float32) int { return 0 }
