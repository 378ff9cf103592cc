package shuffle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// build writes n records into a file; record i goes to section i·i mod parts.
func build(t testing.TB, n, width, parts int, memory int64) ([]byte, *memoryScratch) {
	t.Helper()
	var out bytes.Buffer
	scratch := newScratch()
	w, err := NewWriter(&out, width, parts, Space{Memory: memory, Scratch: scratch, Name: "out-"})
	if err != nil {
		t.Fatal(err)
	}
	record := make([]byte, width)
	for i := range n {
		binary.BigEndian.PutUint32(record, uint32(i))
		if err := w.Add(i*i%parts, record); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), scratch.check()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), scratch
}

func open(b []byte) (*Reader, error) { return NewReader(bytes.NewReader(b), int64(len(b))) }

func TestFile(t *testing.T) {
	for _, c := range []struct{ n, width, parts int }{{0, 4, 1}, {1, 4, 3}, {1000, 12, 7}, {1000, 5, 2000}} {
		file, _ := build(t, c.n, c.width, c.parts, 0)
		r, err := open(file)
		if err != nil {
			t.Fatal(err)
		}
		if r.Width() != c.width || r.Sections() != c.parts {
			t.Errorf("width %d, %d sections, want %d, %d", r.Width(), r.Sections(), c.width, c.parts)
		}
		got := make([][]uint32, c.parts)
		want := make([][]uint32, c.parts)
		for i := range c.n {
			want[i*i%c.parts] = append(want[i*i%c.parts], uint32(i))
		}
		for p := range c.parts {
			s, err := r.Section(p)
			if err != nil {
				t.Fatal(err)
			}
			if s.Records() != int64(len(want[p])) {
				t.Errorf("section %d has %d records, want %d", p, s.Records(), len(want[p]))
			}
			for _, record := range readAll(t, s) {
				got[p] = append(got[p], binary.BigEndian.Uint32(record))
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("sections (-want +got):\n%s", d)
		}
		if _, err := r.Section(c.parts); err == nil {
			t.Error("no error for a section beyond the last")
		}
	}
}

// The bytes of a file do not depend on how often its writer spilled.
func TestFileMemory(t *testing.T) {
	const n, width, parts = 22_000, 4096, 13 // 90 MB: 132 spills of 0.68
	want, scratch := build(t, n, width, parts, 256<<20)
	if scratch.created != 0 {
		t.Errorf("%d spills with enough memory", scratch.created)
	}
	got, scratch := build(t, n, width, parts, MinMemory)
	if !bytes.Equal(got, want) {
		t.Error("file differs when spilled")
	}
	if scratch.created < 2*spillFanIn+2 || scratch.maxOpen > spillFanIn {
		t.Errorf("%d spills, %d open at once", scratch.created, scratch.maxOpen)
	}
}

// No damaged byte goes unnoticed, wherever it is.
func TestFileDamage(t *testing.T) {
	file, _ := build(t, 50, 8, 3, 0)
	readWhole := func(b []byte) error {
		r, err := open(b)
		if err != nil {
			return err
		}
		for p := range r.Sections() {
			s, err := r.Section(p)
			if err != nil {
				return err
			}
			for err == nil {
				_, err = s.Next()
			}
			if !errors.Is(err, io.EOF) {
				return err
			}
		}
		return nil
	}
	if err := readWhole(file); err != nil {
		t.Fatal(err)
	}
	spare := len(file) - footerSize - 8 // the checksum of the index itself
	for i := range file {
		damaged := bytes.Clone(file)
		damaged[i] ^= 0x10
		err := readWhole(damaged)
		if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrChecksum) && (i < spare || i >= spare+8) {
			t.Errorf("byte %d changed: error %v", i, err)
		}
		if err := readWhole(file[:i]); !errors.Is(err, ErrFormat) {
			t.Errorf("cut at byte %d: error %v, want ErrFormat", i, err)
		}
	}
}

