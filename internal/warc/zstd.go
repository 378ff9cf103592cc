package warc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	// zstdMaxWindow bounds the memory that a frame may ask for. RFC 8878 wants
	// 8 MiB from every decoder; WARC writers with long mode use up to 32 MiB.
	zstdMaxWindow = 32 << 20
	// zstdMaxDictionary bounds the dictionary, as it is in the file and
	// unpacked. Trained dictionaries are a few hundred kilobytes.
	zstdMaxDictionary = 16 << 20
	// dictFrameMagic marks the skippable frame that holds the dictionary for
	// all frames of the file, plain or as a zstd frame (WARC-zstd proposal).
	dictFrameMagic = 0x184d2a5d
	// dictMagic starts a dictionary (RFC 8878, section 5).
	dictMagic = 0xec30a437
)

var (
	// ErrDictionary is the cause of damage where a zstd dictionary is
	// unusable, so that the frames that need it cannot be read.
	ErrDictionary = errors.New("unusable zstd dictionary")

	errZstdChecksum = zstd.ErrCRCMismatch
)

// A zstdDecoder opens zstd frames. klauspost's decoder would read over the end
// of a frame, so it is given a frameReader that ends where the frame does.
type zstdDecoder struct {
	dec   *zstd.Decoder
	frame frameReader
	dict  []byte
}

func (z *zstdDecoder) open(in *input) (io.Reader, error) {
	if head := in.peek(4); isSkippable(head) {
		return bytes.NewReader(nil), z.skippable(in)
	}
	z.frame.reset(in.br)
	if z.dec == nil {
		if err := z.newDecoder(); err != nil {
			return nil, err
		}
	}
	if err := z.dec.Reset(&z.frame); err != nil {
		return nil, noEOF(err)
	}
	return z, nil
}

func (z *zstdDecoder) newDecoder() error {
	options := []zstd.DOption{
		zstd.WithDecoderConcurrency(1), // no goroutines
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(zstdMaxWindow),
	}
	if z.dict != nil {
		options = append(options, zstd.WithDecoderDicts(z.dict))
	}
	dec, err := zstd.NewReader(nil, options...)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDictionary, err)
	}
	z.dec = dec
	return nil
}

// Read returns the content of the open frame.
func (z *zstdDecoder) Read(p []byte) (int, error) {
	n, err := z.dec.Read(p)
	if errors.Is(err, io.EOF) && !z.frame.done() {
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// skippable reads over a skippable frame, and uses it if it is a dictionary.
func (z *zstdDecoder) skippable(in *input) error {
	var head [8]byte
	if _, err := io.ReadFull(in.br, head[:]); err != nil {
		return noEOF(err)
	}
	size := int64(binary.LittleEndian.Uint32(head[4:]))
	if binary.LittleEndian.Uint32(head[:]) != dictFrameMagic {
		n, err := io.Copy(io.Discard, io.LimitReader(in.br, size))
		if err == nil && n < size {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	if size > zstdMaxDictionary {
		return fmt.Errorf("%w: %d bytes long", ErrDictionary, size)
	}
	dict, err := io.ReadAll(io.LimitReader(in.br, size))
	if err != nil {
		return err
	}
	if int64(len(dict)) < size {
		return io.ErrUnexpectedEOF
	}
	if bytes.HasPrefix(dict, zstdMagic) {
		if dict, err = unpackDictionary(dict); err != nil {
			return fmt.Errorf("%w: %w", ErrDictionary, err)
		}
	}
	if len(dict) < 8 || binary.LittleEndian.Uint32(dict) != dictMagic {
		return fmt.Errorf("%w: no dictionary magic", ErrDictionary)
	}
	z.dict, z.dec = dict, nil
	return z.newDecoder()
}

func unpackDictionary(packed []byte) ([]byte, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(zstdMaxDictionary))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	return dec.DecodeAll(packed, nil)
}

// A frameReader passes on the bytes of exactly one zstd frame (RFC 8878,
// section 3.1.1). It follows the block headers and looks at nothing else.
type frameReader struct {
	src   io.Reader
	head  [18]byte // the largest frame header
	read  int      // bytes of head handed out
	have  int      // bytes of head filled
	left  int      // bytes of the current block to pass on
	stage frameStage
	sum   bool
}

type frameStage int

const (
	stageHeader frameStage = iota
	stageBlock
	stageLast
	stageSum
	stageDone
)

func (f *frameReader) reset(src io.Reader) { *f = frameReader{src: src} }

// done reports whether the frame was read to its end.
func (f *frameReader) done() bool { return f.stage == stageDone }

func (f *frameReader) Read(p []byte) (int, error) {
	for len(p) > 0 {
		switch {
		case f.read < f.have:
			n := copy(p, f.head[f.read:f.have])
			f.read += n
			return n, nil
		case f.left > 0:
			n, err := f.src.Read(p[:min(len(p), f.left)])
			f.left -= n
			if n > 0 {
				err = nil
			}
			return n, noEOF(err)
		case f.stage == stageDone:
			return 0, io.EOF
		}
		if err := f.advance(); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// advance reads what tells the size of the next part of the frame.
func (f *frameReader) advance() error {
	switch f.stage {
	case stageHeader:
		if err := f.take(0, 5); err != nil {
			return err
		}
		n := frameHeaderSize(f.head[4])
		f.sum = f.head[4]&4 != 0
		f.stage = stageBlock
		if n > 5 {
			return f.take(5, n)
		}
		return nil
	case stageBlock:
		if err := f.take(0, 3); err != nil {
			return err
		}
		h := int(f.head[0]) | int(f.head[1])<<8 | int(f.head[2])<<16
		f.left = h >> 3
		if h>>1&3 == 1 { // run-length block: one byte, whatever its size
			f.left = 1
		}
		if h&1 != 0 {
			f.stage = stageLast
		}
		return nil
	case stageLast:
		f.stage = stageDone
		if f.sum {
			f.stage = stageSum
			f.left = 4
		}
		return nil
	case stageSum, stageDone:
		f.stage = stageDone
	}
	return nil
}

// take fills head[from:to] and hands it out.
func (f *frameReader) take(from, to int) error {
	if _, err := io.ReadFull(f.src, f.head[from:to]); err != nil {
		return noEOF(err)
	}
	f.read, f.have = 0, to
	return nil
}

// frameHeaderSize returns the size of magic and frame header in bytes.
func frameHeaderSize(descriptor byte) int {
	n := 5
	single := descriptor&0x20 != 0
	if !single {
		n++ // window descriptor
	}
	n += [4]int{0, 1, 2, 4}[descriptor&3]     // dictionary ID
	size := [4]int{0, 2, 4, 8}[descriptor>>6] // content size
	if size == 0 && single {
		size = 1
	}
	return n + size
}
