package annotation

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/storage"
	"mathsieve/internal/storage/faultfs"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	return NewStore(storage.OS(), filepath.Join(t.TempDir(), "annotations.yaml"))
}

// rules are the rules of a store, "verdict target".
func rules(t *testing.T, s *Store) []string {
	t.Helper()
	f, _, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, r := range f.Rules() {
		got = append(got, r.Verdict.String()+" "+r.String())
	}
	return got
}

func TestStore(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	want := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(append([]string{}, want...), rules(t, s)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	undo := func(wantErr error) Entry {
		t.Helper()
		e, r, err := s.Undo(ctx, By{Who: "anna", When: noon})
		if !errors.Is(err, wantErr) {
			t.Errorf("undo: %v, want %v", err, wantErr)
		}
		if err == nil {
			if _, now, err := s.Load(); err != nil || now != r {
				t.Errorf("revision %q, %v; Undo said %q", now, err, r)
			}
		}
		return e
	}
	set := func(target string, v Verdict) Revision {
		t.Helper()
		r, err := set(ctx, s, rule(t, target, v, "anna"))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	want()
	undo(ErrNothingToUndo)
	if entries, err := os.ReadDir(filepath.Dir(s.path)); err != nil || len(entries) > 0 {
		t.Errorf("files %v, %v though nothing was set", entries, err)
	}
	first := set("a.org", Yes)
	second := set("a.org", No)
	if first == second {
		t.Error("two contents have one revision")
	}
	if same := set("a.org", No); same != second {
		t.Error("setting what is set is a revision")
	}
	_, err := s.Update(ctx, By{Who: "berta", When: noon}, func(f *File, r Revision) error {
		if r != second {
			t.Errorf("revision %q, want %q", r, second)
		}
		return errors.Join(f.Set(rule(t, "b.org", Yes, "berta")), f.Set(rule(t, "a.org", Unsure, "berta")))
	})
	if err != nil {
		t.Fatal(err)
	}
	want("unsure a.org", "yes b.org")
	if _, err := s.Update(ctx, By{}, func(f *File, _ Revision) error {
		f.Remove(rule(t, "a.org", Yes, "").Target)
		return ErrChanged
	}); !errors.Is(err, ErrChanged) {
		t.Errorf("an update that fails: %v", err)
	}
	want("unsure a.org", "yes b.org")

	e := undo(nil)
	if len(e.Changes) != 2 || e.Changes[0].After.Verdict != No || e.Changes[1].After != nil || !e.Undo {
		t.Errorf("undone: %+v", e)
	}
	want("no a.org")
	set("c.org", Yes)
	undo(nil)
	undo(nil)
	want("yes a.org")
	undo(nil)
	want()
	undo(ErrNothingToUndo)
	history, err := entries(s)
	if err != nil || len(history) != 8 {
		t.Errorf("%d entries of the history, %v", len(history), err)
	}
	// A rule that was changed by hand is not undone.
	set("a.org", Yes)
	text, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path, []byte(strings.ReplaceAll(string(text), "yes", "no")), 0o666); err != nil {
		t.Fatal(err)
	}
	undo(ErrChanged)
	want("no a.org")
	if entries, err := os.ReadDir(filepath.Dir(s.path)); err != nil || len(entries) != 2 {
		t.Errorf("files %v, %v", entries, err)
	}
}

func TestStoreErrors(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{"{", "5\n", `{"changes":[{}]}`, `{"changes":[{"after":{"verdict":"maybe"}}]}`} {
		write(s.historyPath(), line)
		if _, err := set(ctx, s, rule(t, "a.org", Yes, "")); !errors.Is(err, ErrSyntax) {
			t.Errorf("history %q: %v, want ErrSyntax", line, err)
		}
	}
	if err := os.Remove(s.historyPath()); err != nil {
		t.Fatal(err)
	}
	write(s.path, "rules")
	if _, err := set(ctx, s, rule(t, "a.org", Yes, "")); !errors.Is(err, ErrSyntax) {
		t.Errorf("a file that is none: %v", err)
	}
	if text, err := os.ReadFile(s.path); err != nil || string(text) != "rules" {
		t.Errorf("the file was changed to %q, %v", text, err)
	}
	lock, err := storage.OS().Lock(s.path+".lock", false, storage.Self())
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := set(short, s, rule(t, "a.org", Yes, "")); !errors.Is(err, storage.ErrBusy) {
		t.Errorf("a locked file: %v, want ErrBusy", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
}

// Two tabs and two processes: no decision is lost.
func TestStoreConcurrent(t *testing.T) {
	s := newStore(t)
	other := NewStore(storage.OS(), s.path)
	const tabs, decisions = 4, 10
	var wg sync.WaitGroup
	for tab := range tabs {
		wg.Go(func() {
			store := s
			if tab%2 == 1 {
				store = other
			}
			for i := range decisions {
				if _, err := set(t.Context(), store, rule(t, fmt.Sprintf("h%d-%d.org", tab, i), Yes, "anna")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := rules(t, s); len(got) != tabs*decisions {
		t.Errorf("%d rules, want %d", len(got), tabs*decisions)
	}
	history, err := entries(s)
	if err != nil || len(history) != tabs*decisions {
		t.Errorf("%d entries, %v", len(history), err)
	}
}

// Every operation on files fails once, for ever, or never comes back: the rules
// are those before or after, and the history fits them.
func TestStoreFaults(t *testing.T) {
	try := func(fault faultfs.Fault) (*faultfs.FS, error) {
		fsys := faultfs.New()
		s := NewStore(fsys, "/annotations.yaml")
		if _, err := set(t.Context(), s, rule(t, "a.org", Yes, "anna")); err != nil {
			t.Fatal(err)
		}
		fsys.Reset()
		fsys.Inject(fault)
		_, err := set(t.Context(), s, rule(t, "b.org", No, "anna"))
		return fsys, err
	}
	quiet, err := try(faultfs.Fault{})
	if err != nil {
		t.Fatal(err)
	}
	before, after := []string{"yes a.org"}, []string{"yes a.org", "no b.org"}
	for at := range quiet.Operations() {
		for _, kind := range append(faultfs.Kinds(), faultfs.PowerCut) {
			for _, forever := range []bool{false, true} {
				fault := faultfs.Fault{Kind: kind, At: at + 1, Forever: forever}
				fsys, err := try(fault)
				fsys.Inject(faultfs.Fault{})
				images := []*faultfs.FS{fsys}
				if kind == faultfs.PowerCut {
					images = nil
					for seed := range uint64(8) {
						images = append(images, fsys.Crash(seed))
					}
				}
				for _, image := range images {
					s := NewStore(image, "/annotations.yaml")
					got := rules(t, s)
					if !slices.Equal(got, after) && (err == nil || !slices.Equal(got, before)) {
						t.Fatalf("%+v: %v; rules %q", fault, err, got)
					}
					if history, err := entries(s); err != nil || len(history) != len(got) {
						t.Fatalf("%+v: %d entries for %q, %v", fault, len(history), got, err)
					}
					for range got {
						if _, _, err := s.Undo(t.Context(), By{Who: "anna"}); err != nil {
							t.Fatalf("%+v: undo: %v", fault, err)
						}
					}
					if got := rules(t, s); len(got) > 0 {
						t.Fatalf("%+v: %q are left when all is undone", fault, got)
					}
				}
			}
		}
	}
}

// set sets one rule, by its own Who and When.
func set(ctx context.Context, s *Store, r Rule) (Revision, error) {
	return s.Update(ctx, By{Who: r.Who, When: r.When}, func(f *File, _ Revision) error { return f.Set(r) })
}

// entries returns the history, oldest first.
func entries(s *Store) ([]Entry, error) {
	_, revision, err := s.Load()
	if err != nil {
		return nil, err
	}
	_, all, err := s.history(revision)
	return all, err
}
