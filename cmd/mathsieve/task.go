package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mathsieve/internal/pipeline"
)

// checkTask refuses tasks that the plan does not have. Whether they can run yet
// is not its matter.
func checkTask(run *pipeline.Run, stages []pipeline.Stage, stage string, index int) error {
	at := slices.IndexFunc(stages, func(s pipeline.Stage) bool { return s.Name == stage })
	if at < 0 {
		names := make([]string, len(stages))
		for i, s := range stages {
			names[i] = s.Name
		}
		return fmt.Errorf("the run has no stage %q; it has %s", stage, strings.Join(names, ", "))
	}
	if n, err := stages[at].Count(run); err == nil && (index < 0 || index >= n) {
		return fmt.Errorf("stage %s has no task %d: its %d tasks are numbered from 0", stage, index, n)
	}
	return nil
}

// sealFinished seals the stages whose tasks are all done, up to the first one
// that has tasks left.
func sealFinished(run *pipeline.Run, stages []pipeline.Stage) error {
	for _, s := range stages {
		sealed, err := run.Sealed(s.Name)
		if err != nil {
			return err
		}
		if sealed {
			continue
		}
		missing, _, err := pipeline.Missing(run, stages, s.Name)
		if err != nil || len(missing) > 0 {
			return err
		}
		if err := pipeline.Seal(run, stages, s.Name); err != nil {
			return err
		}
	}
	return nil
}

func newTaskCommand(a *app) *cobra.Command {
	var dir, stage string
	var index int
	count := false
	cmd := &cobra.Command{
		Use:   "task --run DIR --stage S --index I",
		Short: "Do one task of a run, for job arrays",
		Long: `Task does one task of one stage of a run whose plan is there, and commits it. It is
what a job array calls: the result is the same bytes as that of 'mathsieve run',
a task that is done is not done again, and the same task may run twice at once.
The stages that it reads must be finished, else the exit code is 75. Settings come
from the plan, which 'mathsieve run --plan-only' writes.

` + exitCodes,
		Example: `  mathsieve run --config FILE --out run1 --plan-only
  mathsieve task --run run1 --stage extract --count
  mathsieve task --run run1 --stage extract --index 17`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			needs := []string{"run", "stage", "index"}
			if count {
				needs = needs[:2]
			}
			if err := required(cmd, needs...); err != nil {
				return err
			}
			if err := a.useSettings(); err != nil {
				return err
			}
			run, r, err := a.openRun(dir)
			if err != nil {
				return err
			}
			if count {
				return a.countTasks(run, r.Stages, stage)
			}
			if err := checkTask(run, r.Stages, stage, index); err != nil {
				return usageError{err}
			}
			a.graceful.Store(true)
			err = pipeline.RunTask(cmd.Context(), run, r.Stages, stage, index, a.pipelineOptions(nil))
			if errors.Is(err, pipeline.ErrNotSealed) {
				// The tasks of the stages before may all be done, and nobody was there to say so.
				if err := sealFinished(run, r.Stages); err != nil {
					return err
				}
				err = pipeline.RunTask(cmd.Context(), run, r.Stages, stage, index, a.pipelineOptions(nil))
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&dir, "run", "", "`FOLDER` of the run")
	flags.StringVar(&stage, "stage", "", "`NAME` of the stage, as 'mathsieve status' prints it")
	flags.IntVar(&index, "index", 0, "`NUMBER` of the task, from 0")
	flags.BoolVar(&count, "count", false, "print the number of tasks of the stage, and do none")
	a.runtimeFlags(flags)
	completes(cmd, "stage", stagesOf("run"))
	return cmd
}

// countTasks prints how many tasks a stage has, once those before it are done.
func (a *app) countTasks(run *pipeline.Run, stages []pipeline.Stage, stage string) error {
	if err := sealFinished(run, stages); err != nil {
		return err
	}
	_, n, err := pipeline.Missing(run, stages, stage)
	if err == nil {
		_, err = fmt.Fprintln(a.stdout, n)
	}
	return err
}
