package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"mathsieve/internal/annotation"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
)

const (
	// annotationsWait is how long a command waits for another process that
	// is writing the file.
	annotationsWait = 10 * time.Second
	// annotationsNone is the word that takes a rule away.
	annotationsNone = "none"
)

// errConflicts says that two files of annotations decide differently.
var errConflicts = errors.New("the files decide differently")

func newAnnotationsCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "annotations",
		Short: "Check, merge and change what people decided about sites",
		Long: `Annotations are rules by host or domain and path that say whether the pages there
hold mathematics: yes, no or unsure. A run reads them from RUN/annotations.yaml
when it chooses the pages of the next round.

A TARGET is HOST, HOST/PATH, *.DOMAIN or *.DOMAIN/PATH, or the address of a page.
A path covers all below it by whole segments. With one of * ? $ it is a pattern:

  example.org                 one host
  *.example.org/math          a path on a domain and all hosts below it
  example.org/~*/notes        * stands for any part of a segment
  example.org/**/*.pdf        ** for any number of segments
  example.org/forum.php?f=5   with that parameter, among others
  example.org/$               the home page alone

The most specific rule holds: a host before a domain, a longer path before a
shorter, a path before a pattern.

` + exitCodes,
		Example: `  mathsieve annotations set run1 '*.example.org/math' yes --note "lecture notes"
  mathsieve annotations list run1
  mathsieve annotations merge anna.yaml berta.yaml --out annotations.yaml`,
	}
	cmd.AddCommand(
		newAnnotationsCheckCommand(a),
		newAnnotationsListCommand(a),
		newAnnotationsSetCommand(a),
		newAnnotationsUndoCommand(a),
		newAnnotationsMergeCommand(a),
	)
	return cmd
}

// annotationStore opens the annotations of a run folder, or a file.
func annotationStore(path string) (*annotation.Store, string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && filepath.Ext(path) == "":
		return nil, "", fmt.Errorf("annotations: %w", err)
	case err == nil && info.IsDir():
		if !recipe.IsRun(path) {
			return nil, "", fmt.Errorf("%w: %s", pipeline.ErrNoRun, path)
		}
		path = recipe.AnnotationsPath(path)
	}
	return annotation.NewStore(storage.OS(), path), path, nil
}

// loadAnnotations reads annotations that must be there.
func loadAnnotations(path string) (*annotation.File, string, error) {
	store, path, err := annotationStore(path)
	if err != nil {
		return nil, "", err
	}
	file, revision, err := store.Load()
	if err == nil && revision == "" {
		err = fmt.Errorf("annotations: %w", &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist})
	}
	return file, path, err
}

func newAnnotationsCheckCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "check RUN|FILE...",
		Short:   "Say whether files of annotations are sound",
		Long:    "Check reads files of annotations, says how many rules they have, or everything that is\nwrong with the first that is not sound, by line and column.\n\n" + exitCodes,
		Example: "  mathsieve annotations check annotations.yaml",
		Args:    atLeastOne("run folder or file"),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, arg := range args {
				file, path, err := loadAnnotations(arg)
				if err != nil {
					return err
				}
				count := map[annotation.Verdict]int{}
				for _, r := range file.Rules() {
					count[r.Verdict]++
				}
				fmt.Fprintf(a.stdout, "%s: %d rules: %d yes, %d no, %d unsure\n", oneLine(path), len(file.Rules()),
					count[annotation.Yes], count[annotation.No], count[annotation.Unsure])
			}
			return nil
		},
	}
}

func newAnnotationsListCommand(a *app) *cobra.Command {
	format := "tsv"
	cmd := &cobra.Command{
		Use:   "list RUN|FILE",
		Short: "Print rules, a line each",
		Long: `List prints the rules in the order of the file: target, verdict, who, when and note
with tabs between them, or as JSON.

` + exitCodes,
		Example: "  mathsieve annotations list run1 | grep -w unsure",
		Args:    exactlyOne("run folder or file"),
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "tsv" && format != "jsonl" {
				return usageError{fmt.Errorf("unknown format %q; known are tsv, jsonl", format)}
			}
			file, _, err := loadAnnotations(args[0])
			if err != nil {
				return err
			}
			out := bufio.NewWriter(a.stdout)
			enc := json.NewEncoder(out)
			enc.SetEscapeHTML(false)
			for _, r := range file.Rules() {
				if format == "jsonl" {
					if err := enc.Encode(r); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintln(out, ruleLine(r))
			}
			return out.Flush()
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "`FORMAT`: tsv or jsonl")
	completes(cmd, "format", words("tsv", "jsonl"))
	return cmd
}

// ruleLine is a rule with tabs between its parts.
func ruleLine(r annotation.Rule) string {
	when := ""
	if !r.When.IsZero() {
		when = r.When.Format(time.RFC3339)
	}
	fields := []string{r.String(), r.Verdict.String(), r.Who, when, r.Note}
	for i, field := range fields {
		fields[i] = escape(field, func(r rune) bool { return !unicode.IsPrint(r) })
	}
	return strings.TrimRight(strings.Join(fields, "\t"), "\t")
}

func newAnnotationsSetCommand(a *app) *cobra.Command {
	who, note := a.user(), ""
	cmd := &cobra.Command{
		Use:   "set RUN|FILE TARGET yes|no|unsure|none",
		Short: "Decide about a target",
		Long: `Set writes one rule, in the place of the one for the same target if there is one;
none takes it away. The decision is kept in the history, for undo. It is safe while
the review page or another command changes the same file.

` + exitCodes,
		Example: `  mathsieve annotations set run1 https://example.org/math/ yes
  mathsieve annotations set run1 '*.example.org/blog' no --note "news"`,
		Args: exactly(3, "a run folder or file, a target and a verdict"),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := annotation.ParseTarget(args[1])
			if err != nil {
				return err
			}
			rule := annotation.Rule{Target: target, Who: who, When: time.Now(), Note: note}
			if args[2] != annotationsNone {
				if rule.Verdict, err = annotation.ParseVerdict(args[2]); err != nil {
					return err
				}
			}
			store, _, err := annotationStore(args[0])
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), annotationsWait)
			defer cancel()
			_, err = store.Update(ctx, annotation.By{Who: who, When: rule.When}, func(f *annotation.File, _ annotation.Revision) error {
				if rule.Verdict == annotation.None {
					f.Remove(target)
					return nil
				}
				return f.Set(rule)
			})
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&who, "who", who, "`NAME` of the person who decides")
	flags.StringVar(&note, "note", "", "`TEXT` to remember")
	return cmd
}

