package domain

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A run is a stream of entries in ascending order, each key but once. Of a key
// only what differs from the one before is written:
//
//	uvarint length of what is the same, uvarint length of the rest, rest,
//	uvarint length of the payload, payload
const maxEntry = maxKey + maxPayload + 3*binary.MaxVarintLen64

// A runWriter encodes a run.
type runWriter struct {
	last []byte // the key before
}

// append appends an entry to dst.
func (r *runWriter) append(dst, key, payload []byte) []byte {
	same := 0
	for same < len(key) && same < len(r.last) && key[same] == r.last[same] {
		same++
	}
	dst = binary.AppendUvarint(dst, uint64(same))
	dst = binary.AppendUvarint(dst, uint64(len(key)-same))
	dst = append(dst, key[same:]...)
	dst = binary.AppendUvarint(dst, uint64(len(payload)))
	dst = append(dst, payload...)
	r.last = append(r.last[:0], key...)
	return dst
}

// A runReader decodes a run.
type runReader struct {
	name string // for errors
	src  io.Reader
	buf  []byte
	rest []byte // of buf, not yet decoded
	eof  bool

	key     []byte
	hash    uint64 // of the domain in key
	payload []byte // valid until the next advance
	begun   bool
	done    bool // nothing is left
}

// newRunReader reads src through a buffer of the given size, or of one entry if
// that is greater, and stands at the first entry.
func newRunReader(name string, src io.Reader, size int) (*runReader, error) {
	r := &runReader{name: name, src: src, buf: make([]byte, max(size, 2*maxEntry))}
	return r, r.Advance()
}

// fill makes sure that a whole entry is in rest, unless src has no more.
func (r *runReader) fill() error {
	if r.eof || len(r.rest) >= maxEntry {
		return nil
	}
	n := copy(r.buf, r.rest)
	for n < len(r.buf) {
		m, err := r.src.Read(r.buf[n:])
		n += m
		if errors.Is(err, io.EOF) {
			r.eof = true
			break
		}
		if err != nil {
			return err
		}
	}
	r.rest = r.buf[:n]
	return nil
}

// Advance implements [shuffle.Runner]: it goes to the next entry.
func (r *runReader) Advance() error {
	if err := r.decode(); err != nil {
		return fmt.Errorf("read %s: %w", r.name, err)
	}
	return nil
}

func (r *runReader) decode() error {
	if err := r.fill(); err != nil {
		return err
	}
	if len(r.rest) == 0 {
		r.done = true
		return nil
	}
	d := decoder{rest: r.rest}
	same := d.uvarint()
	rest := d.take(int(min(d.uvarint(), maxKey+1)))
	payload := d.take(int(min(d.uvarint(), maxPayload+1)))
	if d.bad || same > uint64(len(r.key)) || same+uint64(len(rest)) > maxKey || len(payload) > maxPayload {
		return fmt.Errorf("entry: %w", ErrFormat)
	}
	r.rest, r.payload = d.rest, payload
	ascends := r.begun && bytes.Compare(rest, r.key[same:]) > 0
	r.key = append(r.key[:same], rest...)
	end := bytes.IndexByte(r.key, 0)
	if end < 0 {
		return fmt.Errorf("key without a domain: %w", ErrFormat)
	}
	if !r.begun || int(same) <= end {
		before := r.hash
		r.hash = keyHash(r.key)
		ascends = !r.begun || r.hash > before || r.hash == before && ascends
	}
	r.begun = true
	if !ascends {
		return fmt.Errorf("entries out of order: %w", ErrFormat)
	}
	return nil
}

// Before implements [shuffle.Runner].
func (r *runReader) Before(o *runReader) bool {
	if r.done || o.done {
		return !r.done
	}
	return compareKeys(r.hash, r.key, o.hash, o.key) < 0
}

func compareKeys(hash uint64, key []byte, hash2 uint64, key2 []byte) int {
	if hash != hash2 {
		return cmp.Compare(hash, hash2)
	}
	return bytes.Compare(key, key2)
}
