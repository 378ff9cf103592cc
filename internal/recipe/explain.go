package recipe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"mathsieve/internal/corpus"
	"mathsieve/internal/dedup"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/shuffle"
)

// ErrNotFound says that no record of a run has the URL or id that was asked
// for.
var ErrNotFound = errors.New("no record with this URL or id")

// An Explanation says what became of a page.
type Explanation struct {
	// Query is what was asked for, and Canonical the canonical form of it if it
	// is an address: captures are found by that form, so that all of a page come
	// together.
	Query     string `json:"query"`
	Canonical string `json:"canonical_url,omitempty"`
	// Captures are in the order of the inputs. There is none if the page is
	// not in the run.
	Captures []Capture `json:"captures"`
	// Inputs is the number of files of the pool, of which Done are extracted.
	Inputs int `json:"inputs"`
	Done   int `json:"extracted_inputs"`
}

// What became of a capture, or of a document in a stage.
const (
	OutcomeKept    = "kept"    // in the result of the recipe, or went on
	OutcomeDropped = "dropped" // a stage dropped the document
	OutcomeSkipped = "skipped" // the record became no document
	OutcomePending = "pending" // that depends on stages that are not finished
	OutcomeFound   = "found"   // the stage only measured
)

// A Capture is one record of the input.
type Capture struct {
	ID     string `json:"id,omitempty"`
	URL    string `json:"url,omitempty"`
	Date   string `json:"date,omitempty"`
	File   string `json:"file"`   // base name of the input
	Offset int64  `json:"offset"` // of the record; in a shard the row
	// Role is what the input is for: pool, positive or negative.
	Role string `json:"role"`
	// Outcome is the last word, and Stage the one that spoke it.
	Outcome string `json:"outcome"`
	Stage   string `json:"stage"`
	// Steps are the stages that the record went through, in order.
	Steps []CaptureStep `json:"steps"`
}

// A CaptureStep is what one stage did with a capture. Fields that do not apply
// are left out.
type CaptureStep struct {
	Stage   string        `json:"stage"`
	Outcome string        `json:"outcome"`
	Reason  corpus.Reason `json:"reason,omitempty"`
	Detail  string        `json:"detail,omitempty"`
	// TextBytes and Formulas are those of the document.
	TextBytes int `json:"text_bytes,omitempty"`
	Formulas  int `json:"formulas,omitempty"`
	// Twin is the document that this one repeats. Kept is the one that stayed
	// in the end, where the twin was dropped in turn.
	Twin *TwinDocument `json:"twin,omitempty"`
	Kept *TwinDocument `json:"kept,omitempty"`
	// Similarity is the estimated Jaccard similarity with the twin, Band the
	// first band in which the two agree.
	Similarity float32 `json:"similarity,omitempty"`
	Band       *int    `json:"band,omitempty"`
	// Score is a probability, Tokens a count.
	Score  *float64 `json:"score,omitempty"`
	Tokens *uint32  `json:"tokens,omitempty"`
	// Tier is the folder of the tier that took the document, File the part of
	// the corpus or the shard that holds it, and Cut the score at the lower end of the tier,
	// or, of a document that no tier took, of the last one.
	Tier string   `json:"tier,omitempty"`
	File string   `json:"file,omitempty"`
	Cut  *float64 `json:"cut,omitempty"`
}

// A TwinDocument names a document.
type TwinDocument struct {
	ID   string `json:"id"`
	URL  string `json:"url,omitempty"`
	Date string `json:"date,omitempty"` // of the capture
	// In is the run or the file of the kept corpus that it is in, if it is.
	In string `json:"in,omitempty"`
}

// Explain says what became of a page of a run, which need not be finished.
// query is the address of the page in any spelling, or the id of a document.
// The error is ErrNotFound if nothing has it; the Explanation is valid then.
//
// With an address and the keys of deduplication only the inputs are read that
// hold a capture; otherwise all documents are.
func (r *Recipe) Explain(ctx context.Context, run *pipeline.Run, query string) (*Explanation, error) {
	x := explainer{
		cat: cat{ctx: ctx, run: run, recipe: r, ids: map[int][]corpus.Document{}},
		dup: map[int]map[int]corpus.Mark{},
		out: &Explanation{Query: query, Captures: []Capture{}},
	}
	x.ask(query)
	for _, stage := range []extractStage{r.job.positive, r.job.negative, r.job.pool} {
		if err := x.search(stage); err != nil {
			return nil, err
		}
	}
	if len(x.out.Captures) == 0 {
		return x.out, fmt.Errorf("%w: %s", ErrNotFound, query)
	}
	return x.out, nil
}

