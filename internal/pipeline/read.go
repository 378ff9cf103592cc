package pipeline

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"mathsieve/internal/storage"
)

// A DamagedError says that an output is not what its marker says: it is gone,
// or has another size or other bytes. The task that made it must run again. It
// is ErrDamaged to errors.Is.
type DamagedError struct {
	Stage string
	Index int
	// Path is relative to the run folder, with slashes.
	Path string
	// Err is storage.ErrSize, storage.ErrChecksum or fs.ErrNotExist.
	Err error
}

// Error names the file and the task.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("output of task %d of stage %s damaged: %v", e.Index, e.Stage, e.Err)
}

// Unwrap returns what was found.
func (e *DamagedError) Unwrap() error { return e.Err }

// Is makes a DamagedError match ErrDamaged.
func (e *DamagedError) Is(target error) bool { return target == ErrDamaged }

// damaged wraps err in a DamagedError if it speaks of the file, not of the disk.
func damaged(stage string, index int, path string, err error) error {
	if errors.Is(err, storage.ErrSize) || errors.Is(err, storage.ErrChecksum) || errors.Is(err, fs.ErrNotExist) {
		return &DamagedError{Stage: stage, Index: index, Path: path, Err: err}
	}
	return err
}

// Find returns the output of a finished task that was made with Create(name) or
// CreateAt(name). The error is fs.ErrNotExist if its marker names none.
func (r *Run) Find(stage string, index int, name string) (Output, error) {
	outputs, err := r.taskOutputs(stage, index)
	if err != nil {
		return Output{}, err
	}
	own := taskPath(stage, index, name)
	for _, out := range outputs {
		if out.Path == own || out.Path == name {
			return out, nil
		}
	}
	return Output{}, fmt.Errorf("task %d of stage %s has no output %s: %w", index, stage, name, fs.ErrNotExist)
}

// Open reads an output from start to end. The size is checked now, and the
// checksum at the end: Read returns io.EOF only if all bytes are right, else a
// *DamagedError. A reader that stops before io.EOF has checked nothing.
func (r *Run) Open(stage string, index int, name string) (io.ReadCloser, error) {
	out, err := r.Find(stage, index, name)
	if err != nil {
		return nil, err
	}
	reader, err := storage.Open(r.fsys, r.path(out.Path), out.Sum)
	if err != nil {
		return nil, damaged(stage, index, out.Path, err)
	}
	return &outputReader{Reader: reader, stage: stage, index: index, path: out.Path}, nil
}

type outputReader struct {
	*storage.Reader
	stage string
	index int
	path  string
}

func (o *outputReader) Read(p []byte) (int, error) {
	n, err := o.Reader.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // storage.Reader returns a bare io.EOF
		err = damaged(o.stage, o.index, o.path, err)
	}
	return n, err
}

// A ReadAtCloser is an output that is read in parts.
type ReadAtCloser interface {
	io.ReaderAt
	io.Closer
	// Size is the length in bytes.
	Size() int64
}

// OpenAt opens an output for reading in parts. Only the size is checked: a
// format that is read in parts carries checksums of its parts.
func (r *Run) OpenAt(stage string, index int, name string) (ReadAtCloser, error) {
	out, err := r.Find(stage, index, name)
	if err != nil {
		return nil, err
	}
	reader, err := storage.OpenAt(r.fsys, r.path(out.Path), out.Sum)
	if err != nil {
		return nil, damaged(stage, index, out.Path, err)
	}
	return reader, nil
}

// checkSizes returns a *DamagedError for the first output that is gone or has
// another size.
func (r *Run) checkSizes(stage string, index int, outputs []Output) error {
	for _, out := range outputs {
		if err := storage.CheckSize(r.fsys, r.path(out.Path), out.Sum); err != nil {
			return damaged(stage, index, out.Path, err)
		}
	}
	return nil
}

// validPath says whether CreateAt may use a slash-separated path.
func validPath(name string) bool {
	parts := strings.Split(name, "/")
	for _, part := range parts {
		if !validName(part) {
			return false
		}
	}
	switch parts[0] {
	case stagesDir, PlanFile, lockFile, tasksLockFile:
		return false
	}
	return true
}
