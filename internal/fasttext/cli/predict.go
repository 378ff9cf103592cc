package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"

	"mathsieve/internal/fasttext"
)

const (
	// usualTolerance bounds the distance of printed probabilities from fastText's.
	// The bound is generous: the largest distance seen is 2e-6.
	usualTolerance = 1e-4
	// probabilityDigits is the precision of a C++ stream.
	probabilityDigits = 6
)

func predictLabels(ctx context.Context, args []string, s Streams) error {
	return predict(ctx, args, s, false, 1)
}

func predictProbabilities(ctx context.Context, args []string, s Streams) error {
	tolerance := float32(usualTolerance)
	if i := slices.Index(args, "-exact"); i >= 0 {
		args, tolerance = slices.Concat(args[:i], args[i+1:]), 0
	}
	return predict(ctx, args, s, true, tolerance)
}

func predict(ctx context.Context, args []string, s Streams, probabilities bool, tolerance float32) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	model, err := fasttext.LoadFile(o.model)
	if err != nil {
		return err
	}
	labels := model.Labels()
	question := fasttext.Question{K: o.k, Threshold: o.threshold, Tolerance: tolerance}
	answers := answerer{model: model, question: question, threads: o.threads, answer: func(b *batch, a *fasttext.Answer) {
		for i, label := range a.Best {
			if i > 0 {
				b.out = append(b.out, ' ')
			}
			b.out = append(b.out, labels[label]...)
			if probabilities {
				b.out = appendReal(append(b.out, ' '), a.Probabilities[i], probabilityDigits)
			}
		}
		b.out = append(b.out, '\n')
	}}
	return withText(o.data, s, func(text io.Reader) error {
		return answers.run(ctx, text, func(b *batch) error {
			_, err := s.Out.Write(b.out)
			return err
		})
	})
}

// appendReal appends a number as a C++ stream prints it with a precision.
func appendReal(line []byte, x float32, precision int) []byte {
	return strconv.AppendFloat(line, float64(x), 'g', precision, 64)
}

// withText calls use with the file name, or standard input for "-".
func withText(name string, s Streams, use func(io.Reader) error) (err error) {
	if name == "-" {
		return use(s.In)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return use(f)
}
