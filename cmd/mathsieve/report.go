package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/recipe"
	"mathsieve/internal/report"
)

const reportFile = "report.html"

func newReportCommand(a *app) *cobra.Command {
	out := ""
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Write what a finished run did as one page of HTML",
		Long: `Report writes one page of HTML about a finished run: where records and documents
went, the tiers and their cuts, the rounds of the loop, the quality of the classifier,
the scores of the pool, pages just above and just below the cut, the domains of
mathematics, the formulas by form with what became of them, duplicates, benchmarks
and settings. The page needs no network and runs no script: it can be kept, mailed
and printed. 'mathsieve run' writes it at its end.

It goes to RUN/report.html, or to --out; '-' is stdout. Equal runs have equal reports.

` + exitCodes,
		Example: `  mathsieve report run1
  mathsieve report run1 --out - > run1.html`,
		Args: exactlyOne("run folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			run, r, err := a.openRun(args[0])
			if err != nil {
				return err
			}
			if _, err := r.FinishedDir(run); err != nil {
				return fmt.Errorf("report on %s: %w", run.Dir(), err)
			}
			return a.writeReport(cmd.Context(), run, r, cmp.Or(out, filepath.Join(run.Dir(), reportFile)))
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "`FILE` to write; - is stdout (default RUN/"+reportFile+")")
	return cmd
}

// writeReport writes the report of a finished run to a file, and says where it
// is, or to stdout for "-".
func (a *app) writeReport(ctx context.Context, run *pipeline.Run, r *recipe.Recipe, to string) error {
	a.graceful.Store(true) // there are temporary files to remove
	defer a.graceful.Store(false)
	rep, err := a.gatherReport(ctx, run, r)
	if err != nil {
		return fmt.Errorf("report on %s: %w", run.Dir(), err)
	}
	var page bytes.Buffer
	if err := rep.Write(&page); err != nil {
		return err
	}
	if to == "-" {
		_, err := page.WriteTo(a.stdout)
		return err
	}
	if err := publish(&page, to); err != nil {
		return outputError{err}
	}
	fmt.Fprintf(a.stdout, "report: %s\n", to)
	return nil
}

// gatherReport gathers the figures of a finished run.
func (a *app) gatherReport(ctx context.Context, run *pipeline.Run, r *recipe.Recipe) (*report.Report, error) {
	funnel, err := r.Funnel(run)
	if err != nil {
		return nil, err
	}
	rounds, err := r.Rounds(run)
	if err != nil {
		return nil, err
	}
	rep := &report.Report{Title: "mathsieve " + r.Plan.Recipe, Subtitle: "plan " + run.Plan().Hash + ", output version " + run.Plan().Version}
	add := func(sections ...report.Section) { rep.Sections = append(rep.Sections, sections...) }
	add(funnelSection(funnel))
	cuts, err := r.Cuts(run)
	if err != nil {
		return nil, err
	}
	if cuts != nil {
		add(tiersSection(cuts))
	}
	if len(rounds) > 0 {
		add(roundsSection(rounds))
	}
	if r.Trains() {
		trained, err := r.TrainReport(run)
		if err != nil {
			return nil, err
		}
		add(classifierSection(trained))
	}
	if len(rounds) > 0 {
		sections, err := a.domainSections(ctx, run, r)
		if err != nil {
			return nil, err
		}
		add(sections...)
	}
	for _, section := range []func(*pipeline.Run, *recipe.Recipe) (report.Section, error){formulaSection, duplicateSection, benchmarkSection, settingsSection} {
		s, err := section(run, r)
		if err != nil {
			return nil, err
		}
		if len(s.Tables) > 0 {
			add(s)
		}
	}
	rep.Facts = facts(r, funnel, cuts)
	return rep, nil
}

const (
	reportedDomains = 50 // of those that would add most, and those with lost formulas
	reportedPages   = 8  // on each side of the cut
)

