package recipe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"runtime/debug"

	"mathsieve/internal/fasttext"
	"mathsieve/internal/fasttext/eval"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/seed"
)

const trainReportName = "train.json"

func trainName(round int) string { return numbered("train", round) }

// modelPath is where the model of a round stands in the run folder.
func modelPath(round int) string { return path.Join("models", numbered("round", round)+".bin") }

// A TrainReport says how a classifier came about and how good it is on the
// hold-out. It holds no times: equal models have equal reports.
type TrainReport struct {
	Seed seed.Report `json:"seed"`
	// Args are the settings in force, after tuning.
	Args fasttext.Args `json:"args"`
	// Trials are the settings that were tried, in order; empty without tuning.
	Trials []TrainTrial `json:"trials"`
	// Tokens, Words and Examples describe the training text.
	Tokens   int64 `json:"tokens"`
	Words    int   `json:"words"`
	Examples int64 `json:"examples"`
	// Loss is the mean loss of the last epoch in nats, GuessLoss that of
	// guessing by the frequency of the labels.
	Loss      float64 `json:"loss"`
	GuessLoss float64 `json:"guess_loss"`
	// HoldOut is nil where no page was held out.
	HoldOut *HoldOut `json:"hold_out"`
	// Plan is the hash of the plan, all settings included. The other hashes
	// are the SHA-256 of the files: lines to train on, lines held out, model.
	Plan    string `json:"plan"`
	Train   string `json:"train_sha256"`
	HeldOut string `json:"hold_out_sha256"`
	Model   string `json:"model_sha256"`
}

// A TrainTrial is one setting that was tried.
type TrainTrial struct {
	LR               float64 `json:"lr"`
	Epoch            int     `json:"epoch"`
	Learned          bool    `json:"learned"`
	AveragePrecision float64 `json:"average_precision"`
}

// A HoldOut is what a classifier does on pages that it was not trained on.
type HoldOut struct {
	Pages            int          `json:"pages"`
	Positives        int          `json:"positives"`
	AveragePrecision float64      `json:"average_precision"`
	BestF1           eval.Point   `json:"best_f1"`
	Thresholds       []eval.Point `json:"thresholds"`
	// Curve is the precision-recall curve, a point for each hundredth of recall
	// that it reaches.
	Curve []eval.Point `json:"curve"`
}

// trainStage trains the classifier of a round.
func (j *job) trainStage(round int) pipeline.Stage {
	return pipeline.Stage{
		Name:  trainName(round),
		After: []string{seedName(round)},
		Count: follows(seedName(round), one),
		Task: func(ctx context.Context, t *pipeline.Task) error {
			train := &lineSource{run: t.Run, stage: seedName(round), name: trainLinesName}
			holdOut := &lineSource{run: t.Run, stage: seedName(round), name: holdOutLinesName}
			tr := trainer{job: j, task: t, train: train, holdOut: holdOut}
			err := readJSON(t.Run, seedName(round), seedReportName, &tr.report.Seed)
			if err == nil {
				err = tr.run(ctx, modelPath(round))
			}
			return errors.Join(err, tr.Close())
		},
	}
}

// A trainer is one training task.
type trainer struct {
	job            *job
	task           *pipeline.Task
	train, holdOut *lineSource
	spill          *scratchFile // examples that do not fit into memory
	report         TrainReport
}

func (tr *trainer) Close() error {
	err := errors.Join(tr.train.Close(), tr.holdOut.Close())
	if tr.spill != nil {
		err = errors.Join(err, tr.spill.Close())
	}
	return err
}

