package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/spf13/cobra"

	"mathsieve/internal/corpus"
	"mathsieve/internal/dedup"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/recipe"
	"mathsieve/internal/seed"
	"mathsieve/internal/shuffle"
	"mathsieve/internal/warc"
)

func newInspectCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "inspect FILE",
		Short: "Say what a file is and what is in it",
		Long: `Inspect tells what any file of a run folder is, or a WARC file, a document shard or
a fastText model, and sums up what it holds.

` + exitCodes,
		Example: `  mathsieve inspect run1/models/round-1.bin
  mathsieve inspect run1/stages/extract/00000.docs.jsonl.zst`,
		Args: exactlyOne("file"),
		RunE: func(_ *cobra.Command, args []string) error {
			if args[0] == "-" {
				return fmt.Errorf("inspect: %w", recipe.ErrStream)
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("inspect: %w", err)
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return fmt.Errorf("inspect: %w", err)
			}
			if info.IsDir() {
				return usageError{fmt.Errorf("inspect: %s is a folder; 'mathsieve status' describes run folders", args[0])}
			}
			i := inspector{w: a.stdout, file: f, name: args[0], size: info.Size(), warc: a.config.WARC}
			if err := i.inspect(); err != nil {
				return a.inRun(args[0], fmt.Errorf("inspect %s: %w", args[0], err))
			}
			return nil
		},
	}
}

// An inspector describes one file.
type inspector struct {
	w    io.Writer
	file *os.File
	name string
	size int64
	warc warc.Options
}

func (i inspector) say(format string, args ...any) { fmt.Fprintf(i.w, format+"\n", args...) }

func (i inspector) inspect() error {
	head := make([]byte, 512)
	n, err := i.file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	head = head[:n]
	kinds := []struct {
		is       bool
		describe func() error
	}{
		{bytes.HasPrefix(head, []byte("MSCOLUMN")), i.column},
		{bytes.HasPrefix(head, []byte("MSSHUF1\n")), i.sections},
		{bytes.HasPrefix(head, []byte("MSFPRT1")), i.fingerprints},
		{bytes.HasPrefix(head, []byte("MSDOMPT1")), i.partialDomains},
		{bytes.HasPrefix(head, []byte("MSDOMTB1")), i.domains},
		{isModelName(i.name) || bytes.HasPrefix(head, []byte("\xba\x16\x4f\x2f")), i.model}, // 793712314, little endian
		{filepath.Ext(i.name) == ".json" && bytes.HasPrefix(head, []byte("{")), i.text},
		{slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(i.name)), i.text}, // annotations, settings
		{slices.Contains([]string{".html", ".htm"}, filepath.Ext(i.name)), i.page},
		{isTextLines(i.name), i.lines},
		{strings.HasSuffix(i.name, ".urls.zst"), i.addresses},
		{filepath.Ext(i.name) == ".drawn", i.drawn},
		{corpus.IsShardName(filepath.Base(i.name)), i.shard},
	}
	for _, k := range kinds {
		if k.is {
			return k.describe()
		}
	}
	return i.records()
}

// isModelName reports whether the file calls itself a fastText model.
func isModelName(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".bin" || ext == ".ftz"
}

// isTextLines reports whether the file is compressed lines that are no
// documents: the training text of a seed, marks, skipped records, or the
// formulas of domains.
func isTextLines(name string) bool {
	base := filepath.Base(name)
	for _, pattern := range []string{"*.txt.zst", "*marks.jsonl.zst", "*skipped.jsonl.zst", "*formulas.jsonl.zst", "*pack-*.jsonl.zst"} {
		if ok, err := filepath.Match(pattern, base); ok && err == nil {
			return true
		}
	}
	return false
}

func (i inspector) page() error {
	i.say("HTML: %d bytes; a browser shows it, and 'mathsieve html' prints its text", i.size)
	return nil
}

func (i inspector) column() error {
	if scores, err := corpus.ReadColumn[float32](i.file); err == nil {
		scored := slices.DeleteFunc(scores, func(s float32) bool { return s != s })
		slices.Sort(scored)
		i.say("column of scores: %d rows, %d with a score", len(scores), len(scored))
		if len(scored) > 0 {
			i.say("least %g, median %g, greatest %g", scored[0], scored[len(scored)/2], scored[len(scored)-1])
		}
		return nil
	}
	if _, err := i.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	counts, err := corpus.ReadColumn[uint32](i.file)
	if err != nil {
		return err
	}
	total := uint64(0)
	for _, n := range counts {
		total += uint64(n)
	}
	i.say("column of counts: %d rows, sum %d", len(counts), total)
	return nil
}

func (i inspector) sections() error {
	r, err := shuffle.NewReader(i.file, i.size)
	if err != nil {
		return err
	}
	total := int64(0)
	for p := range r.Sections() {
		s, err := r.Section(p)
		if err != nil {
			return err
		}
		total += s.Records()
	}
	i.say("shuffle file: %d records of %d bytes in %d sections", total, r.Width(), r.Sections())
	return nil
}

// A sizedFile is a [shuffle.File].
type sizedFile struct {
	*os.File
	size int64
}

func (f sizedFile) Size() int64 { return f.size }

func (i inspector) partialDomains() error {
	sections, entries, err := domain.CheckPartial(sizedFile{i.file, i.size})
	if err != nil {
		return err
	}
	i.say("partial domain table: %d paths in %d sections", entries, sections)
	return nil
}

