package recipe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/klauspost/compress/zstd"

	"mathsieve/internal/corpus"
	"mathsieve/internal/dedup"
	"mathsieve/internal/extract"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/warc"
)

// Names of the outputs of an extract task, one of each for a pack.
const (
	docsName         = "docs.jsonl.zst"    // the documents
	skippedName      = "skipped.jsonl.zst" // what became no document, and why
	bytesName        = "bytes.col"         // length of each text
	urlsName         = "urls.zst"          // address of each document
	keysName         = "keys"              // URL, text and band keys for deduplication
	fingerprintsName = "fingerprints"      // what verifies candidates
)

// Reasons why a record of the input is no document, beside those of package
// extract.
const (
	reasonBadFile  corpus.Reason = "bad_file"     // the whole file cannot be read
	reasonHTTP     corpus.Reason = "bad_http"     // the block is no HTTP response
	reasonEncoding corpus.Reason = "bad_encoding" // the response's Content-Encoding cannot be undone
	reasonStatus   corpus.Reason = "http_status"  // the response is no page but an error or a redirect
	reasonDamaged  corpus.Reason = "damaged_record"
	reasonLost     corpus.Reason = "damaged" // bytes of which no record could be made
)

// A Skip is a part of the input that became no document.
type Skip struct {
	Offset int64         `json:"offset"`
	ID     string        `json:"id,omitempty"`
	URL    string        `json:"url,omitempty"`
	Reason corpus.Reason `json:"reason"`
	Detail string        `json:"detail,omitempty"`
}

// An extractStage turns inputs into packs of documents.
type extractStage struct {
	name   string
	job    *job
	inputs []pipeline.Input
	none   error // what it means that the inputs hold no document
	// sketches also writes what deduplication wants.
	sketches bool
	// kept says that deduplication drops none of the documents, and firstPack
	// which number their first pack has there.
	kept      bool
	firstPack int
	// first are the seeds, if any: a seed without a page is noticed before the
	// long work on the pool.
	first []extractStage
	// docsAt is where the documents of a pack go in the run folder; nil is
	// among the stage's files.
	docsAt func(pack int) string
}

func (s extractStage) stage() pipeline.Stage {
	return pipeline.Stage{
		Name:   s.name,
		After:  names(s.first),
		Count:  s.count,
		Task:   s.task,
		Memory: 128 << 20, // a record of 64 MiB and its text
	}
}

func names(stages []extractStage) []string {
	var all []string
	for _, s := range stages {
		all = append(all, s.name)
	}
	return all
}

// count is the number of packs, once there is a seed to make use of them.
func (s extractStage) count(run *pipeline.Run) (int, error) {
	for _, given := range s.first {
		if err := given.requireDocuments(run); err != nil {
			return 0, err
		}
	}
	return len(s.inputs), nil
}

// A packItem is one record on its way through the extractors: a page, or
// something in the input that is none.
type packItem struct {
	skip    Skip // Reason says that there is no document
	lost    bool // it is not even a record: bytes that could not be read
	block   []byte
	isBlock bool // block is an HTTP response that is still to be extracted
	doc     corpus.Document
	sketch  dedup.Sketch
}

// Describe names the item in the report of a bug.
func (p *packItem) Describe() string {
	return "record " + strconv.Quote(p.skip.ID) + " at byte " + strconv.FormatInt(p.skip.Offset, 10)
}

// Trim drops a buffer that one giant page made.
func (p *packItem) Trim() {
	if cap(p.block) > 1<<20 {
		p.block = nil
	}
}

