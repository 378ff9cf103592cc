package cli

import (
	"bufio"
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
	p := model.NewPredictor()
	return withText(o.data, s, func(text io.Reader) error {
		out := bufio.NewWriter(s.Out)
		var line []byte
		err := p.EachLine(text, func(l fasttext.Line) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			predictions, err := p.PredictLine(l, o.k, o.threshold)
			if err != nil {
				return err
			}
			line = appendPredictions(line[:0], predictions, probabilities, ' ')
			_, err = out.Write(append(line, '\n'))
			return err
		})
		return errors.Join(err, out.Flush())
	})
}

func appendPredictions(line []byte, predictions []fasttext.Prediction, probabilities bool, between byte) []byte {
	for i, p := range predictions {
		if i > 0 {
			line = append(line, between)
		}
		line = append(line, p.Label...)
		if probabilities {
			line = appendReal(append(line, ' '), p.Probability, 6)
		}
	}
	return line
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
