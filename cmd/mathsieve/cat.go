package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"mathsieve/internal/corpus"
	"mathsieve/internal/recipe"
)

func newCatCommand(a *app) *cobra.Command {
	o := catOptions{}
	fields := ""
	format := "jsonl"
	cmd := &cobra.Command{
		Use:   "cat RUN|DOCS",
		Short: "Print documents, dropped documents, or skipped records",
		Long: `Cat prints what a run folder or any document shards hold, a line each.

Of a run folder it prints the corpus; with --dropped the documents that were
dropped, each with its reason and the document that was kept instead; with
--skipped the records of the input that became no document; with --pool all
documents that extraction made; with --round the pages that a round of the loop has
collected, whether or not it was the last, and with --round and --expanded those that
it added to the seed. Of shards it prints the documents.

Fields: ` + strings.Join(recipe.Fields()[:9], ", ") + `,
` + strings.Join(recipe.Fields()[9:], ", ") + `

` + exitCodes,
		Example: `  mathsieve cat run1 --fields score,tokens,url --format tsv | head
  mathsieve cat run1 --dropped --fields reason,url,twin
  mathsieve cat run1 --skipped --fields reason,file,offset,detail`,
		Args: exactlyOne("run folder, document folder or file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.parse(fields, format); err != nil {
				return usageError{err}
			}
			if recipe.IsRun(args[0]) {
				a.runDir = args[0]
			}
			out := bufio.NewWriterSize(a.stdout, 1<<16)
			err := o.cat(cmd.Context(), args[0], func(row recipe.Row) error { return o.print(out, row) })
			if flushErr := out.Flush(); err == nil {
				err = flushErr
			}
			return a.inRun(args[0], err)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&fields, "fields", "", "`FIELDS` to print, with commas between them; all that are known by default")
	flags.StringVar(&format, "format", "jsonl", "`FORMAT`: jsonl or tsv")
	flags.BoolVar(&o.dropped, "dropped", false, "print the documents that were dropped")
	flags.BoolVar(&o.skipped, "skipped", false, "print the records that became no document")
	flags.BoolVar(&o.pool, "pool", false, "print all documents that extraction made")
	flags.IntVar(&o.round, "round", 0, "print what round `N` of the loop has collected, with its scores")
	flags.BoolVar(&o.expanded, "expanded", false, "with --round: print the pages that the round added to the next seed")
	completes(cmd, "fields", rowFields)
	completes(cmd, "format", words("jsonl", "tsv"))
	return cmd
}

type catOptions struct {
	dropped, skipped, pool bool
	round                  int
	expanded               bool

	what   recipe.CatWhat
	fields []string
	tsv    bool
}

func (o *catOptions) parse(fields, format string) error {
	switch {
	case o.dropped && o.skipped, o.dropped && o.pool, o.skipped && o.pool:
		return errors.New("give one of --dropped, --skipped and --pool")
	case o.round < 0:
		return fmt.Errorf("round: %d is negative", o.round)
	case o.round > 0 && (o.dropped || o.skipped || o.pool):
		return errors.New("--dropped, --skipped and --pool are the same in every round")
	case o.expanded && o.round == 0:
		return errors.New("give --round with --expanded")
	case o.dropped:
		o.what = recipe.CatDropped
	case o.skipped:
		o.what = recipe.CatSkipped
	case o.pool:
		o.what = recipe.CatPool
	}
	for field := range strings.SplitSeq(fields, ",") {
		if field = strings.TrimSpace(field); field != "" {
			if !slices.Contains(recipe.Fields(), field) {
				return fmt.Errorf("unknown field %q; known are %s", field, strings.Join(recipe.Fields(), ", "))
			}
			o.fields = append(o.fields, field)
		}
	}
	switch format {
	case "jsonl":
	case "tsv":
		o.tsv = true
		if len(o.fields) == 0 {
			o.fields = []string{"id", "url", "score", "tokens", "reason", "twin"}
		}
	default:
		return fmt.Errorf("format %q is neither jsonl nor tsv", format)
	}
	return nil
}

// cat gives the rows that the options ask for.
func (o *catOptions) cat(ctx context.Context, path string, give func(recipe.Row) error) error {
	switch {
	case o.expanded:
		return recipe.CatRound(ctx, path, o.round, recipe.RoundExpanded, give)
	case o.round > 0:
		return recipe.CatRound(ctx, path, o.round, recipe.RoundCollected, give)
	}
	return recipe.Cat(ctx, path, o.what, give)
}

// print writes one row. Fields that a row does not have are left out of JSON
// and empty in a table.
func (o *catOptions) print(w io.Writer, row recipe.Row) error {
	fields := o.fields
	if len(fields) == 0 {
		for _, f := range recipe.Fields() {
			if _, ok := row[f]; ok {
				fields = append(fields, f)
			}
		}
	}
	if o.tsv {
		return printTSV(w, fields, row)
	}
	var b strings.Builder
	b.WriteByte('{')
	n := 0
	for _, f := range fields {
		value, ok := row[f]
		if !ok {
			continue
		}
		encoded, err := encodeJSON(value)
		if err != nil {
			return err
		}
		if n > 0 {
			b.WriteByte(',')
		}
		n++
		b.WriteString(strconv.Quote(f) + ":" + encoded)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func printTSV(w io.Writer, fields []string, row recipe.Row) error {
	blank := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
	cells := make([]string, len(fields))
	for i, f := range fields {
		switch value := row[f].(type) {
		case nil:
		case string:
			cells[i] = escape(blank.Replace(value), unicode.IsControl)
		case corpus.Reason:
			cells[i] = escape(blank.Replace(string(value)), unicode.IsControl)
		default:
			encoded, err := encodeJSON(value)
			if err != nil {
				return err
			}
			cells[i] = encoded
		}
	}
	_, err := io.WriteString(w, strings.Join(cells, "\t")+"\n")
	return err
}

// encodeJSON writes a value as JSON without control characters, which JSON
// itself asks for only below U+0020.
func encodeJSON(value any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return "", err
	}
	encoded := strings.TrimSuffix(b.String(), "\n")
	if !strings.ContainsFunc(encoded, unicode.IsControl) {
		return encoded, nil
	}
	var safe strings.Builder
	for _, r := range encoded {
		if unicode.IsControl(r) {
			fmt.Fprintf(&safe, `\u%04x`, r)
		} else {
			safe.WriteRune(r)
		}
	}
	return safe.String(), nil
}