// task reads one input file and writes one pack.
func (s extractStage) task(ctx context.Context, t *pipeline.Task) error {
	extractor, err := s.job.pages()
	if err != nil {
		return err
	}
	in := s.inputs[t.Index]
	file, err := openInput(in)
	if err != nil {
		return err
	}
	defer file.Close()
	w, err := s.newPackWriter(t, file.isWARC)
	if err != nil {
		return err
	}
	var source itemSource
	if file.isWARC {
		source, err = newWARCSource(ctx, file, s.job.cfg.WARC)
	} else {
		source, err = newShardSource(ctx, file)
	}
	if err != nil {
		if !isBadFile(err) {
			return fmt.Errorf("read input %s: %w", in.Path, err)
		}
		if err := w.badFile(err); err != nil {
			return err
		}
		return w.close()
	}
	newWorker := func() func(context.Context, *packItem) error { return s.newWorker(extractor) }
	flow := pipeline.Flow[packItem]{Workers: t.Workers, Read: source.read, Work: newWorker, Write: w.write}
	err = flow.Run(ctx)
	source.count(t)
	if err != nil && isBadFile(err) {
		err = w.badFile(err)
	}
	if err != nil {
		return fmt.Errorf("extract %s: %w", in.Path, err)
	}
	return w.close()
}

// isBadFile reports whether an input will never be readable, as opposed to
// one that could not be read this time.
func isBadFile(err error) bool {
	for _, bad := range []error{
		warc.ErrNotWARC, warc.ErrEmpty, warc.ErrFormat,
		corpus.ErrUnknownFormat, corpus.ErrNoTextColumn, corpus.ErrCorrupt, corpus.ErrUnsupported,
	} {
		if errors.Is(err, bad) {
			return true
		}
	}
	return false
}

// newWorker makes the function of one goroutine.
func (s extractStage) newWorker(extractor *extract.Extractor) func(context.Context, *packItem) error {
	pages := pageWorker{http: warc.NewHTTPParser(s.job.cfg.HTTP), extract: extractor.NewWorker()}
	var sketcher *dedup.Sketcher
	return func(_ context.Context, item *packItem) error {
		if item.isBlock {
			item.skip.Reason, item.skip.Detail = pages.document(item)
		}
		if !s.sketches || item.skip.Reason != "" {
			return nil
		}
		if sketcher == nil {
			var err error
			if sketcher, err = dedup.NewSketcher(s.job.cfg.Dedup); err != nil {
				return err
			}
		}
		sketcher.Sketch(&item.doc, &item.sketch)
		return nil
	}
}

// A pageWorker makes documents of HTTP responses.
type pageWorker struct {
	http     *warc.HTTPParser
	response warc.Response
	extract  *extract.Worker
}

func (w *pageWorker) document(item *packItem) (reason corpus.Reason, detail string) {
	switch err := w.http.Parse(item.block, &w.response); {
	case errors.Is(err, warc.ErrHTTPTooLarge):
		return extract.ReasonTooLarge, err.Error()
	case errors.Is(err, warc.ErrHTTPEncoding):
		return reasonEncoding, err.Error()
	case err != nil:
		return reasonHTTP, err.Error()
	case !w.response.IsPage():
		return reasonStatus, strconv.Itoa(w.response.Status)
	}
	in := extract.Input{Body: w.response.Body, ContentType: w.response.ContentType(), URL: item.doc.URL}
	return w.extract.Extract(in, &item.doc), ""
}

// An itemSource yields the records of one input file.
type itemSource interface {
	read(item *packItem) (int, error)
	count(t *pipeline.Task)
}

// A warcSource reads WARC files.
type warcSource struct {
	ctx    context.Context
	reader *warc.Reader
	name   string
}

func newWARCSource(ctx context.Context, f inputFile, o warc.Options) (*warcSource, error) {
	o.Types = []string{warc.TypeResponse}
	name := filepath.Base(f.Name())
	r, err := warc.NewReader(f, name, o)
	return &warcSource{ctx: ctx, reader: r, name: name}, err
}