// An explainer looks for one page in a run.
type explainer struct {
	cat
	dup map[int]map[int]corpus.Mark // duplicates of packs that were asked for
	id  string
	// address is the canonical address, or empty.
	address string
	out     *Explanation
}

// ask finds out what the query means. An address may lack its scheme, an id
// may stand as in a WARC header.
func (x *explainer) ask(query string) {
	query = strings.TrimSpace(query)
	x.id = strings.TrimSuffix(strings.TrimPrefix(strings.Trim(query, "<>"), "urn:uuid:"), ">")
	address := query
	if !strings.Contains(query, "://") && strings.ContainsAny(query, "./") && !strings.Contains(query, ":") {
		address = "https://" + query
	}
	if strings.Contains(address, "://") {
		x.address = dedup.Canonical(address)
		x.out.Canonical = x.address
	}
}

func (x *explainer) isIt(id, url string) bool {
	return id != "" && id == x.id || x.address != "" && url != "" && dedup.Canonical(url) == x.address
}

// search looks through the packs of an extract stage, finished or not.
func (x *explainer) search(stage extractStage) error {
	byURL, known, err := x.captures(stage)
	if err != nil {
		return err
	}
	isPool := stage.name == x.recipe.job.pool.name
	if isPool {
		x.out.Inputs = len(stage.inputs)
	}
	for pack, in := range stage.inputs {
		marker, err := x.run.Marker(stage.name, pack)
		if err != nil {
			continue // not done yet, or damaged: verify says which
		}
		if isPool {
			x.out.Done++
		}
		capture := Capture{File: filepath.Base(in.Path), Role: in.Role}
		if err := x.skips(stage, pack, capture); err != nil {
			return err
		}
		if marker.Counters["out"] == 0 || known && len(byURL[pack]) == 0 {
			continue
		}
		if err := x.documents(stage, pack, capture); err != nil {
			return err
		}
	}
	return nil
}

// captures returns the packs and rows of all documents with the address,
// without reading any document. known is false if only reading will tell.
func (x *explainer) captures(stage extractStage) (rows map[int][]int, known bool, err error) {
	o := x.recipe.job.cfg.Dedup
	if x.address == "" || !stage.sketches || o.Scope != dedup.ScopeAll {
		return nil, false, nil
	}
	tasks, err := x.run.Tasks(stage.name)
	if err != nil {
		return nil, false, nil //nolint:nilerr // not complete: the documents that are there are read
	}
	section := dedup.URLSection(x.address, x.recipe.job.parts)
	keys := &opener{x.run, stage.name, keysName, -1}
	src := shuffle.NewGather(tasks, section, o.URLWidth(), keys.open)
	nodes, err := dedup.Captures(src, x.address)
	if err := errors.Join(keys.causeOf(err), src.Close()); err != nil {
		return nil, false, err
	}
	rows = map[int][]int{}
	for _, n := range nodes {
		rows[n.Pack()] = append(rows[n.Pack()], n.Row())
	}
	// A name without a colon can be an id too.
	return rows, strings.Contains(x.out.Query, "://"), nil
}

// skips adds the records of a pack that became no document.
func (x *explainer) skips(stage extractStage, pack int, capture Capture) error {
	return eachSkip(x.run, stage.name, pack, func(s Skip) error {
		if !x.isIt(s.ID, s.URL) {
			return x.ctx.Err()
		}
		capture.ID, capture.URL, capture.Offset = s.ID, s.URL, s.Offset
		capture.Outcome, capture.Stage = OutcomeSkipped, stage.name
		capture.Steps = []CaptureStep{{Stage: stage.name, Outcome: OutcomeSkipped, Reason: s.Reason, Detail: s.Detail}}
		x.out.Captures = append(x.out.Captures, capture)
		return nil
	})
}

