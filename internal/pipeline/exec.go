package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"mathsieve/internal/storage"
)

// RunStages brings all stages of a run to their seals, in this process, and
// does only what is missing. It takes the run's lock if the caller has not, and
// then removes what dead attempts have left. One stage runs after the other,
// the tasks of a stage side by side: min(workers, tasks) at once, each with its
// share of workers and memory.
//
// When a task fails, the others that run are finished and committed, no new one
// is started, and the error is a *StageError. When ctx is done, all stop, and
// the error is ctx's. In both cases a later call goes on from there.
//
// When a task finds that an output of an earlier task is damaged, that task is
// done again, once for each file.
func RunStages(ctx context.Context, run *Run, stages []Stage, opts Options) (Report, error) {
	sorted, err := sortStages(stages)
	if err != nil {
		return Report{}, err
	}
	e := &executor{run: run, stages: sorted, opts: opts.withDefaults(), reports: map[string]*StageReport{}}
	unlock, err := e.lock(ctx)
	if err != nil {
		return Report{}, err
	}
	err = e.all(ctx)
	return e.report(), errors.Join(err, unlock())
}

// An executor is one call of RunStages.
type executor struct {
	run     *Run
	stages  []Stage
	opts    Options
	reports map[string]*StageReport

	mu sync.Mutex // of opts.Progress and of what tasks leave behind
}

// lock makes this the only driver and sweeps, and says that there are attempts.
func (e *executor) lock(ctx context.Context) (unlock func() error, err error) {
	mine := !e.run.locked()
	if mine {
		err := e.run.Lock()
		if errors.Is(err, errors.ErrUnsupported) {
			e.opts.Log.WarnContext(ctx, "file system has no locks; do not start the same run twice", slog.String("dir", e.run.dir))
		} else if err != nil {
			return nil, err
		}
	}
	if e.run.locked() {
		err = e.sweep(ctx)
	}
	var release func() error
	if err == nil {
		release, err = e.run.holdTasks(ctx)
	}
	unlock = func() error {
		var releaseErr, unlockErr error
		if release != nil {
			releaseErr = release()
		}
		if mine {
			unlockErr = e.run.Unlock()
		}
		return errors.Join(releaseErr, unlockErr)
	}
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	return unlock, nil
}

// sweep removes the attempts of the dead. Whoever is alive holds the tasks
// lock; then everything stays.
func (e *executor) sweep(ctx context.Context) error {
	alone, err := e.run.fsys.Lock(e.run.path(tasksLockFile), false, storage.Self())
	if errors.Is(err, storage.ErrBusy) {
		return nil
	}
	if err != nil {
		return err
	}
	swept, err := storage.Sweep(e.run.fsys, e.run.dir)
	if err == nil && e.opts.Scratch != "" {
		err = e.sweepScratch()
	}
	if swept > 0 {
		e.opts.Log.InfoContext(ctx, "removed files of interrupted tasks", slog.Int("files", swept))
	}
	return errors.Join(err, alone.Close())
}

