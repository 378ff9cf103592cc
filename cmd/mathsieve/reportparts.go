package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mathsieve/internal/config"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/recipe"
	"mathsieve/internal/report"
	"mathsieve/internal/seed"
)

// columns names columns; those that end in * are of text.
func columns(names ...string) []report.Column {
	list := make([]report.Column, len(names))
	for i, name := range names {
		list[i].Name, list[i].Text = strings.CutSuffix(name, "*")
	}
	return list
}

func count(n int64) report.Cell { return report.Cell{Text: report.Number(n)} }

// part is a count with a bar that shows its share of a whole.
func part(n, whole int64) report.Cell {
	cell := count(n)
	if whole > 0 {
		cell.Bar = float64(n) / float64(whole)
	}
	return cell
}

// beginning returns the first part of a text, to its last whole word.
func beginning(text string) string {
	const most = 1200
	if len(text) <= most {
		return text
	}
	end := most
	for !utf8.RuneStart(text[end]) {
		end--
	}
	if blank := strings.LastIndexAny(text[:end], " \n"); blank > most/2 {
		end = blank
	}
	return text[:end] + " …"
}

// facts are the figures at the head of a report.
func facts(r *recipe.Recipe, funnel []recipe.Step, cuts *rank.Cuts) []report.Fact {
	var list []report.Fact
	for _, in := range r.InputTotals() {
		list = append(list, report.Fact{Value: report.Number(in.Files), Name: fmt.Sprintf("%s files, %s bytes", in.Role, short(float64(in.Bytes)))})
	}
	list = append(list, report.Fact{Value: report.Number(funnel[0].In), Name: funnel[0].Name})
	if cuts != nil {
		last := cuts.Tiers[len(cuts.Tiers)-1]
		return append(list,
			report.Fact{Value: report.Number(last.Documents), Name: "documents in the corpus"},
			report.Fact{Value: report.Number(last.Tokens), Name: "tokens in the corpus"})
	}
	return append(list, report.Fact{Value: report.Number(funnel[len(funnel)-1].Out), Name: "documents"})
}

// byNumber returns the reasons of a step, the most frequent first.
func byNumber(counts map[string]int64) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
}

func funnelSection(funnel []recipe.Step) report.Section {
	table := report.Table{Columns: columns("step*", "in", "kept", "dropped", "why*")}
	for _, s := range funnel {
		reasons := byNumber(s.Dropped)
		for i, reason := range reasons {
			reasons[i] = reason + " " + report.Number(s.Dropped[reason])
		}
		table.Rows = append(table.Rows, []report.Cell{{Text: s.Name}, count(s.In), part(s.Out, s.In), count(s.In - s.Out), {Text: strings.Join(reasons, ", ")}})
	}
	return report.Section{
		Title:  "Where records went",
		Note:   "Each step takes what the one before kept. 'mathsieve cat RUN --dropped' lists what was dropped, 'mathsieve explain' says why one page was.",
		Tables: []report.Table{table},
	}
}

func tiersSection(cuts *rank.Cuts) report.Section {
	table := report.Table{Columns: columns("tier*", "documents", "tokens", "documents up to it", "tokens up to it", "of the pool", "score at the cut")}
	for _, t := range cuts.Tiers {
		share := 0.0
		if cuts.Tokens > 0 {
			share = float64(t.Tokens) / float64(cuts.Tokens)
		}
		table.Rows = append(table.Rows, []report.Cell{
			{Text: t.Budget.TierName()},
			count(t.TierDocuments), count(t.TierTokens), count(t.Documents), count(t.Tokens),
			{Text: percent(share), Bar: share},
			{Text: probability(fasttext.Sigmoid(float64(t.Score)), 4)},
		})
	}
	return report.Section{
		Title: "The corpus",
		Note: fmt.Sprintf("A tier holds what its budget adds to the one before. %s documents with %s tokens could be selected; %s more are below the least score allowed.",
			report.Number(cuts.Documents), report.Number(cuts.Tokens), report.Number(cuts.BelowMin)),
		Tables: []report.Table{table},
	}
}

