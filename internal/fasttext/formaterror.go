package fasttext

import (
	"errors"
	"fmt"
)

var (
	// ErrFormat is wrapped by every [FormatError].
	ErrFormat = errors.New("not a valid fastText model")
	// ErrNotSupervised says that a word-vector model was asked for labels.
	ErrNotSupervised = errors.New("the model has no labels: it was not trained supervised")
	// ErrNotFinite says that a product overflowed: the model's numbers are
	// finite, but too large.
	ErrNotFinite = errors.New("the model's weights overflow")
)

// A FormatError says where a model file stops making sense, and why.
type FormatError struct {
	// Field names the part of the file, for example "input matrix".
	Field string
	// Offset is where the field begins, in bytes from the start of the file.
	Offset int64
	// Problem says what is wrong with it.
	Problem string
}

// Error implements error.
func (e *FormatError) Error() string {
	return fmt.Sprintf("%s at byte %d %s: %v", e.Field, e.Offset, e.Problem, ErrFormat)
}

// Unwrap returns [ErrFormat].
func (e *FormatError) Unwrap() error { return ErrFormat }
