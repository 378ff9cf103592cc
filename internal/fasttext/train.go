package fasttext

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"mathsieve/internal/fasttext/kernel"
)

var (
	// ErrNotLearned says that a training ended where it began; see
	// [TrainReport.Learned].
	ErrNotLearned = errors.New("the model has not learned: its loss is still that of guessing by label frequency; use a higher lr or more epochs")
	// ErrSourceChanged says that a source did not yield the same examples twice.
	ErrSourceChanged = errors.New("the training set changed while it was read")
	// ErrDiverged says that the weights grew beyond all bounds.
	ErrDiverged = errors.New("training diverged: use a lower lr")
)

// TrainOptions say how to train, not what: but for Vectors, the model does not
// depend on them.
type TrainOptions struct {
	// Vectors, if not nil, are where the rows of their words start, which the
	// dictionary has even if the text does not. They must have been read for
	// the dim of the model.
	Vectors *Vectors
	// Memory is the number of bytes that the examples may take in memory, as
	// feature ids, besides the model; 0 is no limit.
	Memory int64
	// Scratch opens the file that takes the examples beyond Memory. It is
	// called once at most; who gave it removes the file. If nil, a training
	// set beyond Memory is an error.
	Scratch func() (ScratchFile, error)
	// Progress is called a few times a second from the goroutine that called
	// Train; nil is allowed.
	Progress func(Progress)
	// For tests: workers forces the number of threads that share the columns,
	// level the instruction set.
	workers int
	level   *kernel.Level
}

// Progress is how far a training has come.
type Progress struct {
	// Fraction of all epochs, in [0, 1].
	Fraction float64
	// Loss is the mean loss of an example since the start, in nats.
	Loss float64
	// LR is the learning rate by now.
	LR float64
	// WordsPerSecond counts tokens of all threads together; Threads is their
	// number.
	WordsPerSecond float64
	Threads        int
	// Left is the time that the rest takes at this speed.
	Left time.Duration
	// Tokens, Words and Labels are those of the report: known from the
	// beginning.
	Tokens        int64
	Words, Labels int
}

// A TrainReport says how a training went.
type TrainReport struct {
	// Examples is the number of lines with a label and a known feature; Lines
	// that of all lines.
	Examples, Lines int64
	// Tokens is the number of tokens of one epoch, labels and line ends included.
	Tokens int64
	// Features is the number of features of one epoch.
	Features int64
	// Words and Labels are the sizes of the dictionary.
	Words, Labels int
	// Epochs is the number of passes.
	Epochs int
	// Loss is the mean loss of an example over all epochs, which is what
	// fastText prints; LastLoss that over the last one.
	Loss, LastLoss float64
	// GuessLoss is the loss of the best model that does not look at the text.
	GuessLoss float64
	// Threads is the number of threads that trained.
	Threads int
	// Prepared is the time for reading and hashing the text, Trained that for
	// the epochs.
	Prepared, Trained time.Duration
}

// WordsPerSecond is the speed of the epochs in tokens a second.
func (r *TrainReport) WordsPerSecond() float64 {
	if r.Trained <= 0 {
		return 0
	}
	return float64(r.Tokens) * float64(r.Epochs) / r.Trained.Seconds()
}

// Learned returns an error that wraps [ErrNotLearned] if the loss of the last
// epoch is within 5 % of guessing.
func (r *TrainReport) Learned() error {
	if r.Labels > 1 && r.LastLoss > 0.95*r.GuessLoss {
		return fmt.Errorf("%w (loss %.4f, guessing has %.4f)", ErrNotLearned, r.LastLoss, r.GuessLoss)
	}
	return nil
}

