package fasttext

import (
	"errors"
	"fmt"
	"math"
)

// A LossName is the loss that a model was trained with. The numbers are those
// in model files.
type LossName int32

// The losses of fastText.
const (
	// LossHS is hierarchical softmax over a Huffman tree of the labels.
	LossHS LossName = 1
	// LossNS is negative sampling.
	LossNS LossName = 2
	// LossSoftmax is the softmax over all labels.
	LossSoftmax LossName = 3
	// LossOVA is one binary classifier a label (one-vs-all).
	LossOVA LossName = 4
)

// String returns the name that fastText's command line uses.
func (l LossName) String() string {
	switch l {
	case LossHS:
		return "hs"
	case LossNS:
		return "ns"
	case LossSoftmax:
		return "softmax"
	case LossOVA:
		return "one-vs-all"
	}
	return fmt.Sprintf("loss(%d)", int32(l))
}

// ParseLoss is the inverse of [LossName.String]; "ova" is accepted as well.
func ParseLoss(name string) (LossName, error) {
	switch name {
	case "hs":
		return LossHS, nil
	case "ns":
		return LossNS, nil
	case "softmax":
		return LossSoftmax, nil
	case "one-vs-all", "ova":
		return LossOVA, nil
	}
	return 0, fmt.Errorf("unknown loss %q: want softmax, ova, hs or ns", name)
}

// MarshalText implements [encoding.TextMarshaler].
func (l LossName) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (l *LossName) UnmarshalText(text []byte) error {
	loss, err := ParseLoss(string(text))
	if err == nil {
		*l = loss
	}
	return err
}

// A ModelName is the kind of a model. Only supervised models are trained here;
// word-vector models can be read for their vectors.
type ModelName int32

// The kinds of fastText models.
const (
	ModelCBOW       ModelName = 1
	ModelSkipgram   ModelName = 2
	ModelSupervised ModelName = 3
)

// String returns the name that fastText prints.
func (m ModelName) String() string {
	switch m {
	case ModelCBOW:
		return "cbow"
	case ModelSkipgram:
		return "sg"
	case ModelSupervised:
		return "sup"
	}
	return fmt.Sprintf("model(%d)", int32(m))
}

// Bounds of hyper-parameters. A model file beyond them is refused: they keep
// the work per token of a hostile file finite, and no published model comes
// near.
const (
	maxGramLength = 100     // wordNgrams, maxn
	maxDim        = 1 << 16 // columns
)

// Args are the hyper-parameters of a model under fastText's names.
type Args struct {
	// Dim is the length of the vectors, in float32 numbers, in [1, 65536].
	Dim int `yaml:"dim" json:"dim"`
	// LR is the learning rate at the start, above 0; it falls linearly to 0.
	LR float64 `yaml:"lr" json:"lr"`
	// Epoch is the number of passes over the examples, from 1.
	Epoch int `yaml:"epoch" json:"epoch"`
	// MinCount is the number of occurrences below which a word has no row of
	// its own; its n-grams count all the same.
	MinCount int `yaml:"min-count" json:"min-count"`
	// MinCountLabel is the number of occurrences below which a label is dropped.
	MinCountLabel int `yaml:"min-count-label" json:"min-count-label"`
	// WordNgrams is the length in words of the longest word n-gram, in [1, 100];
	// 1 is words only.
	WordNgrams int `yaml:"word-ngrams" json:"word-ngrams"`
	// Bucket is the number of rows that hashed n-grams share, from 0.
	Bucket int `yaml:"bucket" json:"bucket"`
	// MinN is the length in characters of the shortest character n-gram, in [0, 100].
	MinN int `yaml:"minn" json:"minn"`
	// MaxN is the length in characters of the longest character n-gram, in
	// [0, 100]; 0 is none.
	MaxN int `yaml:"maxn" json:"maxn"`
	// Loss is the loss function: softmax, ova (one binary classifier a label), hs
	// (hierarchical softmax) or ns (negative sampling).
	Loss LossName `yaml:"loss" json:"loss"`
	// Neg is the number of negatives that the loss ns samples for each example,
	// in [0, 1000].
	Neg int `yaml:"neg" json:"neg"`
	// LRUpdateRate is the number of tokens after which the learning rate is
	// computed anew.
	LRUpdateRate int `yaml:"lr-update-rate" json:"lr-update-rate"`
	// T is the sampling threshold of word-vector models; supervised training
	// stores it and does not use it.
	T float64 `yaml:"t" json:"t"`
	// Seed decides the initial rows and all sampling.
	Seed int `yaml:"seed" json:"seed"`
	// Thread is the greatest number of threads to train with; 0 is one for
	// each CPU. The model does not depend on it.
	Thread int `yaml:"thread" json:"thread"`
	// Label is the prefix that makes a token a label.
	Label string `yaml:"label" json:"label"`
	// WS is the window of word-vector models; supervised training stores it
	// and does not use it.
	WS int `yaml:"ws" json:"ws"`
	// Model is the kind of model; Train accepts ModelSupervised only.
	Model ModelName `yaml:"-" json:"-"`
}

