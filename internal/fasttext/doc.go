// Package fasttext is the fastText text classifier in Go: it reads and writes
// fastText's own model files, predicts with fastText's numbers, and trains
// supervised models whose bytes do not depend on the number of threads.
//
// # Model
//
// A line of text becomes a list of features: the ids of its known words, the
// hashed character n-grams of its words (minn..maxn) and the hashed word
// n-grams up to wordNgrams. Each feature owns a row of the input matrix
// [words+bucket × dim]. The mean of the rows is the hidden vector; the dot
// products with the rows of the output matrix [labels × dim] are the logits of
// the labels. Joulin, Grave, Bojanowski, Mikolov, "Bag of Tricks for Efficient
// Text Classification" (arXiv 1607.01759); the file format and all constants
// are those of github.com/facebookresearch/fastText, file version 12.
//
// # Lines
//
// Tokens are separated by space, tab, newline, carriage return, vertical tab,
// form feed and NUL. The end of a line is itself a token, "</s>", and a literal
// "</s>" in the text ends the line, as it does in fastText. Lines of any length
// are trained and scored whole: fastText's limit of 1,024 tokens a line holds
// for skipgram and cbow only. A token that starts with the label prefix is a
// label, known or not, and never a feature.
//
// # Training
//
// [Train] is sequential stochastic gradient descent, one example after the
// other, exactly; threads share the columns of the matrices, not the examples.
// Every product and sum is rounded apart and in a fixed order, so that AVX-512,
// AVX2 and portable code, and any number of threads, give the same bits. See
// stripes.go.
//
// # Scoring
//
// For two labels the model is linear in its features, so that a whole row
// counts only through one number. [Model.Collapse] and [LoadScorer] keep that
// number alone: 4 bytes a feature instead of 4×dim. A [Table] holds the same
// numbers beside the model and answers where fastText's rounding leaves no doubt.
package fasttext
