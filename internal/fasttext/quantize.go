package fasttext

import (
	"context"
	"errors"
	"fmt"
)

// QuantizeOptions say how [Model.Quantize] makes a model small, under
// fastText's names.
type QuantizeOptions struct {
	// Cutoff is the number of words and n-grams to keep, those with the
	// longest vectors; 0 keeps all.
	Cutoff int
	// Retrain trains the rows that were kept anew after a cutoff.
	Retrain bool
	// Epoch, LR and Thread are those of Retrain.
	Epoch, Thread int
	LR            float64
	// QNorm quantises the lengths of the vectors apart.
	QNorm bool
	// QOut quantises the output matrix as well.
	QOut bool
	// DSub is the length of the sub-vectors that one byte stands for.
	DSub int
}

// DefaultQuantizeOptions returns fastText's defaults.
func DefaultQuantizeOptions() QuantizeOptions {
	return QuantizeOptions{Epoch: 5, LR: 0.05, DSub: 2}
}

// Quantize returns a product-quantised copy.
func (m *Model) Quantize(_ context.Context, o QuantizeOptions, _ Source) (*Model, error) {
	if m.Quantized() {
		return nil, ErrQuantized
	}
	if o.DSub < 1 {
		return nil, fmt.Errorf("dsub is %d", o.DSub)
	}
	return nil, errors.ErrUnsupported
}
