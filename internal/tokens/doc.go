// Package tokens counts the tokens of a text exactly as OpenAI's byte-pair
// encodings cl100k_base and o200k_base cut it, fast enough to count a corpus.
//
// A text is cut in two steps. The pre-tokeniser cuts it into pieces (a word
// with the space before it, up to three digits, a run of signs, white space);
// the vocabulary's regular expression defines them, and a hand-written splitter
// finds the same ones (split.go). Byte-pair encoding then merges the bytes of
// each piece, the pair of least rank first, until no pair is a token (merge.go).
// Since a piece's count depends on nothing but the piece, a Counter remembers
// the counts of the pieces it met (cache.go).
//
// The vocabularies are those embedded in github.com/tiktoken-go/tokenizer. Counts
// equal that package's but for two errors of its matcher, where this package
// keeps to the published expressions: it breaks white space with several runs of
// line ends after the first, and it loses signs that stand before U+FFFD.
// Nothing is loaded before New: a vocabulary takes some 0.1 s.
package tokens
