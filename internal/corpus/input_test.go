package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
)

// A failingAt fails where it is told to, as a disk or a network does.
type failingAt struct {
	*bytes.Reader
	fails bool
}

var errBroken = errors.New("input/output error")

func (f *failingAt) ReadAt(p []byte, off int64) (int, error) {
	if f.fails {
		return 0, errBroken
	}
	return f.Reader.ReadAt(p, off)
}

// drain reads a shard to its end.
func drain(r io.Reader, format Format) error {
	shard, err := NewReader(r, format, "shard", ReaderOptions{})
	if err != nil {
		return err
	}
	var doc Document
	for err == nil {
		var row *RowError
		if err = shard.Read(&doc); errors.As(err, &row) {
			err = nil
		}
	}
	if closeErr := shard.Close(); closeErr != nil {
		return fmt.Errorf("close: %w", closeErr) // all was said before
	}
	return err
}

// What cannot be read this time must not be taken for what is damaged for ever:
// only the latter is recorded and passed over.
func TestFailedInputIsNotDamage(t *testing.T) {
	var marks, addresses bytes.Buffer
	var list []Mark
	w, err := NewStringWriter(&addresses)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		list = append(list, Mark{Row: i, Reason: "x", TwinPack: i * 7919 % 1009, TwinRow: i * 104729 % 10007})
		if err := w.Write("https://example.org/" + string(rune('a'+i*i%26)) + string(rune('a'+i*i*i%23))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), writeMarks(&marks, list)); err != nil {
		t.Fatal(err)
	}
	f := func(name string, data []byte, read func(io.Reader) error) {
		t.Helper()
		half := data[:len(data)/2]
		if err := read(io.MultiReader(bytes.NewReader(half), &failing{errBroken})); !errors.Is(err, errBroken) || errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: error %v of an input that failed", name, err)
		}
		if err := read(bytes.NewReader(half)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: error %v of half a file", name, err)
		}
	}
	for _, format := range []Format{JSONLGzip, JSONLZstd} {
		f(format.String(), encode(t, documents(300), format, WriterOptions{}), func(r io.Reader) error { return drain(r, format) })
	}
	f("marks", marks.Bytes(), func(r io.Reader) error {
		_, err := ReadMarks(r)
		return err
	})
	f("addresses", addresses.Bytes(), func(r io.Reader) error {
		column, err := NewStringReader(r)
		if err != nil {
			return err
		}
		defer column.Close()
		for err == nil {
			_, err = column.Next()
		}
		return err
	})
}

func TestFailedParquetIsNotDamage(t *testing.T) {
	data := encode(t, documents(300), Parquet, WriterOptions{RowGroupBytes: 20_000})
	input := &failingAt{Reader: bytes.NewReader(data), fails: true}
	if _, err := NewReader(input, Parquet, "shard", ReaderOptions{}); !errors.Is(err, errBroken) || errors.Is(err, ErrCorrupt) {
		t.Errorf("error %v of a footer that cannot be read", err)
	}
	input.fails = false
	r, err := NewReader(input, Parquet, "shard", ReaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	input.fails = true
	var doc Document
	for err == nil {
		err = r.Read(&doc)
	}
	if !errors.Is(err, errBroken) || errors.Is(err, ErrCorrupt) {
		t.Errorf("error %v of pages that cannot be read", err)
	}
}
