package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"mathsieve/internal/storage"
)

// A Task is one attempt at one task of a stage. Its methods are safe for
// concurrent use; an OutputFile belongs to one goroutine at a time.
type Task struct {
	Run   *Run
	Stage string
	// Index is in [0, Count).
	Index, Count int
	// Workers is how many goroutines the task may keep busy, at least 1.
	// The bytes of its outputs do not depend on it.
	Workers int
	// Memory is how much the task may use, in bytes; 0 means no limit was set.
	// The bytes of its outputs do not depend on it.
	Memory int64

	meter      *meter
	scratchDir string // where scratch folders go; empty means beside the outputs

	mu       sync.Mutex
	outputs  map[string]*OutputFile // by path in the run folder
	counters map[string]int64
	scratch  string
}

// A meter counts what all tasks of a stage have done since it was last read.
type meter struct{ docs, bytes atomic.Int64 }

// An OutputFile is a file that a task writes. It becomes visible with the task.
type OutputFile struct {
	file *storage.File
	path string
}

// Write appends to the file. An error is not lost if the caller drops it: the
// task will not be committed.
func (o *OutputFile) Write(p []byte) (int, error) { return o.file.Write(p) }

// Close makes the content durable and frees the descriptor. A task with few
// outputs need not call it.
func (o *OutputFile) Close() error { return o.file.Close() }

// Create makes an output called name of this task: stages/STAGE/NNNNN.name.
func (t *Task) Create(name string) (*OutputFile, error) {
	if !validName(name) || name == "json" {
		return nil, fmt.Errorf("output name %q is reserved or not made of letters, digits, '.', '_' and '-'", name)
	}
	return t.create(taskPath(t.Stage, t.Index, name))
}

// CreateAt makes an output elsewhere in the run folder. The slash-separated
// path must be of this task alone, and not below stages.
func (t *Task) CreateAt(name string) (*OutputFile, error) {
	if !validPath(name) {
		return nil, fmt.Errorf("output path %q is reserved or not made of letters, digits, '.', '_', '-' and '/'", name)
	}
	return t.create(name)
}

func (t *Task) create(name string) (*OutputFile, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.outputs[name] != nil {
		return nil, fmt.Errorf("output %s is made twice", name)
	}
	if err := t.Run.makeDir(path.Dir(name)); err != nil {
		return nil, err
	}
	file, err := storage.Create(t.Run.fsys, t.Run.path(name))
	if err != nil {
		return nil, err
	}
	out := &OutputFile{file: file, path: name}
	t.outputs[name] = out
	return out, nil
}

// Add adds to a counter of the task's marker.
func (t *Task) Add(counter string, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counters[counter] += n
}

// Progress tells a watching user that documents and bytes of input were done
// since the last call. It decides nothing.
func (t *Task) Progress(docs, bytes int64) {
	t.meter.docs.Add(docs)
	t.meter.bytes.Add(bytes)
}

// FS is the file system for the scratch folder.
func (t *Task) FS() storage.FS { return t.Run.fsys }

// Scratch is the path of an empty folder of the task's own, the same at each
// call. It goes when the task ends.
func (t *Task) Scratch() (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.scratch != "" {
		return t.scratch, nil
	}
	base := t.Run.path(taskPath(t.Stage, t.Index, "scratch"))
	if t.scratchDir != "" {
		if err := storage.MkdirAll(t.Run.fsys, t.scratchDir); err != nil {
			return "", err
		}
		base = filepath.Join(t.scratchDir, scratchPrefix(t.Run)+fmt.Sprintf("%s-%05d", t.Stage, t.Index))
	}
	dir, err := storage.AttemptName(base)
	if err != nil {
		return "", err
	}
	if err := t.Run.fsys.Mkdir(dir); err != nil {
		return "", fmt.Errorf("make scratch folder: %w", err)
	}
	t.scratch = dir
	return dir, nil
}

// scratchPrefix keeps the scratch folders of several runs apart.
func scratchPrefix(r *Run) string { return fmt.Sprintf("mathsieve-%.12s-", r.plan.Hash) }

