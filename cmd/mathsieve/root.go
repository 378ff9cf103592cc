package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mathsieve/internal/config"
)

// An app is one invocation: its streams and its settings.
type app struct {
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	environ []string

	config     config.Config
	configFile string // that config was read from; "" is none
	log        *slog.Logger
	quiet      bool
	// pauses says that a run stops where people are to review its domains.
	pauses bool
	// graceful is set while the command stops cleanly when its context is done.
	graceful atomic.Bool
	// runDir is the run folder that the command works in, for advice.
	runDir string
}

const exitCodes = `Exit codes:
   0  done
   1  finished, but some inputs could not be read; they are listed
  64  usage: unknown command, flag or setting
  65  an input that cannot be used
  66  an input that is not there
  70  internal error: please report it
  73  the output cannot be created
  74  read or write error, such as a full disk
  75  in use by another process, or stopped early: run the same command again
  78  settings, model or inputs do not fit the run folder
 130  stopped by an interrupt, 143 by a termination signal; 141 if the reader of stdout went away`

// execute runs one command line.
func (a *app) execute(ctx context.Context, args []string) error {
	a.configFile = configFile(args, a.environ)
	cfg, err := config.Load(a.configFile, a.environ)
	a.config = cfg
	root := a.rootCommand() //nolint:contextcheck // Cobra hands the context to each command itself
	switch {
	case err == nil, errors.Is(err, config.ErrNoSetting) && !wantsSettings(root, args):
	case errors.Is(err, fs.ErrNotExist):
		return err // there is no such file, which is no matter of usage
	default:
		return usageError{err}
	}
	root.SetArgs(args)
	return root.ExecuteContext(ctx)
}

// wantsSettings reports whether a command line names a command that has flags
// for settings, to carry it out or for its help. Others do not mind variables
// that are no settings.
func wantsSettings(root *cobra.Command, args []string) bool {
	cmd, rest, err := root.Find(args)
	if err == nil && cmd.Name() == "help" {
		cmd, _, err = root.Find(rest)
	}
	if err != nil {
		return false // which is told in a moment
	}
	wants := cmd.Name() == "config"
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if _, ok := f.Value.(*settingFlag); ok {
			wants = true
		}
	})
	return wants
}

// configFile finds the config file before the flags are parsed: their
// defaults, which --help shows, are the settings of that file.
func configFile(args, environ []string) string {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--config="); ok {
			return value
		}
		if arg == "--config" && i+1 < len(args) {
			return args[i+1]
		}
	}
	for _, pair := range slices.Backward(environ) {
		if value, ok := strings.CutPrefix(pair, "MATHSIEVE_CONFIG="); ok {
			return value
		}
	}
	return ""
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "mathsieve",
		Short: "Curate a mathematics corpus out of Common Crawl",
		Long: `mathsieve curates a mathematics corpus for language-model pre-training out of
Common Crawl: WARC files in; ranked, deduplicated, decontaminated documents in
token-budget tiers out, with every formula kept as LaTeX.

'mathsieve run' does the whole job; the other commands are its parts, each of
use alone. Running the same command again does only what is missing.

` + exitCodes,
		Example: `  # From WARC files to tiers, with everything next to nothing configured:
  mathsieve run --input crawl/ --out run1

  # One page, as extraction would write it:
  curl -s https://example.org/page | mathsieve html -`,
		Version:       newVersionInfo().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          subcommandOf,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			a.log = a.logger()
			return nil
		},
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate("{{.Version}}")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if cmd.HasSubCommands() && cmd.Flags().NArg() > 0 {
			return subcommandOf(cmd, cmd.Flags().Args()) // whose flag it would be
		}
		return usageError{fmt.Errorf("%w; see '%s --help'", err, cmd.CommandPath())}
	})
	flags := root.PersistentFlags()
	flags.String("config", "", "YAML `FILE` of settings; see 'mathsieve help config'")
	flags.Var(setFlag{&a.config}, "set", "set any setting, as `KEY=VALUE`, such as --set dedup.threshold=0.85")
	flags.BoolVar(&a.quiet, "quiet", false, "show no progress, and no summary on stderr")
	a.setting(flags, "log-format", "runtime.log-format", "`FORMAT` of messages on stderr: text or json")

	root.AddCommand(
		newRunCommand(a),
		newExtractCommand(a),
		newHTMLCommand(a),
		newDedupCommand(a),
		newTrainCommand(a),
		newScoreCommand(a),
		newDecontaminateCommand(a),
		newSelectCommand(a),
		newExplainCommand(a),
		newAnnotationsCommand(a),
		newCatCommand(a),
		newReviewCommand(a),
		newDomainsCommand(a),
		newStatusCommand(a),
		newReportCommand(a),
		newVerifyCommand(a),
		newInspectCommand(a),
		newWARCCommand(a),
		newTaskCommand(a),
		newFastTextCommand(a),
		newVersionCommand(a),
		newConfigCommand(a),
	)
	completes(root, "set", settingKeys)
	completeSettings(root)
	root.InitDefaultCompletionCmd()
	root.SetHelpCommand(newHelpCommand())
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		if cmd.HasSubCommands() {
			cmd.Args, cmd.RunE = subcommandOf, root.RunE
		}
	}
	return root
}

// newHelpCommand is Cobra's, but for its answer to what does not exist.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Say what a command does",
		Long:  "Help prints the help page of a command, as 'mathsieve COMMAND --help' does.",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return usageError{err}
			}
			if len(rest) > 0 {
				return subcommandOf(about, rest)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// subcommandOf refuses what is no subcommand and names the nearest.
func subcommandOf(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := ""
	cmd.SuggestionsMinimumDistance = 2
	if nearest := cmd.SuggestionsFor(args[0]); len(nearest) > 0 {
		hint = "; did you mean " + strings.Join(nearest, " or ") + "?"
	}
	return usageError{fmt.Errorf("unknown command %q for %s%s; see '%s --help'", args[0], cmd.CommandPath(), hint, cmd.CommandPath())}
}

func (a *app) logger() *slog.Logger {
	if a.config.Runtime.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, nil))
	}
	return slog.New(slog.NewTextHandler(a.stderr, nil))
}

// exactlyOne, exactly, atLeastOne and none check positional arguments and say
// what is missing in the words of the command.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError{fmt.Errorf("%s takes one %s, got %d; see '%s --help'", cmd.Name(), what, len(args), cmd.CommandPath())}
		}
		return nil
	}
}

func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("%s takes %s, got %d arguments; see '%s --help'", cmd.Name(), what, len(args), cmd.CommandPath())}
		}
		return nil
	}
}

func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError{fmt.Errorf("%s wants at least one %s; see '%s --help'", cmd.Name(), what, cmd.CommandPath())}
		}
		return nil
	}
}

func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no argument, got %q; see '%s --help'", cmd.Name(), args[0], cmd.CommandPath())}
	}
	return nil
}

// required fails if a flag that a command cannot do without was not given.
func required(cmd *cobra.Command, flags ...string) error {
	var missing []string
	for _, name := range flags {
		if !cmd.Flags().Changed(name) {
			missing = append(missing, "--"+name)
		}
	}
	if len(missing) > 0 {
		return usageError{errors.New(cmd.Name() + " needs " + strings.Join(missing, " and ") + "; see '" + cmd.CommandPath() + " --help'")}
	}
	return nil
}
