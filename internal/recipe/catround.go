package recipe

import (
	"context"
	"errors"
	"fmt"

	"mathsieve/internal/corpus"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
)

// A CatRoundWhat says what CatRound gives out.
type CatRoundWhat int

// What CatRound gives out of a round.
const (
	RoundCollected CatRoundWhat = iota // the pages that the round has collected
	RoundExpanded                      // the pages that it added to the next seed
)

// CatRound calls give for pages of a round of a run, with the score that the
// round gave them and their tokens. The maps in a row are its reader's.
func CatRound(ctx context.Context, path string, round int, what CatRoundWhat, give func(Row) error) error {
	run, r, err := Open(path)
	if err != nil {
		return err
	}
	stage := cutName(round)
	if what == RoundExpanded {
		stage = expandName(round)
	}
	if r.Plan.Recipe != Run {
		return fmt.Errorf("%w: the folder was made by '%s'", ErrNoLoop, r.Plan.Recipe)
	}
	if round < 1 || round > r.job.rounds() {
		return fmt.Errorf("%w %d: the run has %d", ErrNoRound, round, r.job.rounds())
	}
	tasks, err := run.Tasks(stage)
	if err != nil {
		return err
	}
	if tasks == 0 {
		return fmt.Errorf("%w %d: the loop had stopped before", ErrNoRound, round)
	}
	rows := expandedRows(round)
	if what == RoundCollected {
		rows = r.job.collectedRows(ctx, round)
	}
	c := roundCat{run: run, job: r.job, round: round, docs: r.job.pool.pool(run).of(rows), give: give}
	for pack := range c.docs.Packs() {
		if err := c.pack(ctx, pack); err != nil {
			return err
		}
	}
	return nil
}

// ErrNoRound says that a run has no such round.
var ErrNoRound = errors.New("no round")

// collectedRows reads the rows of a pack that a round has collected.
func (j *job) collectedRows(ctx context.Context, round int) func(run *pipeline.Run, pack int) ([]uint32, error) {
	return func(run *pipeline.Run, pack int) (_ []uint32, err error) {
		c, err := j.selector(round, nil).collected(ctx, run)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, c.Close()) }()
		collected, err := c.rows(pack)
		rows := []uint32{}
		for row, is := range collected {
			if is {
				rows = append(rows, uint32(row))
			}
		}
		return rows, err
	}
}

type roundCat struct {
	run   *pipeline.Run
	job   *job
	round int
	docs  pool
	give  func(Row) error
}

func (c roundCat) pack(ctx context.Context, pack int) error {
	logits, err := readColumn[float32](c.run, scoreName(c.round), pack, scoresName)
	if err != nil {
		return err
	}
	tokens, err := readColumn[uint32](c.run, stageTokens, pack, tokensName)
	if err != nil {
		return err
	}
	return c.docs.Each(ctx, pack, func(row int, doc *corpus.Document) error {
		score := fasttext.Sigmoid(float64(logits[row]))
		doc.Score, doc.TokenCount = &score, int(tokens[row])
		return c.give(rowOf(doc))
	})
}
