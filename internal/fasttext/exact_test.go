package fasttext

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestExactMath(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200_000 {
		x := r.NormFloat64() * 50
		if want, have := math.Exp(x), exactExp(x); math.Abs(have-want) > 4e-16*want {
			t.Fatalf("exp(%v) = %v, want %v", x, have, want)
		}
		y := math.Exp(r.NormFloat64() * 20)
		if want, have := math.Log(y), exactLog(y); math.Abs(have-want) > 3e-16*max(1, math.Abs(want)) {
			t.Fatalf("log(%v) = %v, want %v", y, have, want)
		}
	}
	for x, want := range map[float64]float64{
		0: 1, 1: math.E, math.Inf(1): math.Inf(1), math.Inf(-1): 0, 710: math.Inf(1), -746: 0,
	} {
		if have := exactExp(x); math.Abs(have-want) > 1e-15 && have != want {
			t.Errorf("exp(%v) = %v, want %v", x, have, want)
		}
	}
	if !math.IsNaN(exactExp(math.NaN())) {
		t.Error("exp(NaN) is a number")
	}
}

func TestTables(t *testing.T) {
	tab := newTables()
	for _, test := range []struct {
		name       string
		have, want float32
	}{
		{"sigmoid(0)", tab.sigmoid(0), 0.5},
		{"sigmoid(-9)", tab.sigmoid(-9), 0},
		{"sigmoid(9)", tab.sigmoid(9), 1},
		{"sigmoid(8)", tab.sigmoid(8), 0.99966466},
		{"sigmoid(1.02)", tab.sigmoid(1.02), 0.7310586}, // the step of 1
		{"log(1)", tab.log(1), 0},
		{"log(2)", tab.log(2), 0},
		{"log(0)", tab.log(0), -17.75125},
		{"log(0.5)", tab.log(0.5), -0.69314714},
	} {
		if math.Abs(float64(test.have-test.want)) > 1e-6*math.Abs(float64(test.want)) {
			t.Errorf("%s = %v, want %v", test.name, test.have, test.want)
		}
	}
}

func TestModulus(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	divisors := []uint64{1, 2, 3, 5, 7, 10, 64, 100, 641, 2_000_000, 1 << 20, 1<<20 + 1, math.MaxInt32, math.MaxInt32 - 1}
	for range 1000 {
		divisors = append(divisors, uint64(r.Int32N(math.MaxInt32))+1)
	}
	for _, d := range divisors {
		m := newModulus(d)
		values := []uint64{0, 1, d - 1, d, d + 1, math.MaxUint64, math.MaxUint64 - 1, math.MaxUint64 / d * d, math.MaxUint64/d*d - 1}
		for range 100 {
			values = append(values, r.Uint64(), uint64(r.Uint32()))
		}
		for _, x := range values {
			if have := m.of(x); have != x%d {
				t.Fatalf("%d mod %d = %d, want %d", x, d, have, x%d)
			}
		}
	}
}

func TestHashWord(t *testing.T) {
	// Bytes below 128 hash as in the standard FNV-1a; others flip the sign bits.
	f := func(word string, want uint32) {
		t.Helper()
		if have := hashWord(word); have != want {
			t.Errorf("hash of %q is %d, want %d", word, have, want)
		}
	}
	f("", 2166136261)
	f("a", 0xe40c292c)
	f("foobar", 0xbf9cf968)
	offset, prime := uint32(fnvOffset), uint32(fnvPrime)
	f("\xe9", (offset^0xffffffe9)*prime)
}
