package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank"
	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
)

// useSettings checks the settings and holds the program to the memory that they
// allow.
func (a *app) useSettings() error {
	if err := a.config.Validate(); err != nil {
		return usageError{err}
	}
	debug.SetMemoryLimit(int64(a.config.Runtime.Memory))
	return nil
}

// plan plans a recipe from the settings and opens its run in the folder out,
// which it starts if there is none.
func (a *app) plan(name, out string) (*recipe.Recipe, *pipeline.Run, error) {
	if out == "-" {
		return nil, nil, usageError{errors.New("--out - is not supported: the result is a folder; name one, and 'mathsieve cat FOLDER' prints what is in it")}
	}
	if err := a.useSettings(); err != nil {
		return nil, nil, err
	}
	r, err := recipe.New(name, a.config, out)
	if err != nil {
		return nil, nil, err
	}
	a.noticePassed(r.Passed)
	a.runDir = out
	if !recipe.IsRun(out) {
		if err := r.CheckInputs(); err != nil {
			return nil, nil, statedError{err, "nothing was begun"}
		}
	}
	run, err := pipeline.OpenRun(storage.OS(), out, r.Plan)
	if err != nil {
		return nil, nil, outputError{err}
	}
	return r, run, nil
}

// carryOut plans a recipe and brings it to its end: what is there already is
// not done again.
func (a *app) carryOut(ctx context.Context, name, out string) (*recipe.Recipe, *pipeline.Run, error) {
	r, run, err := a.plan(name, out)
	if err != nil {
		return nil, nil, err
	}
	if a.pauses {
		if err := a.untilReview(ctx, r, run); err != nil {
			return nil, nil, err
		}
	}
	return r, run, a.runStages(ctx, r, run, r.Stages)
}

// runStages brings stages of a recipe to their end.
func (a *app) runStages(ctx context.Context, r *recipe.Recipe, run *pipeline.Run, stages []pipeline.Stage) error {
	progress, err := newRoundTeller(a.newProgress(len(stages)), r, run)
	if err != nil {
		return err
	}
	a.graceful.Store(true)
	_, err = pipeline.RunStages(ctx, run, stages, a.pipelineOptions(progress))
	a.graceful.Store(false)
	progress.close()
	switch {
	case errors.Is(err, storage.ErrBusy):
		return err // nothing of this process is in the folder
	case err != nil:
		if failed, ok := errors.AsType[*pipeline.StageError](err); ok {
			err = firstError{failed.Failed[0], err}
		}
		return statedError{err, state(run, r)}
	}
	return nil
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
	done := 0
	stages, err := pipeline.Status(run, r.Stages)
	for _, s := range stages {
		done += s.Done
	}
	if err != nil { // a stage that cannot be planned: those before it count
		for _, s := range r.Stages {
			if n, err := run.Tasks(s.Name); err == nil {
				done += n
			}
		}
	}
	if done == 1 {
		return "1 finished task is safe in " + run.Dir()
	}
	return fmt.Sprintf("%d finished tasks are safe in %s", done, run.Dir())
}

// conclude says of a finished run what its user should notice. It returns
// recipe.ErrNoDocuments if nothing came out, errPartial if inputs could not be
// read, and errTooMany if those were more than the settings allow.
func (a *app) conclude(run *pipeline.Run, r *recipe.Recipe) error {
	if err := r.RequireDocuments(run); err != nil {
		return statedError{err, "the run is finished, and empty"}
	}
	cuts, err := r.Cuts(run)
	if err != nil {
		return err
	}
	if cuts != nil {
		a.noticeCuts(cuts)
	}
	return a.checkInputs(run, r)
}

// noticeCuts says that nothing was selected, or less than the budgets ask for.
func (a *app) noticeCuts(cuts *rank.Cuts) {
	largest := cuts.Tiers[len(cuts.Tiers)-1]
	switch {
	case cuts.Documents == 0:
		a.notice("nothing is selected: of %d documents with a score none has that of select.min-score", cuts.BelowMin)
	case largest.Documents == 0: // a cut ends at the first document that does not fit
		a.notice("nothing is selected: the budget is %d tokens, and the best of the %d documents has more; all have %d",
			largest.Limit, cuts.Documents, cuts.Tokens)
	default:
		a.noticeExhausted(cuts)
	}
}

// noticeExhausted says that budgets ask for more than the pool has. Budgets
// ascend: the first of them takes all, and those after it add nothing.
func (a *app) noticeExhausted(cuts *rank.Cuts) {
	first := slices.IndexFunc(cuts.Tiers, func(t rank.Tier) bool { return t.Exhausted })
	if first < 0 {
		return
	}
	tier, empty := cuts.Tiers[first].Budget.TierName(), ""
	if last := len(cuts.Tiers) - 1; last > first {
		empty = "; the tiers above it, up to " + cuts.Tiers[last].Budget.TierName() + ", stay empty"
	}
	a.notice("%s is exhausted: its budget is %d tokens, but all %d documents that may be selected have %d%s",
		tier, cuts.Tiers[first].Limit, cuts.Documents, cuts.Tokens, empty)
}

// noticePassed says that folders of the input hold files that are none.
func (a *app) noticePassed(passed recipe.Passed) {
	switch passed.N {
	case 0:
	case 1:
		a.notice("1 file in the input folders passed over: %s", passed.Examples[0])
	default:
		a.notice("%d files in the input folders passed over, such as %s", passed.N, strings.Join(passed.Examples, ", "))
	}
}

// notice says what a user may want to know of a command that goes on.
func (a *app) notice(format string, args ...any) {
	text := oneLine(fmt.Sprintf(format, args...))
	switch {
	case a.config.Runtime.LogFormat == "json":
		a.log.Warn("notice", "text", text)
	case !a.quiet:
		fmt.Fprintln(a.stderr, "mathsieve: notice: "+text)
	}
}

// checkInputs returns errPartial or errTooMany if inputs could not be read.
func (a *app) checkInputs(run *pipeline.Run, r *recipe.Recipe) error {
	failed, err := r.Failures(run)
	if err != nil || failed.N == 0 {
		return err
	}
	of := len(r.Plan.Inputs)
	if limit := a.config.Runtime.MaxFailedInputs; limit >= 0 && failed.N > int64(limit) {
		err = fmt.Errorf("%w: %d of %d, runtime.max-failed-inputs is %d; the first is %s", errTooMany, failed.N, of, limit, failed.First)
	} else {
		err = fmt.Errorf("%w: %d of %d; the first is %s", errPartial, failed.N, of, failed.First)
	}
	return statedError{err, "everything else is done"}
}