// execute does the task and commits it, or leaves nothing of it.
func (t *Task) execute(ctx context.Context, s *survey) (Marker, error) {
	defer t.cleanUp()
	if err := t.Run.makeDir(stageDir(t.Stage)); err != nil {
		return Marker{}, err
	}
	if err := t.call(ctx, s.stage.Task); err != nil {
		return Marker{}, err
	}
	// A task that has stopped early and says nothing must not be committed.
	if err := ctx.Err(); err != nil {
		return Marker{}, err
	}
	return t.commit(s)
}

// call turns a panic into an error: the other tasks still want to commit.
func (t *Task) call(ctx context.Context, do func(context.Context, *Task) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	return do(ctx, t)
}

// cleanUp removes what is not committed, and the scratch folder.
func (t *Task) cleanUp() {
	for _, out := range t.outputs {
		out.file.Abort()
	}
	if t.scratch != "" {
		// What cannot be removed now is swept when the next run starts.
		_ = storage.RemoveAll(t.Run.fsys, t.scratch)
	}
}

// commit makes the outputs durable and visible, then the marker.
func (t *Task) commit(s *survey) (Marker, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := Marker{
		Plan: t.Run.plan.Hash, Stage: t.Stage, Index: t.Index, Count: t.Count,
		After: s.after, Counters: t.counters,
	}
	outputs := t.sorted()
	for _, out := range outputs { // a full disk shows before anything is published
		if err := out.Close(); err != nil {
			return Marker{}, err
		}
	}
	for _, out := range outputs {
		sum, err := t.publish(s, out)
		if err != nil {
			return Marker{}, err
		}
		m.Outputs = append(m.Outputs, Output{Path: out.path, Sum: sum})
	}
	data, err := encodeState(&m)
	if err != nil {
		return Marker{}, err
	}
	if s.seal != nil && s.seal.Tasks[t.Index].Marker != m.Hash {
		return Marker{}, fmt.Errorf("task gave another result than when its stage was sealed: %w", storage.ErrConflict)
	}
	worthless := func() bool {
		found, err := t.Run.readMarker(t.Stage, t.Index)
		return errors.Is(err, ErrDamaged) || err == nil && s.check(found) != nil
	}
	return m, storage.WriteFile(t.Run.fsys, t.Run.path(markerPath(t.Stage, t.Index)), data, worthless)
}

func (t *Task) sorted() []*OutputFile {
	outputs := make([]*OutputFile, 0, len(t.outputs))
	for _, out := range t.outputs {
		outputs = append(outputs, out)
	}
	slices.SortFunc(outputs, func(a, b *OutputFile) int { return strings.Compare(a.path, b.path) })
	return outputs
}

// publish commits one output. Only what a marker names is a result: a file that
// none names gives way.
func (t *Task) publish(s *survey, out *OutputFile) (storage.Sum, error) {
	sum, err := out.file.Commit()
	if !errors.Is(err, storage.ErrConflict) {
		return sum, err
	}
	named, err := t.Run.namedSum(s, t.Index, out.path)
	if err != nil {
		return storage.Sum{}, err
	}
	if named != nil && *named != out.file.Sum() {
		return storage.Sum{}, fmt.Errorf("%s: task gave other bytes than its marker names: %w", out.path, storage.ErrConflict)
	}
	return out.file.Replace()
}

// namedSum returns what a marker says that a file must contain, or nil if no
// marker names it.
func (r *Run) namedSum(s *survey, index int, name string) (*storage.Sum, error) {
	find := func(outputs []Output) *storage.Sum {
		for _, out := range outputs {
			if out.Path == name {
				return &out.Sum
			}
		}
		return nil
	}
	if s.seal == nil {
		m, err := r.readMarker(s.stage.Name, index)
		switch {
		case err == nil && s.check(m) == nil:
			if sum := find(m.Outputs); sum != nil {
				return sum, nil
			}
		case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrDamaged):
			return nil, err
		}
	}
	stages, err := r.fsys.ReadDir(r.path(stagesDir))
	if err != nil {
		return nil, err
	}
	for _, stage := range stages {
		if stage.Name() == s.stage.Name && s.seal == nil {
			continue // if there is a seal, it was found worthless
		}
		sealed, err := r.seal(stage.Name())
		if errors.Is(err, ErrNotSealed) || errors.Is(err, ErrDamaged) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, task := range sealed.Tasks {
			if sum := find(task.Outputs); sum != nil {
				return sum, nil
			}
		}
	}
	return nil, nil
}
