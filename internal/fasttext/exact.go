package fasttext

import "math"

// The exponential and the logarithm here are correct to about one unit in the
// last place of a float64 and, unlike math.Exp and math.Log, the same bits on
// every CPU: math has assembly for some, and its amd64 exponential takes
// another path where FMA is present. The conversions around products keep the
// compiler from fusing them with the sum that follows.

const (
	ln2Hi = 6.93147180369123816490e-01 // the upper 32 bits of ln 2: k×ln2Hi is exact
	ln2Lo = 1.90821492927058770002e-10
)

// inverseFactorials are 1/k! for k from 14 down to 1: Taylor's polynomial of
// the exponential, whose remainder is below 1e-18 for |r| ≤ ln2/2.
var inverseFactorials = [...]float64{
	1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800,
	1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1,
}

// exactExp returns e to the power of x.
func exactExp(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 709.7:
		return math.Inf(1)
	case x < -745.2:
		return 0
	}
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := (x - float64(k*ln2Hi)) - float64(k*ln2Lo)
	p := 0.0
	for _, c := range inverseFactorials {
		p = float64(p*r) + c
	}
	return math.Ldexp(1+float64(p*r), int(k))
}

// exactLog returns the natural logarithm of x, which must be positive and finite.
func exactLog(x float64) float64 {
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, k = m*2, k-1
	}
	// log m = 2 artanh(s), s = (m-1)/(m+1), |s| < 0.172.
	f := m - 1
	s := f / (2 + f)
	z := float64(s * s)
	p := 0.0
	for n := 23.0; n > 1; n -= 2 {
		p = float64(p*z) + 1/n
	}
	p = float64(p * z)
	tail := float64(2 * float64(s*p))
	return float64(float64(k)*ln2Hi) + (float64(2*s) + (tail + float64(float64(k)*ln2Lo)))
}

// fastText reads the sigmoid and the logarithm of probabilities from tables.
const (
	sigmoidTableSize = 512
	maxSigmoid       = 8
	logTableSize     = 512
)

// tables are fastText's tables of the sigmoid on [-8, 8] and the logarithm on
// (0, 1].
type tables struct {
	sigmoids [sigmoidTableSize + 1]float32
	logs     [logTableSize + 1]float32
}

func newTables() *tables {
	t := new(tables)
	for i := range t.sigmoids {
		x := float32(i*2*maxSigmoid)/sigmoidTableSize - maxSigmoid
		t.sigmoids[i] = float32(1 / (1 + float64(float32(exactExp(float64(-x))))))
	}
	for i := range t.logs {
		x := float32((float64(float32(i)) + 1e-5) / logTableSize)
		t.logs[i] = float32(exactLog(float64(x)))
	}
	return t
}

func (t *tables) sigmoid(x float32) float32 {
	switch {
	case x < -maxSigmoid:
		return 0
	case x > maxSigmoid:
		return 1
	}
	return t.sigmoids[int((x+maxSigmoid)*sigmoidTableSize/maxSigmoid/2)]
}

// log returns the logarithm of a probability.
func (t *tables) log(x float32) float32 {
	if x > 1 {
		return 0
	}
	return t.logs[int(x*logTableSize)]
}

// offsetLog is the logarithm of a probability as fastText reports it.
func offsetLog(x float32) float32 { return float32(exactLog(float64(x) + 1e-5)) }

// Sigmoid returns the probability whose log odds are margin, the same bits on
// every CPU. A float64 tells log odds up to 36 apart, which a float32 does not
// beyond 16.
func Sigmoid(margin float64) float64 { return 1 / (1 + exactExp(-margin)) }

// Logit returns the log odds of a probability, the same bits on every CPU. 0 and
// 1 give the log odds of a number near to them, so that the result is finite.
func Logit(p float64) float32 {
	const least, most = 1e-38, 1 - 1.0/(1<<53)
	x := min(max(p, least), most)
	return float32(exactLog(x / (1 - x)))
}
