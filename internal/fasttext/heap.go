package fasttext

// A ranking keeps the k best predictions as fastText does, in the heap of the
// C++ standard library: which of equal predictions survive, and in which order,
// follows from its moves.
type ranking struct {
	k     int
	items []scored
}

type scored struct {
	score float32 // logarithm of the probability
	label int32
}

// fill takes the labels whose probability is threshold or more.
func (r *ranking) fill(probabilities []float32, threshold float32) {
	for i, probability := range probabilities {
		if probability < threshold {
			continue
		}
		if score := offsetLog(probability); !r.full(score) {
			r.add(score, int32(i))
		}
	}
}

// full reports whether a candidate with this score is worse than the k held.
func (r *ranking) full(score float32) bool {
	return len(r.items) == r.k && score < r.items[0].score
}

// add takes a candidate that full has let pass.
func (r *ranking) add(score float32, label int32) {
	r.items = append(r.items, scored{})
	siftUp(r.items, len(r.items)-1, 0, scored{score, label})
	if len(r.items) > r.k {
		popHeap(r.items)
		r.items = r.items[:len(r.items)-1]
	}
}

// sorted orders the predictions, best first.
func (r *ranking) sorted() []scored {
	for n := len(r.items); n > 1; n-- {
		popHeap(r.items[:n])
	}
	return r.items
}

// before is the order of the heap: the worst prediction is on top.
func before(a, b scored) bool { return a.score > b.score }

// siftUp moves the hole at i towards top until v fits in.
func siftUp(h []scored, i, top int, v scored) {
	for i > top {
		parent := (i - 1) / 2
		if !before(h[parent], v) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = v
}

// popHeap moves the top to the end and makes a heap of the rest: the hole
// sinks to a leaf, then the former last item rises from there.
func popHeap(h []scored) {
	n := len(h) - 1
	if n < 1 {
		return
	}
	v := h[n]
	h[n] = h[0]
	hole, child := 0, 0
	for child < (n-1)/2 {
		child = 2*child + 2
		if before(h[child], h[child-1]) {
			child--
		}
		h[hole] = h[child]
		hole = child
	}
	if n%2 == 0 && child == (n-2)/2 {
		child = 2*child + 1
		h[hole] = h[child]
		hole = child
	}
	siftUp(h[:n], hole, 0, v)
}
