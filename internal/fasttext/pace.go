package fasttext

import "time"

// A pace finds out how many shares a worker should take to be fastest. Its
// measurements decide nothing but that.
//
// It begins with as many workers as there may be, and tries fewer when they
// wait long for each other, which they do when another process has taken a
// core. From then on it keeps to what was fastest and now and then tries
// another number.
type pace struct {
	options []int     // shares of a worker, powers of two, least first
	cost    []float64 // seconds per feature id, bad news smoothed; 0 is unknown
	best    int
	probe   int // option to try next, -1 is none
	block   int
}

const (
	// probeEvery is the number of blocks after which another option is tried.
	probeEvery = 32
	// recent is the weight of the last block.
	recent = 0.5
)

// newPace returns a pace for at most a number of workers.
func newPace(shares, workers int) *pace {
	p := &pace{probe: -1}
	for each := 1; ; each *= 2 {
		if (shares+each-1)/each <= workers {
			p.options = append(p.options, each)
		}
		if each >= shares {
			break
		}
	}
	p.cost = make([]float64, len(p.options))
	return p
}

// next returns the number of shares that a worker takes of the next block.
func (p *pace) next() int {
	if p.probe >= 0 {
		return p.options[p.probe]
	}
	return p.options[p.best]
}

// took notes the time that a block of length ids took with workers of each
// shares, and whether they waited long for each other.
func (p *pace) took(each int, elapsed time.Duration, length int, waited bool) {
	cost := elapsed.Seconds() / float64(length)
	at := 0
	for i, n := range p.options {
		if n == each {
			at = i
		}
	}
	if p.cost[at] == 0 || cost < p.cost[at] {
		p.cost[at] = cost // good news at once: a core may have come back
	}
	p.cost[at] += recent * (cost - p.cost[at])
	p.best = at
	for i, c := range p.cost {
		if c > 0 && c < p.cost[p.best] {
			p.best = i
		}
	}
	p.block++
	p.probe = -1
	fewer := at + 1
	switch {
	case waited && fewer < len(p.options) && p.cost[fewer] == 0:
		p.probe = fewer
	case p.block%probeEvery == 0 && (waited || p.best > 0):
		p.probe = p.block / probeEvery % len(p.options)
	}
}
