package fasttext

import "time"

// A pace finds out how many shares a worker should take to be fastest. Its
// measurements decide nothing but that.
type pace struct {
	options []int     // shares of a worker, powers of two, least first
	cost    []float64 // seconds per feature id, smoothed; 0 is unknown
	block   int
	best    int
}

// probeEvery is the number of blocks after which another number of workers is
// tried again.
const probeEvery = 48

// newPace returns a pace for at most a number of workers.
func newPace(shares, workers int) *pace {
	p := &pace{}
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
	p.block++
	if p.block%probeEvery == 0 && len(p.options) > 1 {
		other := (p.best + 1 + p.block/probeEvery%(len(p.options)-1)) % len(p.options)
		return p.options[other]
	}
	return p.options[p.best]
}

// took notes the time that a block of length ids took with workers of each
// shares.
func (p *pace) took(each int, elapsed time.Duration, length int) {
	const recent = 0.5
	cost := elapsed.Seconds() / float64(length)
	for i, n := range p.options {
		if n != each {
			continue
		}
		if p.cost[i] == 0 {
			p.cost[i] = cost
		}
		p.cost[i] += recent * (cost - p.cost[i])
	}
	p.best = 0
	for i, c := range p.cost {
		if c > 0 && (p.cost[p.best] == 0 || c < p.cost[p.best]) {
			p.best = i
		}
	}
}