func roundsSection(rounds []recipe.RoundStatus) report.Section {
	table := report.Table{Columns: columns("round*", "positives", "negatives", "hold-out AP", "score at the cut", "pages collected", "tokens", "as in the round before", "domains", "of mathematics", "pages for the next seed")}
	for _, s := range rounds {
		row := []report.Cell{
			{Text: strconv.Itoa(s.Round)},
			{Text: "-"},
			{Text: "-"},
			{Text: "-"},
			{Text: probability(s.CutScore, 4)},
			part(s.Collected.Pages, s.Pool.Pages), count(s.Collected.Tokens),
			{Text: "-"},
			count(s.Domains), count(s.MathDomains),
			{Text: "-"},
		}
		if s.Seed != nil {
			row[1], row[2] = count(int64(s.Seed.Drawn[seed.LabelMath])), count(int64(s.Seed.Drawn[seed.LabelOther]))
		}
		if s.HoldOut != nil {
			row[3].Text = fmt.Sprintf("%.4f", s.HoldOut.AveragePrecision)
		}
		if s.Overlap != nil {
			both := min(s.Overlap.Pages, s.Overlap.Tokens)
			row[7] = report.Cell{Text: percent(both), Bar: both}
		}
		if s.Expansion != nil {
			row[10] = count(s.Expansion.New)
		}
		table.Rows = append(table.Rows, row)
	}
	section := report.Section{Title: "Rounds", Tables: []report.Table{table}}
	if why := whyStopped(rounds[len(rounds)-1]); why != "" {
		section.Note = fmt.Sprintf("Stopped after round %d: %s.", rounds[len(rounds)-1].Round, why)
	}
	return section
}

func classifierSection(t recipe.TrainReport) report.Section {
	section := report.Section{
		Title: "The classifier",
		Note:  fmt.Sprintf("Learning rate %g, %d epochs, loss %.4f where guessing has %.4f. No page was held out.", t.Args.LR, t.Args.Epoch, t.Loss, t.GuessLoss),
	}
	h := t.HoldOut
	if h == nil {
		return section
	}
	section.Note = fmt.Sprintf("Learning rate %g, %d epochs, loss %.4f where guessing has %.4f. On %s pages held out by %s, %s of mathematics: "+
		"average precision %.4f, best F1 %.4f at score %.3f.", t.Args.LR, t.Args.Epoch, t.Loss, t.GuessLoss,
		report.Number(int64(h.Pages)), t.Seed.SplitBy, report.Number(int64(h.Positives)), h.AveragePrecision, h.BestF1.F1, h.BestF1.Threshold)
	share := report.Axis{Max: 1, Ticks: report.Evenly(0, 1, 5)}
	section.Chart = &report.Chart{Label: "Precision by recall on the pages held out", X: share, Y: share}
	section.Chart.X.Name, section.Chart.Y.Name = "recall", "precision"
	for _, p := range h.Curve {
		section.Chart.Points = append(section.Chart.Points, report.Point{X: p.Recall, Y: p.Precision})
	}
	table := report.Table{Columns: columns("score at least*", "pages", "right", "precision", "recall", "F1")}
	for _, p := range h.Thresholds {
		table.Rows = append(table.Rows, []report.Cell{
			{Text: fmt.Sprintf("%.2f", p.Threshold)},
			count(int64(p.Accepted)), count(int64(p.Right)),
			{Text: fmt.Sprintf("%.4f", p.Precision)},
			{Text: fmt.Sprintf("%.4f", p.Recall)},
			{Text: fmt.Sprintf("%.4f", p.F1), Bar: p.F1},
		})
	}
	section.Tables = []report.Table{table}
	return section
}

// scoreCounts counts the pages of the pool by log odds, in quarters.
type scoreCounts [domain.Buckets / bucketsPerBar]int64

const bucketsPerBar = 4

func (c *scoreCounts) add(scores domain.Histogram) {
	for _, b := range scores {
		c[b.Index/bucketsPerBar] += b.Pages
	}
}

func (c *scoreCounts) section(cut float32) report.Section {
	low, high := domain.Bucket{}.Logit(), domain.Bucket{Index: domain.Buckets}.Logit()
	most := slices.Max(c[:])
	chart := &report.Chart{
		Label: "Pages of the pool by score",
		X:     report.Axis{Name: "log odds of mathematics", Min: low, Max: high, Ticks: report.Evenly(low, high, 8)},
		Y:     report.Axis{Name: "pages", Max: float64(max(most, 1)), Logarithmic: true, Ticks: report.Tens(float64(most))},
		Area:  true,
		At:    &report.Mark{X: float64(cut), Name: "cut of the last round"},
	}
	for i, n := range c {
		chart.Points = append(chart.Points, report.Point{X: domain.Bucket{Index: i * bucketsPerBar}.Logit(), Y: float64(n)})
	}
	return report.Section{
		Title: "Scores",
		Note:  "The pages of the pool by the classifier's log odds: 0 is a probability of a half, ±4 are 0.982 and 0.018. Where the cut falls into a valley, it matters little where exactly.",
		Chart: chart,
	}
}

