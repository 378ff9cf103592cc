package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"mathsieve/internal/warc"
)

func newWARCCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "warc",
		Short: "Look into WARC files",
	}
	cmd.AddCommand(newWARCListCommand(a))
	return cmd
}

func newWARCListCommand(a *app) *cobra.Command {
	format := warc.ListTable
	asJSON := false
	cmd := &cobra.Command{
		Use:   "ls FILE...",
		Short: "List the records of WARC files, and what is damaged",
		Long: `Ls lists every record of WARC files (.warc, .warc.gz, .warc.zst; - is standard
input) with its offset, size, type, date, HTTP status, media type and address.
Damaged places are listed where they are met, and reading goes on behind them.
Exit code 65 says that a file had damage.

` + exitCodes,
		Example: `  mathsieve warc ls crawl.warc.gz
  mathsieve warc ls --json crawl.warc.gz | head`,
		Args: atLeastOne("WARC file"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.useSettings(); err != nil {
				return err
			}
			if asJSON {
				format = warc.ListJSON
			}
			out := bufio.NewWriterSize(a.stdout, 1<<16)
			var failed error
			for _, name := range args {
				failed = errors.Join(failed, a.listWARC(out, name, format))
				if err := out.Flush(); err != nil {
					return err
				}
			}
			return failed
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a record, and one at the end of a file")
	return cmd
}

// errDamaged says that a file was read to its end, but not all of it.
var errDamaged = errors.New("damaged")

func (a *app) listWARC(w io.Writer, name string, format warc.ListFormat) error {
	in := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("open WARC file: %w", err)
		}
		defer f.Close()
		in = f
	}
	stats, err := warc.List(w, in, name, format, a.config.WARC)
	if err != nil {
		return fmt.Errorf("list records: %w", err)
	}
	damages := int64(0)
	for _, n := range stats.Damages {
		damages += n
	}
	if damages > 0 {
		return statedError{fmt.Errorf("list %s: %w in %d places", name, errDamaged, damages), "all intact records are listed"}
	}
	return nil
}
