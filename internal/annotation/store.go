package annotation

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/zeebo/xxh3"

	"mathsieve/internal/storage"
)

const (
	// lockPause is how long a Store waits before it tries again to get the
	// lock.
	lockPause = 10 * time.Millisecond
	// maxHistory is the greatest size of a history in bytes.
	maxHistory = 1 << 30
)

// A Store is a file of annotations that several processes may change. Beside
// FILE it keeps FILE.history.jsonl, a line for each change, and for the time of
// a change FILE.lock. A Store is safe for concurrent use. On file systems
// without locks only changes of one process are safe.
type Store struct {
	fsys storage.FS
	path string
	mu   sync.Mutex // held while the lock is
}

// NewStore returns the store of the named file, which need not exist. Its
// folder must.
func NewStore(fsys storage.FS, path string) *Store { return &Store{fsys: fsys, path: path} }

// historyPath is the name of the file that keeps the history.
func (s *Store) historyPath() string { return s.path + ".history.jsonl" }

// A Revision names the content of a file; "" that of a missing one.
type Revision string

func revisionOf(data []byte) Revision {
	sum := xxh3.Hash128(data).Bytes()
	return Revision(hex.EncodeToString(sum[:]))
}

// Load reads the file. A missing one is empty.
func (s *Store) Load() (*File, Revision, error) {
	data, err := s.read(s.path, MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return &File{}, "", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("read annotations: %w", err)
	}
	f, err := Parse(data)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", s.path, err)
	}
	return f, revisionOf(data), nil
}

// A By says who makes a change, and when.
type By struct {
	Who  string
	When time.Time
}

// A Change is what became of the rule for one target. Before or After is nil if
// there was or is none.
type Change struct {
	Before *Rule `json:"before,omitempty"`
	After  *Rule `json:"after,omitempty"`
}

// target returns what the change is about.
func (c Change) target() Target {
	if c.After != nil {
		return c.After.Target
	}
	return c.Before.Target
}

// An Entry is one line of the history.
type Entry struct {
	Who     string    `json:"who,omitempty"`
	When    time.Time `json:"when,omitzero"`
	Changes []Change  `json:"changes"`
	// Undo says that the entry takes back an earlier one.
	Undo bool `json:"undo,omitempty"`
	// From and To are the revisions before and after.
	From Revision `json:"from"`
	To   Revision `json:"to"`
}

// Update lets change alter the rules as they are now, and saves them whole or
// not at all, while no other process can change them. Changes of others since
// the last Load are seen by change, so none is lost; it may compare them with
// what its user saw and return ErrChanged. It waits for the lock until ctx is
// done; the error is storage.ErrBusy then. What change altered is one entry of
// the history; if it altered nothing, nothing is written.
func (s *Store) Update(ctx context.Context, by By, change func(f *File, r Revision) error) (Revision, error) {
	_, revision, err := s.update(ctx, by, func(f *File, r Revision, _ []Entry) (bool, error) { return false, change(f, r) })
	return revision, err
}

// Undo takes back the latest entry that was not taken back, and returns what
// it changed. The error is ErrNothingToUndo, or ErrChanged if one of its rules
// was changed since other than through a Store.
func (s *Store) Undo(ctx context.Context, by By) (Entry, Revision, error) {
	return s.update(ctx, by, func(f *File, _ Revision, history []Entry) (bool, error) {
		var standing []Entry
		for _, e := range history {
			if !e.Undo {
				standing = append(standing, e)
			} else if len(standing) > 0 {
				standing = standing[:len(standing)-1]
			}
		}
		if len(standing) == 0 {
			return true, ErrNothingToUndo
		}
		return true, standing[len(standing)-1].undo(f)
	})
}