// domainSections tell of the newest round's scores, of pages near its cut, and of
// the domains.
func (a *app) domainSections(ctx context.Context, run *pipeline.Run, r *recipe.Recipe) ([]report.Section, error) {
	tables, err := r.Domains(run, 0)
	if err != nil {
		return nil, err
	}
	scores, near := scoreCounts{}, cutSamples{}
	err = tables.Each(ctx, func(d *domain.Domain, _ domain.Location) error {
		scores.add(d.Scores)
		near.add(d.Near)
		return nil
	})
	if err != nil {
		return nil, err
	}
	section := report.Section{
		Title: "Domains",
		Note: fmt.Sprintf("Registrable domains related to mathematics: more than %s of their pages were collected, of at least %d seen. "+
			"First those with the most pages that were not collected; 'mathsieve domains' lists all.", percent(tables.Options.Share), tables.Options.MinPages),
	}
	table := report.Table{Columns: columns("domain*", "pages", "collected", "share", "not collected", "tokens", "of them collected", "median score")}
	list := recipe.DomainList{
		Order: domain.ByUncollected, Limit: reportedDomains, Memory: int64(a.config.Runtime.Memory) / 4,
		Wanted: func(d *domain.Domain) bool { return tables.Options.Mathematical(d.Counts) },
	}
	err = list.List(ctx, tables, func(d *domain.Domain) error {
		median := "-"
		if d.Scores.Pages() > 0 {
			median = probability(d.Scores.Quantile(0.5), 3)
		}
		table.Rows = append(table.Rows, []report.Cell{
			{Text: cmp.Or(d.Name, "no host")},
			count(d.Pages), count(d.Collected),
			{Text: percent(d.Share()), Bar: d.Share()},
			count(d.Uncollected()), count(d.Tokens), count(d.CollectedTokens),
			{Text: median},
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	section.Tables = []report.Table{table}
	pages, err := near.section(ctx, run, r, tables.Round)
	return []report.Section{scores.section(tables.Cut), pages, section}, err
}

// cutSamples are the pages nearest the cut of those that the domains name: the
// worst that were collected, and the best that were not.
type cutSamples struct{ in, out []domain.Sample }

func (c *cutSamples) add(near []domain.Sample) {
	for _, s := range near {
		if s.Collected {
			c.in = append(c.in, s)
		} else {
			c.out = append(c.out, s)
		}
	}
	if len(c.in) > 16*reportedPages {
		c.in = nearest(c.in, 1)
	}
	if len(c.out) > 16*reportedPages {
		c.out = nearest(c.out, -1)
	}
}

// nearest returns the samples that are nearest the cut, in the order of their
// scores, ascending for the sign 1.
func nearest(samples []domain.Sample, sign float32) []domain.Sample {
	slices.SortFunc(samples, func(a, b domain.Sample) int {
		return cmp.Or(cmp.Compare(sign*a.Logit, sign*b.Logit), cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.Row, b.Row))
	})
	return samples[:min(len(samples), reportedPages)]
}

func (c *cutSamples) section(ctx context.Context, run *pipeline.Run, r *recipe.Recipe, round int) (report.Section, error) {
	section := report.Section{
		Title: "At the cut",
		Note: "The weakest pages that the last round collected, the weakest first, and the best that it did not, the best first, of the samples " +
			"that each domain keeps. What stands here decides whether the budget is too large or too small.",
	}
	samples := append(nearest(c.in, 1), nearest(c.out, -1)...)
	refs := make([]recipe.PageRef, len(samples))
	for i, s := range samples {
		refs[i] = recipe.PageRef{Pack: s.Pack, Row: s.Row}
	}
	section.Quotes = make([]report.Quote, len(samples))
	err := r.Pages(ctx, run, round, refs, func(p recipe.Page) error {
		i := slices.Index(refs, p.PageRef)
		verdict := "collected"
		if !samples[i].Collected {
			verdict = "not collected"
		}
		section.Quotes[i] = report.Quote{Mark: probability(p.Score, 4) + " " + verdict, Title: p.Title, Address: p.URL, Text: beginning(p.Text)}
		return nil
	})
	if err != nil {
		return section, errors.Join(errors.New("read pages at the cut"), err)
	}
	return section, nil
}
