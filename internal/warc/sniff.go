package warc

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// sniffSize is how far into a file the first member is looked for.
const sniffSize = decoderBuffer

// foreign returns what format that is not read b starts like, or "".
func foreign(b []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"filedesc://", "ARC (convert it to WARC)"},
		{"BZh", "bzip2 (recompress with gzip or zstd)"},
		{"\x04\x22\x4d\x18", "lz4 (recompress with gzip or zstd)"},
		{"\xfd7zXZ\x00", "xz (recompress with gzip or zstd)"},
		{"PK\x03\x04", "zip (WACZ archives hold WARC files: unpack it)"},
		{"PAR1", "Parquet"},
	} {
		if bytes.HasPrefix(b, []byte(f.magic)) {
			return f.name
		}
	}
	return ""
}

// looksLike describes the start of a file that holds no record.
func looksLike(b []byte) string {
	start := bytes.TrimLeft(b, "\ufeff \t\r\n")
	lower := bytes.ToLower(start[:min(len(start), 64)])
	shown := start[:min(len(start), 48)]
	for len(shown) > 0 && !utf8.Valid(shown) && len(shown) > 44 {
		shown = shown[:len(shown)-1] // a character cut in two
	}
	s := fmt.Sprintf("starts with %q", shown)
	switch {
	case bytes.HasPrefix(lower, []byte("<?xml")), bytes.HasPrefix(lower, []byte("<html")),
		bytes.HasPrefix(lower, []byte("<!doctype")), bytes.HasPrefix(lower, []byte("{")),
		bytes.HasPrefix(lower, []byte("<error")), bytes.HasPrefix(lower, []byte("http/")):
		s += "; looks like a saved HTTP error"
	case len(start) == 0:
		s = "holds only blanks"
	}
	return s
}

// sniff determines how the file is encoded.
func (r *Reader) sniff() error {
	b := r.in.peek(sniffSize)
	if err := r.in.fatal(); err != nil {
		return fmt.Errorf("read %s: %w", r.name, err)
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\ufeff")), "\r\n")
	switch {
	case len(b) == 0:
		return fmt.Errorf("%s: %w: %w", r.name, ErrNotWARC, ErrEmpty)
	case magicAt(b) != formatUnknown:
		// The format of the members is learnt from the first that decodes.
	case startsRecord(text):
		r.format = formatPlain
	case foreign(b) != "":
		return fmt.Errorf("%s: %w: %w: %s", r.name, ErrNotWARC, ErrFormat, foreign(b))
	case findMagic(b, formatUnknown) >= 0:
	case findRecord(b, true) >= 0:
		r.format = formatPlain
	default:
		return fmt.Errorf("%s: %w: %s", r.name, ErrNotWARC, looksLike(b))
	}
	return nil
}
