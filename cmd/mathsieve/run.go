package main

import (
	"fmt"

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

Everything is kept in RUN. Running the same command again does only what is
missing; a changed setting, input or model is refused. The result is the same
bytes for any number of workers, any memory and any number of interruptions:

  RUN/corpus/round-1/tier-040B/part-00000.jsonl.zst   documents, with score and token_count
  RUN/corpus/round-1/manifest.json                    files, checksums, cuts, settings
  RUN/models/round-1.bin                              the classifier, as fastText reads it

` + exitCodes,
		Example: `  # Everything from two WARC files, seed taken from the pages themselves:
  mathsieve run --input a.warc.gz,b.warc.gz --budget 25M --out run1

  # The paper's settings on a crawl, with a seed and benchmarks:
  mathsieve run --config configs/deepseekmath.yaml --input crawl/ \
    --positive openwebmath/ --benchmark 'benchmarks/*.jsonl' --out run1`,
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
			r, run, err := a.carryOut(cmd.Context(), recipe.Run, out)
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
			printFunnel(a.stdout, funnel)
			fmt.Fprintf(a.stdout, "corpus: %s\n", r.CorpusDir(run))
			return a.conclude(run, r)
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
	a.setting(flags, "budget", "select.budgets", "sizes of the tiers: tokens (40B, 25M), shares (30%), all")
	a.setting(flags, "format", "output.format", "jsonl.zst, jsonl.gz, jsonl or parquet")
	a.runtimeFlags(flags)
	return cmd
}
