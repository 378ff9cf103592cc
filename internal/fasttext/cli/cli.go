package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Streams are what a command reads and writes: data on Out, talk on Err.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// A UsageError says that the command line is wrong. Its text is fit for the
// user and ends with the usage of the command.
type UsageError struct {
	// Problem is what is wrong with the command line; empty if nothing but the
	// usage was asked for.
	Problem string
	// Usage is how to call the command.
	Usage string
	// Unknown says that there is no such command; Usage lists those there are.
	Unknown bool
}

// Error implements error.
func (e *UsageError) Error() string {
	return strings.TrimPrefix(e.Problem+"\n\n"+e.Usage, "\n\n")
}

// command is one fastText command; args are what follows its name.
type command struct {
	name, arguments, summary string
	run                      func(ctx context.Context, args []string, s Streams) error
}

func commands() []command {
	return []command{
		{"supervised", "-input FILE -output NAME [flags]", "train a supervised classifier", supervised},
		{"quantize", "-output NAME [flags]", "quantize NAME.bin into NAME.ftz", quantize},
		{"test", "MODEL DATA [K] [THRESHOLD] [-thread N]", "evaluate a supervised classifier", testTotal},
		{"test-label", "MODEL DATA [K] [THRESHOLD] [-thread N]", "print labels with precision and recall scores", testLabels},
		{"predict", "MODEL DATA [K] [THRESHOLD] [-thread N]", "predict most likely labels", predictLabels},
		{"predict-prob", "MODEL DATA [K] [THRESHOLD] [-thread N] [-exact]", "predict most likely labels with probabilities", predictProbabilities},
		{"print-word-vectors", "MODEL", "print the vectors of the words on standard input", printWordVectors},
		{"print-sentence-vectors", "MODEL", "print the vectors of the lines on standard input", printSentenceVectors},
		{"nn", "MODEL [K]", "print the nearest neighbours of the words on standard input", nearestNeighbours},
		{"print-ngrams", "MODEL WORD", "print the vectors of the character n-grams of a word", printNgrams},
		{"analogies", "MODEL [K]", "print the words nearest to A - B + C for triplets on standard input", analogies},
		{"dump", "MODEL args|dict|input|output", "print a part of a model", dump},
	}
}

// Usage returns the list of commands.
func Usage() string {
	var b strings.Builder
	b.WriteString("usage: fasttext <command> <args>\n\nThe commands are:\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-24s%s\n", c.name, c.summary)
	}
	return b.String()
}

// Run executes a command line, args[0] being the name of the command.
func Run(ctx context.Context, args []string, s Streams) error {
	if len(args) == 0 {
		return &UsageError{Usage: Usage()}
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		var err error = &UsageError{}
		if len(args) < 2 || !slices.Contains([]string{"-h", "-help", "--help"}, args[1]) {
			err = c.run(ctx, args[1:], s)
		}
		var usage *UsageError
		if errors.As(err, &usage) && usage.Usage == "" {
			usage.Usage = fmt.Sprintf("usage: fasttext %s %s\n", c.name, c.arguments)
			if c.name == "supervised" || c.name == "quantize" {
				usage.Usage += "\n" + flagHelp()
			}
		}
		return err
	}
	return &UsageError{Problem: fmt.Sprintf("unknown command %q", args[0]), Usage: Usage(), Unknown: true}
}

func usagef(format string, args ...any) error {
	return &UsageError{Problem: fmt.Sprintf(format, args...)}
}
