package recipe

import (
	"errors"
	"strings"
	"testing"

	"mathsieve/internal/dedup"
)

// TestFullPack writes one document more than a pack has numbers for.
func TestFullPack(t *testing.T) {
	const pack = 65_536 // the first short one
	w := packWriter{pack: pack, sketches: true, lengths: make([]uint32, dedup.MaxRow(pack)+1)}
	err := w.write(&packItem{})
	if !errors.Is(err, dedup.ErrFull) || !strings.Contains(err.Error(), "at most 262144 in input file number 65537") {
		t.Errorf("error %v", err)
	}
}

func TestCheckPacks(t *testing.T) {
	for n, want := range map[int]error{0: nil, 1: nil, dedup.MaxPack + 1: nil, dedup.MaxPack + 2: dedup.ErrFull} {
		if err := checkPacks(n); !errors.Is(err, want) {
			t.Errorf("%d packs: %v, want %v", n, err, want)
		}
	}
}
