package recipe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"

	"mathsieve/internal/corpus"
	"mathsieve/internal/dedup"
	"mathsieve/internal/pipeline"
)

// A CatWhat says what Cat gives out.
type CatWhat int

// What Cat gives out of a run folder.
const (
	CatCorpus  CatWhat = iota // the recipe's result
	CatPool                   // every document that extraction made
	CatDropped                // documents that a stage dropped
	CatSkipped                // records that became no document
)

// Fields names what a Row may have, in the order in which it is shown.
func Fields() []string {
	return []string{
		"id", "url", "date", "file", "offset", "title", "language", "charset", "formulas", "score", "tokens",
		"stage", "reason", "detail", "similarity", "band", "twin", "twin_url", "twin_in", "text",
	}
}

// A Row is one document or record, by field.
type Row map[string]any

// Cat calls give for each row that is asked for, of a run folder or of
// document shards. The maps in a row are its reader's: they change with the
// next row.
func Cat(ctx context.Context, path string, what CatWhat, give func(Row) error) error {
	if !IsRun(path) {
		if what == CatCorpus {
			return catShards(ctx, []string{path}, give, func(file string, bad *corpus.RowError) error {
				return give(Row{"file": filepath.Base(file), "offset": bad.Row, "reason": bad.Reason, "detail": bad.Error()})
			})
		}
		return fmt.Errorf("%w: %s has no %s", pipeline.ErrNoRun, path, pipeline.PlanFile)
	}
	run, r, err := Open(path)
	if err != nil {
		return err
	}
	c := cat{ctx: ctx, run: run, recipe: r, give: give, ids: map[int][]corpus.Document{}}
	switch what {
	case CatPool:
		return c.pool()
	case CatDropped:
		return c.droppedRows()
	case CatSkipped:
		return c.skipped()
	case CatCorpus:
		dir, err := r.FinishedDir(run)
		if err != nil {
			return err
		}
		err = catShards(ctx, []string{dir}, give, func(_ string, bad *corpus.RowError) error {
			return fmt.Errorf("%w: %w", pipeline.ErrDamaged, bad)
		})
		switch {
		case errors.Is(err, ErrNoInput):
			if steps, failed := r.Funnel(run); failed == nil && len(steps) > 0 && steps[len(steps)-1].Out == 0 {
				return nil // no file is missing: nothing came out
			}
		case isBadFile(err):
			err = fmt.Errorf("%w: %w", pipeline.ErrDamaged, err)
		}
		return err
	}
	return fmt.Errorf("cat: no such thing: %d", what)
}

// catShards prints the documents of shards; bad gets the rows that are none.
func catShards(ctx context.Context, names []string, give func(Row) error, bad func(file string, bad *corpus.RowError) error) error {
	files, err := expand(names)
	if err != nil {
		return err
	}
	for _, file := range files {
		err := eachShardRow(ctx, file,
			func(doc *corpus.Document) error { return give(rowOf(doc)) },
			func(row *corpus.RowError) error { return bad(file, row) })
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
	}
	return nil
}

func rowOf(doc *corpus.Document) Row {
	row := Row{"id": doc.ID, "url": doc.URL, "file": doc.Source.File, "offset": doc.Source.Offset, "text": doc.Text}
	optional := []struct {
		field string
		value any
		have  bool
	}{
		{"date", doc.Date, doc.Date != ""},
		{"title", doc.Metadata.Title, doc.Metadata.Title != ""},
		{"language", doc.Metadata.Language, doc.Metadata.Language != ""},
		{"charset", doc.Metadata.Charset, doc.Metadata.Charset != ""},
		{"formulas", doc.Metadata.Formulas, len(doc.Metadata.Formulas) > 0},
		{"tokens", doc.TokenCount, doc.TokenCount > 0},
	}
	for _, o := range optional {
		if o.have {
			row[o.field] = o.value
		}
	}
	if doc.Score != nil {
		row["score"] = *doc.Score
	}
	return row
}

// A cat reads a run folder.
type cat struct {
	ctx    context.Context
	run    *pipeline.Run
	recipe *Recipe
	give   func(Row) error
	ids    map[int][]corpus.Document // ids and URLs of packs that held a twin
}

func (c *cat) docs() pool { return c.recipe.job.pool.pool(c.run) }

