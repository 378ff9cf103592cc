package faultfs_test

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"mathsieve/internal/storage"
	"mathsieve/internal/storage/faultfs"
)

// create makes a file and leaves it open.
func create(t *testing.T, fsys *faultfs.FS, name, content string) storage.Handle {
	t.Helper()
	h, err := fsys.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(h, content); err != nil {
		t.Fatal(err)
	}
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// images counts what /f is after the crash, over many seeds; "-" where it
// is not there.
func images(t *testing.T, history func(fsys *faultfs.FS)) map[string]int {
	t.Helper()
	found := map[string]int{}
	for seed := range uint64(300) {
		fsys := faultfs.New()
		history(fsys)
		content, ok := fsys.Crash(seed).Tree()["/f"]
		if !ok {
			content = "-"
		}
		found[content]++
	}
	return found
}

func TestSyncedSurvives(t *testing.T) {
	long := strings.Repeat("x", 2000)
	got := images(t, func(fsys *faultfs.FS) {
		h := create(t, fsys, "/f", long)
		must(t, h.Sync())
		must(t, fsys.SyncDir("/"))
	})
	if len(got) != 1 || got[long] == 0 {
		t.Errorf("%d images", len(got))
	}
}

func TestUnsyncedNameMayGo(t *testing.T) {
	got := images(t, func(fsys *faultfs.FS) { must(t, create(t, fsys, "/f", "x").Sync()) })
	if len(got) != 2 || got["x"] == 0 || got["-"] == 0 {
		t.Errorf("images %v", got)
	}
}

// TestUnsyncedContent meets files that are empty, short, zero, torn and whole.
func TestUnsyncedContent(t *testing.T) {
	whole := strings.Repeat("x", 1200)
	got := images(t, func(fsys *faultfs.FS) {
		create(t, fsys, "/f", whole)
		must(t, fsys.SyncDir("/"))
	})
	for name, is := range map[string]func(string) bool{
		"whole": func(s string) bool { return s == whole },
		"empty": func(s string) bool { return s == "" },
		"short": func(s string) bool { return s != "" && len(s) < len(whole) },
		"zero":  func(s string) bool { return s == strings.Repeat("\x00", len(whole)) },
		"torn": func(s string) bool {
			return len(s) == len(whole) && strings.HasPrefix(s, whole[:512]) && s != whole
		},
	} {
		seen := false
		for content := range got {
			seen = seen || is(content)
		}
		if !seen {
			t.Errorf("no image is %s", name)
		}
	}
	if got["-"] > 0 {
		t.Error("a name that was synced is gone")
	}
}

func TestUnsyncedRemoveAndRename(t *testing.T) {
	got := images(t, func(fsys *faultfs.FS) {
		must(t, create(t, fsys, "/f", "old").Sync())
		must(t, create(t, fsys, "/g", "new").Sync())
		must(t, fsys.SyncDir("/"))
		must(t, fsys.Rename("/g", "/f"))
	})
	if len(got) != 2 || got["old"] == 0 || got["new"] == 0 {
		t.Errorf("renamed: images %v", got)
	}
	got = images(t, func(fsys *faultfs.FS) {
		must(t, create(t, fsys, "/f", "x").Sync())
		must(t, fsys.SyncDir("/"))
		must(t, fsys.Remove("/f"))
	})
	if len(got) != 2 || got["x"] == 0 || got["-"] == 0 {
		t.Errorf("removed: images %v", got)
	}
}

func TestFailedSyncLoses(t *testing.T) {
	got := images(t, func(fsys *faultfs.FS) {
		h := create(t, fsys, "/f", "x")
		must(t, fsys.SyncDir("/"))
		fsys.Inject(faultfs.Fault{Kind: faultfs.EIO, At: 4})
		if h.Sync() == nil {
			t.Fatal("no fault")
		}
		must(t, h.Sync())
	})
	if got["x"] == 300 {
		t.Error("a second Sync has saved what the first one lost")
	}
}

func TestKinds(t *testing.T) {
	f := func(kind faultfs.Kind, wantErr error, wantContent string) {
		t.Helper()
		fsys := faultfs.New()
		h := create(t, fsys, "/f", "")
		fsys.Reset()
		fsys.Inject(faultfs.Fault{Kind: kind, At: 1})
		n, err := io.WriteString(h, "abcd")
		if !errors.Is(err, wantErr) || wantErr == nil && err != nil {
			t.Errorf("%v: %v", kind, err)
		}
		if got := fsys.Tree()["/f"]; got != wantContent || err == nil && n != len(wantContent) {
			t.Errorf("%v: %d bytes, content %q", kind, n, got)
		}
		if !fsys.Fired() {
			t.Errorf("%v has not fired", kind)
		}
		_, err = io.WriteString(h, "e")
		if (err != nil) != (kind == faultfs.PowerCut) {
			t.Errorf("%v, the next write: %v", kind, err)
		}
	}
	f(faultfs.EIO, syscall.EIO, "")
	f(faultfs.ENOSPC, syscall.ENOSPC, "")
	f(faultfs.ESTALE, syscall.ESTALE, "")
	f(faultfs.Short, nil, "ab")
	f(faultfs.Done, syscall.EIO, "abcd")
	f(faultfs.PowerCut, faultfs.ErrPowerCut, "")
}

func TestLikeADisk(t *testing.T) {
	fsys := faultfs.New()
	must(t, fsys.Mkdir("/d"))
	create(t, fsys, "/d/f", "x")
	f := func(label string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", label, err)
		}
	}
	_, err := fsys.Create("/d/f")
	f("create again", err, fs.ErrExist)
	_, err = fsys.Create("/no/f")
	f("create in no folder", err, fs.ErrNotExist)
	_, err = fsys.Open("/d/f/g")
	f("open below a file", err, syscall.ENOTDIR)
	f("mkdir again", fsys.Mkdir("/d"), fs.ErrExist)
	f("remove a full folder", fsys.Remove("/d"), syscall.ENOTEMPTY)
	f("remove nothing", fsys.Remove("/d/g"), fs.ErrNotExist)
	f("link over", fsys.Link("/d/f", "/d/f"), fs.ErrExist)
	must(t, fsys.Link("/d/f", "/d/g"))
	must(t, fsys.Rename("/d/f", "/d/g")) // two names of one file: nothing happens
	if tree := fsys.Tree(); tree["/d/f"] != "x" || tree["/d/g"] != "x" {
		t.Errorf("tree %v", tree)
	}
	h, err := fsys.Open("/d/g")
	must(t, err)
	_, err = h.Write([]byte("y"))
	f("write a file that is read", err, syscall.EBADF)
	must(t, h.Close())
	_, err = h.Read(make([]byte, 1))
	f("read a closed file", err, fs.ErrClosed)
}
