package fasttext

import "mathsieve/internal/fasttext/kernel"

// A stripedMatrix keeps each share of the columns apart, all rows of it one
// after the other, so that the threads of training write to memory of their
// own. Shares are padded with columns of zeros to whole stripes.
type stripedMatrix struct {
	rows, cols int
	width      int         // columns of a share, padding included
	shares     [][]float32 // [shares][rows × width]
}

func newStriped(rows, cols, width int) *stripedMatrix {
	m := &stripedMatrix{rows: rows, cols: cols, width: width}
	for from := 0; from < cols; from += width {
		m.shares = append(m.shares, kernel.Alloc(rows*width))
	}
	return m
}

func (m *stripedMatrix) shape() (rows, cols int) { return m.rows, m.cols }

// part returns the columns of share s of row i, without the padding.
func (m *stripedMatrix) part(s, i int) []float32 {
	row := m.shares[s][i*m.width : (i+1)*m.width]
	return row[:min(m.width, m.cols-s*m.width)]
}

func (m *stripedMatrix) copyRow(dst []float32, i int) {
	for s := range m.shares {
		copy(dst[s*m.width:], m.part(s, i))
	}
}

// setRow sets row i.
func (m *stripedMatrix) setRow(i int, row []float32) {
	for s := range m.shares {
		copy(m.part(s, i), row[s*m.width:])
	}
}

// copyFrom takes the numbers of a matrix of the same shape.
func (m *stripedMatrix) copyFrom(d *denseMatrix) {
	for i := range m.rows {
		m.setRow(i, d.row(i))
	}
}

func (m *stripedMatrix) sum(dst []float32, ids []int32) {
	clear(dst)
	for s, share := range m.shares {
		from := s * m.width
		kernel.Best().SumRows(dst[from:min(from+m.width, m.cols)], share, m.width, ids)
	}
}

func (m *stripedMatrix) dot(v []float32, i int) float32 {
	sum := float32(0)
	for s := range m.shares {
		for j, x := range m.part(s, i) {
			sum += float32(x * v[s*m.width+j])
		}
	}
	return sum
}
