package recipe

import (
	"math"

	"mathsieve/internal/corpus"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
)

// score is the recipe that gives documents with their scores.
func (j *job) score() []pipeline.Stage {
	const round = 1
	after := []string{j.pool.name}
	return []pipeline.Stage{
		j.pool.stage(),
		j.scoreStage(round, j.pool.pool, after),
		j.documentsStage(documentsStage{after: append(after, scoreName(round)), scores: scoreName(round)}),
	}
}

// decontaminate is the recipe that gives the documents without a benchmark text.
func (j *job) decontaminate() []pipeline.Stage {
	after := []string{j.pool.name}
	return []pipeline.Stage{
		j.pool.stage(),
		j.decontaminateStage(j.pool.pool, after),
		j.documentsStage(documentsStage{after: append(after, stageHits), drops: j.hits}),
	}
}

// selection is the recipe that cuts scored documents into tiers.
func (j *job) selection() []pipeline.Stage {
	const round = 1
	after := []string{j.pool.name}
	stages := []pipeline.Stage{j.pool.stage(), j.readScoresStage(round, after), j.tokensStage(j.pool.pool, after)}
	selector := j.selector(round, after)
	return append(append(stages, selector.cutStage()), selector.corpusStages()...)
}

// readScoresStage takes the scores from documents that have them.
func (j *job) readScoresStage(round int, after []string) pipeline.Stage {
	missing := float32(math.NaN())
	stage := pipeline.Stage{Name: scoreName(round), After: after}
	return columnStage(stage, j.pool.pool, scoresName, missing, func(t *pipeline.Task) (func() func(*corpus.Document) (float32, error), error) {
		return func() func(*corpus.Document) (float32, error) {
			return func(doc *corpus.Document) (float32, error) {
				if doc.Score == nil {
					t.Add("skip.no_score", 1)
					return missing, nil
				}
				return fasttext.Logit(*doc.Score), nil
			}
		}, nil
	})
}
