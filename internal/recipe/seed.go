package recipe

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"

	"mathsieve/internal/corpus"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/seed"
)

const (
	trainLinesName   = "train.txt.zst"
	holdOutLinesName = "holdout.txt.zst"
	seedReportName   = "seed.json"
	drawnName        = "drawn" // what the next round compares its seed with
)

func seedName(round int) string { return numbered("seed", round) }

// given returns the stages that extract the seed that the user gave.
func (j *job) given() []extractStage {
	var given []extractStage
	for _, s := range []extractStage{j.positive, j.negative} {
		if len(s.inputs) > 0 {
			given = append(given, s)
		}
	}
	return given
}

// seedStage draws the pages that the classifier of a round learns from: those
// that the user gave, or, where there are none, pages of the pool; and from the
// second round on those that the rules of the round before have added.
func (j *job) seedStage(round int, unique poolOf, after []string) pipeline.Stage {
	before := names(j.given())
	count := one
	if len(before) < 2 || round > 1 {
		before = append(before, after...)
	}
	if round > 1 {
		before = append(before, seedName(round-1), rulesName(round-1), expandName(round-1))
		count = func(run *pipeline.Run) (int, error) {
			more, err := j.expands(run, round-1)
			if err != nil || !more {
				return 0, err
			}
			return 1, nil
		}
	}
	return pipeline.Stage{
		Name:  seedName(round),
		After: before,
		Count: count,
		Task: func(ctx context.Context, t *pipeline.Task) error {
			sources, err := j.seedSources(t.Run, round, unique)
			if err != nil {
				return err
			}
			return j.drawSeed(ctx, t, round, sources)
		},
	}
}

// Names of the sources of a seed, as seed.json has them.
const (
	sourceGiven    = "given"    // files of positives or negatives
	sourceMarkup   = "markup"   // pages of the pool, judged by their own mark-up
	sourcePool     = "pool"     // any page of the pool
	sourceExpanded = "expanded" // pages under accepted rules
)

// seedSources says where positives and negatives come from. Negatives of later
// rounds are never from the domains of positives, nor from a path that somebody
// took for mathematics or was not sure about.
func (j *job) seedSources(run *pipeline.Run, round int, unique poolOf) ([]seed.Source, error) {
	o := j.cfg.Seed
	positive := seed.Source{Name: sourceGiven, Label: seed.LabelMath}
	negative := seed.Source{Name: sourceGiven, Label: seed.LabelOther}
	bootstrap := len(j.positive.inputs) == 0
	if bootstrap {
		positive.Name, positive.Pool, positive.Accept = sourceMarkup, unique(run), o.ProvesMathematics
	} else {
		positive.Pool = j.positive.pool(run)
	}
	switch {
	case len(j.negative.inputs) > 0:
		negative.Pool = j.negative.pool(run)
	case !bootstrap:
		negative.Name, negative.Pool = sourcePool, unique(run)
	default:
		negative.Name, negative.Pool, negative.Accept = sourceMarkup, unique(run), o.ProvesOther
	}
	if round == 1 {
		return []seed.Source{positive, negative}, nil
	}
	rules, err := readRules(run, round-1)
	if err != nil {
		return nil, err
	}
	accept := negative.Accept
	negative.Accept = func(doc *corpus.Document) bool {
		return (accept == nil || accept(doc)) && !rules.maybeMath(doc.URL)
	}
	negative.Apart = len(j.negative.inputs) == 0
	expanded := seed.Source{Name: sourceExpanded, Label: seed.LabelMath, Pool: unique(run).of(expandedRows(round - 1))}
	return []seed.Source{positive, expanded, negative}, nil
}

