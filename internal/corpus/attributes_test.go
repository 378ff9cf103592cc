package corpus

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMarks(t *testing.T) {
	want := []Mark{
		{Row: 0, Reason: "duplicate", TwinPack: 0, TwinRow: 0, Similarity: 0.875},
		{Row: 1, Reason: "contaminated", TwinPack: -1, TwinRow: -1, Detail: "a \"gram\"\nof\u2028two lines é\xf0\x9d\x94\xb8"},
		{Row: 7, Reason: "x", TwinPack: 3, TwinRow: 1 << 23},
	}
	for n := range len(want) + 1 {
		var out bytes.Buffer
		if err := writeMarks(&out, want[:n]); err != nil {
			t.Fatal(err)
		}
		got, err := ReadMarks(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append([]Mark(nil), want[:n]...), got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestMarksRefused(t *testing.T) {
	for _, marks := range [][]Mark{
		{{Row: -1}},
		{{Row: 1}, {Row: 1}},
		{{Row: 2}, {Row: 1}},
		{{Similarity: float32(math.NaN())}},
		{{Detail: strings.Repeat("x", maxMarkLine)}},
	} {
		if err := writeMarks(io.Discard, marks); err == nil {
			t.Errorf("%v was written", len(marks))
		}
	}
}

func TestParseMark(t *testing.T) {
	f := func(line string, ok bool) {
		t.Helper()
		if m, err := parseMark([]byte(line), 4); (err == nil) != ok {
			t.Errorf("%s reads as %+v, %v", line, m, err)
		}
	}
	f(`{"row":5,"reason":"x"}`, true)
	f(`{"row":4,"reason":"x"}`, false)
	f(`{"row":-1,"reason":"x"}`, false)
	f(`{"reason":"x"}`, false)
	f(`[]`, false)
}

func TestMarksDamaged(t *testing.T) {
	var marks []Mark
	for i := range 120 {
		marks = append(marks, Mark{Row: 3 * i, Reason: "near_duplicate", TwinPack: i % 7, TwinRow: i * i, Similarity: 1 / float32(i+1)})
	}
	var out bytes.Buffer
	if err := writeMarks(&out, marks); err != nil {
		t.Fatal(err)
	}
	whole := out.Bytes()
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x10
		if got, err := ReadMarks(bytes.NewReader(damaged)); err == nil && !cmp.Equal(got, marks) {
			t.Errorf("byte %d of %d: other marks were read", i, len(whole))
		}
		if _, err := ReadMarks(bytes.NewReader(whole[:i])); err == nil {
			t.Errorf("%d of %d bytes were read without an error", i, len(whole))
		}
	}
}

func TestColumns(t *testing.T) {
	for _, n := range []int{0, 1, columnChunk/4 - 7, columnChunk/4 - 6, columnChunk/4 + 1, 50_000} {
		floats, counts := make([]float32, n), make([]uint32, n)
		for i := range n {
			floats[i], counts[i] = float32(i)/7, uint32(i)*2654435761
		}
		roundTrip(t, floats)
		roundTrip(t, counts)
	}
	roundTrip(t, []float32{float32(math.NaN()), float32(math.Inf(-1)), float32(math.Copysign(0, -1))})
}

func roundTrip[T Value](t *testing.T, want []T) {
	t.Helper()
	var out bytes.Buffer
	if err := WriteColumn(&out, want); err != nil {
		t.Fatal(err)
	}
	if out.Len() != columnHeader+4*len(want)+4 {
		t.Errorf("%d values take %d bytes", len(want), out.Len())
	}
	got, err := ReadColumn[T](bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	for i := range want {
		if toBits(got[i]) != toBits(want[i]) {
			t.Fatalf("value %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestColumnDamaged(t *testing.T) {
	var out bytes.Buffer
	if err := WriteColumn(&out, []uint32{1, 2, 3, 4, 5}); err != nil {
		t.Fatal(err)
	}
	whole := out.Bytes()
	f := func(what string, data []byte) {
		t.Helper()
		if _, err := ReadColumn[uint32](bytes.NewReader(data)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range whole {
		for bit := range 8 {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 1 << bit
			f("a bit differs", damaged)
		}
		f("cut short", whole[:i])
	}
	f("too long", append(bytes.Clone(whole), 0))
	if _, err := ReadColumn[float32](bytes.NewReader(whole)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("another kind: %v", err)
	}
	broken := errors.New("broken disk")
	if _, err := ReadColumn[uint32](io.MultiReader(bytes.NewReader(whole[:30]), &failing{broken})); !errors.Is(err, broken) || errors.Is(err, ErrCorrupt) {
		t.Errorf("failing input: %v", err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzReadColumn(f *testing.F) {
	var out bytes.Buffer
	if err := WriteColumn(&out, []float32{1, 2}); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		values, err := ReadColumn[float32](bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := WriteColumn(&again, values); err != nil || !bytes.Equal(again.Bytes(), data) {
			t.Errorf("%d values write other bytes: %v", len(values), err)
		}
	})
}

func FuzzReadMarks(f *testing.F) {
	var out bytes.Buffer
	if err := writeMarks(&out, []Mark{{Row: 1, Reason: "x", TwinPack: -1, TwinRow: -1}}); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		marks, err := ReadMarks(bytes.NewReader(data))
		for i := 1; i < len(marks) && err == nil; i++ {
			if marks[i].Row <= marks[i-1].Row {
				t.Errorf("row %d after row %d", marks[i].Row, marks[i-1].Row)
			}
		}
	})
}

func FuzzParseMark(f *testing.F) {
	f.Add([]byte(`{"row":1,"reason":"x","twin_pack":0,"twin_row":2,"similarity":0.5,"detail":"d"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := parseMark(line, -1)
		if err != nil {
			return
		}
		if err := writeMarks(io.Discard, []Mark{m}); err != nil && len(line) < maxMarkLine/8 {
			t.Errorf("%s reads as %+v, which cannot be written: %v", line, m, err)
		}
	})
}

// writeMarks writes a whole marks file.
func writeMarks(w io.Writer, marks []Mark) error {
	mw, err := NewMarkWriter(w)
	if err != nil {
		return err
	}
	for _, m := range marks {
		if err := mw.Write(m); err != nil {
			return err
		}
	}
	return mw.Close()
}
