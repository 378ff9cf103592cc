package cli

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"mathsieve/internal/fasttext"
)

// errModelSize says that no number of rows makes a model small enough.
var errModelSize = errors.New("no quantized model is as small as -autotune-modelsize says")

// setSize reads a number of bytes with one of fastText's units.
func (t *tuning) setSize(text string) error {
	units := map[byte]int64{'k': 1e3, 'K': 1e3, 'm': 1e6, 'M': 1e6, 'g': 1e9, 'G': 1e9}
	number, unit := text, int64(1)
	if text != "" && units[text[len(text)-1]] > 0 {
		number, unit = text[:len(text)-1], units[text[len(text)-1]]
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil || n < 1 || n > 1e18/unit {
		return errors.New("want a number of bytes, with k, M or G behind it or without")
	}
	t.size = n * unit
	return nil
}

// varySub moves the length of the sub-vectors that a byte stands for among the
// powers of two up to 16.
func (set *settings) varySub(progress float64, random *rand.Rand) {
	if set.tune.size == 0 || set.given["dsub"] {
		return
	}
	step := int(random.NormFloat64() * (2 - progress))
	for ; step > 0 && set.quant.DSub < 16; step-- {
		set.quant.DSub *= 2
	}
	for ; step < 0 && set.quant.DSub > 2; step++ {
		set.quant.DSub /= 2
	}
}

// leastRows is the number of rows below which nothing is quantised.
const leastRows = 256

// shrink quantises a model so that its file is no larger than -autotune-modelsize
// says: with lengths apart, training the rows that remain again, as fastText
// does it. The number of rows follows from what a row takes; should the words
// be longer than thought, there are fewer.
func (set *settings) shrink(ctx context.Context, model *fasttext.Model) (small *fasttext.Model, err error) {
	f, err := os.Open(set.input)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	o := set.quant
	o.LR, o.Epoch, o.Thread = set.args.LR, set.args.Epoch, set.args.Thread
	o.DSub = min(o.DSub, set.args.Dim)
	o.QNorm, o.Retrain, o.QOut = true, true, len(model.Labels()) >= leastRows
	const (
		wordBytes = 10 // of a dictionary entry, beside its letters
		centroids = 256
	)
	row := int64((set.args.Dim+o.DSub-1)/o.DSub + 1 + wordBytes)
	rows := min((set.tune.size-4*centroids*int64(set.args.Dim))/row, int64(model.InputRows()))
	for rows >= leastRows {
		o.Cutoff = int(rows)
		if small, err = model.Quantize(ctx, o, fasttext.NewTextSource(f)); err != nil {
			return nil, err
		}
		size, err := small.WriteTo(io.Discard)
		if err != nil || size <= set.tune.size {
			return small, err
		}
		rows = rows * set.tune.size / size * 31 / 32
	}
	return nil, errModelSize
}
