package storage_test

import (
	"errors"
	"io/fs"
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/storage"
	"mathsieve/internal/storage/faultfs"
)

func TestIsAttempt(t *testing.T) {
	f := func(name string, want bool) {
		t.Helper()
		if got := storage.IsAttempt(name); got != want {
			t.Errorf("IsAttempt(%q) = %v", name, got)
		}
	}
	f("f.tmp.12.0123456789abcdef", true)
	f("f.tmp.x.tmp.12.0123456789abcdef", true)
	f("f", false)
	f("f.tmp", false)
	f("f.tmp.12", false)
	f(".tmp.12.0123456789abcdef", false)
	f("f.tmp.12.0123456789abcde", false)
	f("f.tmp.12.0123456789abcdeg", false)
	f("f.tmp..0123456789abcdef", false)
	f("f.tmp.12.0123456789abcdef.gz", false)
	name, err := storage.AttemptName("/some/f")
	if err != nil || !storage.IsAttempt(path.Base(name)) || path.Dir(name) != "/some" {
		t.Errorf("AttemptName = %q, %v", name, err)
	}
}

func TestSweep(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		deep := path.Join(dir, "a/b")
		if err := storage.MkdirAll(fsys, deep); err != nil {
			t.Fatal(err)
		}
		if err := write(fsys, path.Join(deep, "kept"), content); err != nil {
			t.Fatal(err)
		}
		if _, err := storage.Create(fsys, path.Join(deep, "dead")); err != nil {
			t.Fatal(err)
		}
		scratch, err := storage.AttemptName(path.Join(dir, "scratch"))
		if err != nil {
			t.Fatal(err)
		}
		if err := storage.MkdirAll(fsys, path.Join(scratch, "x/y")); err != nil {
			t.Fatal(err)
		}
		if err := write(fsys, path.Join(scratch, "x/y/z"), content); err != nil {
			t.Fatal(err)
		}
		if n, err := storage.Sweep(fsys, dir); n != 2 || err != nil {
			t.Errorf("Sweep = %d, %v", n, err)
		}
		if got := names(t, fsys, dir); !cmp.Equal(got, []string{"a"}) {
			t.Errorf("the folder holds %q", got)
		}
		if got := names(t, fsys, deep); !cmp.Equal(got, []string{"kept"}) {
			t.Errorf("the folder below holds %q", got)
		}
		if err := storage.RemoveAll(fsys, path.Join(dir, "a")); err != nil {
			t.Error(err)
		}
		if err := storage.RemoveAll(fsys, path.Join(dir, "a")); err != nil {
			t.Errorf("RemoveAll of nothing: %v", err)
		}
	})
}

// TestMkdirAllDurable cuts the power after MkdirAll: the folders are there.
func TestMkdirAllDurable(t *testing.T) {
	for seed := range uint64(20) {
		fsys := faultfs.New()
		if err := storage.MkdirAll(fsys, "/a/b/c"); err != nil {
			t.Fatal(err)
		}
		if _, found := fsys.Crash(seed).Tree()["/a/b/c/"]; !found {
			t.Errorf("seed %d: folder lost", seed)
		}
	}
}

func TestMkdirAllOverFile(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		name := path.Join(dir, "f")
		if err := write(fsys, name, content); err != nil {
			t.Fatal(err)
		}
		for _, target := range []string{name, path.Join(name, "x")} {
			if err := storage.MkdirAll(fsys, target); err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("MkdirAll(%s) = %v", target, err)
			}
		}
	})
}
