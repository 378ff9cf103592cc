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
)

// openRun opens an existing run folder and its recipe.
func (a *app) openRun(dir string) (*pipeline.Run, *recipe.Recipe, error) {
	a.runDir = dir
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, nil, fmt.Errorf("%w: %s is a file", pipeline.ErrNoRun, dir)
	}
	return recipe.Open(dir)
}

func newStatusCommand(a *app) *cobra.Command {
	asJSON, formulas := false, false
	cmd := &cobra.Command{
		Use:   "status RUN",
		Short: "Say how far a run is, and where documents went",
		Long: `Status prints the stages of a run with the tasks that are done, and, as far as the
run has come, what each round of the loop did (seed sizes, average precision on the
hold-out, score at the cut, pages and tokens collected, overlap with the round before,
pages that joined the seed) and the funnel: how many records and documents went into each step, how
many went on, and for which reasons the others stayed behind. It reads markers
only, and may be used while the run goes on.

With --formulas it prints what became of the formulas instead, as lines with tabs
between columns: for each form the formulas found, in the text, merged (copies of
one another, and parts of one formula) and lost; for each form and reason those
that are not in the text; and for each registrable domain the pages with formulas
and the same four numbers. Found is the sum of the other three.

` + exitCodes,
		Example: `  mathsieve status run1
  mathsieve status run1 --formulas | sort -t "$(printf '\t')" -k7nr | head`,
		Args: exactlyOne("run folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			if asJSON && formulas {
				return usageError{errors.New("status prints --json or --formulas, not both; see 'mathsieve status --help'")}
			}
			run, r, err := a.openRun(args[0])
			if err != nil {
				return err
			}
			if formulas {
				return printFormulas(a.stdout, run, r)
			}
			return a.status(run, r, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&formulas, "formulas", false, "print formulas by form, reason and domain")
	return cmd
}

// status says how far a run is.
func (a *app) status(run *pipeline.Run, r *recipe.Recipe, asJSON bool) error {
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
	rounds, err := r.Rounds(run)
	if err != nil {
		return err
	}
	if asJSON {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"recipe": r.Plan.Recipe, "finished": finished, "stages": stages, "rounds": rounds, "funnel": funnel})
	}
	var spared []string
	for _, s := range stages {
		if s.Sealed && s.Done == 0 {
			spared = append(spared, s.Stage)
			continue
		}
		printStage(a.stdout, s)
	}
	if len(spared) > 0 {
		fmt.Fprintf(a.stdout, "not needed: %s\n", strings.Join(spared, ", "))
	}
	printRounds(a.stdout, rounds)
	printFunnel(a.stdout, funnel)
	if !finished {
		fmt.Fprintln(a.stdout, "not finished: run the command that made it again to go on")
		return nil
	}
	dir, err := r.CorpusDir(run)
	if err == nil {
		fmt.Fprintf(a.stdout, "finished: %s\n", dir)
	}
	return err
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
		reasons := byNumber(s.Dropped)
		for i, reason := range reasons {
			reasons[i] = fmt.Sprintf("%s %d", reason, s.Dropped[reason])
		}
		fmt.Fprintf(w, "%-14s %12d %12d  %s\n", s.Name, s.In, s.Out, strings.Join(reasons, ", "))
	}
}

// formulasByForm returns what became of the formulas of a run by their form.
func formulasByForm(run *pipeline.Run, r *recipe.Recipe) (map[string]*recipe.DomainFormulas, error) {
	forms, lost, err := r.FormulaTotals(run)
	byForm := map[string]*recipe.DomainFormulas{}
	of := func(form string) *recipe.DomainFormulas {
		if byForm[form] == nil {
			byForm[form] = &recipe.DomainFormulas{Lost: map[string]int64{}}
		}
		return byForm[form]
	}
	for form, n := range forms {
		of(form).Emitted = n
	}
	for key, n := range lost {
		form, _, _ := strings.Cut(key, ".")
		of(form).Lost[key] = n
	}
	return byForm, err
}

// printFormulas prints the formulas of a run as columns with tabs.
func printFormulas(w io.Writer, run *pipeline.Run, r *recipe.Recipe) error {
	byForm, err := formulasByForm(run, r)
	if err != nil {
		return err
	}
	lost := map[string]int64{}
	out := bufio.NewWriter(w)
	for _, form := range slices.Sorted(maps.Keys(byForm)) {
		d := byForm[form]
		maps.Copy(lost, d.Lost)
		fmt.Fprintf(out, "form\t%s\t%d\t%d\t%d\t%d\n", form, d.Found(), d.Emitted, d.Merged(), d.NotInText())
	}
	for _, key := range slices.Sorted(maps.Keys(lost)) {
		form, reason, _ := strings.Cut(key, ".")
		fmt.Fprintf(out, "lost\t%s\t%s\t%d\n", form, reason, lost[key])
	}
	err = r.Formulas(run, func(d recipe.DomainFormulas) error {
		_, err := fmt.Fprintf(out, "domain\t%s\t%d\t%d\t%d\t%d\t%d\n",
			d.Domain, d.Pages, d.Found(), d.Emitted, d.Merged(), d.NotInText())
		return err
	})
	return errors.Join(err, out.Flush())
}
