package fasttext

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// A binReader reads the fields of a model file in order. Its first error
// sticks; after it every field is zero. No length that the file declares is
// believed before the bytes that remain are known to be enough for it.
type binReader struct {
	r      io.ReaderAt
	size   int64
	at     int64 // offset of buffer[0]
	buffer []byte
	pos    int
	chunk  []byte
	err    error
}

const readChunk = 1 << 18

func newBinReader(r io.ReaderAt, size int64) *binReader {
	return &binReader{r: r, size: size, chunk: make([]byte, min(readChunk, max(size, 1)))}
}

func (b *binReader) offset() int64    { return b.at + int64(b.pos) }
func (b *binReader) remaining() int64 { return b.size - b.offset() }

// seek continues at another offset.
func (b *binReader) seek(offset int64) { b.at, b.buffer, b.pos = offset, nil, 0 }

// fail records what is wrong with a field, unless something was wrong before.
func (b *binReader) fail(field string, offset int64, format string, args ...any) {
	if b.err == nil {
		b.err = &FormatError{Field: field, Offset: offset, Problem: fmt.Sprintf(format, args...)}
	}
}

// need reports whether count items of width bytes remain.
func (b *binReader) need(field string, count, width int64) bool {
	if b.err != nil {
		return false
	}
	if count < 0 || count > b.remaining()/width {
		b.fail(field, b.offset(), "declares %d × %d bytes, but %d remain", count, width, b.remaining())
		return false
	}
	return true
}

// fill loads the chunk at the current offset.
func (b *binReader) fill() bool {
	b.at, b.pos = b.offset(), 0
	n := min(int64(len(b.chunk)), b.size-b.at)
	b.buffer = b.chunk[:n]
	read, err := b.r.ReadAt(b.buffer, b.at)
	if int64(read) < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if b.err == nil {
			b.err = fmt.Errorf("read model at byte %d: %w", b.at+int64(read), err)
		}
		return false
	}
	return true
}

// bytes copies the next len(dst) bytes; the caller has asked need.
func (b *binReader) bytes(dst []byte) {
	for len(dst) > 0 && b.err == nil {
		if b.pos == len(b.buffer) && !b.fill() {
			return
		}
		n := copy(dst, b.buffer[b.pos:])
		b.pos += n
		dst = dst[n:]
	}
}

func (b *binReader) fixed(field string, dst []byte) {
	if b.need(field, 1, int64(len(dst))) {
		b.bytes(dst)
	}
}

func (b *binReader) u8(field string) uint8 {
	var x [1]byte
	b.fixed(field, x[:])
	return x[0]
}

func (b *binReader) i32(field string) int32 {
	var x [4]byte
	b.fixed(field, x[:])
	return int32(binary.LittleEndian.Uint32(x[:]))
}

func (b *binReader) i64(field string) int64 {
	var x [8]byte
	b.fixed(field, x[:])
	return int64(binary.LittleEndian.Uint64(x[:]))
}

func (b *binReader) f64(field string) float64 { return math.Float64frombits(uint64(b.i64(field))) }

// ranged reads an int32 that must lie within [low, high].
func (b *binReader) ranged(field string, low, high int32) int {
	offset := b.offset()
	x := b.i32(field)
	if b.err == nil && (x < low || x > high) {
		b.fail(field, offset, "is %d, outside %d to %d", x, low, high)
	}
	return int(x)
}

// flag reads a C++ bool.
func (b *binReader) flag(field string) bool {
	offset := b.offset()
	x := b.u8(field)
	if x > 1 {
		b.fail(field, offset, "is %d: want 0 or 1", x)
	}
	return x == 1
}

// word appends the bytes up to the next NUL to dst.
func (b *binReader) word(field string, dst []byte) []byte {
	start := b.offset()
	for b.err == nil {
		if b.pos == len(b.buffer) {
			if b.remaining() == 0 {
				b.fail(field, start, "has no end")
				return dst
			}
			if !b.fill() {
				return dst
			}
		}
		rest := b.buffer[b.pos:]
		end := bytes.IndexByte(rest, 0)
		if end >= 0 {
			b.pos += end + 1
			return append(dst, rest[:end]...)
		}
		b.pos = len(b.buffer)
		dst = append(dst, rest...)
	}
	return dst
}

// exponent masks the exponent of a float32.
const exponent = 0x7F800000

// floats reads len(dst) numbers, which must all be finite; the caller has asked
// need.
func (b *binReader) floats(field string, dst []float32) {
	for len(dst) > 0 && b.err == nil {
		if len(b.buffer)-b.pos < 4 {
			var x [4]byte
			b.bytes(x[:])
			dst[0] = math.Float32frombits(binary.LittleEndian.Uint32(x[:]))
			b.finite(field, dst[:1])
			dst = dst[1:]
			continue
		}
		n := min((len(b.buffer)-b.pos)/4, len(dst))
		raw := b.buffer[b.pos : b.pos+4*n]
		part := dst[:n]
		carry := uint32(0)
		for i := range part {
			bits := binary.LittleEndian.Uint32(raw[4*i : 4*i+4])
			part[i] = math.Float32frombits(bits)
			// An exponent of all ones carries into the sign.
			carry |= bits&exponent + 1<<23
		}
		b.pos += 4 * n
		if carry>>31 != 0 {
			b.finite(field, part)
		}
		dst = dst[n:]
	}
}

// finite refuses numbers just read that are infinite or no numbers: a single
// one makes every score it touches meaningless.
func (b *binReader) finite(field string, xs []float32) {
	for i, x := range xs {
		if math.Float32bits(x)&exponent == exponent {
			b.fail(field, b.offset()-int64(4*(len(xs)-i)), "holds %v", x)
			return
		}
	}
}
