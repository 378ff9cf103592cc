package fasttext

import (
	"context"
	"errors"
	"testing"
)

func TestTune(t *testing.T) {
	args := smallArgs(LossSoftmax)
	args.Dim = 16
	o := TuneOptions{LR: []float64{1e-6, 0.8, 1e30}, Epoch: []int{20, 8}, Positive: "__label__1"}
	var seen int
	o.Trial = func(Trial) { seen++ }
	best, trials, err := Tune(context.Background(), args, madeUp(400, 2, 1), madeUp(200, 2, 2), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(trials) != 6 || seen != 6 || best.LR != 0.8 {
		t.Errorf("%d trials, %d seen, best lr %v epoch %d", len(trials), seen, best.LR, best.Epoch)
	}
	for _, trial := range trials {
		if want := trial.Args.LR == 0.8; trial.Learned != want {
			t.Errorf("lr %v, epoch %d: learned %v, report %+v", trial.Args.LR, trial.Args.Epoch, trial.Learned, trial.Report)
		}
	}
	// A trial is the training that its arguments make.
	m, report := train(t, trials[1].Args, madeUp(400, 2, 1), TrainOptions{})
	if report.Loss != trials[1].Report.Loss {
		t.Errorf("loss %v in the trial, %v in a training of its own", trials[1].Report.Loss, report.Loss)
	}
	if have := accuracy(t, m, madeUp(200, 2, 2)); have < 0.8 {
		t.Errorf("accuracy %v", have)
	}

	o.Budget = 1
	if _, trials, err := Tune(context.Background(), args, madeUp(400, 2, 1), madeUp(200, 2, 2), o); !errors.Is(err, ErrNoTrial) || len(trials) != 1 {
		t.Errorf("only lr 1e30 fits the budget: %d trials, %v", len(trials), err)
	}
	o = DefaultTuneOptions("__label__none")
	if _, _, err := Tune(context.Background(), args, madeUp(50, 2, 1), madeUp(20, 2, 2), o); !errors.Is(err, ErrUnknownLabel) {
		t.Errorf("unknown label: %v", err)
	}
}