// documents adds the documents of a pack that are asked for.
func (x *explainer) documents(stage extractStage, pack int, capture Capture) error {
	return stage.pool(x.run).Each(x.ctx, pack, func(row int, doc *corpus.Document) error {
		if !x.isIt(doc.ID, doc.URL) {
			return nil
		}
		c := capture
		c.ID, c.URL, c.Date, c.Offset = doc.ID, doc.URL, doc.Date, doc.Source.Offset
		if doc.Source.File != "" {
			c.File = doc.Source.File
		}
		c.Steps = []CaptureStep{{
			Stage: stage.name, Outcome: OutcomeKept,
			TextBytes: len(doc.Text), Formulas: doc.Metadata.FormulaCount(),
		}}
		c.Outcome, c.Stage = OutcomeKept, stage.name
		if stage.name == x.recipe.job.pool.name {
			if err := x.follow(&c, pack, row); err != nil {
				return err
			}
		}
		x.out.Captures = append(x.out.Captures, c)
		return nil
	})
}

// follow adds what the stages after extraction did with a document.
func (x *explainer) follow(c *Capture, pack, row int) error {
	for _, stage := range x.recipe.Stages {
		look := x.teller(stage.Name)
		if look == nil {
			continue
		}
		tasks, err := x.run.Tasks(stage.Name)
		if err == nil && tasks > 0 && stage.Name == cutName(roundOf(stage.Name)) {
			// The last round decides, and which that is shows when it has ended.
			var last bool
			if last, err = x.recipe.job.isLast(x.run, roundOf(stage.Name)); !last {
				tasks = 0
			}
		}
		switch {
		case errors.Is(err, pipeline.ErrNotSealed):
			c.Outcome, c.Stage = OutcomePending, stage.Name
			c.Steps = append(c.Steps, CaptureStep{Stage: stage.Name, Outcome: OutcomePending})
			return nil
		case err != nil:
			return err
		case tasks == 0: // the loop does not come to it
			continue
		}
		step, err := look(stage.Name, pack, row)
		if err != nil {
			return fmt.Errorf("explain stage %s: %w", stage.Name, err)
		}
		if step == nil {
			continue
		}
		step.Stage = stage.Name
		c.Steps = append(c.Steps, *step)
		switch step.Outcome {
		case OutcomeDropped:
			c.Outcome, c.Stage = OutcomeDropped, stage.Name
			return nil
		case OutcomeKept:
			c.Outcome, c.Stage = OutcomeKept, stage.Name
		}
	}
	return nil
}

// teller returns what tells of a document in a stage, nil for stages that do not
// speak of single documents. It returns nil in turn where it has nothing to say.
func (x *explainer) teller(stage string) func(stage string, pack, row int) (*CaptureStep, error) {
	round := roundOf(stage)
	switch stage {
	case stageDuplicate:
		return x.duplicate
	case stageHits:
		return x.contamination
	case stageTokens:
		return x.tokens
	case stageDocuments:
		return x.shard
	case scoreName(round):
		return x.score
	case cutName(round):
		return x.tier
	case expandName(round):
		return x.expansion
	}
	return nil
}

// expansion says that a page joins the positives of the next round.
func (x *explainer) expansion(stage string, pack, row int) (*CaptureStep, error) {
	round := roundOf(stage)
	rows, err := expandedRows(round)(x.run, pack)
	if _, joins := slices.BinarySearch(rows, uint32(row)); err != nil || !joins {
		return nil, err
	}
	return &CaptureStep{Outcome: OutcomeFound, Detail: fmt.Sprintf("joins the positives of round %d", round+1)}, nil
}

func (x *explainer) duplicate(_ string, pack, row int) (*CaptureStep, error) {
	m, ok, err := x.duplicateMark(pack, row)
	if err != nil || !ok {
		return &CaptureStep{Outcome: OutcomeKept}, err
	}
	step := &CaptureStep{Outcome: OutcomeDropped, Reason: m.Reason, Similarity: m.Similarity}
	if band, ok := dedup.BandOf(m); ok {
		step.Band = &band
	}
	if step.Twin, err = x.twin(m); err != nil {
		return nil, err
	}
	// The twin of a page may be dropped by a later rule, for a better one.
	last := m
	for {
		next, ok, err := x.duplicateMark(last.TwinPack, last.TwinRow)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		last = next
	}
	if last != m {
		step.Kept, err = x.twin(last)
	}
	return step, err
}