// DefaultArgs returns the defaults of "fasttext supervised".
func DefaultArgs() Args {
	return Args{
		Dim: 100, LR: 0.1, Epoch: 5, MinCount: 1, WordNgrams: 1, Bucket: 2_000_000,
		Loss: LossSoftmax, Neg: 5, LRUpdateRate: 100, T: 1e-4, Label: "__label__", WS: 5,
		Model: ModelSupervised,
	}
}

// PaperArgs returns the settings of the DeepSeekMath classifier (arXiv
// 2402.03300, section 2.1). They need the paper's million pages: on a few
// thousand the model does not leave its start, see [ErrNotLearned].
func PaperArgs() Args {
	a := DefaultArgs()
	a.Dim, a.LR, a.WordNgrams, a.MinCount, a.Epoch = 256, 0.1, 3, 3, 3
	return a
}

// hashed reports whether the model has features in the shared buckets.
func (a *Args) hashed() bool { return a.WordNgrams > 1 || a.MaxN > 0 }

// Validate reports the first setting that [Train] cannot work with.
func (a Args) Validate() error {
	ranges := []struct {
		name      string
		have      int
		low, high int
	}{
		{"dim", a.Dim, 1, maxDim},
		{"epoch", a.Epoch, 1, math.MaxInt32},
		{"min-count", a.MinCount, 0, math.MaxInt32},
		{"min-count-label", a.MinCountLabel, 0, math.MaxInt32},
		{"word-ngrams", a.WordNgrams, 1, maxGramLength},
		{"bucket", a.Bucket, 0, math.MaxInt32},
		{"minn", a.MinN, 0, maxGramLength},
		{"maxn", a.MaxN, 0, maxGramLength},
		{"neg", a.Neg, 0, 1000},
		{"lr-update-rate", a.LRUpdateRate, 1, math.MaxInt32},
		{"seed", a.Seed, math.MinInt32, math.MaxInt32},
		{"thread", a.Thread, 0, 1 << 16},
		{"ws", a.WS, 0, math.MaxInt32},
	}
	for _, r := range ranges {
		if r.have < r.low || r.have > r.high {
			return fmt.Errorf("%s is %d: want %d to %d", r.name, r.have, r.low, r.high)
		}
	}
	switch {
	case a.LR <= 0 || math.IsInf(a.LR, 0) || math.IsNaN(a.LR):
		return fmt.Errorf("lr is %v: want a number above 0", a.LR)
	case a.Loss < LossHS || a.Loss > LossOVA:
		return fmt.Errorf("unknown %v", a.Loss)
	case a.Model != ModelSupervised:
		return fmt.Errorf("model is %v: only supervised models are trained", a.Model)
	case a.MaxN > 0 && a.MinN > a.MaxN:
		return fmt.Errorf("minn is %d, above maxn, which is %d", a.MinN, a.MaxN)
	case a.Bucket == 0 && a.hashed():
		return errors.New("bucket is 0 while n-grams are asked for")
	case a.Label == "":
		return errors.New("label prefix is empty: every token would be a label")
	}
	return nil
}
