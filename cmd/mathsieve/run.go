package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mathsieve/internal/recipe"
)

// runtimeFlags are those of every command that works on many documents.
func (a *app) runtimeFlags(flags *pflag.FlagSet) {
	a.setting(flags, "workers", "runtime.workers", "processors to use; 0 is all. The output does not depend on it")
	a.setting(flags, "memory", "runtime.memory", "memory to use, such as 4GiB; what does not fit is spilled to disk")
}

func newRunCommand(a *app) *cobra.Command {
	var out string
	planOnly := false
	cmd := &cobra.Command{
		Use:   "run --input PATH... --out RUN",
		Short: "Do the whole job: from WARC files to token-budget tiers",
		Long: `Run extracts the pages of WARC files, drops duplicates by URL, by text and by
MinHash, trains a classifier on a seed, scores and counts every page, takes out
what holds benchmark texts, and writes the best pages in token-budget tiers.

The seed is --positive (pages of mathematics) against --negative (pages of
anything else); both may be WARC files or document shards, OpenWebMath's Parquet
files too. Without --negative, negatives are drawn from the input. Without any
seed, pages whose own mark-up proves mathematics are the positives. --model takes
a fastText model instead.

Then the loop goes round: the domains of which more than a tenth was collected are
related to mathematics; their pages that were not collected, as far as RUN/annotations.yaml
says that their paths hold mathematics, join the positives, and a new classifier is
trained. It stops after --rounds, or when a round collects almost nothing that the
round before had not (rounds.stop-overlap). Where nobody has annotated, paths of which
more than rounds.auto-share was collected are taken. With --pause-for-review
the run stops in each round with exit code 75, and the same command goes on.

Everything is kept in RUN. Running the same command again does only what is
missing; a changed setting, input or model is refused. The result is the same
bytes for any number of workers, any memory and any number of interruptions:

  RUN/corpus/round-N/tier-040B/part-00000.jsonl.zst   documents of the last round, with score and token_count
  RUN/corpus/round-N/manifest.json                    files, checksums, cuts, settings
  RUN/models/round-N.bin                              the classifier of a round, as fastText reads it
  RUN/report.html                                     what the run did, as one page to read

` + exitCodes,
		Example: `  # Everything from two WARC files, seed taken from the pages themselves:
  mathsieve run --input a.warc.gz,b.warc.gz --budget 25M --out run1

  # The paper's settings on a crawl, with a seed and benchmarks:
  mathsieve run --config configs/deepseekmath.yaml --input crawl/ \
    --positive openwebmath/ --benchmark 'benchmarks/*.jsonl' --out run2`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "out"); err != nil {
				return err
			}
			if planOnly {
				_, run, err := a.plan(recipe.Run, out)
				if err == nil {
					fmt.Fprintf(a.stdout, "planned: %s\n", run.Dir())
				}
				return err
			}
			return a.wholeJob(cmd.Context(), out)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&out, "out", "", "`FOLDER` of the run")
	flags.BoolVar(&planOnly, "plan-only", false, "write the plan and stop; 'mathsieve task' does the rest")
	a.setting(flags, "input", "input", "WARC files or document shards: files, folders, 'patterns', @LIST")
	a.setting(flags, "positive", "positive", "pages of mathematics to learn from, as --input")
	a.setting(flags, "negative", "negative", "pages of anything else to learn from, as --input")
	a.setting(flags, "benchmark", "benchmark", "JSONL files whose texts must not be in the corpus")
	a.setting(flags, "against", "against", "kept corpus: folders of dedup or run, or documents; what repeats it is dropped")
	a.setting(flags, "model", "model", "fastText model to score with, instead of training one")
	a.setting(flags, "rounds", "rounds.max", "rounds of the loop at most; with --model there is one")
	flags.BoolVar(&a.pauses, "pause-for-review", false, "stop in each round when its domains are counted, for people to annotate them")
	a.setting(flags, "budget", "select.budgets", "sizes of the tiers: tokens (40B, 25M), shares (30%), all")
	a.setting(flags, "format", "output.format", "jsonl.zst, jsonl.gz, jsonl or parquet")
	a.runtimeFlags(flags)
	return cmd
}

// wholeJob carries the whole job out and says what came of it.
func (a *app) wholeJob(ctx context.Context, out string) error {
	r, run, err := a.carryOut(ctx, recipe.Run, out)
	if err != nil {
		return err
	}
	funnel, err := r.Funnel(run)
	if err != nil {
		return err
	}
	if r.Trains() {
		report, err := r.TrainReport(run)
		if err != nil {
			return err
		}
		printTrainReport(a.stdout, report)
	}
	rounds, err := r.Rounds(run)
	if err != nil {
		return err
	}
	printRounds(a.stdout, rounds)
	printFunnel(a.stdout, funnel)
	dir, err := r.CorpusDir(run)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "corpus: %s\n", dir)
	if err := a.writeReport(ctx, run, r, filepath.Join(run.Dir(), reportFile)); err != nil {
		return err
	}
	return a.conclude(run, r)
}
