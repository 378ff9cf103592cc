package warc

import (
	"errors"
	"fmt"
)

// Options bounds and directs a Reader.
type Options struct {
	// MaxRecord is the largest block in bytes that is delivered; longer ones
	// are skipped and reported. Common Crawl cuts payloads at 5 MiB.
	MaxRecord int64 `yaml:"max-record"`
	// MaxHeader is the largest record header in bytes. Real ones have less than
	// 4 KB; the longest target URIs seen have 100 KB.
	MaxHeader int64 `yaml:"max-header"`
	// VerifyDigests compares each block with its WARC-Block-Digest, also where
	// nothing else is wrong. Some archives hold wrong digests of good records,
	// so a record is never left out for its digest. Hashing costs about a sixth
	// of the speed.
	VerifyDigests bool `yaml:"verify-digests"`
	// Types are the record types to deliver, in lower case; empty for all. Others are
	// bounded and counted, but their headers are not parsed.
	Types []string `yaml:"-"`
}

// DefaultOptions returns the limits for web archives.
func DefaultOptions() Options {
	return Options{MaxRecord: 64 << 20, MaxHeader: 1 << 20}
}

// Validate reports limits that make no sense.
func (o Options) Validate() error {
	switch {
	case o.MaxRecord < 1 || o.MaxRecord > 1<<30:
		return fmt.Errorf("max-record is %d bytes, must be in [1, 2^30]", o.MaxRecord)
	case o.MaxHeader < 1<<10 || o.MaxHeader > 1<<26:
		return fmt.Errorf("max-header is %d bytes, must be in [2^10, 2^26]", o.MaxHeader)
	}
	return nil
}

// Errors of files that are not what they should be. The error of NewReader or
// Next wraps one of them and says what the file looks like.
var (
	// ErrNotWARC: there is no WARC record in the file.
	ErrNotWARC = errors.New("not a WARC")
	// ErrEmpty: the file has no bytes.
	ErrEmpty = errors.New("empty file")
	// ErrFormat: an archive or compression format that is not read.
	ErrFormat = errors.New("unsupported format")
)
