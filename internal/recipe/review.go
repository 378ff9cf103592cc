package recipe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"mathsieve/internal/corpus"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank/domain"
)

// DomainTables are the sealed domain tables of a round: the domains of the
// whole pool, partition by partition. They are safe for concurrent use.
type DomainTables struct {
	// Round is the round whose scores the tables show.
	Round int
	// Cut is the log odds at which the round collected pages.
	Cut float32
	// Options are those that the tables were made with.
	Options domain.Options
	run     *pipeline.Run
	n       int
}

// ErrNoDomains says that a run has no domain table yet, ErrNoLoop that the
// folder was made by a command that has no rounds and counts no domains.
var (
	ErrNoDomains = errors.New("no domain table")
	ErrNoLoop    = errors.New("no rounds")
)

// Domains returns the domain tables of a round, those of the newest round that
// has any if round is 0. The error is ErrNoDomains if there are none, ErrNoLoop
// if there will be none.
func (r *Recipe) Domains(run *pipeline.Run, round int) (*DomainTables, error) {
	if r.Plan.Recipe != Run {
		return nil, fmt.Errorf("%w: the folder was made by '%s'", ErrNoLoop, r.Plan.Recipe)
	}
	found, tasks := 0, 0
	for n := 1; n <= r.job.rounds(); n++ {
		if round != 0 && n != round {
			continue
		}
		sealed, err := run.Tasks(domainsName(n))
		if errors.Is(err, pipeline.ErrNotSealed) || err == nil && sealed == 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		found, tasks = n, sealed
	}
	if found == 0 {
		if round != 0 {
			return nil, fmt.Errorf("%w of round %d", ErrNoDomains, round)
		}
		return nil, fmt.Errorf("%w yet", ErrNoDomains)
	}
	m, err := readMetrics(run, found)
	return &DomainTables{Round: found, Cut: m.CutLogit, Options: r.job.cfg.Domains, run: run, n: tasks}, err
}

// Len is the number of tables.
func (d *DomainTables) Len() int { return d.n }

// Each calls do for every domain, in the order of the tables, with its place
// for ReadAt. Damage is noticed before Each returns.
func (d *DomainTables) Each(ctx context.Context, do func(*domain.Domain, domain.Location) error) error {
	for i := range d.n {
		if err := eachDomainOf(ctx, d.run, d.Round, i, do); err != nil {
			return err
		}
	}
	return nil
}

// ReadAt reads the domain at a place that Each gave.
func (d *DomainTables) ReadAt(at domain.Location) (_ *domain.Domain, err error) {
	f, err := d.run.OpenAt(domainsName(d.Round), at.Table, domainTableName)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return domain.ReadAt(f, at.Offset)
}

// eachDomain calls do for the domains of a round.
func eachDomain(ctx context.Context, run *pipeline.Run, round int, do func(*domain.Domain, domain.Location) error) error {
	n, err := run.Tasks(domainsName(round))
	if err != nil {
		return err
	}
	for i := range n {
		if err := eachDomainOf(ctx, run, round, i, do); err != nil {
			return err
		}
	}
	return nil
}

func eachDomainOf(ctx context.Context, run *pipeline.Run, round, table int, do func(*domain.Domain, domain.Location) error) (err error) {
	f, err := run.Open(domainsName(round), table, domainTableName)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := eachDomainIn(ctx, f, table, do); err != nil {
		return causeOf(err, f)
	}
	_, err = io.Copy(io.Discard, f) // to its end, where the checksum is
	return err
}

func eachDomainIn(ctx context.Context, file io.Reader, table int, do func(*domain.Domain, domain.Location) error) error {
	r, err := domain.NewReader(file)
	if err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := do(d, domain.Location{Table: table, Offset: r.Offset()}); err != nil {
			return err
		}
	}
}

// A PageRef says where a page of the pool is.
type PageRef struct{ Pack, Row uint32 }

// A Page is a page of the pool with what a round says of it.
type Page struct {
	PageRef
	ID, URL, Title, Text string
	// Score is the probability of mathematics, Logit its log odds; both NaN
	// for a page without a score.
	Score float64
	Logit float32
	// Tokens is the length of the text.
	Tokens uint32
}

// Pages calls give for the pages at refs, in the order of packs and rows, each
// once; what give gets is its own. A pack is read from its beginning to the
// last row that is asked for: the cost is that of the text before it.
func (r *Recipe) Pages(ctx context.Context, run *pipeline.Run, round int, refs []PageRef, give func(Page) error) error {
	refs = slices.Clone(refs)
	slices.SortFunc(refs, func(a, b PageRef) int { return cmp.Or(cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.Row, b.Row)) })
	refs = slices.Compact(refs)
	for len(refs) > 0 {
		n := 1
		for n < len(refs) && refs[n].Pack == refs[0].Pack {
			n++
		}
		if err := r.pagesOf(ctx, run, round, refs[:n], give); err != nil {
			return err
		}
		refs = refs[n:]
	}
	return nil
}

func (r *Recipe) pagesOf(ctx context.Context, run *pipeline.Run, round int, refs []PageRef, give func(Page) error) (err error) {
	pack := int(refs[0].Pack)
	if pack >= len(r.job.pool.inputs) {
		return fmt.Errorf("no pack %d: there are %d", pack, len(r.job.pool.inputs))
	}
	logits, err := readColumn[float32](run, scoreName(round), pack, scoresName)
	if err != nil {
		return err
	}
	tokens, err := readColumn[uint32](run, stageTokens, pack, tokensName)
	if err != nil {
		return err
	}
	rows := make([]uint32, len(refs))
	for i, ref := range refs {
		if rows[i] = ref.Row; int(ref.Row) >= len(logits) {
			return fmt.Errorf("no row %d in pack %d: it has %d", ref.Row, pack, len(logits))
		}
	}
	docs, err := r.job.pool.pool(run).of(func(*pipeline.Run, int) ([]uint32, error) { return rows, nil }).open(pack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, docs.Close()) }()
	var doc corpus.Document
	for range rows {
		row, err := docs.next(ctx, &doc)
		if err != nil {
			return err
		}
		logit := logits[row]
		score := math.NaN()
		if !math.IsNaN(float64(logit)) {
			score = fasttext.Sigmoid(float64(logit))
		}
		err = give(Page{
			PageRef: PageRef{uint32(pack), uint32(row)},
			ID:      doc.ID, URL: doc.URL, Title: doc.Metadata.Title, Text: doc.Text,
			Score: score, Logit: logit, Tokens: tokens[row],
		})
		if err != nil {
			return err
		}
	}
	return nil
}