// Train learns a supervised model from a source. It reads the source twice: to
// count, and to turn lines into feature ids. The model is a function of the
// arguments but for Thread, and of the examples in their order; it is the same
// for every number of threads and on every CPU. A training that did not learn
// is no error: ask [TrainReport.Learned].
func Train(ctx context.Context, args Args, source Source, options TrainOptions) (*Model, TrainReport, error) {
	var report TrainReport
	if err := args.Validate(); err != nil {
		return nil, report, fmt.Errorf("train: %w", err)
	}
	if !args.hashed() {
		args.Bucket = 0
	}
	start := time.Now()
	t, err := prepareTraining(ctx, args, source, options)
	if err != nil {
		return nil, report, fmt.Errorf("train: %w", err)
	}
	prepared := time.Since(start)
	start = time.Now()
	if err := t.run(ctx); err != nil {
		return nil, report, fmt.Errorf("train: %w", err)
	}
	report = t.result()
	report.Prepared, report.Trained = prepared, time.Since(start)
	return t.model, report, nil
}

// result returns the report of a run, without times.
func (t *trainer) result() TrainReport {
	d := t.model.dict
	return TrainReport{
		Examples: t.trainable, Lines: t.store.examples, Tokens: d.tokens, Features: t.store.features,
		Words: d.words, Labels: d.labels, Epochs: t.model.args.Epoch, Threads: len(t.in.shares),
		Loss: t.meanLoss(t.losses), LastLoss: t.meanLoss(t.losses[len(t.losses)-1:]), GuessLoss: t.guessLoss(),
	}
}

// reset brings the matrices back to the start.
func (t *trainer) reset() {
	t.losses = nil
	t.initialize()
	for _, share := range t.out.shares {
		clear(share)
	}
}

// A trainer is one training.
type trainer struct {
	model     *Model
	store     store
	options   TrainOptions
	level     kernel.Level
	in, out   *stripedMatrix
	negatives *negatives
	trainable int64     // examples with a label and a feature
	tokens    int64     // of an epoch
	losses    []float64 // sum of the losses of each epoch begun
	seen      int64     // trainable examples of the current epoch

	started time.Time
}

// prepareTraining reads the source and sets up the matrices.
func prepareTraining(ctx context.Context, args Args, source Source, options TrainOptions) (*trainer, error) {
	t := &trainer{model: &Model{args: args}, options: options, level: kernel.Best()}
	if options.level != nil {
		t.level = *options.level
	}
	if v := options.Vectors; v != nil && v.dim != args.Dim {
		return nil, fmt.Errorf("%w: they were read for dim %d, and the model has %d", ErrVectors, v.dim, args.Dim)
	}
	dict, err := countTokens(ctx, &t.model.args, source, options.Vectors)
	if err != nil {
		return nil, err
	}
	t.model.dict = dict
	t.model.prepare()
	t.store = store{memory: options.Memory, scratch: options.Scratch}
	if options.Memory <= 0 {
		t.store.memory = math.MaxInt64
	}
	if err := t.readExamples(ctx, source); err != nil {
		return nil, err
	}
	if t.tokens != dict.tokens {
		return nil, ErrSourceChanged
	}
	t.newMatrices()
	t.initialize()
	return t, nil
}

// newMatrices makes matrices of zeros in shares for the threads.
func (t *trainer) newMatrices() {
	args, dict := &t.model.args, t.model.dict
	shares := t.shares()
	stripes := (args.Dim + kernel.Lanes - 1) / kernel.Lanes
	width := powerOfTwo(stripes) / shares * kernel.Lanes
	if shares == 1 {
		width = stripes * kernel.Lanes
	}
	t.in = newStriped(int(dict.rows()), args.Dim, width)
	t.out = newStriped(dict.labels, args.Dim, width)
	t.model.input, t.model.output = t.in, t.out
	if args.Loss == LossNS {
		t.negatives = newNegatives(dict.targetCounts())
	}
}