// sweepScratch removes this run's folders from a scratch folder that others use too.
func (e *executor) sweepScratch() error {
	entries, err := e.run.fsys.ReadDir(e.opts.Scratch)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, scratchPrefix(e.run)) && storage.IsAttempt(name) {
			if err := storage.RemoveAll(e.run.fsys, filepath.Join(e.opts.Scratch, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// holdTasks says to sweepers that there are live attempts in the run folder.
func (r *Run) holdTasks(ctx context.Context) (release func() error, err error) {
	const wait = 50 * time.Millisecond // a sweeper holds the lock for as long as it lists folders
	for {
		lock, err := r.fsys.Lock(r.path(tasksLockFile), true, storage.Self())
		switch {
		case err == nil:
			return lock.Close, nil
		case errors.Is(err, errors.ErrUnsupported):
			return func() error { return nil }, nil
		case !errors.Is(err, storage.ErrBusy):
			return nil, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
	}
}

// all runs the stages, again from the first one when damaged files were found.
func (e *executor) all(ctx context.Context) error {
	removed := map[string]bool{}
	for {
		err := e.pass(ctx)
		found := e.damage(err)
		if ctx.Err() != nil || len(found) == 0 {
			return err
		}
		for _, bad := range found {
			if removed[bad.Path] {
				return err
			}
			removed[bad.Path] = true
			if err := e.run.discard(bad); err != nil {
				return err
			}
			e.opts.Log.WarnContext(ctx, "damaged output found and removed", slog.String("file", bad.Path), slog.Any("cause", bad.Err))
		}
	}
}

// damage lists the files for which tasks have failed, once each, as far as
// there is a stage that can make them again.
func (e *executor) damage(err error) []*DamagedError {
	causes := []error{err}
	if failed, ok := errors.AsType[*StageError](err); ok {
		causes = failed.Unwrap()
	}
	var found []*DamagedError
	for _, cause := range causes {
		bad, ok := errors.AsType[*DamagedError](cause)
		if !ok {
			continue
		}
		if _, err := findStage(e.stages, bad.Stage); err != nil {
			continue
		}
		if !slices.ContainsFunc(found, func(other *DamagedError) bool { return other.Path == bad.Path }) {
			found = append(found, bad)
		}
	}
	return found
}

// discard removes a damaged output, so that its task counts as not done.
func (r *Run) discard(bad *DamagedError) error {
	if err := storage.RemoveAll(r.fsys, r.path(bad.Path)); err != nil {
		return fmt.Errorf("remove damaged output: %w", err)
	}
	return nil
}

func (e *executor) pass(ctx context.Context) error {
	for _, stage := range e.stages {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := e.stage(ctx, stage); err != nil {
			return err
		}
	}
	return nil
}

// stage brings one stage to its seal.
func (e *executor) stage(ctx context.Context, stage Stage) error {
	start := time.Now()
	s, err := e.run.survey(stage)
	if err != nil {
		return err
	}
	rep := e.reports[stage.Name]
	if rep == nil {
		rep = &StageReport{Stage: stage.Name}
		e.reports[stage.Name] = rep
	}
	rep.Count = s.count
	rep.Repaired += len(s.repaired)
	for _, cause := range s.repaired {
		e.opts.Log.WarnContext(ctx, "result damaged; doing it again", slog.String("stage", stage.Name), slog.Any("cause", cause))
	}
	done := s.count - len(s.missing)
	e.opts.Log.InfoContext(ctx, "stage started", slog.String("stage", stage.Name), slog.Int("tasks", s.count), slog.Int("done", done))
	e.progress(func(p Progress) { p.StageStarted(stage.Name, s.count, done) })

	failed := e.tasks(ctx, s, rep)
	rep.Elapsed += time.Since(start)
	err = e.outcome(ctx, s, failed)
	e.progress(func(p Progress) { p.StageEnded(stage.Name, err == nil) })
	if err != nil {
		return err
	}
	rep.Counters = maps.Clone(s.seal.Counters)
	e.opts.Log.InfoContext(ctx, "stage sealed", slog.String("stage", stage.Name), slog.Int("tasks", s.count), slog.Float64("elapsed_s", time.Since(start).Seconds()))
	return nil
}

// outcome seals the stage, or says why that cannot be.
func (e *executor) outcome(ctx context.Context, s *survey, failed []*TaskError) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(failed) == 0 {
		return e.run.sealStage(s)
	}
	return &StageError{Stage: s.stage.Name, Done: s.count - len(s.missing), Count: s.count, Failed: failed}
}

func (e *executor) progress(tell func(Progress)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	tell(e.opts.Progress)
}

func (e *executor) report() Report {
	var all Report
	for _, stage := range e.stages {
		if rep := e.reports[stage.Name]; rep != nil {
			all.Stages = append(all.Stages, *rep)
		}
	}
	return all
}
