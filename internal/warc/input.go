package warc

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

const (
	// inputChunk is how much is asked of the source at once.
	inputChunk = 128 << 10
	// inputRetain bounds what is kept of a member for a second look. The
	// error of a deflate stream shows within some kilobytes of its cause.
	inputRetain = 8 << 20
	// decoderBuffer is the size of the bufio.Reader that decoders read from.
	decoderBuffer = 32 << 10
)

// An input is a forward window on the source that keeps what was read since
// the last mark, up to inputRetain, so that reading can go back there.
//
// Decoders read from br: klauspost's flate has a fast path for a bufio.Reader
// and leaves it just behind the end of the stream.
type input struct {
	br  *bufio.Reader
	src io.Reader
	buf []byte
	// base is the offset in the file of buf[0], keep the offset of the mark.
	base, keep int64
	// next is the index in buf of the byte that br gets next.
	next int
	err  error
}

func newInput(src io.Reader) *input {
	in := &input{src: src}
	in.br = bufio.NewReaderSize(in, decoderBuffer)
	return in
}

// Read serves br.
func (in *input) Read(p []byte) (int, error) {
	if in.next == len(in.buf) {
		if in.err != nil {
			return 0, in.err
		}
		in.fill()
		if in.next == len(in.buf) {
			return 0, in.err
		}
	}
	n := copy(p, in.buf[in.next:])
	in.next += n
	return n, nil
}

// fill drops what lies before the mark and reads a chunk behind the window.
func (in *input) fill() {
	drop := int(min(in.keep-in.base, int64(in.next)))
	if over := len(in.buf) - drop - inputRetain; over > 0 {
		// Half of the window at once, so that the move is paid for rarely.
		drop += max(over, inputRetain/2)
		drop = min(drop, in.next)
	}
	if drop > 0 && (drop >= len(in.buf)/2 || cap(in.buf)-len(in.buf) < inputChunk) {
		n := copy(in.buf, in.buf[drop:])
		in.buf = in.buf[:n]
		in.base += int64(drop)
		in.next -= drop
	}
	if cap(in.buf)-len(in.buf) < inputChunk {
		grown := make([]byte, len(in.buf), 2*cap(in.buf)+inputChunk)
		copy(grown, in.buf)
		in.buf = grown
	}
	// A source that returns nothing and no error is asked again a few times,
	// as bufio does.
	for range 100 {
		n, err := in.src.Read(in.buf[len(in.buf):cap(in.buf)])
		in.buf = in.buf[:len(in.buf)+n]
		if err != nil {
			in.err = err
			return
		}
		if n > 0 {
			return
		}
	}
	in.err = io.ErrNoProgress
}

// offset returns the position in the file of the next byte of br.
func (in *input) offset() int64 {
	return in.base + int64(in.next-in.br.Buffered())
}

// mark allows rewind to come back to the present position or later.
func (in *input) mark() { in.keep = in.offset() }

// rewind makes off the next position to read, or the earliest one that is
// still there.
func (in *input) rewind(off int64) {
	off = min(max(off, in.base), in.base+int64(len(in.buf)))
	in.next = int(off - in.base)
	in.keep = off
	in.br.Reset(in)
}

// fatal returns the error of the source that is not the end of it.
func (in *input) fatal() error {
	if in.err != nil && !errors.Is(in.err, io.EOF) {
		return in.err
	}
	return nil
}

// seen returns n bytes at offset off that were read before, if they are still
// there.
func (in *input) seen(off int64, n int) []byte {
	if off < in.base || off+int64(n) > in.base+int64(in.next) {
		return nil
	}
	i := int(off - in.base)
	return in.buf[i : i+n]
}

// peek returns up to n bytes without consuming them.
func (in *input) peek(n int) []byte {
	b, _ := in.br.Peek(n)
	return b
}

// skipTo advances to the first position that find returns the index of, -1 for
// none, in the bytes it is shown, or to the end. A match may lie up to overlap
// bytes over the end of what find is shown.
func (in *input) skipTo(find func([]byte) int, overlap int) {
	for {
		b := in.peek(decoderBuffer)
		if i := find(b); i >= 0 {
			in.discard(i)
			return
		}
		if len(b) < decoderBuffer {
			in.discard(len(b))
			return
		}
		in.discard(len(b) - overlap)
	}
}

// discard skips n bytes that peek has shown.
func (in *input) discard(n int) {
	_, _ = in.br.Discard(n) // cannot fail: the bytes are in the buffer
	in.mark()
}

// zeros skips zero bytes and returns their number.
func (in *input) zeros() (n int64) {
	start := in.offset()
	in.skipTo(func(b []byte) int {
		return bytes.IndexFunc(b, func(r rune) bool { return r != 0 })
	}, 0)
	return in.offset() - start
}
