package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"

	"mathsieve/internal/fasttext"
)

func predictLabels(ctx context.Context, args []string, s Streams) error {
	return predict(ctx, args, s, false)
}

func predictProbabilities(ctx context.Context, args []string, s Streams) error {
	return predict(ctx, args, s, true)
}

func predict(ctx context.Context, args []string, s Streams, probabilities bool) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	model, err := fasttext.LoadFile(o.model)
	if err != nil {
		return err
	}
	labels := model.Labels()
	question := fasttext.Question{K: o.k, Threshold: o.threshold}
	if probabilities {
		question.Digits = o.digits
	}
	answers := answerer{model: model, question: question, threads: o.threads, answer: func(b *batch, a *fasttext.Answer) {
		for i, label := range a.Best {
			if i > 0 {
				b.out = append(b.out, ' ')
			}
			b.out = append(b.out, labels[label]...)
			if probabilities {
				b.out = appendReal(append(b.out, ' '), a.Probabilities[i], o.digits)
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