func TestWriterErrors(t *testing.T) {
	for _, parts := range []int{0, MaxSections + 1} {
		if _, err := NewWriter(io.Discard, 8, parts, Space{}); err == nil {
			t.Errorf("no error for %d sections", parts)
		}
	}
	w, err := NewWriter(io.Discard, 8, 1, Space{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(0, make([]byte, 9)); !errors.Is(err, ErrWidth) {
		t.Errorf("Add of a long record: %v, want ErrWidth", err)
	}
	for _, fail := range []string{"create", "write", "open"} {
		scratch := newScratch()
		scratch.fail = fail
		w, err := NewWriter(io.Discard, 64, 5, Space{Memory: MinMemory, Scratch: scratch})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 30_000 {
			if err = w.Add(i%5, make([]byte, 64)); err != nil {
				break
			}
		}
		if err == nil {
			err = w.Close()
		}
		if !errors.Is(err, errDisk) {
			t.Errorf("failing %s: error %v, want that of the scratch", fail, err)
		}
	}
}

func TestGather(t *testing.T) {
	const files, parts = 5, 4
	var contents [files][]byte
	for i := range contents {
		contents[i], _ = build(t, 10*i, 8, parts, 0)
	}
	opened, closed := 0, 0
	g := NewGather(files, 1, 8, func(i int) (File, error) {
		opened++
		if opened > closed+1 {
			t.Error("two files open at once")
		}
		return memoryFile{bytes.NewReader(contents[i]), &closed}, nil
	})
	var want []uint32
	for i := range files {
		for k := range 10 * i {
			if k*k%parts == 1 {
				want = append(want, uint32(k))
			}
		}
	}
	var got []uint32
	for _, record := range readAll(t, g) {
		got = append(got, binary.BigEndian.Uint32(record))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
	if closed != files {
		t.Errorf("%d of %d files closed", closed, files)
	}

	bad := NewGather(1, 0, 9, func(int) (File, error) { return memoryFile{bytes.NewReader(contents[1]), &closed}, nil })
	if _, err := bad.Next(); !errors.Is(err, ErrWidth) {
		t.Errorf("gather of another width: %v, want ErrWidth", err)
	}
	if err := bad.Close(); err != nil || closed != files+1 {
		t.Errorf("Close: %v, %d files closed", err, closed)
	}
}

func FuzzReader(f *testing.F) {
	for _, parts := range []int{1, 3} {
		file, _ := build(f, 20, 8, parts, 0)
		f.Add(file)
		f.Add(file[:len(file)-1])
	}
	f.Add([]byte(magic + magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := open(b)
		if err != nil {
			return
		}
		for p := range min(r.Sections(), 100) {
			s, err := r.Section(p)
			if err != nil {
				continue
			}
			n := 0
			for err == nil {
				_, err = s.Next()
				n++
			}
			if n*r.Width() > len(b)+r.Width() {
				t.Fatalf("%d records of %d bytes out of %d bytes", n, r.Width(), len(b))
			}
		}
	})
}

func TestPartition(t *testing.T) {
	for _, n := range []int{1, 7, 64} {
		last := 0
		for i := range uint64(1 << 10) {
			p := Partition(i*(1<<54), n)
			if p < last || p >= n {
				t.Errorf("Partition(%d<<54, %d) = %d after %d", i, n, p, last)
			}
			last = p
		}
		if last != n-1 {
			t.Errorf("the last of %d partitions stays empty", n)
		}
	}
}

func BenchmarkWriter(b *testing.B) {
	for _, memory := range []int64{4 << 20, 256 << 20} {
		b.Run(fmt.Sprintf("memory=%dMiB", memory>>20), func(b *testing.B) {
			const n, width, parts = 200_000, 152, 64
			record := make([]byte, width)
			b.SetBytes(n * width)
			b.ReportAllocs()
			for b.Loop() {
				w, err := NewWriter(io.Discard, width, parts, Space{Memory: memory, Scratch: newScratch()})
				if err != nil {
					b.Fatal(err)
				}
				for i := range n {
					if err := w.Add(i*i%parts, record); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