func (i inspector) domains() error {
	r, err := domain.NewReader(i.file)
	if err != nil {
		return err
	}
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	t := r.Totals()
	i.say("domain table: %d domains with %d hosts, %d pages, %d collected", t.Domains, t.Hosts, t.All.Pages, t.All.Collected)
	i.say("related to mathematics: %d domains with %d pages, %d collected", t.Mathematical, t.InMathematical.Pages, t.InMathematical.Collected)
	return nil
}

func (i inspector) fingerprints() error {
	i.say("fingerprints of one pack: about %d documents of %d bytes", i.size/dedup.FingerprintSize, dedup.FingerprintSize)
	return nil
}

// addresses counts a column of strings, and prints the first.
func (i inspector) addresses() error {
	r, err := corpus.NewStringReader(i.file)
	if err != nil {
		return err
	}
	defer r.Close()
	rows, first := 0, ""
	for ; ; rows++ {
		url, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if rows == 0 {
			first = string(url)
		}
	}
	i.say("column of addresses: %d rows; first:", rows)
	i.say("%s", oneLine(first))
	return nil
}

func (i inspector) drawn() error {
	i.say("pages drawn for a seed: %d", i.size/seed.DrawnSize)
	return nil
}

func (i inspector) model() error {
	m, err := fasttext.Load(i.file, i.size)
	if err != nil {
		return err
	}
	args := m.Args()
	i.say("fastText model: %v, loss %v, dim %d, wordNgrams %d, bucket %d, minn %d, maxn %d", args.Model, args.Loss, args.Dim, args.WordNgrams, args.Bucket, args.MinN, args.MaxN)
	i.say("trained with epoch %d, minCount %d on %d tokens; %d words; quantized: %t", args.Epoch, args.MinCount, m.Tokens(), m.Words(), m.Quantized())
	for n, label := range m.Labels() {
		i.say("label %q: %d examples", label, m.LabelCounts()[n])
	}
	return nil
}

func (i inspector) text() error {
	_, err := io.Copy(i.w, i.file)
	return err
}

// lines prints the beginning of compressed lines.
func (i inspector) lines() error {
	z, err := zstd.NewReader(i.file, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	counter := &lineCounter{}
	if _, err := io.Copy(counter, z); err != nil {
		if _, ok := errors.AsType[*fs.PathError](err); !ok { // not the disk
			err = fmt.Errorf("%w: %w", corpus.ErrCorrupt, err)
		}
		return err
	}
	i.say("%d lines, %d bytes; first:", counter.lines, counter.bytes)
	i.say("%s", oneLine(string(counter.first)))
	return nil
}

// A lineCounter counts lines and keeps the beginning of the first.
type lineCounter struct {
	lines, bytes int64
	first        []byte
}

func (c *lineCounter) Write(p []byte) (int, error) {
	const most = 300
	if c.lines == 0 {
		line, _, _ := bytes.Cut(p, []byte("\n"))
		c.first = append(c.first, line[:min(len(line), most-min(most, len(c.first)))]...)
	}
	c.lines += int64(bytes.Count(p, []byte("\n")))
	c.bytes += int64(len(p))
	return len(p), nil
}

func (i inspector) shard() error {
	head := make([]byte, 512)
	n, err := i.file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	format, err := corpus.DetectFormat(head[:n], i.name)
	if err != nil {
		return err
	}
	docs, err := corpus.NewReader(i.file, format, filepath.Base(i.name), corpus.ReaderOptions{})
	if err != nil {
		return err
	}
	defer docs.Close()
	var count, bytes, formulas, tokens int64
	bad := map[corpus.Reason]int64{}
	var doc corpus.Document
	for {
		err := docs.Read(&doc)
		var broken *corpus.RowError
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, corpus.ErrCorrupt) || errors.Is(err, corpus.ErrUnsupported):
			i.say("document shard, %s: %d documents, %d bytes of text, %d formulas, %d tokens counted%s", format, count, bytes, formulas, tokens, rowsThatAreNone(bad))
			if errors.Is(err, corpus.ErrCorrupt) || errors.Is(err, corpus.ErrUnsupported) {
				return err // after what could be read
			}
			return nil
		case errors.As(err, &broken):
			bad[broken.Reason]++
			continue
		case err != nil:
			return err
		}
		count++
		bytes += int64(len(doc.Text))
		formulas += int64(doc.Metadata.FormulaCount())
		tokens += int64(doc.TokenCount)
	}
}

// rowsThatAreNone counts the rows of a shard that are no documents, if any.
func rowsThatAreNone(bad map[corpus.Reason]int64) string {
	if len(bad) == 0 {
		return ""
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(bad)) {
		parts = append(parts, fmt.Sprintf("%s %d", reason, bad[reason]))
	}
	return "; no documents: " + strings.Join(parts, ", ")
}

func (i inspector) records() error {
	r, err := warc.NewReader(i.file, filepath.Base(i.name), i.warc)
	if err != nil {
		return err
	}
	for {
		_, err := r.Next()
		var damage *warc.Damage
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.As(err, &damage) {
			return err
		}
	}
	s := r.Stats()
	i.say("WARC file: %d bytes in %d members, %d bytes skipped", s.Bytes, s.Members, s.Skipped)
	for _, kind := range slices.Sorted(maps.Keys(s.Records)) {
		i.say("%-12s %d", kind, s.Records[kind])
	}
	for _, reason := range slices.Sorted(maps.Keys(s.Damages)) {
		i.say("damage %s: %d", reason, s.Damages[reason])
	}
	return nil
}
