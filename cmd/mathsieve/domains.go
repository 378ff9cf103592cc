package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"mathsieve/internal/rank/domain"
	"mathsieve/internal/recipe"
)

// domainOptions are the flags of the command domains.
type domainOptions struct {
	format, by, order string
	round, limit      int
	all               bool
	minScore          float64
}

func newDomainsCommand(a *app) *cobra.Command {
	o := domainOptions{}
	cmd := &cobra.Command{
		Use:   "domains RUN|DOCS",
		Short: "List the domains that are related to mathematics",
		Long: `Domains lists the registrable domains of a run that are related to mathematics: more
than domains.share of their pages were collected, of at least domains.min-pages seen.
For each it gives the pages and tokens seen and collected, the share of the
pages, and quantiles of the score; with --by host or --by path also for the hosts, or
the hosts and the paths, of each domain. First come the domains that would add most:
those with the most pages that were not collected (uncollected).

Of a run, the newest round is shown, or --round; collected are the pages within the
budget of rounds.collect. Of scored documents, all from --min-score on are collected.
In columns of tokens, - stands where the documents have no token_count.

` + exitCodes,
		Example: `  mathsieve domains run1 | head
  mathsieve domains run1 --by path --format tsv --order share
  mathsieve domains scored/ --min-score 0.8 --all --format json | jq .name`,
		Args: exactlyOne("run folder, document folder or file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(); err != nil {
				return usageError{err}
			}
			if err := a.useSettings(); err != nil {
				return err
			}
			return a.domains(cmd.Context(), args[0], o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.format, "format", "table", "`FORMAT`: table, tsv or json (an object for each domain)")
	flags.StringVar(&o.by, "by", "domain", "`LEVEL` of detail: domain, host or path")
	flags.StringVar(&o.order, "order", string(domain.ByUncollected), "`ORDER`: uncollected, pages, collected (pages each) or share, greatest first")
	flags.IntVar(&o.round, "round", 0, "`ROUND` of the run; 0 is the newest")
	flags.IntVar(&o.limit, "limit", 0, "list so many domains; 0 is all")
	flags.BoolVar(&o.all, "all", false, "list all domains, not only those related to mathematics")
	flags.Float64Var(&o.minScore, "min-score", 0.5, "`SCORE` from which documents count as collected; not for runs")
	a.setting(flags, "share", "domains.share", "share above which a domain is related to mathematics")
	a.setting(flags, "min-pages", "domains.min-pages", "pages that a domain needs to be judged")
	completes(cmd, "format", words("table", "tsv", "json"))
	completes(cmd, "by", words("domain", "host", "path"))
	completes(cmd, "order", words(orders()...))
	return cmd
}

// orders are the names of the orders that there are.
func orders() (names []string) {
	for _, o := range domain.Orders() {
		names = append(names, string(o))
	}
	return names
}

func (o *domainOptions) validate() error {
	switch {
	case !slices.Contains([]string{"table", "tsv", "json"}, o.format):
		return fmt.Errorf("format %q is none of table, tsv, json", o.format)
	case !slices.Contains([]string{"domain", "host", "path"}, o.by):
		return fmt.Errorf("--by %q is none of domain, host, path", o.by)
	case !slices.Contains(domain.Orders(), domain.Order(o.order)):
		return fmt.Errorf("order %q is none of %v", o.order, domain.Orders())
	case o.round < 0 || o.limit < 0:
		return errors.New("round and limit are not negative")
	case !(o.minScore >= 0 && o.minScore <= 1):
		return fmt.Errorf("min-score %v is not in [0, 1]", o.minScore)
	}
	return nil
}

// domains lists the domains of a run or of documents.
func (a *app) domains(ctx context.Context, path string, o domainOptions) (err error) {
	a.graceful.Store(true) // there are temporary files to remove
	defer a.graceful.Store(false)
	memory := int64(a.config.Runtime.Memory) / 4
	tables, remove, err := a.domainTables(ctx, path, o, memory)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	list := recipe.DomainList{
		Order: domain.Order(o.order), Limit: o.limit, Memory: memory,
		Wanted: func(d *domain.Domain) bool { return o.all || a.config.Domains.Mathematical(d.Counts) },
	}
	out := bufio.NewWriter(a.stdout)
	give := o.printer(out, a.config.Domains)
	if err := list.List(ctx, tables, give); err != nil {
		return err
	}
	return out.Flush()
}

// domainTables finds the tables of a run, or counts the documents of shards and
// of the folders that other commands made; remove ends their use.
func (a *app) domainTables(ctx context.Context, path string, o domainOptions, memory int64) (_ recipe.Tables, remove func() error, err error) {
	if recipe.IsRun(path) {
		run, r, err := a.openRun(path)
		if err != nil {
			return nil, nil, err
		}
		if r.Plan.Recipe == recipe.Run {
			tables, err := r.Domains(run, o.round)
			return tables, func() error { return nil }, err
		}
		if path, err = r.FinishedDir(run); err != nil {
			return nil, nil, err
		}
	}
	table, err := recipe.NewDocumentTable(ctx, []string{path}, a.config.Domains, o.minScore, memory)
	if err != nil {
		return nil, nil, err
	}
	if table.Scored == 0 && table.Documents > 0 && !o.all {
		err := fmt.Errorf("%w: none of the %d documents has one; --all lists their domains", recipe.ErrNoScores, table.Documents)
		return nil, nil, errors.Join(err, table.Close())
	}
	return table, table.Close, nil
}

// printer returns what prints a domain in the format.
func (o *domainOptions) printer(w io.Writer, options domain.Options) func(*domain.Domain) error {
	if o.format == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return func(d *domain.Domain) error {
			row := nodeOf(&d.Node, map[string]int{"domain": 0, "host": 1, "path": 1 << 10}[o.by])
			row.Math = options.Mathematical(d.Counts)
			return enc.Encode(row)
		}
	}
	line := func(cells ...string) error {
		_, err := fmt.Fprintln(w, strings.Join(cells, "\t"))
		return err
	}
	if o.format == "table" {
		line = func(cells ...string) error {
			indent := map[string]string{"host": "  ", "path": "    "}[cells[0]]
			_, err := fmt.Fprintf(w, "%9s %9s %11s %7s %13s %18s %6s %6s %6s  %s%s\n",
				cells[2], cells[3], cells[4], cells[5], cells[6], cells[7], cells[8], cells[9], cells[10], indent, cells[1])
			return err
		}
	}
	header := false
	return func(d *domain.Domain) error {
		if !header {
			header = true
			if err := line("level", "name", "pages", "collected", "uncollected", "share", "tokens", "uncollected_tokens", "p10", "p50", "p90"); err != nil {
				return err
			}
		}
		if err := line(cellsOf("domain", d.Name, &d.Node)...); err != nil || o.by == "domain" {
			return err
		}
		var err error
		d.Walk(func(host, path string, n *domain.Node) bool {
			level := "host"
			if path != "" {
				level = "path"
			}
			if err == nil {
				err = line(cellsOf(level, host+path, n)...)
			}
			return err == nil && o.by == "path"
		})
		return err
	}
}

