package domain

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/zeebo/xxh3"

	"mathsieve/internal/address"
)

// An entry of a partial table stands for the pages of one path: a key and a
// payload. The key is
//
//	domain 0 host 0 segment 0 segment …
//
// where of the host only what stands before the domain is written, and neither
// of them contains a 0. Entries are in the order of the domains' hashes, then of
// the keys' bytes, so that all of a domain, a host or a path stand together.
//
// The payload of a single page is
//
//	uvarint 1, flags, uvarint tokens, sample
//
// that of several
//
//	uvarint pages, collected, tokens, tokens collected
//	uvarint number of buckets; for each uvarint index, pages
//	uvarint number of samples; for each flags, sample
//
// and a sample is
//
//	log odds float32, hash of the URL uint64 (little-endian), uvarint pack, row
//
// Samples stand in the order of hash, pack and row.
const (
	flagCollected = 1 << iota
	flagRandom    // in an entry of several pages
	flagNear
)

const (
	// maxKey is the greatest length of a key in bytes.
	maxKey = 2*(address.MaxHost+3) + maxPathDepth*(address.MaxSegment+1)
	// maxPayload is the greatest length of a payload in bytes.
	maxPayload = 6*binary.MaxVarintLen64 + Buckets*2*binary.MaxVarintLen64 + 2*maxSamples*(13+2*binary.MaxVarintLen32)
)

// nan is the one NaN that is written.
var nan = math.Float32frombits(0x7fc00000)

// appendKey appends the key of an address.
func appendKey(dst []byte, a *address.Address) []byte {
	dst = append(dst, a.Domain...)
	dst = append(dst, 0)
	dst = append(dst, a.Host[:max(len(a.Host)-len(a.Domain)-1, 0)]...)
	start := len(dst)
	dst = append(dst, a.Path...)
	for i := start; i < len(dst); i++ {
		if dst[i] == '/' {
			dst[i] = 0
		}
	}
	return dst
}

// keyHash returns the hash of the domain of a key, which decides its section.
func keyHash(key []byte) uint64 {
	return xxh3.Hash(key[:max(bytes.IndexByte(key, 0), 0)])
}

// appendPage appends the payload of a single page.
func appendPage(dst []byte, p *Page) []byte {
	sample := Sample{Pack: p.Pack, Row: p.Row, Logit: p.Logit, hash: xxh3.HashString(p.URL)}
	if p.Logit != p.Logit {
		sample.Logit = nan
	}
	var flags byte
	if p.Collected {
		flags = flagCollected
	}
	dst = append(dst, 1, flags)
	dst = binary.AppendUvarint(dst, uint64(p.Tokens))
	return appendSample(dst, sample)
}

func appendSample(dst []byte, p Sample) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(p.Logit))
	dst = binary.LittleEndian.AppendUint64(dst, p.hash)
	dst = binary.AppendUvarint(dst, uint64(p.Pack))
	return binary.AppendUvarint(dst, uint64(p.Row))
}

// appendPayload appends the payload of s, which stands for two pages or more.
func (s *stats) appendPayload(dst []byte) []byte {
	dst = appendCounts(dst, s.Counts)
	n := 0
	for _, word := range s.used {
		n += bits.OnesCount64(word)
	}
	dst = binary.AppendUvarint(dst, uint64(n))
	for i, word := range s.used {
		for rest := word; rest != 0; rest &= rest - 1 {
			index := i*64 + bits.TrailingZeros64(rest)
			dst = binary.AppendUvarint(dst, uint64(index))
			dst = binary.AppendUvarint(dst, uint64(s.buckets[index]))
		}
	}
	samples := slices.Concat(s.random, s.near)
	slices.SortFunc(samples, compareHash)
	samples = slices.CompactFunc(samples, func(p, q Sample) bool { return compareHash(p, q) == 0 })
	dst = binary.AppendUvarint(dst, uint64(len(samples)))
	for _, p := range samples {
		same := func(q Sample) bool { return compareHash(p, q) == 0 }
		var flags byte
		if p.Collected {
			flags |= flagCollected
		}
		if slices.ContainsFunc(s.random, same) {
			flags |= flagRandom
		}
		if slices.ContainsFunc(s.near, same) {
			flags |= flagNear
		}
		dst = append(dst, flags)
		dst = appendSample(dst, p)
	}
	return dst
}

func appendCounts(dst []byte, c Counts) []byte {
	dst = binary.AppendUvarint(dst, uint64(c.Pages))
	dst = binary.AppendUvarint(dst, uint64(c.Collected))
	dst = binary.AppendUvarint(dst, uint64(c.Tokens))
	return binary.AppendUvarint(dst, uint64(c.CollectedTokens))
}

// addPayload adds what a payload stands for.
func (s *stats) addPayload(payload []byte) error {
	d := decoder{rest: payload}
	if len(payload) > 0 && payload[0] == 1 {
		d.rest = payload[1:]
		s.addPage(&d)
	} else {
		s.addEntry(&d)
	}
	if d.bad || len(d.rest) > 0 {
		return fmt.Errorf("payload of %d bytes: %w", len(payload), ErrFormat)
	}
	return nil
}

func (s *stats) addPage(d *decoder) {
	collected := d.byte()&flagCollected != 0
	c := Counts{Pages: 1, Tokens: d.count()}
	p := d.sample()
	p.Collected = collected
	if collected {
		c.Collected, c.CollectedTokens = 1, c.Tokens
	}
	s.add(c)
	if p.Logit == p.Logit {
		s.addBucket(bucketOf(p.Logit), 1)
	}
	s.addSample(p)
}

func (s *stats) addEntry(d *decoder) {
	s.add(d.counts())
	for range d.length(2) {
		index, pages := d.uvarint(), d.count()
		if index >= Buckets || d.bad {
			d.bad = true
			return
		}
		s.addBucket(int(index), pages)
	}
	for range d.length(15) {
		flags := d.byte()
		p := d.sample()
		if d.bad {
			return
		}
		p.Collected = flags&flagCollected != 0
		if flags&flagRandom != 0 {
			s.random = insert(s.random, p, s.keep, compareHash)
		}
		if flags&flagNear != 0 {
			s.addNear(p)
		}
	}
}
