package storage_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/storage"
	"mathsieve/internal/storage/faultfs"
)

// content is longer than the buffer of a File and no whole number of sectors.
var content = bytes.Repeat([]byte("all good files are whole or absent\n"), 5000)

func sumOf(data []byte) storage.Sum {
	hash := sha256.Sum256(data)
	return storage.Sum{Size: int64(len(data)), SHA256: hex.EncodeToString(hash[:])}
}

// write commits data under path and checks the sum that Commit returns.
func write(fsys storage.FS, path string, data []byte) error {
	f, err := storage.Create(fsys, path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(data); err != nil {
		return err
	}
	sum, err := f.Commit()
	if err == nil && sum != sumOf(data) {
		return fmt.Errorf("sum of %s is %v", path, sum)
	}
	return err
}

// A file of the same bytes stays without a question; of other bytes the caller
// says whether it goes.
func TestWriteFile(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		name := path.Join(dir, "f")
		f := func(data string, replace bool, wantErr error, wantAsked bool, want string) {
			t.Helper()
			asked := false
			err := storage.WriteFile(fsys, name, []byte(data), func() bool {
				asked = true
				return replace
			})
			if !errors.Is(err, wantErr) || asked != wantAsked {
				t.Errorf("write %q: error %v, asked: %t", data, err, asked)
			}
			if err := storage.Verify(fsys, name, sumOf([]byte(want))); err != nil {
				t.Error(err)
			}
			if got := names(t, fsys, dir); len(got) != 1 {
				t.Errorf("the folder holds %v", got)
			}
		}
		f("old", false, nil, false, "old")
		f("old", false, nil, false, "old")
		f("new", false, storage.ErrConflict, true, "old")
		f("new", true, nil, true, "new")
	})
}

// bothFS runs a test on the file systems of the machine and of the tests.
func bothFS(t *testing.T, test func(t *testing.T, fsys storage.FS, dir string)) {
	t.Helper()
	t.Run("os", func(t *testing.T) { test(t, storage.OS(), t.TempDir()) })
	t.Run("memory", func(t *testing.T) { test(t, faultfs.New(), "/") })
}

func names(t *testing.T, fsys storage.FS, dir string) []string {
	t.Helper()
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

func TestCommitOrder(t *testing.T) {
	fsys := faultfs.New()
	if err := write(fsys, "/f", content); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, op := range fsys.Operations() {
		got = append(got, op.Name)
	}
	want := []string{"create", "write", "sync", "close", "link", "remove", "syncdir"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

func TestCommitVisible(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		target := path.Join(dir, "f")
		f, err := storage.Create(fsys, target)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := fsys.Stat(target); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("before Commit: %v", err)
		}
		if got := names(t, fsys, dir); len(got) != 1 || !storage.IsAttempt(got[0]) {
			t.Errorf("before Commit the folder holds %q", got)
		}
		if _, err := f.Write(content); !errors.Is(err, storage.ErrClosed) {
			t.Errorf("Write after Close: %v", err)
		}
		if sum, err := f.Commit(); err != nil || sum != sumOf(content) {
			t.Errorf("Commit = %v, %v", sum, err)
		}
		f.Abort()
		if got := names(t, fsys, dir); !cmp.Equal(got, []string{"f"}) {
			t.Errorf("after Commit the folder holds %q", got)
		}
		if err := storage.Verify(fsys, target, sumOf(content)); err != nil {
			t.Error(err)
		}
	})
}

func TestAbort(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		f, err := storage.Create(fsys, path.Join(dir, "f"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(content); err != nil {
			t.Fatal(err)
		}
		f.Abort()
		f.Abort()
		if _, err := f.Commit(); !errors.Is(err, storage.ErrClosed) {
			t.Errorf("Commit after Abort: %v", err)
		}
		if got := names(t, fsys, dir); len(got) > 0 {
			t.Errorf("the folder holds %q", got)
		}
	})
}

