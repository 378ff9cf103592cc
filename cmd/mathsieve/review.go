package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/recipe"
	"mathsieve/internal/review"
)

func newReviewCommand(a *app) *cobra.Command {
	listen, who, round := "127.0.0.1:0", a.user(), 0
	cmd := &cobra.Command{
		Use:   "review RUN",
		Short: "Decide in the browser which parts of the web hold mathematics",
		Long: `Review serves a page for the person who annotates: the domains related to
mathematics, the one that would add most first, their hosts and paths as a tree
with counts, sample pages with their text and formulas. Keys say yes, no or
unsure; each decision is saved at once to RUN/annotations.yaml, from which the
next 'mathsieve run' takes what joins the seed.

The address is printed on stderr. It holds a key that is made anew each time:
whoever has it can read the pages and decide. The server listens on loopback only;
from another machine, reach it through a tunnel ('ssh -L 8080:127.0.0.1:PORT HOST')
and open the address with the tunnel's port. Interrupt it when you are done.

` + exitCodes,
		Example: `  mathsieve run --pause-for-review --input crawl/ --out run1
  mathsieve review run1
  mathsieve run --pause-for-review --input crawl/ --out run1`,
		Args: exactlyOne("run folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			run, r, err := a.openRun(args[0])
			if err != nil {
				return err
			}
			l, err := review.Listen(cmd.Context(), listen)
			if isAddressError(err) {
				return usageError{fmt.Errorf("%w; give --listen a loopback address with a port", err)}
			}
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }() // serving has closed it, unless it never began
			source, err := newReviewSource(cmd.Context(), run, r, args[0], round)
			if err != nil {
				return err
			}
			server, err := review.New(cmd.Context(), source, run.FS(), recipe.AnnotationsPath(run.Dir()), review.Options{Who: who})
			if err != nil {
				return err
			}
			a.graceful.Store(true)
			defer a.graceful.Store(false)
			fmt.Fprintf(a.stderr, "review at %s\ninterrupt (Ctrl-C) to end\n", server.Address(l))
			return server.Serve(cmd.Context(), l)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&listen, "listen", listen, "loopback `ADDRESS` to listen on; port 0 takes any that is free")
	flags.StringVar(&who, "who", who, "`NAME` to write into decisions")
	flags.IntVar(&round, "round", 0, "`ROUND` whose domains are shown; 0 is the newest that has any")
	return cmd
}

// isAddressError matches what can be no address to listen on, as opposed to one
// that is taken.
func isAddressError(err error) bool {
	return errors.Is(err, review.ErrNotLoopback) || as[*net.AddrError](err) || as[*net.DNSError](err)
}

// A reviewSource is a run folder as package review wants it.
type reviewSource struct {
	run     *pipeline.Run
	recipe  *recipe.Recipe
	tables  *recipe.DomainTables
	title   string
	domains []review.Summary
	at      []domain.Location // of each of domains
}

// newReviewSource reads the domain tables once and keeps the names and counts
// of those related to mathematics: the ones that would add most come first.
func newReviewSource(ctx context.Context, run *pipeline.Run, r *recipe.Recipe, dir string, round int) (*reviewSource, error) {
	tables, err := r.Domains(run, round)
	if err != nil {
		return nil, err
	}
	title := filepath.Base(dir)
	if full, err := filepath.Abs(dir); err == nil {
		title = filepath.Base(full)
	}
	s := &reviewSource{run: run, recipe: r, tables: tables, title: title}
	type entry struct {
		review.Summary
		at domain.Location
	}
	var entries []entry
	err = tables.Each(ctx, func(d *domain.Domain, at domain.Location) error {
		if d.Name != "" && tables.Options.Mathematical(d.Counts) { // no rule can name pages without a host
			entries = append(entries, entry{review.Summary{Name: d.Name, Counts: d.Counts}, at})
		}
		return nil
	})
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.Uncollected(), a.Uncollected()), cmp.Compare(b.UncollectedTokens(), a.UncollectedTokens()), cmp.Compare(a.Name, b.Name))
	})
	for _, e := range entries {
		s.domains = append(s.domains, e.Summary)
		s.at = append(s.at, e.at)
	}
	return s, err
}

// Title implements [review.Source].
func (s *reviewSource) Title() string { return s.title }

// Round implements [review.Source].
func (s *reviewSource) Round() int { return s.tables.Round }

// Cut implements [review.Source].
func (s *reviewSource) Cut() float32 { return s.tables.Cut }

// Domains implements [review.Source].
func (s *reviewSource) Domains() []review.Summary { return s.domains }

// Domain implements [review.Source].
func (s *reviewSource) Domain(_ context.Context, i int) (*domain.Domain, error) {
	return s.tables.ReadAt(s.at[i])
}

// Documents implements [review.Source].
func (s *reviewSource) Documents(ctx context.Context, refs []review.Ref, give func(review.Ref, review.Document) error) error {
	pages := make([]recipe.PageRef, len(refs))
	for i, ref := range refs {
		pages[i] = recipe.PageRef(ref)
	}
	return s.recipe.Pages(ctx, s.run, s.tables.Round, pages, func(p recipe.Page) error {
		return give(review.Ref(p.PageRef), review.Document{URL: p.URL, Title: p.Title, Text: p.Text, Tokens: p.Tokens})
	})
}

var _ review.Source = (*reviewSource)(nil)
