package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"mathsieve/internal/recipe"
)

// A documentsCommand is a part of the job that takes documents or WARC files
// and gives documents.
type documentsCommand struct {
	recipe  string
	use     string
	short   string
	long    string
	example string
	what    string // the arguments
	needs   []string
	flags   func(cmd *cobra.Command)
}

func (a *app) documentsCommand(c documentsCommand) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:     c.use,
		Short:   c.short,
		Long:    c.long + "\n\n" + exitCodes,
		Example: c.example,
		Args:    atLeastOne(c.what),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, append(c.needs, "out")...); err != nil {
				return err
			}
			a.config.Input = args
			r, run, err := a.carryOut(cmd.Context(), c.recipe, out)
			if err != nil {
				return err
			}
			funnel, err := r.Funnel(run)
			if err != nil {
				return err
			}
			if !a.quiet {
				printFunnel(a.stderr, funnel)
			}
			dir, err := r.CorpusDir(run)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%s\n", dir)
			return a.conclude(run, r)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "`FOLDER` of the result; running again does only what is missing")
	if c.flags != nil {
		c.flags(cmd)
	}
	a.runtimeFlags(cmd.Flags())
	return cmd
}

func newExtractCommand(a *app) *cobra.Command {
	return a.documentsCommand(documentsCommand{
		recipe: recipe.Extract,
		use:    "extract INPUT... --out DIR",
		short:  "Extract the pages of WARC files as text with LaTeX",
		what:   "WARC file",
		long: `Extract reads WARC files and writes one shard of documents for each: the main
content of every page of HTML as text, with its mathematics as $…$ and $$…$$.
What became no document is listed with its reason: 'mathsieve cat DIR --skipped'.`,
		example: `  mathsieve extract crawl/*.warc.gz --out docs
  mathsieve cat docs --fields url,text | head`,
		flags: func(cmd *cobra.Command) {
			a.setting(cmd.Flags(), "whole-page", "extract.whole-page", "keep menus, footers and all other parts of the page")
		},
	})
}

func newDedupCommand(a *app) *cobra.Command {
	return a.documentsCommand(documentsCommand{
		recipe: recipe.Dedup,
		use:    "dedup DOCS... --out DIR",
		short:  "Drop duplicates by URL, by text and by MinHash",
		what:   "folder or file of documents",
		long: `Dedup keeps, of every group of duplicates, the document with the most formulas,
then the longest, then the one captured last, then the first (in steps of about
10 % and of months): by canonical URL, by equal text, and by MinHash over shingles
of five words, verified. Memory is what --memory allows. Every drop is listed with
the document that was kept instead: 'mathsieve cat DIR --dropped'.

With --against, documents are also dropped for those of a corpus that is there
already, of which nothing is dropped. Of a folder that dedup or run has made, the
sketches are used again and no text is read, if shingles, bands and seed are the same.`,
		example: `  mathsieve dedup docs/ --out unique
  mathsieve cat unique --dropped --fields url,reason,similarity,band,twin
  mathsieve dedup new-crawl/ --against unique --out unique2`,
		flags: func(cmd *cobra.Command) {
			a.setting(cmd.Flags(), "threshold", "dedup.threshold", "Jaccard similarity from which a document is dropped")
			a.setting(cmd.Flags(), "against", "against", "kept corpus: folders of dedup or run, or documents; none of it is dropped")
			a.setting(cmd.Flags(), "scope", "dedup.scope", "what is compared: all, the files of a folder, or a file")
			a.setting(cmd.Flags(), "format", "output.format", "jsonl.zst, jsonl.gz, jsonl or parquet")
		},
	})
}

func newScoreCommand(a *app) *cobra.Command {
	return a.documentsCommand(documentsCommand{
		recipe: recipe.Score,
		use:    "score DOCS... --model MODEL.bin --out DIR",
		short:  "Score documents with a fastText model",
		what:   "folder or file of documents",
		needs:  []string{"model"},
		long: `Score writes every document with the probability that it is mathematics, in the
field score. The model may come from 'mathsieve train' or from fastText.`,
		example: `  mathsieve score docs/ --model math.bin --out scored
  mathsieve cat scored --fields score,url --format tsv | sort -rg | head`,
		flags: func(cmd *cobra.Command) {
			a.setting(cmd.Flags(), "model", "model", "fastText model, .bin or .ftz")
			a.setting(cmd.Flags(), "label", "score.label", "label whose probability is the score")
			a.setting(cmd.Flags(), "format", "output.format", "jsonl.zst, jsonl.gz, jsonl or parquet")
		},
	})
}

func newDecontaminateCommand(a *app) *cobra.Command {
	return a.documentsCommand(documentsCommand{
		recipe: recipe.Decontaminate,
		use:    "decontaminate DOCS... --benchmark FILE... --out DIR",
		short:  "Drop documents that hold benchmark texts",
		what:   "folder or file of documents",
		needs:  []string{"benchmark"},
		long: `Decontaminate drops every document that holds a 10-gram of a benchmark text, or
the whole of one of three to nine grams: the rule of DeepSeekMath. Line breaks,
formula delimiters, fonts and case do not matter; numbers do. Every hit is listed
with the matched text: 'mathsieve cat DIR --dropped'.`,
		example: `  mathsieve decontaminate docs/ --benchmark gsm8k.jsonl,math.jsonl --out clean
  mathsieve cat clean --dropped --fields url,detail`,
		flags: func(cmd *cobra.Command) {
			a.setting(cmd.Flags(), "benchmark", "benchmark", "JSONL files of benchmark items")
			a.setting(cmd.Flags(), "format", "output.format", "jsonl.zst, jsonl.gz, jsonl or parquet")
		},
	})
}

func newSelectCommand(a *app) *cobra.Command {
	return a.documentsCommand(documentsCommand{
		recipe: recipe.Select,
		use:    "select DOCS... --budget 40B,80B --out DIR",
		short:  "Select the best documents by token budget",
		what:   "folder or file of scored documents",
		long: `Select ranks scored documents and cuts them by token budget, exactly: the corpus of
a budget is the best documents whose tokens fit into it, ties decided by id. A tier
holds what its budget adds to the one below, so nothing is stored twice.`,
		example: `  mathsieve select scored/ --budget 25M,50M --out corpus
  mathsieve select scored/ --budget 30% --format parquet --out corpus`,
		flags: func(cmd *cobra.Command) {
			a.setting(cmd.Flags(), "budget", "select.budgets", "sizes of the tiers: tokens (40B, 25M), shares (30%), all")
			a.setting(cmd.Flags(), "min-score", "select.min-score", "least score of a document")
			a.setting(cmd.Flags(), "format", "output.format", "jsonl.zst, jsonl.gz, jsonl or parquet")
		},
	})
}
