package shuffle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

// readAll returns copies of all records of src.
func readAll(t testing.TB, src Source) [][]byte {
	t.Helper()
	var all [][]byte
	for {
		record, err := src.Next()
		if errors.Is(err, io.EOF) {
			if _, err := src.Next(); !errors.Is(err, io.EOF) {
				t.Fatalf("Next after the end: %v, want io.EOF", err)
			}
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.Clone(record))
	}
}

// generate makes n records of which the distribution is named by kind.
func generate(kind string, n, width int) [][]byte {
	r := rand.New(rand.NewPCG(1, uint64(width)))
	records := make([][]byte, n)
	for i := range records {
		b := make([]byte, width)
		switch kind {
		case "random":
			for j := range b {
				b[j] = byte(r.Uint32())
			}
		case "equal":
		case "two bytes":
			b[0], b[width-1] = byte(r.Uint32()), byte(r.Uint32())
		case "skewed":
			b[width/2] = byte(r.ExpFloat64())
		case "ascending", "descending":
			x := uint32(i)
			if kind == "descending" {
				x = uint32(n - i)
			}
			var key [4]byte
			binary.BigEndian.PutUint32(key[:], x)
			copy(b, key[max(0, 4-width):])
		}
		records[i] = b
	}
	return records
}

func sortWith(t testing.TB, records [][]byte, width int, memory int64) ([][]byte, int) {
	t.Helper()
	scratch := newScratch()
	s, err := NewSorter(width, Space{Memory: memory, Scratch: scratch, Name: "x-"})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := s.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	sorted, err := s.Sort()
	if err != nil {
		t.Fatal(err)
	}
	got := readAll(t, sorted)
	spilled := s.made
	if err := errors.Join(s.Close(), scratch.check()); err != nil {
		t.Fatal(err)
	}
	return got, spilled
}

func TestSorter(t *testing.T) {
	for _, width := range []int{1, 3, 8, 16, 17, 24, 152} {
		for _, kind := range []string{"random", "equal", "two bytes", "skewed", "ascending", "descending"} {
			for _, n := range []int{0, 1, 2, 25, 1000, 20_000} {
				if n*width > 2<<20 {
					n = (2 << 20) / width
				}
				records := generate(kind, n, width)
				want := slices.SortedFunc(slices.Values(records), bytes.Compare)
				for _, memory := range []int64{0, 64 << 20} {
					got, _ := sortWith(t, records, width, memory)
					if !slices.EqualFunc(got, want, bytes.Equal) {
						t.Errorf("%d %s records of %d bytes in %d bytes of memory are not in order", n, kind, width, memory)
					}
				}
			}
		}
	}
}

// Many runs are merged in several rounds, and the memory changes nothing.
func TestSorterSpills(t *testing.T) {
	const width, n = 4096, 5_000 // 20 MB, in runs of 0.7
	records := generate("random", n, width)
	want := slices.SortedFunc(slices.Values(records), bytes.Compare)
	got, spilled := sortWith(t, records, width, MinMemory)
	if spilled <= MinMemory/runBuffer {
		t.Errorf("%d runs do not need a second merge", spilled)
	}
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Error("records are not in order")
	}
}

func TestSorterErrors(t *testing.T) {
	for _, width := range []int{0, MaxWidth + 1} {
		if _, err := NewSorter(width, Space{}); err == nil {
			t.Errorf("no error for width %d", width)
		}
	}
	s, err := NewSorter(8, Space{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(make([]byte, 7)); !errors.Is(err, ErrWidth) {
		t.Errorf("Add of a short record: %v, want ErrWidth", err)
	}
	for _, fail := range []string{"create", "write", "open"} {
		scratch := newScratch()
		scratch.fail = fail
		s, err := NewSorter(64, Space{Memory: MinMemory, Scratch: scratch})
		if err != nil {
			t.Fatal(err)
		}
		for range 30_000 {
			if err = s.Add(make([]byte, 64)); err != nil {
				break
			}
		}
		if err == nil {
			_, err = s.Sort()
		}
		if !errors.Is(err, errDisk) {
			t.Errorf("failing %s: error %v, want that of the scratch", fail, err)
		}
	}
}

func BenchmarkSorter(b *testing.B) {
	for _, width := range []int{16, 24, 152} {
		for _, memory := range []int64{8 << 20, 512 << 20} {
			b.Run(fmt.Sprintf("width=%d/memory=%dMiB", width, memory>>20), func(b *testing.B) {
				const n = 1_000_000
				data := make([]byte, n*width)
				r := rand.New(rand.NewPCG(1, 2))
				for i := range data {
					data[i] = byte(r.Uint32())
				}
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					s, err := NewSorter(width, Space{Memory: memory, Scratch: newScratch()})
					if err != nil {
						b.Fatal(err)
					}
					if err := s.AddAll(&memorySource{rest: data, width: width}); err != nil {
						b.Fatal(err)
					}
					sorted, err := s.Sort()
					if err != nil {
						b.Fatal(err)
					}
					for err == nil {
						_, err = sorted.Next()
					}
					if err := s.Close(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
			})
		}
	}
}