func (tr *trainer) run(ctx context.Context, to string) error {
	args := tr.job.cfg.Train.Args
	args.Thread = tr.task.Workers
	options, err := tr.options()
	if err != nil {
		return err
	}
	drawn := sum(tr.report.Seed.Drawn)
	held := sum(tr.report.Seed.HeldOut)
	if tr.job.cfg.Train.Tunes(drawn) && held > 0 {
		if args, err = tr.tune(ctx, args, drawn, options); err != nil {
			return err
		}
		// The trials' matrix is garbage now, and as large as the one to come.
		debug.FreeOSMemory()
	}
	model, result, err := fasttext.Train(ctx, args, tr.train, options)
	if err != nil {
		return err
	}
	if err := result.Learned(); err != nil {
		return err
	}
	args.Thread = 0 // it decides nothing
	tr.report.Args, tr.report.Tokens, tr.report.Words, tr.report.Examples = args, result.Tokens, result.Words, result.Examples
	tr.report.Loss, tr.report.GuessLoss = result.LastLoss, result.GuessLoss
	if held > 0 {
		if tr.report.HoldOut, err = tr.measure(model); err != nil {
			return err
		}
	}
	out, err := newOutput(tr.task.CreateAt(to))
	if err != nil {
		return err
	}
	hash := sha256.New()
	if _, err := model.WriteTo(io.MultiWriter(out, hash)); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	tr.report.Model = hex.EncodeToString(hash.Sum(nil))
	if tr.report.Train, err = tr.train.sha256(); err != nil {
		return err
	}
	if tr.report.HeldOut, err = tr.holdOut.sha256(); err != nil {
		return err
	}
	tr.report.Plan = tr.task.Run.Plan().Hash
	return writeJSON(tr.task, trainReportName, tr.report)
}

// options are the means of training: memory, scratch space, and who watches.
func (tr *trainer) options() (fasttext.TrainOptions, error) {
	files, err := newScratch(tr.task)
	return fasttext.TrainOptions{
		Memory: tr.task.Memory,
		Scratch: func() (fasttext.ScratchFile, error) {
			if tr.spill != nil { // of a training before this one
				if err := errors.Join(tr.spill.Close(), files.Remove("examples")); err != nil {
					return nil, err
				}
			}
			var err error
			tr.spill, err = files.createReadable("examples")
			return tr.spill, err
		},
	}, err
}

// smallSeed is the number of pages below which many epochs are tried where few
// did not do.
const smallSeed = 5000

// tune chooses lr and epoch for a seed of that many pages by trials on the
// hold-out.
func (tr *trainer) tune(ctx context.Context, args fasttext.Args, pages int, options fasttext.TrainOptions) (fasttext.Args, error) {
	o := fasttext.DefaultTuneOptions(seed.LabelMath)
	o.Budget = tr.job.cfg.Train.TuneTrials
	o.Train = options
	chosen, trials, err := fasttext.Tune(ctx, args, tr.train, tr.holdOut, o)
	if errors.Is(err, fasttext.ErrNoTrial) && pages < smallSeed {
		// A few dozen pages need many passes, and these are cheap.
		o.LR, o.Epoch, o.Budget = []float64{0.5, 1}, []int{25, 50, 100}, 0
		var more []fasttext.Trial
		chosen, more, err = fasttext.Tune(ctx, args, tr.train, tr.holdOut, o)
		trials = append(trials, more...)
	}
	for _, trial := range trials {
		tr.report.Trials = append(tr.report.Trials, TrainTrial{
			LR: trial.Args.LR, Epoch: trial.Args.Epoch, Learned: trial.Learned, AveragePrecision: trial.AveragePrecision,
		})
	}
	return chosen, err
}

// measure scores the hold-out.
func (tr *trainer) measure(model *fasttext.Model) (*HoldOut, error) {
	scorer, err := model.Collapse(seed.LabelMath)
	if err != nil {
		return nil, err
	}
	var samples []eval.Sample
	worker := scorer.NewWorker()
	h := &HoldOut{}
	err = tr.holdOut.each(func(label string, text []byte) error {
		sample := eval.Sample{Positive: label == seed.LabelMath, Score: worker.Score(text)}
		samples = append(samples, sample)
		h.Pages++
		if sample.Positive {
			h.Positives++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	h.AveragePrecision, h.BestF1 = eval.AveragePrecision(samples), eval.BestF1(samples)
	h.Thresholds = eval.At(samples, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
	h.Curve = eval.Steps(samples, 100)
	return h, nil
}

// TrainReport reads the report of the newest round's classifier.
func (r *Recipe) TrainReport(run *pipeline.Run) (TrainReport, error) {
	var report TrainReport
	round, err := r.job.lastRound(run)
	if err == nil {
		err = readJSON(run, trainName(round), trainReportName, &report)
	}
	return report, err
}

// OpenModel opens the model of the recipe Train, checked as it is read.
func (r *Recipe) OpenModel(run *pipeline.Run) (io.ReadCloser, error) {
	return run.Open(trainName(1), 0, modelPath(1))
}

// Trains reports whether the recipe trains a classifier.
func (r *Recipe) Trains() bool {
	return !r.job.hasModel() && (r.Plan.Recipe == Run || r.Plan.Recipe == Train)
}
