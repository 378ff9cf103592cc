package pipeline

import (
	"context"
	"errors"
	"fmt"
)

// RunTask does one task of one stage, for an executor that starts a process for
// each. The stages that it reads must be sealed, else the error is ErrNotSealed.
// A task that is done is not done again. The same task may run in any number of
// processes at once: all succeed, and one result stands.
//
// When it finds an output of an earlier stage damaged, it removes that file
// before it returns the *DamagedError: Missing names the task that made it.
func RunTask(ctx context.Context, run *Run, stages []Stage, stage string, index int, opts Options) error {
	def, err := findStage(stages, stage)
	if err != nil {
		return err
	}
	release, err := run.holdTasks(ctx)
	if err != nil {
		return err
	}
	e := &executor{run: run, opts: opts.withDefaults()}
	return errors.Join(e.one(ctx, def, index), release())
}

func (e *executor) one(ctx context.Context, stage Stage, index int) error {
	s, err := e.run.begin(stage)
	if err != nil {
		return err
	}
	if index < 0 || index >= s.count {
		return fmt.Errorf("stage %s has no task %d: it was planned for %d tasks", stage.Name, index, s.count)
	}
	if err := e.run.look(s, index); err != nil || len(s.missing) == 0 {
		return err
	}
	failed := e.tasks(ctx, s, &StageReport{})
	if len(s.missing) == 0 {
		return nil
	}
	if len(failed) == 0 { // not begun
		return ctx.Err()
	}
	if bad, ok := errors.AsType[*DamagedError](failed[0]); ok {
		if err := e.run.discard(bad); err != nil {
			return err
		}
	}
	return failed[0]
}

// Missing lists the tasks of a stage that must still run, in ascending order,
// and says of how many. The error is ErrNotSealed while a stage that it reads
// is not complete.
func Missing(run *Run, stages []Stage, stage string) (missing []int, count int, err error) {
	def, err := findStage(stages, stage)
	if err != nil {
		return nil, 0, err
	}
	s, err := run.survey(def)
	if err != nil {
		return nil, 0, err
	}
	return s.missing, s.count, nil
}

// Seal seals a stage whose tasks were run by RunTask. The error is ErrNotSealed
// if some are missing.
func Seal(run *Run, stages []Stage, stage string) error {
	def, err := findStage(stages, stage)
	if err != nil {
		return err
	}
	s, err := run.survey(def)
	if err != nil {
		return err
	}
	if len(s.missing) > 0 {
		return fmt.Errorf("stage %s: %w: %d of %d tasks are missing, first %d", stage, ErrNotSealed, len(s.missing), s.count, s.missing[0])
	}
	return run.sealStage(s)
}
