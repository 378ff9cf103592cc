package annotation

import (
	"context"
	"errors"
	"time"

	"mathsieve/internal/storage"
)

// A Store is a file of annotations that several processes may change. Beside
// FILE it keeps FILE.history.jsonl, a line for each change, and for the time of
// a change FILE.lock. A Store is safe for concurrent use.
type Store struct{}

// NewStore returns the store of the named file, which need not exist.
func NewStore(fsys storage.FS, path string) *Store { return &Store{} }

// A Revision names the content of a file; "" that of a missing one.
type Revision string

// Load reads the file. A missing one is empty.
func (s *Store) Load() (*File, Revision, error) { return nil, "", errors.ErrUnsupported }

// A By says who makes a change, and when.
type By struct {
	Who  string
	When time.Time
}

// Update lets change alter the rules as they are now, and saves them whole or
// not at all, while no other process can change them. Changes of others since
// the last Load are seen by change, so none is lost; it may compare them with
// what its user saw and return ErrChanged. It waits for the lock until ctx is
// done; the error is storage.ErrBusy then. What change altered is one entry of
// the history.
func (s *Store) Update(ctx context.Context, by By, change func(f *File, r Revision) error) (Revision, error) {
	return "", errors.ErrUnsupported
}

// Set sets one rule, by its own Who and When.
func (s *Store) Set(ctx context.Context, r Rule) (Revision, error) { return "", errors.ErrUnsupported }

// A Change is what became of the rule for one target. Before or After is nil if
// there was or is none.
type Change struct {
	Before *Rule `json:"before,omitempty"`
	After  *Rule `json:"after,omitempty"`
}

// An Entry is one line of the history.
type Entry struct {
	Who     string    `json:"who,omitempty"`
	When    time.Time `json:"when,omitzero"`
	Changes []Change  `json:"changes"`
	// Undo says that the entry takes back an earlier one.
	Undo bool `json:"undo,omitempty"`
}

// Undo takes back the latest entry that was not taken back, and returns what
// it changed. The error is ErrNothingToUndo, or ErrChanged if one of its rules
// was changed since other than through a Store.
func (s *Store) Undo(ctx context.Context, by By) (Entry, Revision, error) {
	return Entry{}, "", errors.ErrUnsupported
}

// History returns all entries, oldest first.
func (s *Store) History() ([]Entry, error) { return nil, errors.ErrUnsupported }
