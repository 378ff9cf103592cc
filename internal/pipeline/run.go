package pipeline

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"mathsieve/internal/storage"
)

// PlanFile is the name of the plan in a run folder, by which that is known.
const PlanFile = "plan.json"

// Other names at the top of a run folder.
const (
	stagesDir     = "stages"
	lockFile      = "run.lock"   // exclusive: one driver
	tasksLockFile = "tasks.lock" // shared: whoever has attempts in the folder
)

var (
	// ErrNoRun says that a folder holds no plan.json.
	ErrNoRun = errors.New("not a run folder")
	// ErrNotEmpty says that a folder for a new run holds something else.
	ErrNotEmpty = errors.New("folder is not empty and holds no plan.json")
)

// A Run is a run folder and its plan. It is safe for concurrent use.
type Run struct {
	fsys storage.FS
	dir  string
	plan Plan

	mu    sync.Mutex
	made  map[string]bool  // folders known to be durable
	seals map[string]*seal // by stage; a seal never changes
	lock  io.Closer        // nil while the run is not locked
}

// OpenRun starts a run in dir, which is made if need be, or opens the one that
// is there. The plan of an existing run must be the same: the error is
// ErrPlanDiffers, and names the first difference. A folder that holds
// something else is refused.
func OpenRun(fsys storage.FS, dir string, plan Plan) (*Run, error) {
	plan.Schema = PlanSchema
	data, err := encodeState(&plan)
	if err != nil {
		return nil, err
	}
	r, err := LoadRun(fsys, dir)
	if errors.Is(err, ErrNoRun) {
		return startRun(fsys, dir, plan, data)
	}
	if err != nil {
		return nil, err
	}
	if err := comparePlans(r.plan, plan); err != nil {
		return nil, fmt.Errorf("run %s: %w", dir, err)
	}
	return r, r.syncRoot()
}

func startRun(fsys storage.FS, dir string, plan Plan, data []byte) (*Run, error) {
	if err := storage.MkdirAll(fsys, dir); err != nil {
		return nil, err
	}
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == PlanFile }) {
		return OpenRun(fsys, dir, plan) // another process was faster
	}
	if i := slices.IndexFunc(entries, foreign); i >= 0 {
		return nil, fmt.Errorf("run %s: %w: found %s", dir, ErrNotEmpty, entries[i].Name())
	}
	r := newRun(fsys, dir, plan)
	never := func() bool { return false }
	err = storage.WriteFile(fsys, r.path(PlanFile), data, never)
	if errors.Is(err, storage.ErrConflict) {
		return OpenRun(fsys, dir, plan) // and here too
	}
	if err != nil {
		return nil, err
	}
	return r, r.syncRoot()
}

// foreign says whether a folder entry can be from nothing that we or the file
// system leave in a folder before a run starts there.
func foreign(entry fs.DirEntry) bool {
	name := entry.Name()
	ours := name == lockFile || name == tasksLockFile || storage.IsAttempt(name)
	return !ours && name != "lost+found" && !strings.HasPrefix(name, ".")
}

// LoadRun opens the run in dir with the plan that is stored there. The error is
// ErrNoRun if there is none, ErrDamaged if plan.json cannot be trusted, and
// ErrVersion if its format is another version's.
func LoadRun(fsys storage.FS, dir string) (*Run, error) {
	data, err := readState(fsys, filepath.Join(dir, PlanFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w: %w", dir, ErrNoRun, err)
	}
	if err != nil {
		return nil, err
	}
	plan, err := decodePlan(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, PlanFile), err)
	}
	return newRun(fsys, dir, plan), nil
}

func newRun(fsys storage.FS, dir string, plan Plan) *Run {
	return &Run{fsys: fsys, dir: dir, plan: plan, made: map[string]bool{}, seals: map[string]*seal{}}
}

// RequireVersion is nil if the run was made by the given version, else
// ErrVersion. Who adds to a run without OpenRun asks first.
func (r *Run) RequireVersion(version string) error {
	if r.plan.Version != version {
		return fmt.Errorf("run %s: %w", r.dir, &PlanDiff{Kind: DiffRecipe, Key: "version", Was: show(r.plan.Version), Now: show(version)})
	}
	return nil
}

// Plan returns the plan. The caller does not change what it points to.
func (r *Run) Plan() Plan { return r.plan }

// Dir is the run folder.
func (r *Run) Dir() string { return r.dir }

// FS is the file system that holds the run.
func (r *Run) FS() storage.FS { return r.fsys }

// Lock makes this the one process that drives the run, until Unlock or the end
// of the process. The error is storage.ErrBusy and names the owner if another
// has it; errors.ErrUnsupported means that the file system has no locks, and
// the caller may go on: commits are safe without.
func (r *Run) Lock() error {
	lock, err := r.fsys.Lock(r.path(lockFile), false, storage.Self())
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lock = lock
	return nil
}

// Unlock ends what Lock began.
func (r *Run) Unlock() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lock == nil {
		return nil
	}
	lock := r.lock
	r.lock = nil
	return lock.Close()
}

func (r *Run) locked() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lock != nil
}

// path turns a slash-separated name in the run folder into one of the file system.
func (r *Run) path(name string) string {
	return filepath.Join(r.dir, filepath.FromSlash(name))
}

// syncRoot makes plan.json, the run folder and those above it durable: whoever
// made them may have died before that. A folder that may not be read is none
// that we have made.
func (r *Run) syncRoot() error {
	for dir := filepath.Clean(r.dir); ; dir = filepath.Dir(dir) {
		err := r.fsys.SyncDir(dir)
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("sync run folder: %w", err)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// makeDir makes a folder in the run folder durable, with those above it, once
// in the life of r.
func (r *Run) makeDir(name string) error {
	if name == "." {
		return nil
	}
	r.mu.Lock()
	done := r.made[name]
	r.mu.Unlock()
	if done {
		return nil
	}
	if err := r.makeDir(path.Dir(name)); err != nil {
		return err
	}
	if err := storage.Mkdir(r.fsys, r.path(name)); err != nil {
		return err
	}
	r.mu.Lock()
	r.made[name] = true
	r.mu.Unlock()
	return nil
}

// validName says whether s may be the name of a file, a folder or a stage: from
// a fixed alphabet, so that nothing that was read from data leads elsewhere,
// and not taken for an attempt.
func validName(s string) bool {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	const maxName = 120 // bytes; leaves room for index and attempt in the 255 of file systems
	return s != "" && len(s) <= maxName && strings.Trim(s, alphabet) == "" && s[0] != '.' && !strings.Contains(s, ".tmp.")
}