func TestTwinsAndConflicts(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		target := path.Join(dir, "f")
		for range 2 {
			if err := write(fsys, target, content); err != nil {
				t.Fatal(err)
			}
		}
		other := []byte("other bytes")
		if err := write(fsys, target, other); !errors.Is(err, storage.ErrConflict) {
			t.Errorf("other bytes: %v", err)
		}
		sameSize := bytes.ToUpper(content)
		if err := write(fsys, target, sameSize); !errors.Is(err, storage.ErrConflict) {
			t.Errorf("other bytes of the same size: %v", err)
		}
		if err := storage.Verify(fsys, target, sumOf(content)); err != nil {
			t.Errorf("the first file: %v", err)
		}

		f, err := storage.Create(fsys, target)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(other); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Replace(); !errors.Is(err, storage.ErrClosed) {
			t.Errorf("Replace before Commit: %v", err)
		}
		if _, err := f.Commit(); !errors.Is(err, storage.ErrConflict) {
			t.Fatal(err)
		}
		if sum, err := f.Replace(); err != nil || sum != sumOf(other) {
			t.Errorf("Replace = %v, %v", sum, err)
		}
		if err := storage.Verify(fsys, target, sumOf(other)); err != nil {
			t.Error(err)
		}
		if got := names(t, fsys, dir); !cmp.Equal(got, []string{"f"}) {
			t.Errorf("the folder holds %q", got)
		}
	})
}

func TestNoLinks(t *testing.T) {
	fsys := faultfs.New()
	fsys.NoLinks = true
	for range 2 {
		if err := write(fsys, "/f", content); err != nil {
			t.Fatal(err)
		}
	}
	if err := write(fsys, "/f", []byte("other")); !errors.Is(err, storage.ErrConflict) {
		t.Errorf("other bytes: %v", err)
	}
	if got := names(t, fsys, "/"); !cmp.Equal(got, []string{"f"}) {
		t.Errorf("the folder holds %q", got)
	}
}

// TestEveryFault fails every operation of a commit in every way. The name is
// never there with other bytes than all of them, what was confirmed survives a
// power cut right after, and a second try succeeds.
func TestEveryFault(t *testing.T) {
	const old = "what was there before"
	for name, prepare := range map[string]func(fsys *faultfs.FS) error{
		"link":    func(*faultfs.FS) error { return nil },
		"rename":  func(fsys *faultfs.FS) error { fsys.NoLinks = true; return nil },
		"twin":    func(fsys *faultfs.FS) error { return fsys.WriteFile("/f", string(content)) },
		"replace": func(fsys *faultfs.FS) error { return fsys.WriteFile("/f", old) },
	} {
		t.Run(name, func(t *testing.T) {
			try := func(fault faultfs.Fault) (*faultfs.FS, error) {
				fsys := faultfs.New()
				if err := prepare(fsys); err != nil {
					t.Fatal(err)
				}
				fsys.Inject(fault)
				return fsys, writeOver(fsys, "/f", content)
			}
			quiet, err := try(faultfs.Fault{})
			if err != nil {
				t.Fatal(err)
			}
			for at := range len(quiet.Operations()) {
				for _, kind := range append(faultfs.Kinds(), faultfs.PowerCut) {
					for _, forever := range []bool{false, true} {
						fault := faultfs.Fault{Kind: kind, At: at + 1, Forever: forever}
						fsys, err := try(fault)
						if err != nil && kind == faultfs.ENOSPC && !errors.Is(err, syscall.ENOSPC) {
							t.Errorf("%+v: %v", fault, err)
						}
						checkImages(t, fsys, fault, old, err == nil)
						if kind == faultfs.PowerCut {
							continue
						}
						fsys, _ = try(fault)
						fsys.Reset()
						if err := writeOver(fsys, "/f", content); err != nil {
							t.Errorf("%+v: second try: %v", fault, err)
						}
						checkImages(t, fsys, fault, old, true)
					}
				}
			}
		})
	}
}

