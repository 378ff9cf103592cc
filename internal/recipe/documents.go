package recipe

import (
	"context"
	"errors"
	"fmt"
	"math"

	"mathsieve/internal/corpus"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
)

// stageDocuments writes the result of a recipe that gives documents back.
const stageDocuments = "documents"

// A documentsStage joins documents with what stages found out about them.
type documentsStage struct {
	after  []string
	drops  func(run *pipeline.Run, pack int) ([]corpus.Mark, error) // nil keeps all
	scores string                                                   // stage with a score column, "" for none
	tokens string                                                   // stage with a token column, "" for none
}

// documentsStage writes one shard for each pack: the documents that are not
// dropped, with their score and token count where stages made them.
func (j *job) documentsStage(s documentsStage) pipeline.Stage {
	return pipeline.Stage{
		Name:   stageDocuments,
		After:  s.after,
		Memory: 64 << 20,
		Count:  func(run *pipeline.Run) (int, error) { return j.pool.pool(run).Packs(), nil },
		Task: func(ctx context.Context, t *pipeline.Task) error {
			docs := j.pool.pool(t.Run)
			if s.drops != nil {
				docs = docs.without(s.drops)
			}
			join, err := s.joiner(t.Run, t.Index)
			if err != nil {
				return err
			}
			format, err := corpus.ParseFormat(j.cfg.Output.Format)
			if err != nil {
				return err
			}
			file, err := newOutput(t.CreateAt(fmt.Sprintf("part-%05d%s", t.Index, format.Extension())))
			if err != nil {
				return err
			}
			w, err := corpus.NewWriter(file, format, corpus.WriterOptions{})
			if err != nil {
				return err
			}
			err = docs.Each(ctx, t.Index, func(row int, doc *corpus.Document) error {
				join(row, doc)
				t.Add("out", 1)
				t.Progress(1, int64(len(doc.Text)))
				return w.Write(doc)
			})
			if err != nil {
				return err
			}
			return errors.Join(w.Close(), file.Close())
		},
	}
}

// joiner returns the function that adds the columns of a pack to a document.
func (s documentsStage) joiner(run *pipeline.Run, pack int) (func(row int, doc *corpus.Document), error) {
	var (
		scores []float32
		tokens []uint32
		err    error
	)
	if s.scores != "" {
		if scores, err = readColumn[float32](run, s.scores, pack, scoresName); err != nil {
			return nil, err
		}
	}
	if s.tokens != "" {
		if tokens, err = readColumn[uint32](run, s.tokens, pack, tokensName); err != nil {
			return nil, err
		}
	}
	return func(row int, doc *corpus.Document) {
		if scores != nil && !math.IsNaN(float64(scores[row])) {
			score := fasttext.Sigmoid(float64(scores[row]))
			doc.Score = &score
		}
		if tokens != nil {
			doc.TokenCount = int(tokens[row])
		}
	}, nil
}