// undo takes back what the entry changed.
func (e Entry) undo(f *File) error {
	for _, c := range e.Changes {
		now, ok := f.Find(c.target())
		if ok != (c.After != nil) || ok && !now.equal(*c.After) {
			return fmt.Errorf("%w: %s", ErrChanged, c.target())
		}
	}
	for _, c := range e.Changes {
		if c.Before == nil {
			f.Remove(c.target())
		} else if err := f.Set(*c.Before); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) update(ctx context.Context, by By, change func(f *File, r Revision, history []Entry) (undo bool, err error)) (Entry, Revision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock, err := s.lock(ctx)
	if err != nil {
		return Entry{}, "", err
	}
	entry, revision, err := s.updateLocked(by, change)
	return entry, revision, errors.Join(err, lock.Close())
}

func (s *Store) updateLocked(by By, change func(f *File, r Revision, history []Entry) (bool, error)) (Entry, Revision, error) {
	before, from, err := s.Load()
	if err != nil {
		return Entry{}, "", err
	}
	lines, history, err := s.history(from)
	if err != nil {
		return Entry{}, "", err
	}
	after := before.clone()
	undo, err := change(after, from, history)
	if err != nil {
		return Entry{}, from, err
	}
	entry := Entry{Who: by.Who, When: by.When.UTC().Truncate(time.Second), Undo: undo, From: from}
	walk(before, after, func(p, q *Rule) {
		if p == nil || q == nil || !p.equal(*q) {
			entry.Changes = append(entry.Changes, Change{Before: p, After: q})
		}
	})
	if len(entry.Changes) == 0 {
		return entry, from, nil
	}
	data := after.Marshal()
	if len(data) > MaxFile {
		return Entry{}, from, fmt.Errorf("%w: the file would be larger than %d bytes", ErrRule, MaxFile)
	}
	entry.To = revisionOf(data)
	line, err := json.Marshal(entry)
	if err != nil {
		return Entry{}, from, fmt.Errorf("encode history: %w", err)
	}
	// The history is first: an entry that never came true is known by its
	// revisions, a change without an entry could not be taken back.
	if err := s.write(s.historyPath(), append(append(lines, line...), '\n')); err != nil {
		return Entry{}, from, fmt.Errorf("write history of annotations: %w", err)
	}
	if err := s.write(s.path, data); err != nil {
		return Entry{}, from, fmt.Errorf("write annotations: %w", err)
	}
	return entry, entry.To, nil
}

// history reads the lines of the history, but for a last one that never came
// true: its writer died before the file was written.
func (s *Store) history(now Revision) (lines []byte, entries []Entry, err error) {
	lines, err = s.read(s.historyPath(), maxHistory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read history of annotations: %w", err)
	}
	last := 0
	for rest, n := lines, 1; len(rest) > 0; n++ {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, nil, fmt.Errorf("%s: %w: line %d: %w", s.historyPath(), ErrSyntax, n, err)
		}
		for _, c := range e.Changes {
			if c.Before == nil && c.After == nil {
				return nil, nil, fmt.Errorf("%s: %w: line %d: a change of nothing", s.historyPath(), ErrSyntax, n)
			}
		}
		entries = append(entries, e)
		last, rest = len(lines)-len(rest), after
	}
	if n := len(entries); n > 0 && entries[n-1].To != now && entries[n-1].From == now {
		return lines[:last], entries[:n-1], nil
	}
	return lines, entries, nil
}

// lock waits for the lock of the file.
func (s *Store) lock(ctx context.Context) (io.Closer, error) {
	for {
		lock, err := s.fsys.Lock(s.path+".lock", false, storage.Self())
		switch {
		case err == nil:
			return lock, nil
		case errors.Is(err, errors.ErrUnsupported):
			return io.NopCloser(nil), nil
		case !errors.Is(err, storage.ErrBusy):
			return nil, fmt.Errorf("annotations: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("annotations: %w", err)
		case <-time.After(lockPause):
		}
	}
}

func (s *Store) read(path string, most int64) ([]byte, error) {
	file, err := s.fsys.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s: %w: more than %d bytes", path, ErrSyntax, most)
	}
	return data, errors.Join(err, file.Close())
}

// write makes or replaces a file.
func (s *Store) write(path string, data []byte) error {
	return storage.WriteFile(s.fsys, path, data, func() bool { return true })
}
