package recipe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"

	"mathsieve/internal/corpus"
	"mathsieve/internal/pipeline"
)

// A pool gives the packs that one extract stage made: the documents of WARC
// files as the stage wrote them, those of shards where they lie. It implements
// [seed.Pool].
type pool struct {
	run   *pipeline.Run
	packs extractStage
	// dropped reads the marks that take documents of a pack out of the pool.
	dropped []func(run *pipeline.Run, pack int) ([]corpus.Mark, error)
	// only reads the rows of a pack that are in the pool, ascending; nil is all.
	only func(run *pipeline.Run, pack int) ([]uint32, error)
}

// pool returns all documents of the packs.
func (s extractStage) pool(run *pipeline.Run) pool { return pool{run: run, packs: s} }

// without returns the pool less the documents that are marked.
func (p pool) without(marks func(run *pipeline.Run, pack int) ([]corpus.Mark, error)) pool {
	p.dropped = append(slices.Clone(p.dropped), marks)
	return p
}

// of returns the documents of the pool in the given rows.
func (p pool) of(rows func(run *pipeline.Run, pack int) ([]uint32, error)) pool {
	p.only = rows
	return p
}

// Packs implements [seed.Pool].
func (p pool) Packs() int { return len(p.packs.inputs) }

// Each implements [seed.Pool].
func (p pool) Each(ctx context.Context, pack int, do func(row int, doc *corpus.Document) error) error {
	r, err := p.open(pack)
	if err != nil {
		return err
	}
	var doc corpus.Document
	for {
		row, err := r.next(ctx, &doc)
		switch {
		case errors.Is(err, io.EOF):
			return r.Close()
		case err == nil:
			err = do(row, &doc)
		}
		if err != nil {
			return errors.Join(err, r.Close())
		}
	}
}

// A packReader yields the documents of one pack that are in the pool.
type packReader struct {
	docs    corpus.Reader
	file    io.ReadCloser
	given   bool         // it is an input, not an output of the run
	rows    int          // documents in the pack
	row     int          // of the next document
	dropped map[int]bool // rows to pass over
	only    []uint32     // where it is not nil, the rows to stop at
}

// open opens a pack. Damage is noticed when the pack was read to its end.
func (p pool) open(pack int) (*packReader, error) {
	r := &packReader{dropped: map[int]bool{}}
	marker, err := p.run.Marker(p.packs.name, pack)
	if err != nil {
		return nil, err
	}
	r.rows = int(marker.Counters["out"])
	for _, read := range p.dropped {
		marks, err := read(p.run, pack)
		if err != nil {
			return nil, err
		}
		for _, m := range marks {
			r.dropped[m.Row] = true
		}
	}
	if p.only != nil {
		if r.only, err = p.only(p.run, pack); err != nil {
			return nil, err
		}
		if len(r.only) == 0 {
			return r, nil
		}
	}
	if r.rows > 0 {
		err = p.openDocs(pack, r)
	}
	return r, err
}

func (p pool) openDocs(pack int, r *packReader) error {
	f, err := openInput(p.packs.inputs[pack])
	if err != nil {
		return err
	}
	if !f.isWARC {
		if r.docs, err = f.openShard(); err != nil {
			return errors.Join(fmt.Errorf("read input %s: %w", f.Name(), err), f.Close())
		}
		r.file, r.given = f, true
		return nil
	}
	if err := f.Close(); err != nil {
		return err
	}
	name := docsName
	if p.packs.docsAt != nil {
		name = p.packs.docsAt(pack)
	}
	file, err := p.run.Open(p.packs.name, pack, name)
	if err != nil {
		return err
	}
	if r.docs, err = corpus.NewReader(file, corpus.JSONLZstd, name, corpus.ReaderOptions{}); err != nil {
		return errors.Join(causeOf(err, file), file.Close())
	}
	r.file = file
	return nil
}

// next fills doc with the next document of the pool and returns its row. It
// returns io.EOF at the end.
func (r *packReader) next(ctx context.Context, doc *corpus.Document) (int, error) {
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if r.docs == nil {
			return 0, io.EOF
		}
		err := r.docs.Read(doc)
		var bad *corpus.RowError
		switch {
		case errors.As(err, &bad) || err == nil && doc.Text == "":
			continue // was counted as skipped when the pack was made; it has no row
		case r.row == r.rows && (errors.Is(err, io.EOF) || r.given && isBadFile(err)):
			return 0, io.EOF // an input that breaks off was reported when the pack was made
		case errors.Is(err, io.EOF):
			return 0, fmt.Errorf("read document %d of %d: %w", r.row, r.rows, io.ErrUnexpectedEOF)
		case err != nil:
			err = errors.Join(err, r.docs.Close())
			r.docs = nil
			return 0, fmt.Errorf("read document %d: %w", r.row, causeOf(err, r.file))
		}
		row := r.row
		r.row++
		if r.wants(row) {
			return row, nil
		}
	}
}

// wants reports whether a row is in the pool. It is asked in ascending order.
func (r *packReader) wants(row int) bool {
	if r.only != nil {
		for len(r.only) > 0 && int(r.only[0]) < row {
			r.only = r.only[1:]
		}
		if len(r.only) == 0 || int(r.only[0]) != row {
			return false
		}
	}
	return !r.dropped[row]
}

func (r *packReader) Close() error {
	var err error
	if r.docs != nil {
		err = r.docs.Close()
	}
	if r.file != nil {
		err = errors.Join(err, r.file.Close())
	}
	return err
}

// sound reads an output to its end, where its checksum is compared.
func sound(run *pipeline.Run, stage string, index int, name string) error {
	f, err := run.Open(stage, index, name)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, f)
	return errors.Join(err, f.Close())
}

// causeOf returns the error of a decoder of f, or, where f is an output of the
// run that is damaged, that: a decoder stumbles before it comes to the checksum
// at the end, and only what is known as damage is made anew.
func causeOf(err error, f io.Reader) error {
	var damaged *pipeline.DamagedError
	if err == nil || errors.As(err, &damaged) {
		return err
	}
	if _, readErr := io.Copy(io.Discard, f); errors.As(readErr, &damaged) {
		return readErr
	}
	return err
}

// marksName is the output of every stage that marks rows of packs.
const marksName = "marks.jsonl.zst"

// readMarks reads a file of marks.
func readMarks(run *pipeline.Run, stage string, index int, name string) ([]corpus.Mark, error) {
	f, err := run.Open(stage, index, name)
	if err != nil {
		return nil, err
	}
	marks, err := corpus.ReadMarks(f)
	return marks, errors.Join(causeOf(err, f), f.Close())
}

// readColumn reads a column that a stage made for a pack.
func readColumn[T corpus.Value](run *pipeline.Run, stage string, pack int, name string) ([]T, error) {
	f, err := run.Open(stage, pack, name)
	if err != nil {
		return nil, err
	}
	values, err := corpus.ReadColumn[T](f)
	return values, errors.Join(causeOf(err, f), f.Close())
}

// eachLine calls do for every value of an output of compressed lines of JSON.
func eachLine[T any](run *pipeline.Run, stage string, index int, name string, do func(T) error) error {
	f, err := run.Open(stage, index, name)
	if err != nil {
		return err
	}
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return errors.Join(causeOf(err, f), f.Close())
	}
	defer z.Close()
	lines := json.NewDecoder(z)
	for {
		var line T
		if err = lines.Decode(&line); err == nil {
			err = do(line)
		} else if errors.Is(err, io.EOF) {
			return f.Close()
		}
		if err != nil {
			return errors.Join(causeOf(err, f), f.Close())
		}
	}
}
