package cli

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mathsieve/internal/fasttext"
)

// settings are what the flags of supervised and quantize say.
type settings struct {
	input, output string
	args          fasttext.Args
	quant         fasttext.QuantizeOptions
	vectors       string // file of pretrained vectors
	tune          tuning
	verbose       int
	saveOutput    bool
	given         map[string]bool // names of the flags that were given
}

func defaultSettings() settings {
	return settings{
		args: fasttext.DefaultArgs(), quant: fasttext.DefaultQuantizeOptions(), tune: defaultTuning(),
		verbose: 2, given: map[string]bool{},
	}
}

// A flag is one "-name value" pair; a switch has no value.
type flag struct {
	name, help string
	set        func(value string) error
	shown      string // its default
	lone       bool
}

// flags lists the flags, bound to s.
func (s *settings) flags() []flag {
	text := func(name, help string, p *string) flag {
		return flag{name: name, help: help, shown: *p, set: func(v string) error { *p = v; return nil }}
	}
	number := func(name, help string, p *int) flag {
		return flag{name: name, help: help, shown: strconv.Itoa(*p), set: func(v string) (err error) {
			*p, err = strconv.Atoi(v)
			return err
		}}
	}
	decimal := func(name, help string, p *float64) flag {
		return flag{name: name, help: help, shown: fmt.Sprint(*p), set: func(v string) error {
			x, err := strconv.ParseFloat(v, 32) // fastText reads a float
			*p = x
			return err
		}}
	}
	lone := func(name, help string, p *bool) flag {
		return flag{name: name, help: help, lone: true, shown: strconv.FormatBool(*p), set: func(string) error {
			*p = true
			return nil
		}}
	}
	a, q := &s.args, &s.quant
	return []flag{
		text("input", "training file path", &s.input),
		text("output", "output file path without extension", &s.output),
		number("verbose", "verbosity level", &s.verbose),
		number("minCount", "minimal number of word occurrences", &a.MinCount),
		number("minCountLabel", "minimal number of label occurrences", &a.MinCountLabel),
		number("wordNgrams", "max length of word ngram", &a.WordNgrams),
		number("bucket", "number of buckets", &a.Bucket),
		number("minn", "min length of char ngram", &a.MinN),
		number("maxn", "max length of char ngram", &a.MaxN),
		decimal("t", "sampling threshold", &a.T),
		text("label", "labels prefix", &a.Label),
		decimal("lr", "learning rate", &a.LR),
		number("lrUpdateRate", "change the rate of updates for the learning rate", &a.LRUpdateRate),
		number("dim", "size of word vectors", &a.Dim),
		number("ws", "size of the context window", &a.WS),
		number("epoch", "number of epochs", &a.Epoch),
		number("neg", "number of negatives sampled", &a.Neg),
		{
			name: "loss", help: "loss function {ns, hs, softmax, one-vs-all}", shown: a.Loss.String(),
			set: func(v string) error { return a.Loss.UnmarshalText([]byte(v)) },
		},
		number("thread", "number of threads, 0 for all; the model does not depend on it", &a.Thread),
		number("seed", "random generator seed", &a.Seed),
		text("pretrainedVectors", "word vectors to start from, a .vec file", &s.vectors),
		lone("saveOutput", "whether output params should be saved", &s.saveOutput),
		number("cutoff", "number of words and ngrams to retain", &q.Cutoff),
		lone("retrain", "whether embeddings are finetuned if a cutoff is applied", &q.Retrain),
		lone("qnorm", "whether the norm is quantized separately", &q.QNorm),
		lone("qout", "whether the classifier is quantized", &q.QOut),
		number("dsub", "size of each sub-vector", &q.DSub),
		text("autotune-validation", "hold-out on which settings that are not given are chosen", &s.tune.validation),
		{
			name: "autotune-metric", help: "what is to be high {f1, f1:labelname}", shown: "f1", set: s.tune.setMetric,
		},
		number("autotune-predictions", "number of predictions used for evaluation", &s.tune.predictions),
		number("autotune-trials", "number of trainings", &s.tune.trials),
		{
			name: "autotune-modelsize", help: "size in bytes that the quantized model may have, such as 2M", shown: "do not quantize",
			set: s.tune.setSize,
		},
		{name: "autotune-duration", help: "not there: give -autotune-trials", shown: "none", set: func(string) error {
			return errors.New("time must not decide which model comes out: give a number of trainings with -autotune-trials")
		}},
	}
}

// parse sets s from arguments such as -dim 100 -qnorm.
func (s *settings) parse(args []string) error {
	byName := map[string]flag{}
	for _, f := range s.flags() {
		byName[f.name] = f
	}
	for i := 0; i < len(args); i++ {
		name, dashed := strings.CutPrefix(args[i], "-")
		if !dashed {
			return usagef("argument %q without a dash", args[i])
		}
		f, known := byName[name]
		s.given[name] = true
		switch {
		case name == "h":
			return &UsageError{}
		case !known:
			return usagef("unknown argument: %s", args[i])
		case f.lone:
			_ = f.set("")
			continue
		case i+1 == len(args):
			return usagef("%s is missing an argument", args[i])
		}
		i++
		if err := f.set(args[i]); err != nil {
			return usagef("%s %q: %v", args[i-1], args[i], err)
		}
	}
	return nil
}

// flagHelp lists the flags with their defaults.
func flagHelp() string {
	s := defaultSettings()
	var b strings.Builder
	for _, f := range s.flags() {
		fmt.Fprintf(&b, "  -%-22s%s [%s]\n", f.name, f.help, f.shown)
	}
	return b.String()
}

// options are the arguments of test and predict.
type options struct {
	model, data string
	k           int
	threshold   float32
	threads     int // 0 is one for each CPU
}

func parseOptions(args []string) (o options, err error) {
	o.k = 1
	if args, o.threads, err = cutThreads(args); err != nil {
		return o, err
	}
	if len(args) < 2 || len(args) > 4 {
		return o, usagef("%d arguments: want 2 to 4", len(args))
	}
	o.model, o.data = args[0], args[1]
	if len(args) > 2 {
		if o.k, err = strconv.Atoi(args[2]); err != nil || o.k == 0 || o.k < -1 {
			return o, usagef("k is %q: want 1 or higher, or -1 for all", args[2])
		}
	}
	if len(args) > 3 {
		threshold, err := strconv.ParseFloat(args[3], 32)
		if err != nil || math.IsNaN(threshold) {
			return o, usagef("threshold is %q: want a number", args[3])
		}
		o.threshold = float32(threshold)
	}
	return o, nil
}

// maxThreads bounds the threads of prediction; each has two batches of text.
const maxThreads = 1024

// cutThreads cuts -thread and its number out of arguments; 0 is without it.
func cutThreads(args []string) (rest []string, threads int, err error) {
	i := slices.Index(args, "-thread")
	switch {
	case i < 0:
		return args, 0, nil
	case i+1 == len(args):
		return nil, 0, usagef("-thread is missing an argument")
	}
	n, err := strconv.Atoi(args[i+1])
	if err != nil || n < 0 || n > maxThreads {
		return nil, 0, usagef("-thread is %q: want 0 to %d", args[i+1], maxThreads)
	}
	return slices.Concat(args[:i], args[i+2:]), n, nil
}
