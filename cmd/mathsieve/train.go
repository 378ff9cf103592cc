package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
)

func newTrainCommand(a *app) *cobra.Command {
	var out string
	force := false
	cmd := &cobra.Command{
		Use:   "train --positive PATH... --negative PATH... --out MODEL.bin",
		Short: "Train a classifier and write it as a fastText model",
		Long: `Train learns to tell mathematics from the rest: a bag of word n-grams, as fastText
trains it, with the paper's settings. For small seeds lr and epoch are chosen by
trials on a hold-out of whole sites, unless they are given; the choice and the
figures are in MODEL.bin.run. A model that did not learn is an error.

Positives and negatives are WARC files or document shards. The model is the same
bytes for any number of workers.

` + exitCodes,
		Example: `  mathsieve train --positive openwebmath/ --negative random/ --out math.bin
  mathsieve train --positive p.warc.gz --negative n.warc.gz --lr 0.5 --epoch 25 --out math.bin`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "positive", "negative", "out"); err != nil {
				return err
			}
			if out == "-" {
				return usageError{errors.New("--out - is not supported: name a file for the model")}
			}
			if _, err := os.Stat(out); !force && err == nil {
				return fmt.Errorf("write model %s: %w", out, fs.ErrExist)
			}
			a.keepGivenRates(cmd)
			r, run, err := a.carryOut(cmd.Context(), recipe.Train, out+".run")
			if err != nil {
				return err
			}
			model, err := r.OpenModel(run)
			if err != nil {
				return err
			}
			if err := errors.Join(publish(model, out), model.Close()); err != nil {
				return err
			}
			report, err := r.TrainReport(run)
			if err != nil {
				return err
			}
			if !a.quiet {
				printTrainReport(a.stderr, report)
			}
			fmt.Fprintln(a.stdout, out)
			return a.conclude(run, r)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&out, "out", "", "`FILE` for the model; its run folder is FILE.run")
	flags.BoolVar(&force, "force", false, "replace a model that is there")
	a.setting(flags, "positive", "positive", "pages of mathematics: WARC files or document shards")
	a.setting(flags, "negative", "negative", "pages of anything else")
	a.trainFlags(cmd)
	a.runtimeFlags(flags)
	return cmd
}

// trainFlags are the hyper-parameters under fastText's names.
func (a *app) trainFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	a.setting(flags, "lr", "train.lr", "learning rate; giving it turns the trials off")
	a.setting(flags, "epoch", "train.epoch", "passes over the seed; giving it turns the trials off")
	a.setting(flags, "dim", "train.dim", "length of the vectors")
	a.setting(flags, "word-ngrams", "train.word-ngrams", "longest word n-gram")
	a.setting(flags, "min-count", "train.min-count", "occurrences below which a word is ignored")
	a.setting(flags, "bucket", "train.bucket", "rows that hashed n-grams share")
}

// keepGivenRates turns the choice of lr and epoch off where a flag gives one.
func (a *app) keepGivenRates(cmd *cobra.Command) {
	if cmd.Flags().Changed("lr") || cmd.Flags().Changed("epoch") {
		a.config.Train.Tune = "off"
	}
}

// publish copies a finished file of a run to where the user wants it.
func publish(from io.Reader, to string) error {
	f, err := storage.Create(storage.OS(), to)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := io.Copy(f, from); err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	_, err = f.Commit()
	if errors.Is(err, storage.ErrConflict) {
		_, err = f.Replace()
	}
	return err
}

// printTrainReport says in a few lines what was learned, and how well.
func printTrainReport(w io.Writer, r recipe.TrainReport) {
	for _, label := range slices.Sorted(maps.Keys(r.Seed.Drawn)) {
		fmt.Fprintf(w, "seed: %s %d pages of %d sites, %d held out by %s\n", label, r.Seed.Drawn[label], r.Seed.Sites[label], r.Seed.HeldOut[label], r.Seed.SplitBy)
	}
	how := "as given"
	if len(r.Trials) > 0 {
		how = fmt.Sprintf("best of %d trials", len(r.Trials))
	}
	fmt.Fprintf(w, "classifier: lr %g, epoch %d (%s); loss %.4f, guessing has %.4f\n", r.Args.LR, r.Args.Epoch, how, r.Loss, r.GuessLoss)
	if h := r.HoldOut; h != nil {
		fmt.Fprintf(w, "hold-out: %d pages, %d of mathematics; average precision %.4f, best F1 %.4f at score %.3f\n",
			h.Pages, h.Positives, h.AveragePrecision, h.BestF1.F1, h.BestF1.Threshold)
	}
}
