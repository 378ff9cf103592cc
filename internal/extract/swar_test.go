package extract

import (
	"math/rand/v2"
	"testing"
)

// TestPrefixes holds the functions on eight bytes at a time against ones on
// single bytes.
func TestPrefixes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const bytes = "aaaaaaaaaaaaaaaaaaaaaaaaaaaa~!    \n\x00\x01\x1f\x7f\x80\xff$|é"
	long := 0
	for range 50_000 {
		text := make([]byte, r.IntN(40))
		for i := range text {
			text[i] = bytes[r.IntN(len(bytes)>>r.IntN(2))]
		}
		n := plainPrefix(text)
		for i, b := range text[:n] {
			if b < ' ' || b > '~' || b == ' ' && (i == 0 || i == n-1 || text[i-1] == ' ') {
				t.Fatalf("plainPrefix(%q) = %d", text, n)
			}
		}
		long += n / 8
		n = unmarkedPrefix(text)
		for _, b := range text[:n] {
			if plainKinds[b]&(bkMark|bkNewline) != 0 {
				t.Fatalf("unmarkedPrefix(%q) = %d", text, n)
			}
		}
		long += n / 8
	}
	if long < 10_000 {
		t.Errorf("%d words passed", long)
	}
}
