package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/seed"
)

// errReview says that a run waits for people.
var errReview = errors.New("waits for review")

// untilReview brings a run to the next place where it waits for people, and
// returns errReview there; nil if it need not wait.
func (a *app) untilReview(ctx context.Context, r *recipe.Recipe, run *pipeline.Run) error {
	pause, waits, err := r.NextPause(run)
	if err != nil || !waits {
		return err
	}
	if err := a.runStages(ctx, r, run, pause.Stages); err != nil {
		return err
	}
	if waits, err = r.Wait(run, pause); err != nil || !waits {
		return err
	}
	rounds, err := r.Rounds(run)
	if err != nil {
		return err
	}
	printRounds(a.stdout, rounds)
	return statedError{
		fmt.Errorf("round %d %w", pause.Round, errReview),
		fmt.Sprintf("%d domains are related to mathematics", rounds[len(rounds)-1].MathDomains),
	}
}

// A roundTeller is progress that also tells of each round when it is measured.
type roundTeller struct {
	*progress
	recipe *recipe.Recipe
	run    *pipeline.Run
	told   int // rounds that were measured before
}

func newRoundTeller(p *progress, r *recipe.Recipe, run *pipeline.Run) (*roundTeller, error) {
	rounds, err := r.Rounds(run)
	return &roundTeller{progress: p, recipe: r, run: run, told: len(rounds)}, err
}

// StageEnded implements [pipeline.Progress].
func (t *roundTeller) StageEnded(stage string, sealed bool) {
	t.progress.StageEnded(stage, sealed)
	if t.silent || !sealed || !strings.HasPrefix(stage, "metrics-") {
		return
	}
	rounds, err := t.recipe.Rounds(t.run)
	if err != nil || len(rounds) <= t.told || rounds[0].Stop == recipe.StopRounds {
		return // what is wrong with the folder, the next stage says
	}
	t.told = len(rounds)
	fmt.Fprintln(t.w, roundLine(rounds[len(rounds)-1]))
}

// roundLine says in one line what a round has collected.
func roundLine(s recipe.RoundStatus) string {
	line := fmt.Sprintf("round %d: collected %d pages of %d, %s tokens", s.Round, s.Collected.Pages, s.Pool.Pages, short(float64(s.Collected.Tokens)))
	if s.Overlap != nil {
		line += fmt.Sprintf("; of them %s of the pages and %s of the tokens were collected in round %d",
			percent(s.Overlap.Pages), percent(s.Overlap.Tokens), s.Round-1)
	}
	return line
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// printRounds prints a table of the rounds of a loop, and why it has stopped.
// A run that never was to have more than one round has none.
func printRounds(w io.Writer, rounds []recipe.RoundStatus) {
	if len(rounds) == 0 || rounds[0].Stop == recipe.StopRounds {
		return
	}
	fmt.Fprintf(w, "%-5s %9s %9s %9s %7s %10s %12s %8s %8s %9s\n",
		"round", "positives", "negatives", "hold-out", "cut", "collected", "tokens", "overlap", "domains", "new pages")
	for _, s := range rounds {
		positives, negatives, holdOut, overlap, domains, joined := "-", "-", "-", "-", "-", "-"
		if s.Seed != nil {
			positives, negatives = strconv.Itoa(s.Seed.Drawn[seed.LabelMath]), strconv.Itoa(s.Seed.Drawn[seed.LabelOther])
		}
		if s.HoldOut != nil {
			holdOut = fmt.Sprintf("%.4f", s.HoldOut.AveragePrecision)
		}
		if s.Overlap != nil {
			overlap = percent(min(s.Overlap.Pages, s.Overlap.Tokens))
		}
		if s.MathDomains >= 0 {
			domains = strconv.FormatInt(s.MathDomains, 10)
		}
		if s.Expansion != nil {
			joined = strconv.FormatInt(s.Expansion.New, 10)
		}
		fmt.Fprintf(w, "%-5d %9s %9s %9s %7s %10d %12d %8s %8s %9s\n",
			s.Round, positives, negatives, holdOut, probability(s.CutScore, 3), s.Collected.Pages, s.Collected.Tokens, overlap, domains, joined)
	}
	if why := whyStopped(rounds[len(rounds)-1]); why != "" {
		fmt.Fprintf(w, "stopped after round %d: %s\n", rounds[len(rounds)-1].Round, why)
	}
}

// probability spells a probability with digits behind the point, or by what is
// missing where they would make it 1.
func probability(p float64, digits int) string {
	s := strconv.FormatFloat(p, 'f', digits, 64)
	if p < 1 && s[0] == '1' {
		return fmt.Sprintf("1-%.0e", 1-p)
	}
	return s
}

func whyStopped(last recipe.RoundStatus) string {
	switch last.Stop {
	case recipe.StopOverlap:
		return "nearly all of it was collected in the round before (rounds.stop-overlap)"
	case recipe.StopRounds:
		return "no more rounds were asked for (rounds.max)"
	case recipe.StopNothing:
		return "no rule accepts a page that is not in the seed (rounds.auto-share, or annotations.yaml where there is one)"
	}
	return ""
}