func formulaSection(run *pipeline.Run, r *recipe.Recipe) (report.Section, error) {
	section := report.Section{
		Title: "Formulas",
		Note: "Each formula that extraction found is in the text, or merged (another copy of it, or a larger formula that it is part of, is there), or lost for a " +
			"reason: outside the main part of the page, a definition, damaged.",
	}
	forms, err := formulasByForm(run, r)
	if err != nil || len(forms) == 0 {
		return section, err
	}
	table := report.Table{Caption: "By form", Columns: columns("form*", "found", "in the text", "merged", "lost", "why*")}
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		f := forms[form]
		table.Rows = append(table.Rows, append([]report.Cell{{Text: form}}, formulaCells(f)...))
	}
	section.Tables = append(section.Tables, table)
	worst := report.Table{Caption: "Domains with the most formulas lost", Columns: columns("domain*", "found", "in the text", "merged", "lost", "why*")}
	var domains []recipe.DomainFormulas
	byLost := func(a, b recipe.DomainFormulas) int {
		return cmp.Or(cmp.Compare(b.NotInText(), a.NotInText()), strings.Compare(a.Domain, b.Domain))
	}
	err = r.Formulas(run, func(d recipe.DomainFormulas) error {
		if d.NotInText() == 0 {
			return nil
		}
		if domains = append(domains, d); len(domains) > 16*reportedDomains {
			slices.SortFunc(domains, byLost)
			domains = domains[:reportedDomains]
		}
		return nil
	})
	if err != nil {
		return section, err
	}
	slices.SortFunc(domains, byLost)
	for _, d := range domains[:min(len(domains), reportedDomains)] {
		worst.Rows = append(worst.Rows, append([]report.Cell{{Text: d.Domain}}, formulaCells(&d)...))
	}
	if len(worst.Rows) > 0 {
		section.Tables = append(section.Tables, worst)
	}
	return section, nil
}

// formulaCells are found, in the text, merged, lost and why.
func formulaCells(d *recipe.DomainFormulas) []report.Cell {
	lost := map[string]int64{}
	for key, n := range d.Lost {
		_, reason, _ := strings.Cut(key, ".")
		lost[reason] += n
	}
	reasons := byNumber(lost)
	for i, reason := range reasons {
		reasons[i] = reason + " " + report.Number(lost[reason])
	}
	return []report.Cell{
		count(d.Found()), part(d.Emitted, d.Found()), count(d.Merged()), count(d.NotInText()), {Text: strings.Join(reasons, ", ")},
	}
}

func duplicateSection(run *pipeline.Run, r *recipe.Recipe) (report.Section, error) {
	section := report.Section{Title: "Duplicates", Note: "Groups by their size: documents of one address, of one text, and a kept document with those that nearly repeat it."}
	groups, err := r.Groups(run)
	if err != nil || len(groups) == 0 {
		return section, err
	}
	table := report.Table{Columns: columns("members*", "same address", "same text", "near duplicates")}
	for _, g := range groups {
		table.Rows = append(table.Rows, []report.Cell{{Text: report.Number(g.From) + " to " + report.Number(2*g.From-1)}, count(g.URL), count(g.Text), count(g.Near)})
	}
	section.Tables = []report.Table{table}
	return section, nil
}

func benchmarkSection(run *pipeline.Run, r *recipe.Recipe) (report.Section, error) {
	section := report.Section{Title: "Benchmarks", Note: "Documents that hold a text of a benchmark, and are not in the corpus."}
	hits, err := r.BenchmarkHits(run)
	if err != nil || len(hits) == 0 {
		return section, err
	}
	table := report.Table{Columns: columns("benchmark*", "documents")}
	for _, name := range byNumber(hits) {
		table.Rows = append(table.Rows, []report.Cell{{Text: name}, count(hits[name])})
	}
	section.Tables = []report.Table{table}
	return section, nil
}

// settingsSection lists the settings that decide the output, and where they are
// not the defaults.
func settingsSection(_ *pipeline.Run, r *recipe.Recipe) (report.Section, error) {
	section := report.Section{Title: "Settings", Note: "Those that decide the output.", Folded: true}
	given, err := flatten(r.Plan.Config)
	if err != nil {
		return section, err
	}
	text, err := json.Marshal(config.Default())
	if err != nil {
		return section, err
	}
	defaults, err := flatten(text)
	if err != nil {
		return section, err
	}
	table := report.Table{Columns: columns("setting*", "value*", "default, where it is another*")}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		other := ""
		if defaults[key] != given[key] {
			other = defaults[key]
		}
		table.Rows = append(table.Rows, []report.Cell{{Text: key}, {Text: given[key]}, {Text: other}})
	}
	section.Tables = []report.Table{table}
	return section, nil
}

// flatten returns the values of a JSON object by their dotted paths.
func flatten(object []byte) (map[string]string, error) {
	values := map[string]string{}
	var walk func(path string, text json.RawMessage) error
	walk = func(path string, text json.RawMessage) error {
		var fields map[string]json.RawMessage
		if json.Unmarshal(text, &fields) != nil || fields == nil {
			value := string(text)
			if json.Unmarshal(text, &value) != nil { // only a text is shown without its quotes
				value = string(text)
			}
			values[path] = value
			return nil
		}
		for name, value := range fields {
			if err := walk(strings.TrimPrefix(path+"."+name, "."), value); err != nil {
				return err
			}
		}
		return nil
	}
	return values, walk("", object)
}
