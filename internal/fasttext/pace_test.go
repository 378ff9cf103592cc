package fasttext

import (
	"testing"
	"time"
)

// TestPace plays a machine on which a block costs what cost says.
func TestPace(t *testing.T) {
	p := newPace(4, 4)
	run := func(blocks int, waited bool, cost map[int]time.Duration) map[int]int {
		used := map[int]int{}
		for range blocks {
			each := p.next()
			used[each]++
			p.took(each, cost[each], 1000, waited && each < 4)
		}
		return used
	}
	quiet := map[int]time.Duration{1: 10, 2: 20, 4: 40}
	if used := run(200, false, quiet); used[1] != 200 {
		t.Errorf("alone on the machine: %v", used)
	}
	busy := map[int]time.Duration{1: 400, 2: 90, 4: 40}
	if used := run(200, true, busy); used[4] < 180 {
		t.Errorf("with other processes: %v", used)
	}
	if used := run(400, false, quiet); used[1] < 250 {
		t.Errorf("alone again: %v", used)
	}
}

func TestPaceOptions(t *testing.T) {
	for _, test := range []struct{ shares, workers, options, first int }{
		{1, 1, 1, 1}, {8, 8, 4, 1}, {5, 8, 4, 1}, {8, 2, 2, 4}, {5, 2, 2, 4}, {8, 1, 1, 8},
	} {
		p := newPace(test.shares, test.workers)
		if len(p.options) != test.options || p.next() != test.first {
			t.Errorf("%d shares, %d workers: options %v", test.shares, test.workers, p.options)
		}
	}
}
