package dedup

import (
	"encoding/binary"
	"math/bits"
)

// A world says what each of n documents is like. Documents are numbered so that
// those of a group are far from each other.
type world struct {
	n, step int
	// Numbers of documents of each kind, in the order of layout.
	giant, chains, clustered, urls, texts int
}

const chainLength = 1000

func newWorld(n int) world {
	w := world{n: n, giant: min(n/50, 1_000_000), chains: n / 50, clustered: n / 5, urls: n / 33, texts: n / 33}
	w.chains -= w.chains % chainLength
	w.urls -= w.urls % 3
	w.texts -= w.texts % 2
	w.step = n*2/3 | 1
	for gcd(w.step, n) != 1 {
		w.step += 2
	}
	return w
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// A kind is what a document is made of: a base that others share, and how much
// of it it has.
type kind struct {
	own, base uint64
	share     int // of 16 parts; 0 shares nothing
	boiler    bool
	link      int // of a chain, from 1
	url, text uint64
}

// of returns what document i is.
func (w *world) of(i int) kind {
	at := int(uint64(i) * uint64(w.step) % uint64(w.n))
	k := kind{own: mix(uint64(i)), url: mix(uint64(i) ^ 1<<60), text: mix(uint64(i) ^ 1<<61)}
	if at < w.giant {
		k.boiler = true
		return k
	}
	at -= w.giant
	if at < w.chains {
		k.base, k.link = mix(uint64(at/chainLength)|1<<50), 1+at%chainLength
		return k
	}
	at -= w.chains
	if at < w.clustered {
		// As many documents in clusters of each size 2, 4, 8, …: the number of
		// clusters of at least a size falls with the size.
		octaves := max(bits.Len(uint(w.clustered/64))-1, 1)
		each := w.clustered / octaves
		octave := min(at/each, octaves-1)
		in := at - octave*each
		k.base = mix(uint64(octave)<<40 | uint64(in>>(octave+1)) | 1<<51)
		k.share = 12 + int(k.own>>7%5) // 12 and 13 of 16 fail, or nearly
		if in&(2<<octave-1) == 0 {
			k.share = 16
		}
		return k
	}
	at -= w.clustered
	if at < w.urls {
		k.url = mix(uint64(at/3) | 1<<52)
		return k
	}
	at -= w.urls
	if at < w.texts {
		k.own, k.text = mix(uint64(at/2)|1<<53), mix(uint64(at/2)|1<<54)
	}
	return k
}

const ones = 0x1111111111111111

// shared sets, with the given probability in sixteenths, the lowest bit of
// each group of four, at random. It knows 11 to 16.
func shared(sixteenths int, random uint64) uint64 {
	a, b, c, d := random&ones, random>>1&ones, random>>2&ones, random>>3&ones
	switch sixteenths {
	case 11:
		return a | b&(c|d)
	case 12:
		return a | b
	case 13:
		return a | b | c&d
	case 14:
		return a | b | c
	case 15:
		return a | b | c | d
	}
	return ones
}

// bands fills in the band keys: of 112 values a document has its share of the
// base's, and a band is the base's if all of its eight are.
func (k *kind) bands(keys []uint64) {
	for band := range keys {
		random := mix(k.own ^ uint64(band)<<32)
		key := random
		switch {
		case k.link > 0:
			// Each value changes every 12 links, at a link of its own.
			key = k.base
			for v := range 8 {
				key = mix(key ^ uint64((k.link+int(mix(uint64(band*8+v))%12))/12))
			}
		case k.share == 16, k.share > 0 && shared(k.share, random)&0xFFFFFFFF == ones&0xFFFFFFFF:
			key = mix(k.base ^ uint64(band)<<32)
		}
		keys[band] = key&^0xFF | uint64(band)
	}
	if k.boiler {
		keys[3] = 1<<20 | 3
	}
}

// fingerprint fills in the fingerprint, bin by bin as bands does.
func (k *kind) fingerprint(f []byte) {
	for at := 0; at < len(f); at += 8 {
		word := uint64(at)
		digits := mix(k.own ^ word<<16)
		switch {
		case k.link > 0:
			digits = 0
			offsets := mix(word)
			for bin := range 16 {
				epoch := uint64(k.link+int(offsets>>(4*bin)&15)) / 16
				digits |= mix(k.base^word<<16^uint64(bin)<<12^epoch) & 15 << (4 * bin)
			}
		case k.share > 0:
			mask := shared(k.share, mix(k.own^word<<40)) * 15
			digits = mix(k.base^word<<16)&mask | digits&^mask
		}
		digits |= ^anyBit(digits) & ones // no bin is empty
		binary.LittleEndian.PutUint64(f[at:], digits)
	}
}
