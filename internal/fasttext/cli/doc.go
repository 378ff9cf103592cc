// Package cli is the command line of fastText's classifier, for scripts and habits that know
// it: the same commands, one-dash flags, defaults, file names and output. It
// takes its streams as arguments, does not exit, and leaves flags of the host
// program alone.
//
// Differences from the original: skipgram and cbow are not there; training is
// deterministic for every -thread; autotuning has a budget of trials,
// -autotune-trials, in the place of -autotune-duration, so that it is, too, and
// no metrics of precision and recall; a model of -autotune-modelsize is never
// larger; test and predict take -thread; of two-label models predict-prob prints
// probabilities that can be 1e-6 from the original's, and its very digits with
// -exact, which takes a few times as long; words of
// -pretrainedVectors never become labels; analogies ends with its input; files
// are written under a temporary name first; labels and words are printed as
// they are, so do not print an untrusted model's labels on a terminal.
package cli