// writeOver is write for a name that nobody needs as it is.
func writeOver(fsys storage.FS, path string, data []byte) error {
	f, err := storage.Create(fsys, path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(data); err != nil {
		return err
	}
	_, err = f.Commit()
	if errors.Is(err, storage.ErrConflict) {
		_, err = f.Replace()
	}
	return err
}

// checkImages looks for half a file, now and after crashes, and for a file that
// was committed and is lost.
func checkImages(t *testing.T, fsys *faultfs.FS, fault faultfs.Fault, old string, committed bool) {
	t.Helper()
	const seeds = 3
	whole := func(got string) bool { return got == string(content) || got == old && !committed }
	if got, found := fsys.Tree()["/f"]; found && !whole(got) {
		t.Errorf("%+v: half a file", fault)
	}
	for seed := range uint64(seeds) {
		got, found := fsys.Crash(seed).Tree()["/f"]
		if found && !whole(got) {
			t.Errorf("%+v, seed %d: half a file after a crash", fault, seed)
		}
		if committed && !found {
			t.Errorf("%+v, seed %d: lost a file that was committed", fault, seed)
		}
	}
}

// TestFailedCloseIsFinal fails the sync and the close of an attempt: it is not
// tried again, and nothing is published.
func TestFailedCloseIsFinal(t *testing.T) {
	for at, name := range map[int]string{3: "sync", 4: "close"} {
		fsys := faultfs.New()
		f, err := storage.Create(fsys, "/f")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		fsys.Inject(faultfs.Fault{Kind: faultfs.EIO, At: at})
		if err := f.Close(); !errors.Is(err, syscall.EIO) || fsys.Operations()[at-1].Name != name {
			t.Fatalf("Close with failing %s: %v", name, err)
		}
		if _, err := f.Commit(); !errors.Is(err, syscall.EIO) {
			t.Errorf("Commit after failing %s: %v", name, err)
		}
		if got := names(t, fsys, "/"); len(got) > 0 {
			t.Errorf("after failing %s the folder holds %q", name, got)
		}
	}
}

// TestLostReply publishes although the file system says that it could not.
func TestLostReply(t *testing.T) {
	for before, call := range map[string]string{"": "link", "other": "rename"} {
		find := func(fsys *faultfs.FS) (at int) {
			for i, op := range fsys.Operations() {
				if op.Name == call {
					at = i + 1
				}
			}
			return at
		}
		try := func(fault faultfs.Fault) *faultfs.FS {
			fsys := faultfs.New()
			if before != "" {
				if err := fsys.WriteFile("/f", before); err != nil {
					t.Fatal(err)
				}
			}
			fsys.Inject(fault)
			if err := writeOver(fsys, "/f", content); err != nil {
				t.Errorf("%s with %+v: %v", call, fault, err)
			}
			return fsys
		}
		at := find(try(faultfs.Fault{}))
		fsys := try(faultfs.Fault{Kind: faultfs.Done, At: at})
		if got := names(t, fsys, "/"); !fsys.Fired() || !cmp.Equal(got, []string{"f"}) {
			t.Errorf("%s: the folder holds %q", call, got)
		}
	}
}

func TestWriteErrorSticks(t *testing.T) {
	fsys := faultfs.New()
	f, err := storage.Create(fsys, "/f")
	if err != nil {
		t.Fatal(err)
	}
	fsys.Inject(faultfs.Fault{Kind: faultfs.ENOSPC, At: 2})
	_, _ = f.Write(content) // a caller that drops errors
	_, _ = f.Write(content)
	_, err = f.Commit()
	if !errors.Is(err, storage.ErrFull) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Commit: %v", err)
	}
	if !strings.Contains(err.Error(), "out of space") {
		t.Errorf("message %q", err)
	}
}

// TestTwinRace commits one name from many goroutines: all succeed.
func TestTwinRace(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		const twins = 8
		results := make(chan error, twins)
		for range twins {
			go func() { results <- write(fsys, path.Join(dir, "f"), content) }()
		}
		for range twins {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if got := names(t, fsys, dir); !cmp.Equal(got, []string{"f"}) {
			t.Errorf("the folder holds %q", got)
		}
	})
}