// shares returns into how many shares the columns are cut: a power of two, so
// that the sums of shares are nodes of the tree that [kernel.Level.Dot] adds in.
func (t *trainer) shares() int {
	workers := t.options.workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
		if t.model.args.Thread > 0 {
			workers = min(workers, t.model.args.Thread)
		}
	}
	stripes := (t.model.args.Dim + kernel.Lanes - 1) / kernel.Lanes
	shares := 1
	for shares*2 <= workers && shares*2 <= powerOfTwo(stripes) {
		shares *= 2
	}
	return shares
}

// powerOfTwo returns the least power of two that is n or more.
func powerOfTwo(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

// readExamples fills the store.
func (t *trainer) readExamples(ctx context.Context, source Source) error {
	d := t.model.dict
	p := lineParser{dict: d}
	err := eachExample(ctx, source, func(ex *Example) error {
		p.reset()
		if ex.Inline {
			p.text(ex.Text)
			p.end()
		} else {
			p.text(ex.Text)
			p.end()
			p.labels = p.labels[:0]
			for _, label := range ex.Labels {
				p.tokens++
				if id := d.id([]byte(label), hashWord(label)); id >= d.words {
					p.labels = append(p.labels, int32(id-d.words))
				}
			}
		}
		features := p.finish()
		t.tokens += int64(p.tokens)
		if len(features) > 0 && len(p.labels) > 0 {
			t.trainable++
		}
		return t.store.add(p.labels, features, p.tokens)
	})
	if err == nil {
		err = t.store.flush()
	}
	if err != nil {
		return fmt.Errorf("read examples: %w", err)
	}
	if t.trainable == 0 {
		return ErrNoLabels
	}
	return nil
}

// initialize fills the input rows with numbers uniform in [-1/dim, 1/dim): a
// function of seed, row and column alone, so that rows can be filled side by
// side.
func (t *trainer) initialize() {
	const piece = 1 << 14 // rows
	var next atomic.Int64
	fill := func() {
		for {
			from := int(next.Add(piece)) - piece
			if from >= t.in.rows {
				return
			}
			t.initializeRows(from, min(from+piece, t.in.rows))
		}
	}
	var group sync.WaitGroup
	for range len(t.in.shares) - 1 {
		group.Go(fill)
	}
	fill()
	group.Wait()
	if t.options.Vectors != nil {
		t.start(t.options.Vectors)
	}
}

func (t *trainer) initializeRows(from, to int) {
	dim, width := t.model.args.Dim, t.in.width
	scale := float32(1 / float64(dim))
	seed := mix(uint64(t.model.args.Seed))
	for s, share := range t.in.shares {
		first := s * width
		n := min(width, dim-first)
		for i := from; i < to; i++ {
			row := share[i*width:][:n]
			base := seed + uint64(i)*uint64(dim) + uint64(first)
			for j := range row {
				// 24 bits, centred: exact in a float32.
				x := int32(mix(base+uint64(j))>>40) - 1<<23
				row[j] = float32(x) * (1.0 / (1 << 23)) * scale
			}
		}
	}
}

// mix is the finaliser of SplitMix64: every bit of x moves every bit of it.
func mix(x uint64) uint64 {
	x *= 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// meanLoss returns the mean loss of an example over epochs with these sums.
func (t *trainer) meanLoss(sums []float64) float64 {
	total := 0.0
	for _, s := range sums {
		total += s
	}
	return total / (float64(t.trainable) * float64(len(sums)))
}

// guessLoss returns the loss of predicting the frequencies of the labels.
func (t *trainer) guessLoss() float64 {
	counts := t.model.dict.targetCounts()
	total := 0.0
	for _, n := range counts {
		total += float64(n)
	}
	sum := 0.0
	for _, n := range counts {
		p := float64(n) / total
		if p <= 0 || p >= 1 {
			continue
		}
		sum -= float64(p * exactLog(p))
		if t.model.args.Loss == LossOVA {
			sum -= float64((1 - p) * exactLog(1-p))
		}
	}
	if t.model.args.Loss == LossNS {
		return math.Ln2 * float64(1+t.model.args.Neg)
	}
	return sum
}