func (s *warcSource) read(item *packItem) (int, error) {
	if s.ctx.Err() != nil {
		return 0, s.ctx.Err()
	}
	*item = packItem{block: item.block[:0], sketch: item.sketch}
	record, err := s.reader.Next()
	var damage *warc.Damage
	switch {
	case errors.As(err, &damage):
		item.skip, item.lost = Skip{Offset: damage.Offset, Reason: reasonLost, Detail: damage.Error()}, true
		return 1, nil
	case err != nil:
		return 0, err
	}
	id := record.UUID()
	if id == "" {
		id = s.name + ":" + strconv.FormatInt(record.Offset, 10)
		if record.Within > 0 {
			id += "+" + strconv.FormatInt(record.Within, 10)
		}
	}
	item.doc = corpus.Document{
		ID: id, URL: record.TargetURI, Date: record.Date,
		Source: corpus.Source{File: s.name, Offset: record.Offset},
	}
	item.skip = Skip{Offset: record.Offset, ID: id, URL: record.TargetURI}
	if !record.Intact() {
		item.skip.Reason, item.skip.Detail = reasonDamaged, record.Damage.Error()
		return 1, nil
	}
	item.block = append(item.block, record.Block...)
	item.isBlock = true
	return len(item.block), nil
}

func (s *warcSource) count(t *pipeline.Task) {
	stats := s.reader.Stats()
	for kind, n := range stats.Records {
		t.Add("records."+kind, n)
	}
	for reason, n := range stats.Damages {
		t.Add("damage."+reason, n)
	}
	t.Add("bytes_in", stats.Bytes)
}

// A shardSource reads the documents of a shard.
type shardSource struct {
	ctx    context.Context
	reader corpus.Reader
	rows   int64
	size   int64
}

func newShardSource(ctx context.Context, f inputFile) (*shardSource, error) {
	r, err := f.openShard()
	return &shardSource{ctx: ctx, reader: r, size: f.Size()}, err
}

func (s *shardSource) read(item *packItem) (int, error) {
	if s.ctx.Err() != nil {
		return 0, s.ctx.Err()
	}
	*item = packItem{block: item.block[:0], sketch: item.sketch}
	err := s.reader.Read(&item.doc)
	var bad *corpus.RowError
	switch {
	case errors.As(err, &bad):
		item.skip = Skip{Offset: bad.Row, Reason: bad.Reason, Detail: bad.Error()}
		err = nil
	case err != nil:
		return 0, err
	case item.doc.Text == "":
		item.skip = Skip{Offset: s.rows, ID: item.doc.ID, URL: item.doc.URL, Reason: extract.ReasonEmpty}
	default:
		item.skip = Skip{Offset: s.rows, ID: item.doc.ID, URL: item.doc.URL}
	}
	s.rows++
	return len(item.doc.Text), err
}

func (s *shardSource) count(t *pipeline.Task) {
	t.Add("records.document", s.rows)
	t.Add("bytes_in", s.size)
}

// A packWriter writes the outputs of an extract task.
type packWriter struct {
	task     *pipeline.Task
	pack     int
	docsFile output
	docs     corpus.Writer // nil where the input is a shard, which is read where it lies
	urlFile  output
	urls     *corpus.StringWriter
	skipFile output
	skipZip  *zstd.Encoder
	skips    *json.Encoder

	sketches bool
	kept     bool
	sketchWriter
	lengths  []uint32
	formulas formulaCounts
}

func (s extractStage) newPackWriter(t *pipeline.Task, writesDocs bool) (*packWriter, error) {
	w := &packWriter{task: t, pack: s.firstPack + t.Index, sketches: s.sketches, kept: s.kept, formulas: newFormulaCounts()}
	var err error
	if writesDocs {
		if err := w.createDocs(s.docsAt); err != nil {
			return nil, err
		}
	}
	if w.urlFile, err = newOutput(t.Create(urlsName)); err != nil {
		return nil, err
	}
	if w.urls, err = corpus.NewStringWriter(w.urlFile); err != nil {
		return nil, err
	}
	if w.skipFile, err = newOutput(t.Create(skippedName)); err != nil {
		return nil, err
	}
	if w.skipZip, err = zstd.NewWriter(w.skipFile, zstd.WithEncoderConcurrency(1)); err != nil {
		return nil, err
	}
	w.skips = json.NewEncoder(w.skipZip)
	w.skips.SetEscapeHTML(false)
	if s.sketches {
		w.sketchWriter, err = s.newSketches(t)
	}
	return w, err
}

