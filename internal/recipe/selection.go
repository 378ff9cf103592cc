package recipe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"

	"mathsieve/internal/corpus"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank"
)

const cutsName = "cuts.json"

func cutName(round int) string    { return numbered("cut", round) }
func selectName(round int) string { return numbered("select", round) }

// corpusDir is the folder of a round's tiers in the run folder; of a select,
// which has no rounds, the run folder itself.
func (j *job) corpusDir(round int) string {
	if j.plan.Recipe == Select {
		return ""
	}
	return path.Join("corpus", numbered("round", round))
}

// A selection is what the cut of a round decides: which documents belong to
// which tier, and how the tiers are laid out in files. Its scores are logits.
type selection struct {
	Cuts  *rank.Cuts  `json:"cuts"`
	Parts []rank.Part `json:"parts"`
	// Collected is the cut of rounds.collect, the only tier of its own; nil
	// where there is no loop.
	Collected *rank.Cuts `json:"collected,omitempty"`
}

// A selector is what the stages of a selection share.
type selector struct {
	job   *job
	round int
	after []string
}

// selector prepares the selection of a round.
func (j *job) selector(round int, after []string) selector {
	s := selector{job: j, round: round}
	s.after = append(s.after, after...)
	s.after = append(s.after, scoreName(round), stageTokens)
	if j.hasBenchmarks() {
		s.after = append(s.after, stageHits)
	}
	if !j.hasModel() && j.plan.Recipe == Run {
		s.after = append(s.after, trainName(round))
	}
	return s
}

// cutStage cuts the pool of a round into tiers.
func (s selector) cutStage() pipeline.Stage {
	return pipeline.Stage{Name: cutName(s.round), After: s.after, Count: follows(scoreName(s.round), one), Task: s.cut}
}

// corpusStages write the tiers of the last round.
func (s selector) corpusStages() []pipeline.Stage {
	after := append([]string{cutName(s.round)}, s.after...)
	if s.round < s.job.rounds() {
		after = append(after, expandName(s.round))
	}
	ifLast := func(count func(*pipeline.Run) (int, error)) func(*pipeline.Run) (int, error) {
		return func(run *pipeline.Run) (int, error) {
			if last, err := s.job.isLast(run, s.round); err != nil || !last {
				return 0, err
			}
			return count(run)
		}
	}
	return []pipeline.Stage{
		{Name: selectName(s.round), After: after, Count: ifLast(s.parts), Task: s.write, Memory: 96 << 20},
		{Name: corpusName(s.round), After: append([]string{selectName(s.round)}, after...), Count: ifLast(one), Task: s.manifest},
	}
}

// cut decides. It reads columns, never text.
func (s selector) cut(ctx context.Context, t *pipeline.Task) error {
	src := s.columns(ctx, t.Run)
	o := s.job.cfg.Select
	if o.MinScore > 0 {
		o.MinScore = float64(fasttext.Logit(o.MinScore))
	} else {
		o.MinScore = -math.MaxFloat32
	}
	cuts, err := rank.Cut(ctx, src, o)
	if err != nil {
		return errors.Join(err, src.Close())
	}
	var collected *rank.Cuts
	if s.job.plan.Recipe == Run {
		if collected, err = s.collectCuts(ctx, src, o, cuts); err != nil {
			return errors.Join(err, src.Close())
		}
	}
	sizes := func(pack int) ([]uint32, error) {
		return readColumn[uint32](t.Run, s.job.pool.name, pack, bytesName)
	}
	parts, err := cuts.Layout(ctx, src, sizes, o.PartBytes)
	if err := errors.Join(err, src.Close()); err != nil {
		return err
	}
	t.Add("in", cuts.Documents)
	t.Add("tokens", cuts.Tokens)
	t.Add("not_eligible", cuts.NotEligible)
	t.Add("below_min_score", cuts.BelowMin)
	for _, tier := range cuts.Tiers {
		t.Add("out", tier.TierDocuments)
		t.Add("tokens."+tier.Budget.TierName(), tier.TierTokens)
		t.Add("docs."+tier.Budget.TierName(), tier.TierDocuments)
		if tier.Exhausted {
			t.Add("exhausted."+tier.Budget.TierName(), 1)
		}
	}
	return writeJSON(t, cutsName, selection{cuts, parts, collected})
}

// readSelection reads what the cut of a round decided.
func readSelection(run *pipeline.Run, round int) (selection, error) {
	var s selection
	err := readJSON(run, cutName(round), cutsName, &s)
	return s, err
}

func (s selector) parts(run *pipeline.Run) (int, error) {
	selection, err := readSelection(run, s.round)
	return len(selection.Parts), err
}

