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

// partName is the file of a pack's documents in a result, or of a part of a tier.
func partName(index int, format corpus.Format) string {
	return fmt.Sprintf("part-%05d%s", index, format.Extension())
}

// A documentsStage joins documents with what stages found out about them.
type documentsStage struct {
	after  []string
	drops  func(run *pipeline.Run, pack int) ([]corpus.Mark, error) // nil keeps all
	scores string                                                   // stage with a score column, "" for none
}

// documentsStage writes one shard for each pack: the documents that are not
// dropped, with their scores where a stage made them.
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
			file, err := newOutput(t.CreateAt(partName(t.Index, format)))
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
	if s.scores == "" {
		return func(int, *corpus.Document) {}, nil
	}
	scores, err := readColumn[float32](run, s.scores, pack, scoresName)
	return func(row int, doc *corpus.Document) {
		if logit := float64(scores[row]); !math.IsNaN(logit) {
			score := fasttext.Sigmoid(logit)
			doc.Score = &score
		}
	}, err
}
