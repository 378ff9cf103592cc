package storage_test

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"testing"
	"testing/iotest"

	"mathsieve/internal/storage"
	"mathsieve/internal/storage/faultfs"
)

func TestReaders(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		name := path.Join(dir, "f")
		if err := write(fsys, name, content); err != nil {
			t.Fatal(err)
		}
		r, err := storage.Open(fsys, name, sumOf(content))
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(r, content); err != nil {
			t.Error(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		at, err := storage.OpenAt(fsys, name, sumOf(content))
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(io.NewSectionReader(at, 0, at.Size()), content); err != nil {
			t.Error(err)
		}
		if err := at.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestWrongContent(t *testing.T) {
	const good = "whole or absent"
	f := func(found string, want error) {
		t.Helper()
		fsys := faultfs.New()
		if err := fsys.WriteFile("/f", found); err != nil {
			t.Fatal(err)
		}
		if err := storage.Verify(fsys, "/f", sumOf([]byte(good))); !errors.Is(err, want) {
			t.Errorf("Verify(%q) = %v, want %v", found, err, want)
		}
		r, err := storage.Open(fsys, "/f", sumOf([]byte(good)))
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, want) {
			t.Errorf("Open(%q) = %v, want %v", found, err, want)
		}
		if sizeErr := storage.CheckSize(fsys, "/f", sumOf([]byte(good))); (sizeErr != nil) != errors.Is(want, storage.ErrSize) {
			t.Errorf("CheckSize(%q) = %v", found, sizeErr)
		}
	}
	f(good, nil)
	f("", storage.ErrSize)
	f(good[:7], storage.ErrSize)
	f(good+"\n", storage.ErrSize)
	f("whole or absent"[:14]+"T", storage.ErrChecksum)
	f(string(make([]byte, len(good))), storage.ErrChecksum)
	for i := range len(good) * 8 {
		flipped := []byte(good)
		flipped[i/8] ^= 1 << (i % 8)
		f(string(flipped), storage.ErrChecksum)
	}
	if err := storage.Verify(faultfs.New(), "/f", sumOf(nil)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Verify without a file: %v", err)
	}
}

func TestEmptyFile(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		name := path.Join(dir, "f")
		if err := write(fsys, name, nil); err != nil {
			t.Fatal(err)
		}
		if err := storage.Verify(fsys, name, sumOf(nil)); err != nil {
			t.Error(err)
		}
	})
}

// BenchmarkWrite measures what summing costs beside writing.
func BenchmarkWrite(b *testing.B) {
	chunk := make([]byte, 1<<20)
	b.SetBytes(64 << 20)
	b.ReportAllocs()
	dir := b.TempDir()
	for b.Loop() {
		f, err := storage.Create(storage.OS(), path.Join(dir, "f"))
		if err != nil {
			b.Fatal(err)
		}
		for range 64 {
			if _, err := f.Write(chunk); err != nil {
				b.Fatal(err)
			}
		}
		f.Abort()
	}
}
