package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"mathsieve/internal/storage"
)

// A Problem is something in a run folder that is not what was written.
type Problem struct {
	Stage string
	// Index is the task, -1 if it is a matter of the whole stage.
	Index int
	// Path is the file, relative to the run folder, with slashes.
	Path string
	Err  error
}

// A Verification is what Verify has looked at.
type Verification struct {
	Stages, Tasks, Files int
	// Bytes is the size of the outputs that were read.
	Bytes int64
	// Problems are sorted by path.
	Problems []Problem
	// Attempts are files of interrupted or running tasks, relative to the run
	// folder, with slashes. They are no problem.
	Attempts []string
}

// VerifyOptions say how Verify goes about it.
type VerifyOptions struct {
	// Workers is how many files are read at once; less than 1 means 1.
	Workers int
	// Remove removes the damaged files, so that the same run, started again,
	// makes them anew. The caller holds the run's lock.
	Remove bool
}

// Verify reads every byte of a run folder that a marker or a seal names, of
// finished stages and of others, and compares it with its checksum. Damage is
// in the result; the error is for what could not be examined.
func Verify(ctx context.Context, run *Run, opts VerifyOptions) (Verification, error) {
	v := &verifier{run: run, seals: map[string]*seal{}}
	stages, err := run.fsys.ReadDir(run.path(stagesDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Verification{}, err
	}
	for _, stage := range stages {
		if err := v.seal(stage.Name()); err != nil {
			return Verification{}, err
		}
	}
	var checks []check
	for _, stage := range stages {
		more, err := v.stage(stage.Name())
		if err != nil {
			return Verification{}, err
		}
		checks = append(checks, more...)
	}
	v.result.Stages = len(stages)

	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(opts.Workers, 1))
	for _, c := range checks {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return v.file(c)
		})
	}
	if err := group.Wait(); err != nil {
		return Verification{}, err
	}
	if err := v.attempts("."); err != nil {
		return Verification{}, err
	}
	slices.SortFunc(v.result.Problems, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	if opts.Remove {
		for _, p := range v.result.Problems {
			if err := storage.RemoveAll(run.fsys, run.path(p.Path)); err != nil {
				return v.result, err
			}
		}
	}
	return v.result, nil
}

type verifier struct {
	run    *Run
	seals  map[string]*seal // those on the disk that can be trusted
	mu     sync.Mutex
	result Verification
}

// A check is one output to read.
type check struct {
	stage string
	index int
	out   Output
}

func (v *verifier) problem(stage string, index int, path string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.result.Problems = append(v.result.Problems, Problem{Stage: stage, Index: index, Path: path, Err: err})
}

// seal reads a seal from the disk, whatever the run remembers.
func (v *verifier) seal(stage string) error {
	sealed, err := v.run.readSeal(stage)
	switch {
	case err == nil:
		v.seals[stage] = sealed
	case errors.Is(err, ErrNotSealed):
	case errors.Is(err, ErrDamaged):
		v.problem(stage, -1, sealPath(stage), err)
	default:
		return err
	}
	return nil
}

// stage checks the state files of a stage and returns the outputs to read.
func (v *verifier) stage(stage string) ([]check, error) {
	markers, err := v.markers(stage)
	if err != nil {
		return nil, err
	}
	outputs := make(map[int][]Output, len(markers))
	for i, m := range markers {
		v.chain(stage, i, markerPath(stage, i), m.After)
		outputs[i] = m.Outputs
	}
	if sealed := v.seals[stage]; sealed != nil {
		v.chain(stage, -1, sealPath(stage), sealed.After)
		for i, task := range sealed.Tasks {
			outputs[i] = task.Outputs // the marker may be damaged
		}
	}
	v.result.Tasks += len(outputs)
	var checks []check
	for i, of := range outputs {
		for _, out := range of {
			checks = append(checks, check{stage: stage, index: i, out: out})
		}
	}
	return checks, nil
}

// markers reads the markers of a stage that can be trusted.
func (v *verifier) markers(stage string) (map[int]Marker, error) {
	entries, err := v.run.fsys.ReadDir(v.run.path(stageDir(stage)))
	if err != nil {
		return nil, err
	}
	expected := map[int]bool{}
	sealed := v.seals[stage]
	if sealed != nil {
		for index := range sealed.Count {
			expected[index] = true
		}
	}
	for _, entry := range entries {
		digits, isState := strings.CutSuffix(entry.Name(), ".json")
		index, err := strconv.Atoi(digits)
		if isState && err == nil && index >= 0 && path.Base(markerPath(stage, index)) == entry.Name() {
			expected[index] = true
		}
	}
	markers := make(map[int]Marker, len(expected))
	for index := range expected {
		m, err := v.run.readMarker(stage, index)
		if err == nil && sealed != nil {
			err = sealed.matches(m)
		}
		switch {
		case err == nil:
			markers[index] = m
		case errors.Is(err, ErrDamaged), errors.Is(err, fs.ErrNotExist):
			v.problem(stage, index, markerPath(stage, index), err)
		default:
			return nil, err
		}
	}
	return markers, nil
}

// chain checks that a state file was made from the seals that are there. Where
// one is not, that is a problem of its own.
func (v *verifier) chain(stage string, index int, name string, after map[string]string) {
	for before, hash := range after {
		if sealed := v.seals[before]; sealed != nil && sealed.Hash != hash {
			v.problem(stage, index, name, fmt.Errorf("%w: it was made from other results of stage %s", ErrDamaged, before))
			return
		}
	}
}

func (v *verifier) file(c check) error {
	err := damaged(c.stage, c.index, c.out.Path, storage.Verify(v.run.fsys, v.run.path(c.out.Path), c.out.Sum))
	if bad, ok := errors.AsType[*DamagedError](err); ok {
		v.problem(c.stage, c.index, c.out.Path, bad.Err)
	} else if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.result.Files++
	v.result.Bytes += c.out.Size
	return nil
}

// attempts lists what sweeping would remove.
func (v *verifier) attempts(dir string) error {
	entries, err := v.run.fsys.ReadDir(v.run.path(dir))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		switch {
		case storage.IsAttempt(entry.Name()):
			v.result.Attempts = append(v.result.Attempts, name)
		case entry.IsDir():
			if err := v.attempts(name); err != nil {
				return err
			}
		}
	}
	return nil
}