// cellsOf are the columns of a domain, host or path; "-" is what has no name or
// is not known.
func cellsOf(level, name string, n *domain.Node) []string {
	if name == "" {
		name = "-"
	}
	number := func(i int64) string { return strconv.FormatInt(i, 10) }
	tokens, uncollected := "-", "-"
	if n.Tokens > 0 {
		tokens, uncollected = number(n.Tokens), number(n.UncollectedTokens())
	}
	cells := []string{
		level, escape(name, unicode.IsControl), number(n.Pages), number(n.Collected), number(n.Uncollected()),
		fmt.Sprintf("%.4f", n.Share()), tokens, uncollected,
	}
	for _, q := range quantiles {
		p := n.Scores.Quantile(q)
		if math.IsNaN(p) {
			cells = append(cells, "-")
			continue
		}
		cells = append(cells, fmt.Sprintf("%.3f", p))
	}
	return cells
}

// quantiles of the score that are shown.
var quantiles = [...]float64{0.1, 0.5, 0.9}

// A domainNode is a domain, host or path as JSON.
type domainNode struct {
	Name              string       `json:"name"`
	Math              bool         `json:"math,omitempty"`
	Pages             int64        `json:"pages"`
	Collected         int64        `json:"collected"`
	Uncollected       int64        `json:"uncollected"`
	Share             float64      `json:"share"`
	Tokens            *int64       `json:"tokens,omitempty"` // nil where nobody has counted
	UncollectedTokens *int64       `json:"uncollected_tokens,omitempty"`
	Quantiles         []float64    `json:"score_p10_p50_p90,omitempty"`
	Children          []domainNode `json:"children,omitempty"`
	Folded            int64        `json:"folded,omitempty"`
}

func nodeOf(n *domain.Node, depth int) domainNode {
	row := domainNode{Name: n.Name, Pages: n.Pages, Collected: n.Collected, Uncollected: n.Uncollected(), Share: n.Share()}
	if n.Tokens > 0 {
		row.Tokens, row.UncollectedTokens = new(n.Tokens), new(n.UncollectedTokens())
	}
	if n.Scores.Pages() > 0 {
		for _, q := range quantiles {
			row.Quantiles = append(row.Quantiles, n.Scores.Quantile(q))
		}
	}
	if depth == 0 {
		return row
	}
	row.Folded = n.Folded
	for _, c := range n.Children {
		row.Children = append(row.Children, nodeOf(c, depth-1))
	}
	return row
}
