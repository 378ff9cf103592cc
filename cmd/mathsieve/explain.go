package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mathsieve/internal/recipe"
)

func newExplainCommand(a *app) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "explain RUN URL|ID",
		Short: "Say why a page was kept or dropped, at every stage",
		Long: `Explain prints what became of a page: of every capture of it in the input, where
the record stands, why it became no document, which document it repeats, how
similar the two are and in which band they met, its score and tokens, the
benchmark text in it, and the tier that took it or the cut that it missed.

A page is named by its address in any spelling: captures are found by the
canonical form, without campaign parameters, session numbers and the like. Or by
the id of a document, as 'mathsieve cat' prints it. An address is looked up in
the keys of deduplication; for an id, and in runs without those, all documents
are read. A run that is not finished is explained as far as it has come.

` + exitCodes,
		Example: `  mathsieve explain run1 'http://www.example.org/page?utm_source=feed'
  mathsieve explain run1 5f0c8a52-0b4e-4c39-9d0e-3b8f4f1f2a11 --json | jq '.captures[].outcome'`,
		Args: exactly(2, "a run folder and a URL or an id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			run, r, err := a.openRun(args[0])
			if err != nil {
				return err
			}
			found, err := r.Explain(cmd.Context(), run, args[1])
			if err != nil && !errors.Is(err, recipe.ErrNotFound) {
				return err
			}
			out := bufio.NewWriter(a.stdout)
			if asJSON {
				enc := json.NewEncoder(out)
				enc.SetIndent("", "  ")
				enc.SetEscapeHTML(false)
				err = errors.Join(err, enc.Encode(found))
			} else {
				printExplanation(out, found)
			}
			if flushErr := out.Flush(); err == nil {
				err = flushErr
			}
			if errors.Is(err, recipe.ErrNotFound) {
				return statedError{err, searched(found)}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// searched says how far a search in vain went.
func searched(e *recipe.Explanation) string {
	text := "looked through "
	if e.Done == e.Inputs {
		text += "all " + strconv.Itoa(e.Inputs) + " inputs"
	} else {
		text += strconv.Itoa(e.Done) + " of " + strconv.Itoa(e.Inputs) + " inputs, the others are not extracted yet"
	}
	if e.Canonical != "" {
		text += ", for " + e.Canonical
	}
	return text
}

func printExplanation(w io.Writer, e *recipe.Explanation) {
	for i := range e.Captures {
		if i > 0 {
			fmt.Fprintln(w)
		}
		printCapture(w, &e.Captures[i])
	}
}

func printCapture(w io.Writer, c *recipe.Capture) {
	line := func(label, text string) { fmt.Fprintf(w, "  %-14s %s\n", label, oneLine(text)) }
	last := c.Steps[len(c.Steps)-1]
	head := c.Outcome
	switch c.Outcome {
	case recipe.OutcomeDropped, recipe.OutcomeSkipped:
		head += " by " + c.Stage + ": " + string(last.Reason)
	case recipe.OutcomePending:
		head += ": " + c.Stage + " is not finished"
	case recipe.OutcomeKept:
		if last.Tier != "" {
			head += " in " + last.Tier
		}
	}
	if c.Role != "pool" {
		head += " (" + c.Role + " page of the seed)"
	}
	fmt.Fprintln(w, oneLine(head))
	line("id", c.ID)
	line("url", c.URL)
	record := c.File + " at " + strconv.FormatInt(c.Offset, 10)
	if c.Date != "" {
		record += ", " + c.Date
	}
	line("record", record)
	for i := range c.Steps {
		line(c.Steps[i].Stage, stepText(&c.Steps[i]))
	}
}

// stepText tells a step in words.
func stepText(s *recipe.CaptureStep) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch {
	case s.Outcome == recipe.OutcomePending:
		return "not finished"
	case s.Reason != "":
		add("%s: %s", s.Outcome, s.Reason)
	case s.Outcome == recipe.OutcomeKept:
		add("kept")
	}
	if s.Detail != "" {
		add("%s", s.Detail)
	}
	if s.TextBytes > 0 {
		add("%d bytes of text, %d formulas", s.TextBytes, s.Formulas)
	}
	if s.Twin != nil {
		add("repeats %s", nameOf(s.Twin))
	}
	if s.Band != nil {
		add("similarity %.3f, found in band %d", s.Similarity, *s.Band)
	}
	if s.Kept != nil {
		add("which was dropped in turn; kept is %s", nameOf(s.Kept))
	}
	switch {
	case s.Score != nil:
		add("%s", probability(*s.Score, 6))
	case s.Tokens != nil:
		add("%d", *s.Tokens)
	case s.Outcome == recipe.OutcomeFound && s.Detail == "":
		add("none")
	}
	if s.Tier != "" {
		add("%s", s.Tier)
	}
	if s.Cut != nil {
		add("the cut is at %s", probability(*s.Cut, 6))
	}
	if s.File != "" {
		add("in %s", s.File)
	}
	return strings.Join(parts, ", ")
}

func nameOf(d *recipe.TwinDocument) string {
	name := d.ID
	if d.URL != "" {
		name += " " + d.URL
	}
	if d.Date != "" {
		name += ", " + d.Date
	}
	if d.In != "" {
		name += " of the kept corpus " + d.In
	}
	return name
}
