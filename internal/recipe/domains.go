package recipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"mathsieve/internal/corpus"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/shuffle"
)

const (
	partialTableName = "partial" // the domains of one pack
	domainTableName  = "domains" // the domains of one partition
)

// Counters of domains-map: what the round before had collected too.
const (
	overlapPages  = "overlap_pages"
	overlapTokens = "overlap_tokens"
)

func domainsMapName(round int) string { return numbered("domains-map", round) }
func domainsName(round int) string    { return numbered("domains", round) }

// domainStages count the pages of the pool by domain, host and path: pack by
// pack, then partition by partition. The first of them, which has the pages of a
// pack at hand, also counts what the round before had collected.
func (j *job) domainStages(s selector) []pipeline.Stage {
	count := domainCount{job: j, selector: s}
	after := append([]string{cutName(s.round)}, s.after...)
	if s.round > 1 {
		after = append(after, cutName(s.round-1), scoreName(s.round-1))
	}
	packs := func(*pipeline.Run) (int, error) { return len(j.pool.inputs), nil }
	partitions := func(*pipeline.Run) (int, error) { return j.parts, nil }
	return []pipeline.Stage{
		{Name: domainsMapName(s.round), After: after, Count: follows(cutName(s.round), packs), Task: count.pack, Memory: 64 << 20},
		{Name: domainsName(s.round), After: []string{domainsMapName(s.round)}, Count: follows(domainsMapName(s.round), partitions), Task: count.merge, Memory: 64 << 20},
	}
}

type domainCount struct {
	job      *job
	selector selector
}

// pack makes the partial table of one pack.
func (d domainCount) pack(ctx context.Context, t *pipeline.Task) (err error) {
	c, err := d.selector.collected(ctx, t.Run)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	room, err := space(t, "domains-", 1)
	if err != nil {
		return err
	}
	counter, err := domain.NewCounter(d.job.cfg.Domains, c.cuts.Tiers[0].Score, room)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, counter.Close()) }()
	before, err := d.collectedBefore(ctx, t)
	if err != nil {
		return err
	}
	var seen, overlap Sum
	err = d.job.eachScored(ctx, t.Run, c, t.Index, func(row int, p scoredPage) error {
		seen.add(p.tokens)
		if p.collected && len(before) > row && before[row] {
			overlap.add(p.tokens)
		}
		return counter.Add(domain.Page{
			URL: string(p.url), Pack: uint32(t.Index), Row: uint32(row), Logit: p.logit, Tokens: p.tokens, Collected: p.collected,
		})
	})
	if err != nil {
		return err
	}
	t.Add("in", seen.Pages)
	t.Progress(seen.Pages, 0)
	if d.selector.round > 1 {
		t.Add(overlapPages, overlap.Pages)
		t.Add(overlapTokens, overlap.Tokens)
	}
	out, err := newOutput(t.Create(partialTableName))
	if err != nil {
		return err
	}
	if err := counter.WriteTo(out, d.job.parts); err != nil {
		return err
	}
	return out.Close()
}

// collectedBefore says of each row of the task's pack whether the round before
// has collected it; nil in the first round.
func (d domainCount) collectedBefore(ctx context.Context, t *pipeline.Task) (rows []bool, err error) {
	if d.selector.round == 1 {
		return nil, nil
	}
	c, err := d.job.selector(d.selector.round-1, nil).collected(ctx, t.Run)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return c.rows(t.Index)
}

// merge makes the table of one partition.
func (d domainCount) merge(ctx context.Context, t *pipeline.Task) error {
	n, err := t.Run.Tasks(domainsMapName(d.selector.round))
	if err != nil {
		return err
	}
	room, err := space(t, "domains-", 1)
	if err != nil {
		return err
	}
	out, err := newOutput(t.Create(domainTableName))
	if err != nil {
		return err
	}
	partials := &opener{t.Run, domainsMapName(d.selector.round), partialTableName, -1}
	open := func(i int) (shuffle.File, error) { return partials.open(i) }
	totals, err := domain.Merge(ctx, d.job.cfg.Domains, domain.Partials{N: n, Open: open}, t.Index, out, room)
	if err != nil {
		return d.damageOf(err, t.Run, n)
	}
	t.Add("domains", totals.Domains)
	t.Add("hosts", totals.Hosts)
	t.Add("math_domains", totals.Mathematical)
	t.Add("pages", totals.All.Pages)
	t.Add("collected", totals.All.Collected)
	t.Progress(totals.All.Pages, 0)
	return out.Close()
}

// damageOf returns the damage of a partial table, if that is why a merge has
// failed: it holds many of them open at once.
func (d domainCount) damageOf(err error, run *pipeline.Run, n int) error {
	if !errors.Is(err, domain.ErrFormat) && !errors.Is(err, domain.ErrChecksum) && !errors.Is(err, domain.ErrMismatch) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	for i := range n {
		var damaged *pipeline.DamagedError
		if soundErr := sound(run, domainsMapName(d.selector.round), i, partialTableName); errors.As(soundErr, &damaged) {
			return soundErr
		}
	}
	return err
}

func (s *Sum) add(tokens uint32) {
	s.Pages++
	s.Tokens += int64(tokens)
}

// A scoredPage is what the columns say of a page that could be collected.
type scoredPage struct {
	url       []byte // valid until the next page
	logit     float32
	tokens    uint32
	collected bool
}

// eachScored calls do for the pages of a pack that could be collected, by row.
func (j *job) eachScored(ctx context.Context, run *pipeline.Run, c *collection, pack int, do func(row int, p scoredPage) error) error {
	collected, err := c.rows(pack)
	if err != nil {
		return err
	}
	scores, tokens, err := c.Columns(pack)
	if err != nil {
		return err
	}
	return j.pool.eachURL(ctx, run, pack, func(row int, url []byte) error {
		if row >= len(scores) {
			return fmt.Errorf("pack %d has an address for row %d, and %d scores", pack, row, len(scores))
		}
		if math.IsNaN(float64(scores[row])) {
			return nil
		}
		return do(row, scoredPage{url, scores[row], tokens[row], collected[row]})
	})
}

// eachURL calls do for the address of every document of a pack, by row.
func (s extractStage) eachURL(ctx context.Context, run *pipeline.Run, pack int, do func(row int, url []byte) error) (err error) {
	f, err := run.Open(s.name, pack, urlsName)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r, err := corpus.NewStringReader(f)
	if err != nil {
		return causeOf(err, f)
	}
	defer r.Close()
	for row := 0; ; row++ {
		if row%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		url, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return causeOf(err, f)
		}
		if err := do(row, url); err != nil {
			return err
		}
	}
}