// write writes one part of a tier.
func (s selector) write(ctx context.Context, t *pipeline.Task) (err error) {
	selection, err := readSelection(t.Run, s.round)
	if err != nil {
		return err
	}
	part := selection.Parts[t.Index]
	format, err := corpus.ParseFormat(s.job.cfg.Output.Format)
	if err != nil {
		return err
	}
	tier := selection.Cuts.Tiers[part.Tier].Budget.TierName()
	file, err := newOutput(t.CreateAt(path.Join(s.job.corpusDir(s.round), tier, partName(part.Index, format))))
	if err != nil {
		return err
	}
	w, err := corpus.NewWriter(file, format, corpus.WriterOptions{})
	if err != nil {
		return err
	}
	src := s.columns(ctx, t.Run)
	defer func() { err = errors.Join(err, src.Close()) }()
	for pack := part.FromPack; pack < src.Packs() && part.Contains(pack, max(0, firstRow(part, pack))); pack++ {
		if err := s.writePack(ctx, t, selection.Cuts, part, src, pack, w); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return file.Close()
}

// firstRow is the first row of a pack that can lie in the part.
func firstRow(part rank.Part, pack int) int {
	if pack == part.FromPack {
		return part.FromRow
	}
	return 0
}

// writePack writes the documents of one pack that belong to the part.
func (s selector) writePack(ctx context.Context, t *pipeline.Task, cuts *rank.Cuts, part rank.Part, src *columns, pack int, w corpus.Writer) error {
	tiers, err := cuts.AppendTiers(nil, src, pack)
	if err != nil {
		return err
	}
	scores, tokens, err := src.Columns(pack)
	if err != nil {
		return err
	}
	return s.job.pool.pool(t.Run).Each(ctx, pack, func(row int, doc *corpus.Document) error {
		if tiers[row] != part.Tier || !part.Contains(pack, row) {
			return nil
		}
		score := fasttext.Sigmoid(float64(scores[row]))
		doc.Score, doc.TokenCount = &score, int(tokens[row])
		t.Add("out", 1)
		t.Add("tokens", int64(tokens[row]))
		t.Add("bytes_text", int64(len(doc.Text)))
		t.Progress(1, int64(len(doc.Text)))
		return w.Write(doc)
	})
}

// columns gives the attributes of the pool to package rank. Rows that are
// marked as contaminated have no score there.
type columns struct {
	ctx      context.Context // ends the reading of ids
	selector selector
	run      *pipeline.Run

	pack   int // whose columns are held, -1 for none
	scores []float32
	tokens []uint32

	docs    *packReader // where ids are being read
	docsIn  int
	docsRow int
	doc     corpus.Document
}

func (s selector) columns(ctx context.Context, run *pipeline.Run) *columns {
	return &columns{ctx: ctx, selector: s, run: run, pack: -1}
}

// Packs implements [rank.Source].
func (c *columns) Packs() int { return len(c.selector.job.pool.inputs) }

// Columns implements [rank.Source].
func (c *columns) Columns(pack int) (scores []float32, tokens []uint32, err error) {
	if c.pack == pack {
		return c.scores, c.tokens, nil
	}
	c.pack = -1
	if c.scores, err = readColumn[float32](c.run, scoreName(c.selector.round), pack, scoresName); err != nil {
		return nil, nil, err
	}
	if c.tokens, err = readColumn[uint32](c.run, stageTokens, pack, tokensName); err != nil {
		return nil, nil, err
	}
	if c.selector.job.hasBenchmarks() {
		hits, err := c.selector.job.hits(c.run, pack)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range hits {
			c.scores[m.Row] = float32(math.NaN())
		}
	}
	c.pack = pack
	return c.scores, c.tokens, nil
}

// ID implements [rank.Source]: ids are asked for in ascending order, so a pack
// is read once at most in a pass.
func (c *columns) ID(pack, row int) (string, error) {
	if c.docs != nil && (c.docsIn != pack || c.docsRow > row) {
		if err := c.Close(); err != nil {
			return "", err
		}
	}
	if c.docs == nil {
		var err error
		if c.docs, err = c.selector.job.pool.pool(c.run).open(pack); err != nil {
			return "", err
		}
		c.docsIn, c.docsRow = pack, -1
	}
	for c.docsRow < row {
		at, err := c.docs.next(c.ctx, &c.doc)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", err
		}
		c.docsRow = at
	}
	return c.doc.ID, nil
}

// Close closes the pack that ids were read from.
func (c *columns) Close() error {
	if c.docs == nil {
		return nil
	}
	err := c.docs.Close()
	c.docs = nil
	return err
}

// writeJSON writes a small result as indented JSON.
func writeJSON(t *pipeline.Task, name string, v any) error {
	f, err := newOutput(t.Create(name))
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return f.Close()
}

// readJSON reads what writeJSON wrote in the only task of a stage.
func readJSON(run *pipeline.Run, stage, name string, v any) error {
	f, err := run.Open(stage, 0, name)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}
