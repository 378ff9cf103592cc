package recipe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"mathsieve/internal/corpus"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/shuffle"
	"mathsieve/internal/storage"
)

// Tables are domain tables that can be listed in any order.
type Tables interface {
	// Each calls do for every domain, with its place for ReadAt.
	Each(ctx context.Context, do func(*domain.Domain, domain.Location) error) error
	// ReadAt reads the domain at a place that Each gave.
	ReadAt(at domain.Location) (*domain.Domain, error)
}

// A DomainList says which domains are listed, and in which order.
type DomainList struct {
	Order domain.Order
	// Limit is the largest number of domains, 0 for all.
	Limit int
	// Wanted says which domains are listed.
	Wanted func(*domain.Domain) bool
	// Memory is what the sorting may use, in bytes; what does not fit goes to
	// the folder for temporary files.
	Memory int64
}

// List calls give for the domains of the tables that are wanted, in order.
func (l DomainList) List(ctx context.Context, tables Tables, give func(*domain.Domain) error) (err error) {
	files, remove, err := temporary()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	ranking, err := domain.NewRanking(l.Order, l.Limit, shuffle.Space{Memory: l.Memory, Scratch: files, Name: "ranking-"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ranking.Close()) }()
	err = tables.Each(ctx, func(d *domain.Domain, at domain.Location) error {
		if !l.Wanted(d) {
			return nil
		}
		return ranking.Add(d, at)
	})
	if err != nil {
		return err
	}
	for at, err := range ranking.Sorted() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		d, err := tables.ReadAt(at)
		if err != nil {
			return err
		}
		if err := give(d); err != nil {
			return err
		}
	}
	return nil
}

// temporary makes scratch space outside of a run.
func temporary() (files scratch, remove func() error, err error) {
	dir, err := os.MkdirTemp("", "mathsieve-")
	return scratch{storage.OS(), dir}, func() error { return os.RemoveAll(dir) }, err
}

// A DocumentTable is the domain table of document shards. Close removes it.
type DocumentTable struct {
	// Documents is the number of documents, Scored that of those with a score.
	Documents, Scored int64
	path              string
	remove            func() error
}

// NewDocumentTable counts the documents of shards by domain. Those with a score
// of at least minScore count as collected.
func NewDocumentTable(ctx context.Context, names []string, o domain.Options, minScore float64, memory int64) (table *DocumentTable, err error) {
	files, remove, err := temporary()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, remove())
		}
	}()
	room := shuffle.Space{Memory: memory, Scratch: files, Name: "domains-"}
	table = &DocumentTable{path: filepath.Join(files.dir, domainTableName), remove: remove}
	if err := table.count(ctx, names, o, minScore, files, room); err != nil {
		return nil, err
	}
	out, err := os.Create(table.path)
	if err != nil {
		return nil, err
	}
	open := func(int) (shuffle.File, error) { return openTable(filepath.Join(files.dir, partialTableName)) }
	_, err = domain.Merge(ctx, o, domain.Partials{N: 1, Open: open}, 0, out, room)
	return table, errors.Join(err, out.Close())
}

// count writes the partial table of shards.
func (t *DocumentTable) count(ctx context.Context, names []string, o domain.Options, minScore float64, files scratch, room shuffle.Space) (err error) {
	least := fasttext.Logit(minScore)
	counter, err := domain.NewCounter(o, least, room)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, counter.Close()) }()
	shards, err := expand(names)
	if err != nil {
		return err
	}
	for i, shard := range shards {
		row := uint32(0)
		count := func(doc *corpus.Document) error {
			page := domain.Page{URL: doc.URL, Pack: uint32(i), Row: row, Logit: float32(math.NaN()), Tokens: uint32(doc.TokenCount)}
			t.Documents++
			if doc.Score != nil {
				t.Scored++
				page.Logit = fasttext.Logit(*doc.Score)
				page.Collected = page.Logit >= least
			}
			row++
			return counter.Add(page)
		}
		if err := eachShardRow(ctx, shard, count, func(*corpus.RowError) error { return nil }); err != nil {
			return fmt.Errorf("read %s: %w", shard, err)
		}
	}
	out, err := os.Create(filepath.Join(files.dir, partialTableName))
	if err != nil {
		return err
	}
	return errors.Join(counter.WriteTo(out, 1), out.Close())
}

// A tableFile is a file of known size.
type tableFile struct {
	*os.File
	size int64
}

func (f tableFile) Size() int64 { return f.size }

func openTable(path string) (tableFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return tableFile{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return tableFile{}, errors.Join(err, f.Close())
	}
	return tableFile{f, info.Size()}, nil
}

// Each implements [Tables].
func (t *DocumentTable) Each(ctx context.Context, do func(*domain.Domain, domain.Location) error) (err error) {
	f, err := openTable(t.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return eachDomainIn(ctx, f, 0, do)
}

// ReadAt implements [Tables].
func (t *DocumentTable) ReadAt(at domain.Location) (_ *domain.Domain, err error) {
	f, err := openTable(t.path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return domain.ReadAt(f, at.Offset)
}

// Close removes the table.
func (t *DocumentTable) Close() error { return t.remove() }
