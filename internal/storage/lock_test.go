package storage_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mathsieve/internal/storage"
)

func TestLock(t *testing.T) {
	bothFS(t, func(t *testing.T, fsys storage.FS, dir string) {
		name := filepath.Join(dir, "lock")
		owner := storage.Self()
		first, err := fsys.Lock(name, false, owner)
		if err != nil {
			t.Fatal(err)
		}
		for _, shared := range []bool{false, true} {
			_, err := fsys.Lock(name, shared, storage.Owner{})
			var busy *storage.BusyError
			if !errors.Is(err, storage.ErrBusy) || !errors.As(err, &busy) || busy.Owner != owner {
				t.Fatalf("second lock, shared %v: %v", shared, err)
			}
			if text := err.Error(); !strings.Contains(text, owner.Host+" pid "+strconv.Itoa(owner.PID)+" since 2") {
				t.Errorf("message %q", text)
			}
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		one, err := fsys.Lock(name, true, owner)
		if err != nil {
			t.Fatal(err)
		}
		two, err := fsys.Lock(name, true, owner)
		if err != nil {
			t.Fatal(err)
		}
		if err := one.Close(); err != nil {
			t.Error(err)
		}
		if _, err := fsys.Lock(name, false, owner); !errors.Is(err, storage.ErrBusy) {
			t.Errorf("lock beside a shared one: %v", err)
		}
		if err := two.Close(); err != nil {
			t.Error(err)
		}
		again, err := fsys.Lock(name, false, owner)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
		if got := names(t, fsys, dir); len(got) > 0 {
			t.Errorf("the folder holds %q", got)
		}
	})
}

// TestLockOfTheDead takes a lock whose file was left by a killed process.
func TestLockOfTheDead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	dead := `{"host":"n1","pid":1,"start":"2020-01-02T03:04:05Z"}` + strings.Repeat(" ", 500)
	if err := os.WriteFile(name, []byte(dead), 0o600); err != nil {
		t.Fatal(err)
	}
	lock, err := storage.OS().Lock(name, false, storage.Self())
	if err != nil {
		t.Fatal(err)
	}
	_, err = storage.OS().Lock(name, false, storage.Self())
	if busy := new(storage.BusyError); !errors.As(err, &busy) || busy.Owner.PID != os.Getpid() {
		t.Errorf("second lock: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Error(err)
	}
}

// TestLockRace lets many take and release one lock: never two at once, though
// each removes the file.
func TestLockRace(t *testing.T) {
	const takers, rounds = 4, 300
	name := filepath.Join(t.TempDir(), "lock")
	holders := make(chan struct{}, 1)
	results := make(chan error, takers)
	for range takers {
		go func() {
			results <- func() error {
				for taken := 0; taken < rounds; {
					lock, err := storage.OS().Lock(name, false, storage.Self())
					if errors.Is(err, storage.ErrBusy) {
						continue
					}
					if err != nil {
						return err
					}
					taken++
					select {
					case holders <- struct{}{}:
					default:
						return errors.New("two hold the lock")
					}
					<-holders
					if err := lock.Close(); err != nil {
						return err
					}
				}
				return nil
			}()
		}()
	}
	for range takers {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
