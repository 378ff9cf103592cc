package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
)

// openRun opens an existing run folder and its recipe.
func (a *app) openRun(dir string) (*pipeline.Run, *recipe.Recipe, error) {
	a.runDir = dir
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, nil, fmt.Errorf("%w: %s is a file", pipeline.ErrNoRun, dir)
	}
	run, err := pipeline.LoadRun(storage.OS(), dir)
	if err != nil {
		return nil, nil, err
	}
	if err := run.RequireVersion(recipe.OutputVersion); err != nil {
		return nil, nil, err
	}
	r, err := recipe.FromPlan(run.Plan())
	return run, r, err
}

func newStatusCommand(a *app) *cobra.Command {
	asJSON, formulas := false, false
	cmd := &cobra.Command{
		Use:   "status RUN",
		Short: "Say how far a run is, and where documents went",
		Long: `Status prints the stages of a run with the tasks that are done, and, as far as the
run has come, the funnel: how many records and documents went into each step, how
many went on, and for which reasons the others stayed behind. It reads markers
only, and may be used while the run goes on.

With --formulas it prints what became of the formulas instead, as lines with tabs
between columns: those in the text by form, the others by reason, and for each
registrable domain the pages with formulas and the formulas found, in the text,
merged as copies of one another, and lost. Found is the sum of the other three.

` + exitCodes,
		Example: `  mathsieve status run1
  mathsieve status run1 --formulas | sort -t "$(printf '\t')" -k7nr | head`,
		Args: exactlyOne("run folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			run, r, err := a.openRun(args[0])
			if err != nil {
				return err
			}
			if formulas {
				return printFormulas(a.stdout, run, r)
			}
			stages, err := pipeline.Status(run, r.Stages)
			if err != nil {
				return err
			}
			finished := !slices.ContainsFunc(stages, func(s pipeline.StageStatus) bool { return !s.Sealed })
			var funnel []recipe.Step
			if finished {
				if funnel, err = r.Funnel(run); err != nil {
					return err
				}
			}
			if asJSON {
				enc := json.NewEncoder(a.stdout)
				enc.SetIndent("", "  ")
				return enc.Encode(map[string]any{"recipe": r.Plan.Recipe, "finished": finished, "stages": stages, "funnel": funnel})
			}
			for _, s := range stages {
				printStage(a.stdout, s)
			}
			printFunnel(a.stdout, funnel)
			if finished {
				fmt.Fprintf(a.stdout, "finished: %s\n", r.CorpusDir(run))
			} else {
				fmt.Fprintln(a.stdout, "not finished: run the command that made it again to go on")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&formulas, "formulas", false, "print formulas by form, reason and domain")
	cmd.MarkFlagsMutuallyExclusive("json", "formulas")
	return cmd
}

func printStage(w io.Writer, s pipeline.StageStatus) {
	switch {
	case s.Sealed:
		fmt.Fprintf(w, "%-18s done, %d tasks\n", s.Stage, s.Done)
	case s.Total < 0:
		fmt.Fprintf(w, "%-18s waits\n", s.Stage)
	default:
		fmt.Fprintf(w, "%-18s %d of %d tasks\n", s.Stage, s.Done, s.Total)
	}
}

// printFunnel prints each step in one line, reasons by number.
func printFunnel(w io.Writer, steps []recipe.Step) {
	if len(steps) == 0 {
		return
	}
	fmt.Fprintf(w, "%-14s %12s %12s  %s\n", "step", "in", "kept", "dropped")
	for _, s := range steps {
		reasons := make([]string, 0, len(s.Dropped))
		for reason := range s.Dropped {
			reasons = append(reasons, reason)
		}
		slices.SortFunc(reasons, func(a, b string) int {
			if s.Dropped[a] != s.Dropped[b] {
				return int(s.Dropped[b] - s.Dropped[a])
			}
			return strings.Compare(a, b)
		})
		for i, reason := range reasons {
			reasons[i] = fmt.Sprintf("%s %d", reason, s.Dropped[reason])
		}
		fmt.Fprintf(w, "%-14s %12d %12d  %s\n", s.Name, s.In, s.Out, strings.Join(reasons, ", "))
	}
}

// printFormulas prints the formulas of a run as columns with tabs.
func printFormulas(w io.Writer, run *pipeline.Run, r *recipe.Recipe) error {
	forms, lost, err := r.FormulaTotals(run)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		fmt.Fprintf(out, "form\t%s\t%d\n", form, forms[form])
	}
	for _, reason := range slices.Sorted(maps.Keys(lost)) {
		fmt.Fprintf(out, "lost\t%s\t%d\n", reason, lost[reason])
	}
	err = r.Formulas(run, func(d recipe.DomainFormulas) error {
		merged := d.Lost["duplicate"]
		_, err := fmt.Fprintf(out, "domain\t%s\t%d\t%d\t%d\t%d\t%d\n",
			d.Domain, d.Pages, d.Found(), d.Emitted, merged, d.Found()-d.Emitted-merged)
		return err
	})
	return errors.Join(err, out.Flush())
}
