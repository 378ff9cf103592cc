package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mathsieve/internal/pipeline"
)

var errUnsound = errors.New("run folder is not sound")

func newVerifyCommand(a *app) *cobra.Command {
	repair := false
	cmd := &cobra.Command{
		Use:   "verify RUN",
		Short: "Check every file of a run against its checksum, and the counts",
		Long: `Verify reads every file that the run folder names and compares size and SHA-256,
and checks that the counts add up: every record of the input is a document or was
skipped for a reason, and every document is in the corpus or was dropped for one.
With --repair it removes what is damaged; the command that made the run, given
again, then makes it anew.

` + exitCodes,
		Example: `  mathsieve verify run1
  mathsieve verify run1 --repair && mathsieve run --config FILE --out run1`,
		Args: exactlyOne("run folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.useSettings(); err != nil {
				return err
			}
			run, r, err := a.openRun(args[0])
			if err != nil {
				return err
			}
			if repair {
				if err := run.Lock(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
					return err
				}
			}
			a.graceful.Store(true)
			v, err := pipeline.Verify(cmd.Context(), run, pipeline.VerifyOptions{Workers: a.config.Runtime.WorkerCount(), Remove: repair})
			if err := errors.Join(err, run.Unlock()); err != nil {
				return err
			}
			for _, p := range v.Problems {
				fmt.Fprintf(a.stdout, "%s: %s\n", p.Path, oneLine(p.Err.Error()))
			}
			fmt.Fprintf(a.stdout, "%d files of %d tasks in %d stages, %d bytes, %d problems\n", v.Files, v.Tasks, v.Stages, v.Bytes, len(v.Problems))
			if len(v.Problems) > 0 {
				err := fmt.Errorf("%w: %d files are damaged", pipeline.ErrDamaged, len(v.Problems))
				if !repair {
					return statedError{err, "nothing was changed"}
				}
				fmt.Fprintln(a.stdout, "what is damaged was removed, all else is sound; the command that made the run, given again, makes it anew")
				return nil
			}
			return checkCounts(run, r.CheckCounts)
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "remove damaged files, so that they are made anew")
	a.setting(cmd.Flags(), "workers", "runtime.workers", "files to read at once; 0 is one for each processor")
	return cmd
}

// checkCounts checks what adds up only when all stages are done.
func checkCounts(run *pipeline.Run, check func(*pipeline.Run) error) error {
	err := check(run)
	if err == nil || errors.Is(err, pipeline.ErrNotSealed) {
		return nil
	}
	return fmt.Errorf("%w: %w", errUnsound, err)
}