// duplicateMark returns the mark that deduplication made of a document.
func (x *explainer) duplicateMark(pack, row int) (m corpus.Mark, ok bool, err error) {
	if pack >= len(x.recipe.job.pool.inputs) {
		return m, false, nil // of the kept corpus
	}
	rows, ok := x.dup[pack]
	if !ok {
		marks, err := x.recipe.job.duplicates(x.run, pack)
		if err != nil {
			return m, false, err
		}
		rows = make(map[int]corpus.Mark, len(marks))
		for _, m := range marks {
			rows[m.Row] = m
		}
		x.dup[pack] = rows
	}
	m, ok = rows[row]
	return m, ok, nil
}

func (x *explainer) twin(m corpus.Mark) (*TwinDocument, error) {
	doc, err := x.named(m.TwinPack, m.TwinRow)
	return &TwinDocument{ID: doc.ID, URL: doc.URL, Date: doc.Date, In: x.recipe.job.keptIn(m.TwinPack)}, err
}

func (x *explainer) contamination(_ string, pack, row int) (*CaptureStep, error) {
	marks, err := x.recipe.job.hits(x.run, pack)
	for _, m := range marks {
		if m.Row == row {
			return &CaptureStep{Outcome: OutcomeDropped, Reason: m.Reason, Detail: m.Detail}, err
		}
	}
	return &CaptureStep{Outcome: OutcomeKept}, err
}

func (x *explainer) tokens(stage string, pack, row int) (*CaptureStep, error) {
	counts, err := readColumn[uint32](x.run, stage, pack, tokensName)
	if err != nil {
		return nil, err
	}
	return &CaptureStep{Outcome: OutcomeFound, Tokens: &counts[row]}, nil
}

func (x *explainer) score(stage string, pack, row int) (*CaptureStep, error) {
	logits, err := readColumn[float32](x.run, stage, pack, scoresName)
	if err != nil {
		return nil, err
	}
	step := &CaptureStep{Outcome: OutcomeFound}
	if logit := float64(logits[row]); !math.IsNaN(logit) {
		score := fasttext.Sigmoid(logit)
		step.Score = &score
	}
	return step, nil
}

// shard says in which file of the result a document is that nothing dropped.
func (x *explainer) shard(stage string, pack, _ int) (*CaptureStep, error) {
	marker, err := x.run.Marker(stage, pack)
	if err != nil {
		return nil, err
	}
	step := &CaptureStep{Outcome: OutcomeKept}
	if len(marker.Outputs) > 0 {
		step.File = marker.Outputs[0].Path
	}
	return step, nil
}

// tier says which tier took a document, or how far it was from the last cut.
func (x *explainer) tier(stage string, pack, row int) (*CaptureStep, error) {
	round := roundOf(stage)
	chosen, err := readSelection(x.run, round)
	if err != nil {
		return nil, err
	}
	src := x.recipe.job.selector(round, nil).columns(x.ctx, x.run)
	tiers, err := chosen.Cuts.AppendTiers(nil, src, pack)
	if err := errors.Join(err, src.Close()); err != nil {
		return nil, err
	}
	scores, _, err := src.Columns(pack)
	if err != nil {
		return nil, err
	}
	at := tiers[row]
	step := &CaptureStep{Outcome: OutcomeKept}
	if at < 0 {
		at = len(chosen.Cuts.Tiers) - 1
		step.Outcome = OutcomeDropped
		switch {
		case math.IsNaN(float64(scores[row])):
			step.Reason = "no_score"
		case scores[row] < chosen.Cuts.MinScore:
			step.Reason = "below_min_score"
		default:
			step.Reason = "above_budget"
		}
	}
	if at < 0 {
		return step, nil // a plan without a budget
	}
	cut := fasttext.Sigmoid(float64(chosen.Cuts.Tiers[at].Score))
	step.Cut = &cut
	if step.Outcome == OutcomeDropped {
		return step, nil
	}
	step.Tier = chosen.Cuts.Tiers[at].Budget.TierName()
	for _, part := range chosen.Parts {
		if part.Tier == at && part.Contains(pack, row) {
			format, err := corpus.ParseFormat(x.recipe.job.cfg.Output.Format)
			if err != nil {
				return nil, err
			}
			step.File = path.Join(x.recipe.job.corpusDir(round), step.Tier, partName(part.Index, format))
		}
	}
	return step, nil
}
