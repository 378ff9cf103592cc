package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"mathsieve/internal/fasttext"
	"mathsieve/internal/fasttext/cli"
)

// newFastTextCommand mounts fastText's command line. Its arguments are not
// Cobra's: flags have one dash.
func newFastTextCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fasttext COMMAND ARGS...",
		Short: "Train and use text classifiers with fastText's command line",
		Long: `Fasttext takes the commands and arguments of fastText's classifier, reads and writes
its files, and prints what it prints: a script works once the program's name is
replaced by 'mathsieve fasttext'. Not there are skipgram and cbow, which learn word
vectors without labels, and -autotune-duration, in whose place is -autotune-trials:
time decides nothing. A trained model is the same, byte for byte, whatever
-thread says. Prediction takes -thread, too, all processors without it. Of
two-label models predict-prob prints probabilities that can be 1e-6 from
fastText's; -exact prints its very digits, which takes a few times as long.

` + indentCommands(cli.Usage()) + `
'mathsieve fasttext COMMAND -h' lists the arguments of a command.

` + exitCodes,
		Example: `  mathsieve fasttext supervised -input train.txt -output model -wordNgrams 3 -epoch 10
  mathsieve fasttext test model.bin test.txt
  cut -f 2 pages.tsv | mathsieve fasttext predict-prob model.bin - 1 0.5
  mathsieve fasttext quantize -output model -input train.txt -qnorm -cutoff 100000 -retrain`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, _ = io.WriteString(a.stderr, usageOf(cmd, cli.Usage())) // as fastText does
				return usageError{errors.New("fasttext takes a command; see 'mathsieve fasttext --help'")}
			}
			// These two end with a file, not with an answer: a signal lets
			// them remove what is not whole.
			if args[0] == "supervised" || args[0] == "quantize" {
				a.graceful.Store(true)
				defer a.graceful.Store(false)
			}
			err := cli.Run(cmd.Context(), args, cli.Streams{In: a.stdin, Out: a.stdout, Err: a.stderr})
			return a.fastTextUsage(cmd, args[0], err)
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows the name of fastText's command is its own
	return cmd
}

// fastTextUsage prints the usage that was asked for, and makes what is wrong
// with a command line a usage error of one line.
func (a *app) fastTextUsage(cmd *cobra.Command, command string, err error) error {
	usage, ok := errors.AsType[*cli.UsageError](err)
	switch {
	case errors.Is(err, fasttext.ErrDiverged), errors.Is(err, fasttext.ErrNoTrial):
		return lrError{err}
	case !ok:
		return err
	case usage.Problem == "":
		_, err := io.WriteString(a.stdout, usageOf(cmd, usage.Usage))
		return err
	case usage.Unknown:
		return usageError{fmt.Errorf("%s; see '%s --help'", usage.Problem, cmd.CommandPath())}
	}
	return usageError{fmt.Errorf("%s; see '%s %s -h'", usage.Problem, cmd.CommandPath(), command)}
}

// An lrError says that the arguments of fastText's command line lead nowhere.
type lrError struct{ error }

func (e lrError) Unwrap() error { return e.error }

// usageOf is a usage of fastText under the name that the program has here.
func usageOf(cmd *cobra.Command, usage string) string {
	return strings.Replace(usage, "usage: fasttext", "usage: "+cmd.CommandPath(), 1)
}

// indentCommands is the list of commands without the usage line above it.
func indentCommands(usage string) string {
	_, list, _ := strings.Cut(usage, "\n\n")
	return list
}
