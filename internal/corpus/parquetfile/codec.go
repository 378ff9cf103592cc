package parquetfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// A decompressor fills dst from src, which must expand to just as much. It
// takes no memory for what is more.
type decompressor struct{ zstd *zstd.Decoder }

func (d *decompressor) decompress(codec format.CompressionCodec, dst, src []byte) error {
	if len(dst) == 0 {
		return nil // some writers store nothing, others an empty stream
	}
	n, err := d.fill(codec, dst, src)
	switch {
	case errors.Is(err, ErrUnsupported):
		return err
	case err != nil:
		return fmt.Errorf("%s: %w", codec, corrupt(err))
	case n != len(dst):
		return fmt.Errorf("%w: %s: expands to other than the %d bytes declared", ErrCorrupt, codec, len(dst))
	}
	return nil
}

// fill returns how many bytes were written to dst, or another number than its
// length if src expands to more.
func (d *decompressor) fill(codec format.CompressionCodec, dst, src []byte) (int, error) {
	switch codec { //nolint:exhaustive // the others are not read
	case format.Snappy:
		n, err := snappy.DecodedLen(src)
		if err != nil || n != len(dst) {
			return n, err
		}
		_, err = snappy.Decode(dst, src)
		return n, err
	case format.Zstd:
		if d.zstd == nil {
			var err error
			if d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true)); err != nil {
				return 0, err
			}
		}
		out, err := d.zstd.DecodeAll(src, dst[:0:len(dst)])
		return len(out), err
	case format.Gzip:
		z, err := gzip.NewReader(bytes.NewReader(src))
		if err != nil {
			return 0, err
		}
		return readAll(dst, z)
	case format.Brotli:
		return readAll(dst, brotli.NewReader(bytes.NewReader(src)))
	case format.Lz4Raw:
		return lz4.UncompressBlock(src, dst)
	}
	return 0, fmt.Errorf("%w: codec %s", ErrUnsupported, codec)
}

// readAll reads r into dst, and one byte more to see that this is all.
func readAll(dst []byte, r io.Reader) (int, error) {
	n, err := io.ReadFull(r, dst)
	if err != nil {
		return n, err
	}
	var more [1]byte
	extra, err := io.ReadFull(r, more[:])
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n + extra, err
}
