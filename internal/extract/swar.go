package extract

import "encoding/binary"

// Most bytes of a page's text are copied as they are. The functions below find
// how many, eight bytes at a time, each byte a lane of one word. They may stop
// early, never late: the callers look at single bytes from there on.

const (
	lanes = 0x0101010101010101 // 1 in each lane
	highs = 0x8080808080808080 // the high bit of each lane
)

// zeroLanes has the high bit of each lane that is zero, and maybe that of a lane
// of 1 right above one.
func zeroLanes(w uint64) uint64 { return (w - lanes) & ^w & highs }

// plainPrefix returns the length of a prefix of text that is printable ASCII with
// single blanks between words and no blank at either end.
func plainPrefix(text []byte) int {
	blank := uint64(0x80) // a blank before the first byte, so that none is at the start
	i := 0
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		blanks := zeroLanes(w ^ ' '*lanes)
		if ((w-' '*lanes)|(w+lanes)|w)&highs != 0 || blanks&(blanks<<8|blank) != 0 {
			break
		}
		blank = blanks >> 56
	}
	if i > 0 && text[i-1] == ' ' {
		i--
	}
	return i
}

// unmarkedPrefix returns the length of a prefix of text without control
// characters, dollars and bars.
func unmarkedPrefix(text []byte) int {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		if (w-' '*lanes)&^w&highs|zeroLanes(w^'$'*lanes)|zeroLanes(w^'|'*lanes) != 0 {
			break
		}
	}
	return i
}
