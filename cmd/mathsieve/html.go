package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract"
)

// errNoText says that a page gave no text.
var errNoText = errors.New("no text in the page")

func newHTMLCommand(a *app) *cobra.Command {
	var in extract.Input
	asJSON := false
	cmd := &cobra.Command{
		Use:   "html FILE",
		Short: "Extract one page of HTML to stdout",
		Long: `Html writes the text of one page as extract would: the main content with its
mathematics as $…$ and $$…$$. FILE is a page as it came from the server, in any
encoding; - is standard input.

` + exitCodes,
		Example: `  curl -s https://example.org/page | mathsieve html -
  mathsieve html page.html --url https://example.org/page --json`,
		Args: exactlyOne("file"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.useSettings(); err != nil {
				return err
			}
			var err error
			if in.Body, err = a.readAll(args[0]); err != nil {
				return err
			}
			if len(bytes.TrimSpace(in.Body)) == 0 {
				return fmt.Errorf("%w: %s is empty", errNoText, inputName(args[0]))
			}
			extractor, err := extract.New(a.config.Extract)
			if err != nil {
				return usageError{err}
			}
			doc := corpus.Document{URL: in.URL}
			if reason := extractor.NewWorker().Extract(in, &doc); reason != "" {
				return fmt.Errorf("%w: %s: %s", errNoText, inputName(args[0]), reason)
			}
			if asJSON {
				line, err := corpus.AppendJSON(nil, &doc)
				if err != nil {
					return err
				}
				_, err = a.stdout.Write(append(line, '\n'))
				return err
			}
			_, err = io.WriteString(a.stdout, doc.Text+"\n")
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.URL, "url", "", "`ADDRESS` of the page, for rules that depend on the site")
	flags.StringVar(&in.ContentType, "content-type", "", "`VALUE` of the Content-Type header")
	flags.BoolVar(&asJSON, "json", false, "print the whole document as JSON")
	a.setting(flags, "whole-page", "extract.whole-page", "keep menus, footers and all other parts of the page")
	return cmd
}

// inputName is what a message calls a file, or standard input.
func inputName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// readAll reads a file, or standard input if the name is "-".
func (a *app) readAll(name string) ([]byte, error) {
	if name == "-" {
		data, err := io.ReadAll(a.stdin)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return data, nil
	}
	return os.ReadFile(name)
}