func (j *job) drawSeed(ctx context.Context, t *pipeline.Task, round int, sources []seed.Source) (err error) {
	files, err := newScratch(t)
	if err != nil {
		return err
	}
	train, err := newLineWriter(t, trainLinesName)
	if err != nil {
		return err
	}
	holdOut, err := newLineWriter(t, holdOutLinesName)
	if err != nil {
		return err
	}
	draw := seed.Draw{Options: j.cfg.Seed, Sources: sources, Scratch: files}
	drawn, err := newOutput(t.Create(drawnName))
	if err != nil {
		return err
	}
	draw.Drawn = drawn
	if round > 1 {
		before, openErr := t.Run.Open(seedName(round-1), 0, drawnName)
		if openErr != nil {
			return openErr
		}
		defer func() { err = errors.Join(err, before.Close()) }()
		draw.Before = before
	}
	report, err := draw.Write(ctx, train, holdOut)
	if err != nil {
		return err
	}
	for label, n := range report.Drawn {
		t.Add("drawn."+label, int64(n))
		t.Progress(int64(n), 0)
	}
	if err := errors.Join(train.Close(), holdOut.Close(), drawn.Close()); err != nil {
		return err
	}
	return writeJSON(t, seedReportName, report)
}

// A lineWriter compresses lines into an output.
type lineWriter struct {
	*zstd.Encoder
	file output
}

func newLineWriter(t *pipeline.Task, name string) (lineWriter, error) {
	file, err := newOutput(t.Create(name))
	if err != nil {
		return lineWriter{}, err
	}
	z, err := zstd.NewWriter(file, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	return lineWriter{z, file}, err
}

func (w lineWriter) Close() error { return errors.Join(w.Encoder.Close(), w.file.Close()) }

// A lineSource gives the lines of a seed to the trainer, as often as it asks.
// It implements [fasttext.Source].
type lineSource struct {
	run   *pipeline.Run
	stage string
	name  string

	packed io.Reader // what file decompresses
	file   io.ReadCloser
	lines  *bufio.Scanner
}

// Rewind implements [fasttext.Source].
func (s *lineSource) Rewind() error {
	if err := s.Close(); err != nil {
		return err
	}
	f, err := s.run.Open(s.stage, 0, s.name)
	if err != nil {
		return err
	}
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return errors.Join(err, f.Close())
	}
	s.packed, s.file = f, zstdFile{z, f}
	s.lines = bufio.NewScanner(s.file)
	s.lines.Buffer(nil, fasttext.MaxLineBytes)
	return nil
}

// Next implements [fasttext.Source].
func (s *lineSource) Next(ex *fasttext.Example) error {
	if s.file == nil {
		if err := s.Rewind(); err != nil {
			return err
		}
	}
	if !s.lines.Scan() {
		return cmp.Or(causeOf(s.lines.Err(), s.packed), io.EOF)
	}
	*ex = fasttext.Example{Text: s.lines.Bytes(), Inline: true}
	return nil
}

// sha256 returns the hash of the file as it is stored.
func (s *lineSource) sha256() (string, error) {
	out, err := s.run.Find(s.stage, 0, s.name)
	return out.SHA256, err
}

// each calls do for every line, from the first, with its label and the rest.
func (s *lineSource) each(do func(label string, text []byte) error) error {
	if err := s.Rewind(); err != nil {
		return err
	}
	var ex fasttext.Example
	for {
		err := s.Next(&ex)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		label, text, _ := bytes.Cut(ex.Text, []byte(" "))
		if err := do(string(label), text); err != nil {
			return err
		}
	}
}

// Close closes what is open; the source can be rewound again.
func (s *lineSource) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}

// A zstdFile decompresses a file and closes it.
type zstdFile struct {
	*zstd.Decoder
	file io.Closer
}

func (z zstdFile) Close() error {
	z.Decoder.Close()
	return z.file.Close()
}

// train is the recipe that ends with a model.
func (j *job) train() []pipeline.Stage {
	const round = 1
	return []pipeline.Stage{
		j.positive.stage(), j.negative.stage(), j.seedStage(round, j.pool.pool, nil), j.trainStage(round),
	}
}
