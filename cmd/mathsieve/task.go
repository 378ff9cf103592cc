package main

import (
	"github.com/spf13/cobra"

	"mathsieve/internal/pipeline"
)

func newTaskCommand(a *app) *cobra.Command {
	var dir, stage string
	var index int
	cmd := &cobra.Command{
		Use:   "task --run DIR --stage S --index I",
		Short: "Do one task of a run, for job arrays",
		Long: `Task does one task of one stage of a run whose plan is there, and commits it. It is
what a job array calls: the result is the same bytes as that of 'mathsieve run',
a task that is done is not done again, and the same task may run twice at once.
The stages that it reads must be finished, else the exit code is 75.

` + exitCodes,
		Example: `  mathsieve task --run run1 --stage extract --index 17`,
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "run", "stage", "index"); err != nil {
				return err
			}
			run, r, err := openRun(dir)
			if err != nil {
				return err
			}
			return pipeline.RunTask(cmd.Context(), run, r.Stages, stage, index, a.pipelineOptions(nil))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&dir, "run", "", "`FOLDER` of the run")
	flags.StringVar(&stage, "stage", "", "`NAME` of the stage, as 'mathsieve status' prints it")
	flags.IntVar(&index, "index", 0, "`NUMBER` of the task, from 0")
	a.runtimeFlags(flags)
	return cmd
}