// user is the name that goes into decisions unless another is given: that of
// the environment, else the one that the system has.
func (a *app) user() string {
	for _, pair := range a.environ {
		if name, ok := strings.CutPrefix(pair, "USER="); ok {
			return name
		}
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

func newAnnotationsUndoCommand(a *app) *cobra.Command {
	who := a.user()
	cmd := &cobra.Command{
		Use:   "undo RUN|FILE",
		Short: "Take back the latest decision",
		Long: `Undo takes back the latest decision that was not taken back, whoever made it, on the
review page or here, and prints what holds now. A rule that was edited by hand since
is left alone.

` + exitCodes,
		Example: "  mathsieve annotations undo run1",
		Args:    exactlyOne("run folder or file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, _, err := annotationStore(args[0])
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), annotationsWait)
			defer cancel()
			entry, _, err := store.Undo(ctx, annotation.By{Who: who, When: time.Now()})
			if err != nil {
				return err
			}
			for _, c := range entry.Changes {
				if c.After != nil {
					fmt.Fprintln(a.stdout, ruleLine(*c.After))
				} else {
					fmt.Fprintf(a.stdout, "%s\t%s\n", c.Before.Target, annotationsNone)
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&who, "who", who, "`NAME` of the person who undoes")
	return cmd
}

func newAnnotationsMergeCommand(a *app) *cobra.Command {
	out := ""
	unsure, force := false, false
	cmd := &cobra.Command{
		Use:   "merge FILE FILE --out FILE",
		Short: "Put the decisions of two people together",
		Long: `Merge writes the rules of two files to a third. Of equal decisions the later is kept.
Targets about which the files decide differently are printed, with both rules, and
nothing is written; with --unsure these targets become unsure.

` + exitCodes,
		Example: "  mathsieve annotations merge anna.yaml berta.yaml --out both.yaml",
		Args:    exactly(2, "two files"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, "out"); err != nil {
				return err
			}
			var files [2]*annotation.File
			for i, arg := range args {
				var err error
				if files[i], _, err = loadAnnotations(arg); err != nil {
					return err
				}
			}
			merged, conflicts := annotation.Merge(files[0], files[1])
			for _, c := range conflicts {
				fmt.Fprintf(a.stdout, "%s\n%s\n", ruleLine(c.A), ruleLine(c.B))
				if !unsure {
					continue
				}
				note := fmt.Sprintf("%s: %s; %s: %s", orUnknown(c.A.Who), c.A.Verdict, orUnknown(c.B.Who), c.B.Verdict)
				rule := annotation.Rule{Target: c.A.Target, Verdict: annotation.Unsure, When: latest(c.A.When, c.B.When), Note: note}
				if err := merged.Set(rule); err != nil {
					return err
				}
			}
			if len(conflicts) > 0 && !unsure {
				return fmt.Errorf("%w about %d targets", errConflicts, len(conflicts))
			}
			return writeWhole(out, merged.Marshal(), force)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&out, "out", "", "`FILE` to write")
	flags.BoolVar(&unsure, "unsure", false, "make targets unsure about which the files decide differently")
	flags.BoolVar(&force, "force", false, "replace a file that is there")
	return cmd
}

func orUnknown(who string) string {
	if who == "" {
		return "unknown"
	}
	return who
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// writeWhole writes a file that is whole or absent.
func writeWhole(path string, data []byte, force bool) error {
	err := storage.WriteFile(storage.OS(), path, data, func() bool { return force })
	if errors.Is(err, storage.ErrConflict) {
		return &fs.PathError{Op: "write", Path: path, Err: fs.ErrExist}
	}
	return err
}
