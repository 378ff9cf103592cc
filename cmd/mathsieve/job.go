package main

import (
	"context"
	"errors"
	"fmt"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
)

// carryOut plans a recipe from the settings and brings it to its end in the
// folder out: what is there already is not done again.
func (a *app) carryOut(ctx context.Context, name, out string) (*recipe.Recipe, *pipeline.Run, error) {
	if err := a.config.Validate(); err != nil {
		return nil, nil, usageError{err}
	}
	r, err := recipe.New(name, a.config)
	if err != nil {
		return nil, nil, err
	}
	run, err := pipeline.OpenRun(storage.OS(), out, r.Plan)
	if err != nil {
		return nil, nil, err
	}
	progress := a.newProgress(len(r.Stages))
	_, err = pipeline.RunStages(ctx, run, r.Stages, a.pipelineOptions(progress))
	progress.close()
	if err != nil {
		return nil, nil, statedError{err, state(run, r)}
	}
	return r, run, nil
}

// pipelineOptions are the settings of the executor.
func (a *app) pipelineOptions(progress pipeline.Progress) pipeline.Options {
	return pipeline.Options{
		Workers:  a.config.Runtime.WorkerCount(),
		Memory:   int64(a.config.Runtime.Memory),
		Log:      a.stageLog(),
		Progress: progress,
	}
}

// state says how much of an interrupted run is finished and safe.
func state(run *pipeline.Run, r *recipe.Recipe) string {
	stages, err := pipeline.Status(run, r.Stages)
	if err != nil {
		return "nothing that was finished before is lost"
	}
	done := 0
	for _, s := range stages {
		done += s.Done
	}
	return fmt.Sprintf("%d finished tasks are safe in %s", done, run.Dir())
}

// checkInputs returns errPartial if inputs could not be read.
func (a *app) checkInputs(run *pipeline.Run, r *recipe.Recipe) error {
	failed := int64(0)
	for _, s := range r.Stages {
		counters, err := run.SealedCounters(s.Name)
		if err != nil {
			return err
		}
		failed += counters["failed_inputs"]
	}
	if failed == 0 {
		return nil
	}
	err := fmt.Errorf("%w: %d of %d", errPartial, failed, len(r.Plan.Inputs))
	if limit := a.config.Runtime.MaxFailedInputs; limit >= 0 && failed > int64(limit) {
		err = errors.Join(err, fmt.Errorf("more than runtime.max-failed-inputs, %d", limit))
	}
	return statedError{err, "everything else is done"}
}
