package fasttext

import "mathsieve/internal/fasttext/kernel"

// A matrix is what a model keeps its vectors in: dense, or product-quantised.
type matrix interface {
	// shape returns the number of rows and columns.
	shape() (rows, cols int)
	// sum sets dst to the sum of the rows with the given ids, added in that order.
	sum(dst []float32, ids []int32)
	// dot returns the product of row i with v: products rounded, then added
	// from column 0 on, as C++ does without reassociation.
	dot(v []float32, i int) float32
}

// A denseMatrix holds its rows one after the other.
type denseMatrix struct {
	rows, cols int
	data       []float32 // [rows × cols]
}

func newDense(rows, cols int) *denseMatrix {
	return &denseMatrix{rows: rows, cols: cols, data: kernel.Alloc(rows * cols)}
}

func (m *denseMatrix) shape() (rows, cols int) { return m.rows, m.cols }

// row returns row i itself, not a copy.
func (m *denseMatrix) row(i int) []float32 {
	return m.data[i*m.cols : (i+1)*m.cols : (i+1)*m.cols]
}

func (m *denseMatrix) sum(dst []float32, ids []int32) {
	clear(dst)
	kernel.Best().SumRows(dst, m.data, m.cols, ids)
}

func (m *denseMatrix) dot(v []float32, i int) float32 {
	row := m.row(i)
	v = v[:len(row)]
	sum := float32(0)
	for j, x := range row {
		sum += float32(x * v[j])
	}
	return sum
}
