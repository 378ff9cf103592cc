package fasttext

// centroids is the number of centroids of a sub-vector: a code is one byte.
const centroids = 256

// A productQuantizer cuts a vector of dim columns into subs sub-vectors of sub
// columns (the last one of lastSub) and stands for each by one of 256
// centroids. Jégou, Douze, Schmid, "Product Quantization for Nearest Neighbor
// Search" (2011).
type productQuantizer struct {
	dim, subs, sub, lastSub int
	// centroids are [subs × 256 × sub]; the last sub-vector's are packed
	// [256 × lastSub].
	centroids []float32
}

// centroid returns centroid code of sub-vector s.
func (q *productQuantizer) centroid(s int, code uint8) []float32 {
	base, width := s*centroids*q.sub, q.sub
	if s == q.subs-1 {
		width = q.lastSub
	}
	from := base + int(code)*width
	return q.centroids[from : from+width]
}

// add adds scale × the vector that codes stand for to dst.
func (q *productQuantizer) add(dst []float32, codes []uint8, scale float32) {
	for s, code := range codes {
		part := dst[s*q.sub:]
		for j, c := range q.centroid(s, code) {
			part[j] += float32(scale * c)
		}
	}
}

// dot returns scale × the product of v with the vector that codes stand for.
func (q *productQuantizer) dot(v []float32, codes []uint8, scale float32) float32 {
	sum := float32(0)
	for s, code := range codes {
		part := v[s*q.sub:]
		for j, c := range q.centroid(s, code) {
			sum += float32(part[j] * c)
		}
	}
	return float32(sum * scale)
}

// A quantMatrix holds one byte for each sub-vector of a row, and one more for
// the row's length if the lengths were quantised apart.
type quantMatrix struct {
	rows, cols int
	codes      []uint8 // [rows × pq.subs]
	pq         productQuantizer
	normCodes  []uint8 // [rows]; nil if the lengths are in pq
	norms      productQuantizer
}

func (m *quantMatrix) shape() (rows, cols int) { return m.rows, m.cols }

func (m *quantMatrix) rowCodes(i int) []uint8 { return m.codes[i*m.pq.subs : (i+1)*m.pq.subs] }

// norm returns the factor of row i.
func (m *quantMatrix) norm(i int) float32 {
	if m.normCodes == nil {
		return 1
	}
	return m.norms.centroid(0, m.normCodes[i])[0]
}

func (m *quantMatrix) sum(dst []float32, ids []int32) {
	clear(dst)
	for _, id := range ids {
		m.pq.add(dst, m.rowCodes(int(id)), m.norm(int(id)))
	}
}

func (m *quantMatrix) dot(v []float32, i int) float32 {
	return m.pq.dot(v, m.rowCodes(i), m.norm(i))
}