// A sketchWriter writes what deduplication wants of a pack.
type sketchWriter struct {
	keys, prints output
	sketch       *dedup.SketchWriter
}

func (s extractStage) newSketches(t *pipeline.Task) (w sketchWriter, err error) {
	if w.keys, err = newOutput(t.Create(keysName)); err != nil {
		return w, err
	}
	if w.prints, err = newOutput(t.Create(fingerprintsName)); err != nil {
		return w, err
	}
	room, err := space(t, "keys-", 4)
	if err != nil {
		return w, err
	}
	w.sketch, err = dedup.NewSketchWriter(w.keys, w.prints, s.job.cfg.Dedup, s.job.parts, s.scope(t.Index), room)
	return w, err
}

// scope numbers the packs whose documents are compared with each other.
func (s extractStage) scope(pack int) int {
	switch s.job.cfg.Dedup.Scope {
	case dedup.ScopeFile:
		return 1 + pack
	case dedup.ScopeFolder:
		dir := filepath.Dir(s.inputs[pack].Path)
		return 1 + slices.IndexFunc(s.inputs, func(in pipeline.Input) bool { return filepath.Dir(in.Path) == dir })
	}
	return 0
}

// createDocs starts the shard of documents.
func (w *packWriter) createDocs(at func(pack int) string) (err error) {
	if at != nil {
		w.docsFile, err = newOutput(w.task.CreateAt(at(w.pack)))
	} else {
		w.docsFile, err = newOutput(w.task.Create(docsName))
	}
	if err != nil {
		return err
	}
	w.docs, err = corpus.NewWriter(w.docsFile, corpus.JSONLZstd, corpus.WriterOptions{})
	return err
}

func (w *packWriter) write(item *packItem) error {
	if item.skip.Reason != "" {
		if item.isBlock && item.skip.Reason == extract.ReasonEmpty {
			w.formulas.add(&item.doc)
		}
		if !item.lost {
			w.task.Add("skip."+string(item.skip.Reason), 1)
		}
		w.task.Progress(0, int64(len(item.block)))
		return w.skips.Encode(item.skip)
	}
	row := len(w.lengths)
	if w.sketches {
		if err := dedup.CheckPosition(w.pack, row); err != nil {
			return err
		}
	}
	if w.docs != nil {
		if err := w.docs.Write(&item.doc); err != nil {
			return err
		}
	}
	if err := w.urls.Write(item.doc.URL); err != nil {
		return err
	}
	w.lengths = append(w.lengths, uint32(min(len(item.doc.Text), 1<<32-1)))
	w.formulas.add(&item.doc)
	w.task.Add("out", 1)
	w.task.Add("bytes_text", int64(len(item.doc.Text)))
	w.task.Progress(1, int64(max(len(item.block), len(item.doc.Text))))
	if !w.sketches {
		return nil
	}
	node := dedup.NewNode(&item.doc, w.pack, row)
	if w.kept {
		node = dedup.KeptNode(w.pack, row)
	}
	return w.sketch.Add(node, &item.sketch)
}

// badFile records that the rest of the input, or all of it, is unreadable.
func (w *packWriter) badFile(cause error) error {
	w.task.Add("failed_inputs", 1)
	return w.skips.Encode(Skip{Reason: reasonBadFile, Detail: cause.Error()})
}

func (w *packWriter) close() error {
	if err := w.formulas.write(w.task); err != nil {
		return err
	}
	closers := []io.Closer{w.skipZip, w.skipFile, w.urls, w.urlFile}
	if w.docs != nil {
		closers = append(closers, w.docs, w.docsFile)
	}
	if w.sketches {
		closers = append(closers, w.sketch, w.keys, w.prints)
	}
	for _, c := range closers {
		if err := c.Close(); err != nil {
			return err
		}
	}
	lengths, err := newOutput(w.task.Create(bytesName))
	if err != nil {
		return err
	}
	if err := corpus.WriteColumn(lengths, w.lengths); err != nil {
		return err
	}
	return lengths.Close()
}
