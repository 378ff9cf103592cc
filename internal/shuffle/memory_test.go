package shuffle

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// A folder is a Scratch on disk.
type folder string

func (f folder) Create(name string) (io.WriteCloser, error) {
	return os.OpenFile(filepath.Join(string(f), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (f folder) Open(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(f), name))
}

func (f folder) Remove(name string) error { return os.Remove(filepath.Join(string(f), name)) }

// A heap watches how much memory is live beyond what was at the start.
type heap struct{ start, peak uint64 }

func (h *heap) sample() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if h.start == 0 {
		h.start = m.HeapAlloc
	}
	h.peak = max(h.peak, m.HeapAlloc)
}

func (h *heap) used() int64 { return int64(h.peak - h.start) }

// Data of sixteen times the limit never hold more memory than the limit, but
// for a small constant.
func TestMemoryLimit(t *testing.T) {
	const limit, width, n = 4 << 20, 1024, 1 << 16
	record := make([]byte, width)
	next := func(i int) []byte {
		binary.BigEndian.PutUint64(record, uint64(i)*0x9E3779B97F4A7C15)
		return record
	}
	slack := int64(512 << 10)

	var h heap
	h.sample()
	sorter, err := NewSorter(width, Space{Memory: limit, Scratch: folder(t.TempDir())})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := sorter.Add(next(i)); err != nil {
			t.Fatal(err)
		}
		if i%(n/32) == 0 {
			h.sample()
		}
	}
	sorted, err := sorter.Sort()
	if err != nil {
		t.Fatal(err)
	}
	var last uint64
	for i := 0; ; i++ {
		r, err := sorted.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if key := binary.BigEndian.Uint64(r); key < last {
			t.Fatal("not in order")
		} else {
			last = key
		}
		if i%(n/32) == 0 {
			h.sample()
		}
	}
	if err := sorter.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("sorter: %d bytes", h.used())
	if h.used() > limit+slack {
		t.Errorf("sorter held %d bytes, limit %d", h.used(), limit)
	}

	h = heap{}
	h.sample()
	w, err := NewWriter(sampled{&h}, width, 100, Space{Memory: limit, Scratch: folder(t.TempDir())})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := w.Add(i%100, next(i)); err != nil {
			t.Fatal(err)
		}
		if i%(n/32) == 0 {
			h.sample()
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("writer: %d bytes", h.used())
	if h.used() > limit+slack {
		t.Errorf("writer held %d bytes, limit %d", h.used(), limit)
	}
}

// sampled discards what is written and watches the memory at every 64th write.
type sampled struct{ *heap }

func (s sampled) Write(p []byte) (int, error) {
	if p[0]%64 == 0 {
		s.sample()
	}
	return len(p), nil
}
