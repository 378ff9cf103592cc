package charset

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// ErrUnknown is returned for a name that is no encoding's.
var ErrUnknown = errors.New("unknown character encoding")

// Detect returns the name of the encoding of body, as the Encoding Standard
// writes it, given the value of the HTTP Content-Type header (or ""). It is
// certain when a mark, a believable label or the form of UTF-8 says so, and
// not when the bytes had to be judged by their frequencies.
func Detect(body []byte, contentType string) (name string, certain bool) {
	o := analyse(body, contentType)
	return o.name, o.certain
}

// AppendUTF8 appends body, decoded from the named encoding, to dst. A byte
// order mark of that encoding is left out; each undecodable sequence becomes
// U+FFFD. The only error is ErrUnknown, with dst as it was.
func AppendUTF8(dst, body []byte, name string) ([]byte, error) {
	if mark, n := byteOrderMark(body); n > 0 && mark == name {
		body = body[n:]
	}
	if name == nameUTF8 {
		return appendValid(dst, body), nil
	}
	enc := lookup(name)
	if enc == nil {
		return dst, fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	if m, ok := enc.(*charmap.Charmap); ok {
		return appendCharmap(dst, body, m), nil
	}
	return appendTransformed(dst, body, enc.NewDecoder()), nil
}

// Decode returns body as UTF-8 and the name of the encoding it was in. Where
// body already is what it should be, the result is body itself (without its byte
// order mark) and nothing is copied; otherwise it is appended to dst[:0], which
// may be nil and is grown as needed.
func Decode(dst, body []byte, contentType string) (text []byte, name string) {
	o := analyse(body, contentType)
	switch {
	case o.ascii:
		return body, o.name
	case o.valid:
		return body[o.bom:], o.name
	}
	text, err := AppendUTF8(dst[:0], body, o.name)
	if err != nil {
		// analyse only returns names that lookup knows.
		panic(err)
	}
	return text, o.name
}

// appendValid appends src with its invalid bytes replaced.
func appendValid(dst, src []byte) []byte {
	dst = slices.Grow(dst, len(src))
	for len(src) > 0 {
		n := 0
		for n < len(src) {
			if src[n] < 0x80 {
				n++
				continue
			}
			r, size := utf8.DecodeRune(src[n:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			n += size
		}
		dst = append(dst, src[:n]...)
		if src = src[n:]; len(src) == 0 {
			break
		}
		dst = append(dst, "\uFFFD"...)
		src = src[cutSequence(src):]
	}
	return dst
}

// cutSequence returns the length of the broken UTF-8 sequence at the start of
// b: the longest prefix of a valid one, or one byte.
func cutSequence(b []byte) int {
	for n := min(3, len(b)); n > 1; n-- {
		if !utf8.FullRune(b[:n]) {
			return n
		}
	}
	return 1
}

func appendCharmap(dst, src []byte, m *charmap.Charmap) []byte {
	dst = slices.Grow(dst, len(src)+len(src)/8)
	for len(src) > 0 {
		n := 0
		for n < len(src) && src[n] < 0x80 {
			n++
		}
		dst = append(dst, src[:n]...)
		for src = src[n:]; len(src) > 0 && src[0] >= 0x80; src = src[1:] {
			dst = utf8.AppendRune(dst, m.DecodeByte(src[0]))
		}
	}
	return dst
}

// appendTransformed runs src through t. The decoders of x/text never fail:
// they write U+FFFD.
func appendTransformed(dst, src []byte, t transform.Transformer) []byte {
	for {
		dst = slices.Grow(dst, len(src)+len(src)/2+utf8.UTFMax)
		nDst, nSrc, err := t.Transform(dst[len(dst):cap(dst)], src, true)
		dst, src = dst[:len(dst)+nDst], src[nSrc:]
		if !errors.Is(err, transform.ErrShortDst) {
			return dst
		}
	}
}
