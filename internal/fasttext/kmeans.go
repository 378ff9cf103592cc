package fasttext

import (
	"cmp"
	"context"
	"slices"
)

// The parameters of fastText's k-means.
const (
	kmeansRounds = 25
	kmeansSeed   = 1234
	// pointsPerCentroid bounds the sample that centroids are learned from.
	pointsPerCentroid = 256
	// kmeansSplit is how far the halves of a centroid are moved apart.
	kmeansSplit = 1e-7
)

func newQuantizer(dim, sub int) productQuantizer {
	q := productQuantizer{dim: dim, sub: sub, subs: (dim + sub - 1) / sub, centroids: make([]float32, dim*centroids)}
	q.lastSub = dim - (q.subs-1)*sub
	return q
}

// learnPart learns the centroids of sub-vector s and sets its codes.
func (q *productQuantizer) learnPart(ctx context.Context, m *denseMatrix, s int, codes []uint8) {
	width := q.sub
	if s == q.subs-1 {
		width = q.lastSub
	}
	from := s * q.sub
	c := &clusters{
		width:     width,
		centroids: q.centroids[s*centroids*q.sub:][:centroids*width],
		random:    mix(kmeansSeed + uint64(s)),
	}
	c.sample(m, from)
	for range kmeansRounds {
		if ctx.Err() != nil {
			return
		}
		c.assign()
		c.update()
	}
	c.sortCentroids()
	for i := range m.rows {
		codes[i*q.subs+s] = c.nearest(m.data[i*m.cols+from:][:width])
	}
}

// clusters are 256 centroids on the way to their places.
type clusters struct {
	width     int
	centroids []float32 // [256 × width]
	points    []float32 // [points × width]
	codes     []uint8   // of the points
	random    uint64
	// order lists the centroids by their first number, firsts are those.
	order  [centroids]uint8
	firsts [centroids]float32
}

// draw returns a random number in 0..n-1.
func (c *clusters) draw(n int) int {
	c.random++
	return below(mix(c.random), n)
}

// sample takes some rows' columns as points, and the first 256 of them as
// centroids. The rows are drawn without replacement.
func (c *clusters) sample(m *denseMatrix, from int) {
	order := make([]int32, m.rows)
	for i := range order {
		order[i] = int32(i)
	}
	n := min(m.rows, pointsPerCentroid*centroids)
	c.points = make([]float32, 0, n*c.width)
	for i := range n {
		j := i + c.draw(m.rows-i)
		order[i], order[j] = order[j], order[i]
		c.points = append(c.points, m.data[int(order[i])*m.cols+from:][:c.width]...)
	}
	c.codes = make([]uint8, n)
	copy(c.centroids, c.points)
}

func (c *clusters) at(i int) []float32 { return c.centroids[i*c.width : (i+1)*c.width] }

func (c *clusters) sortCentroids() {
	for i := range c.order {
		c.order[i] = uint8(i)
	}
	slices.SortFunc(c.order[:], func(a, b uint8) int {
		return cmp.Or(cmp.Compare(c.at(int(a))[0], c.at(int(b))[0]), cmp.Compare(a, b))
	})
	for i, code := range c.order {
		c.firsts[i] = c.at(int(code))[0]
	}
}

func (c *clusters) assign() {
	c.sortCentroids()
	for i := range c.codes {
		c.codes[i] = c.nearest(c.points[i*c.width:][:c.width])
	}
}

// nearest returns the centroid with the least distance to a point, the first
// of equal ones. It looks at centroids in the order of the distance in the
// first number alone, and stops when that is more than the least distance:
// some 20 of the 256 are seen.
func (c *clusters) nearest(point []float32) uint8 {
	right, _ := slices.BinarySearch(c.firsts[:], point[0])
	left := right - 1
	best, least := 0, float32(-1)
	see := func(i int) bool {
		d := c.firsts[i] - point[0]
		if least >= 0 && float32(d*d) > least {
			return false
		}
		code := int(c.order[i])
		distance := float32(0)
		for j, x := range c.at(code) {
			d := x - point[j]
			distance += float32(d * d)
		}
		if least < 0 || distance < least || distance == least && code < best {
			best, least = code, distance
		}
		return true
	}
	for left >= 0 || right < centroids {
		if right < centroids {
			if see(right) {
				right++
			} else {
				right = centroids
			}
		}
		if left >= 0 {
			if see(left) {
				left--
			} else {
				left = -1
			}
		}
	}
	return uint8(best)
}

// update moves centroids to the mean of their points. One without points takes
// half of those of another, drawn by size.
func (c *clusters) update() {
	var members [centroids]int
	clear(c.centroids)
	for i, code := range c.codes {
		members[code]++
		sum := c.at(int(code))
		for j, x := range c.points[i*c.width:][:c.width] {
			sum[j] += x
		}
	}
	for i, n := range members {
		if n > 0 {
			for j := range c.at(i) {
				c.at(i)[j] /= float32(n)
			}
		}
	}
	for i, n := range members {
		if n > 0 {
			continue
		}
		m := 0
		for range 1 << 20 { // ends far sooner: some centroid has half of its points to give
			if members[m] > 1 && c.draw(len(c.codes)) < members[m]-1 {
				break
			}
			m = (m + 1) % centroids
		}
		copy(c.at(i), c.at(m))
		for j := range c.width {
			sign := float32(j%2)*2 - 1
			c.at(i)[j] += sign * kmeansSplit
			c.at(m)[j] -= sign * kmeansSplit
		}
		members[i] = members[m] / 2
		members[m] -= members[i]
	}
}
