package recipe

import (
	"context"
	"fmt"
	"io"

	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/seed"
)

func trainName(round int) string { return fmt.Sprintf("train-%d", round) }

// trainStage trains the classifier of a round.
func (j *job) trainStage(round int) pipeline.Stage {
	return pipeline.Stage{
		Name:  trainName(round),
		After: []string{seedName(round)},
		Count: func(*pipeline.Run) (int, error) { return 1, nil },
		Task: func(ctx context.Context, t *pipeline.Task) error {
			lines := &lineSource{run: t.Run, stage: seedName(round), name: trainLinesName}
			defer lines.Close()
			args := j.cfg.Train.Args
			args.Thread = t.Workers
			args.LR, args.Epoch = 0.5, 25
			model, report, err := fasttext.Train(ctx, args, lines, fasttext.TrainOptions{})
			if err != nil {
				return err
			}
			if err := report.Learned(); err != nil {
				return err
			}
			out, err := newOutput(t.CreateAt(modelPath(round)))
			if err != nil {
				return err
			}
			if _, err := model.WriteTo(out); err != nil {
				return err
			}
			return out.Close()
		},
	}
}

// A TrainReport says how the classifier of a round came about.
type TrainReport struct {
	Seed seed.Report `json:"seed"`
}

// TrainReport reads the report of the first round's classifier.
func (r *Recipe) TrainReport(run *pipeline.Run) (TrainReport, error) {
	var report TrainReport
	err := readJSON(run, seedName(1), 0, seedReportName, &report.Seed)
	return report, err
}

// OpenModel opens the model of the first round, checked as it is read.
func (r *Recipe) OpenModel(run *pipeline.Run) (io.ReadCloser, error) {
	return run.Open(trainName(1), 0, modelPath(1))
}