func (c *cat) pool() error {
	docs := c.docs()
	for pack := range docs.Packs() {
		if err := docs.Each(c.ctx, pack, func(_ int, doc *corpus.Document) error { return c.give(rowOf(doc)) }); err != nil {
			return err
		}
	}
	return nil
}

// droppedRows prints what the stages that drop have marked, pack by pack.
func (c *cat) droppedRows() error {
	sources := []struct {
		stage string
		marks func(*pipeline.Run, int) ([]corpus.Mark, error)
	}{
		{stageDuplicate, c.recipe.job.duplicates},
		{stageHits, c.recipe.job.hits},
	}
	docs := c.docs()
	for pack := range docs.Packs() {
		dropped := map[int]Row{}
		for _, s := range sources {
			if sealed, err := c.run.Sealed(s.stage); err != nil {
				return err
			} else if !sealed {
				continue // the recipe has no such stage, or it is not done yet
			}
			marks, err := s.marks(c.run, pack)
			if err != nil {
				return err
			}
			for _, m := range marks {
				row, err := c.rowOfMark(s.stage, m)
				if err != nil {
					return err
				}
				dropped[m.Row] = row
			}
		}
		if len(dropped) == 0 {
			continue
		}
		err := docs.Each(c.ctx, pack, func(at int, doc *corpus.Document) error {
			row, ok := dropped[at]
			if !ok {
				return nil
			}
			maps.Copy(row, rowOf(doc))
			return c.give(row)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *cat) rowOfMark(stage string, m corpus.Mark) (Row, error) {
	row := Row{"stage": stage, "reason": m.Reason}
	if m.Detail != "" {
		row["detail"] = m.Detail
	}
	if m.Similarity > 0 {
		row["similarity"] = m.Similarity
	}
	if band, ok := dedup.BandOf(m); ok {
		row["band"] = band
		delete(row, "detail")
	}
	if m.TwinPack < 0 {
		return row, nil
	}
	twin, err := c.named(m.TwinPack, m.TwinRow)
	row["twin"], row["twin_url"] = twin.ID, twin.URL
	if in := c.recipe.job.keptIn(m.TwinPack); in != "" {
		row["twin_in"] = in
	}
	return row, err
}

// named returns the id, URL and date of a document.
func (c *cat) named(pack, row int) (corpus.Document, error) {
	names, err := c.names(pack)
	if err != nil {
		return corpus.Document{}, err
	}
	if row >= len(names) {
		return corpus.Document{}, fmt.Errorf("mark names row %d of pack %d, which has %d", row, pack, len(names))
	}
	return names[row], nil
}

// names returns ids, URLs and dates of a pack. The last packs asked for are kept:
// twins are spread over the packs before the one that is printed.
func (c *cat) names(pack int) ([]corpus.Document, error) {
	const most = 64
	if names, ok := c.ids[pack]; ok {
		return names, nil
	}
	if len(c.ids) >= most {
		clear(c.ids)
	}
	names := []corpus.Document{}
	err := c.recipe.job.eachNamed(c.ctx, c.run, pack, func(_ int, doc *corpus.Document) error {
		names = append(names, corpus.Document{ID: doc.ID, URL: doc.URL, Date: doc.Date})
		return nil
	})
	c.ids[pack] = names
	return names, err
}

// skipped prints the records that became no document.
func (c *cat) skipped() error {
	for _, stage := range []extractStage{c.recipe.job.pool, c.recipe.job.positive, c.recipe.job.negative} {
		if sealed, err := c.run.Sealed(stage.name); err != nil {
			return err
		} else if !sealed {
			continue // the recipe has no such stage, or it is not done yet
		}
		for pack, in := range stage.inputs {
			if err := c.skippedOf(stage, pack, filepath.Base(in.Path)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *cat) skippedOf(stage extractStage, pack int, file string) error {
	return eachSkip(c.run, stage.name, pack, func(s Skip) error {
		row := Row{"stage": stage.name, "file": file, "offset": s.Offset, "reason": s.Reason}
		for field, value := range map[string]string{"id": s.ID, "url": s.URL, "detail": s.Detail} {
			if value != "" {
				row[field] = value
			}
		}
		return cmp.Or(c.ctx.Err(), c.give(row))
	})
}

// eachSkip calls do for what became no document in a pack.
func eachSkip(run *pipeline.Run, stage string, pack int, do func(Skip) error) error {
	return eachLine(run, stage, pack, skippedName, do)
}
