package tokens

const (
	// maxScanned is the longest piece, in bytes, that is merged by scanning for
	// the least rank; longer ones use a heap.
	maxScanned = 96
	// maxPiece is the longest run of bytes that is merged in one go.
	maxPiece = 64 << 10
	// noRank is the rank of a pair that is no token: the last to be merged.
	noRank = ^uint32(0)
)

// A merger applies byte-pair encoding. It is the scratch memory of one goroutine.
type merger struct {
	ranks map[string]uint32
	bytes *bytePairs
	nodes []node
	heap  []candidate
}

// bytePairs are the ranks of all pairs of bytes: merging begins with these,
// which are half of the ranks it asks for.
type bytePairs [256][256]uint32

func newBytePairs(ranks map[string]uint32) *bytePairs {
	var pairs bytePairs
	for first := range pairs {
		for second := range pairs[first] {
			pairs[first][second] = noRank
			if rank, ok := ranks[string([]byte{byte(first), byte(second)})]; ok {
				pairs[first][second] = rank
			}
		}
	}
	return &pairs
}

// count returns the number of tokens of a piece of at most maxPiece bytes.
func (m *merger) count(piece string) int {
	if _, ok := m.ranks[piece]; ok {
		return 1
	}
	if len(piece) <= maxScanned {
		return m.scan(piece)
	}
	return m.merge(piece)
}

func (m *merger) rank(token string) uint32 {
	if r, ok := m.ranks[token]; ok {
		return r
	}
	return noRank
}

// scan merges a short piece: at every step the leftmost pair of least rank,
// found by looking at all.
func (m *merger) scan(piece string) int {
	// Part k is piece[starts[k]:starts[k+1]]; pairs[k] is the rank of parts k
	// and k+1 as one token.
	var starts [maxScanned + 1]uint8
	var pairs [maxScanned + 1]uint32
	n := len(piece)
	for i := range n + 1 {
		starts[i] = uint8(i)
	}
	for k := range n - 1 {
		pairs[k] = m.bytes[piece[k]][piece[k+1]]
	}
	for n > 1 {
		least := 0
		for k := 1; k < n-1; k++ {
			if pairs[k] < pairs[least] {
				least = k
			}
		}
		if pairs[least] == noRank {
			break
		}
		copy(starts[least+1:n], starts[least+2:n+1])
		copy(pairs[least:n-2], pairs[least+1:n-1])
		n--
		if least < n-1 {
			pairs[least] = m.rank(piece[starts[least]:starts[least+2]])
		}
		if least > 0 {
			pairs[least-1] = m.rank(piece[starts[least-1]:starts[least+1]])
		}
	}
	return n
}

// A node is a part of a long piece, in a list of parts linked by the offsets
// of their starts; the index is the offset.
type node struct {
	prev, next int32
	pair       uint32 // rank of this part and the next as one token
}

// A candidate is a pair that may be merged: its rank and the offset of its first part.
type candidate struct {
	rank   uint32
	offset int32
}

func (c candidate) less(d candidate) bool {
	return c.rank < d.rank || c.rank == d.rank && c.offset < d.offset
}

// merge merges a long piece with a linked list and a heap, in n log n steps.
func (m *merger) merge(piece string) int {
	n := len(piece)
	if cap(m.nodes) < n+1 {
		m.nodes = make([]node, n+1)
	}
	m.nodes = m.nodes[:n+1]
	m.heap = m.heap[:0]
	for i := range n {
		m.nodes[i] = node{prev: int32(i) - 1, next: int32(i) + 1, pair: noRank}
	}
	m.nodes[n] = node{prev: int32(n) - 1, next: -1, pair: noRank}
	for i := range n - 1 {
		m.offer(piece, int32(i))
	}
	parts := n
	for len(m.heap) > 0 {
		top := m.pop()
		first := &m.nodes[top.offset]
		if first.pair != top.rank {
			continue // one of its parts was merged meanwhile
		}
		second := &m.nodes[first.next]
		second.pair = noRank
		first.next = second.next
		m.nodes[first.next].prev = top.offset
		parts--
		m.offer(piece, top.offset)
		if first.prev >= 0 {
			m.offer(piece, first.prev)
		}
	}
	return parts
}

// offer puts the pair that starts at offset up for merging if it is a token.
func (m *merger) offer(piece string, offset int32) {
	first := &m.nodes[offset]
	first.pair = noRank
	if second := first.next; int(second) < len(piece) {
		first.pair = m.rank(piece[offset:m.nodes[second].next])
	}
	if first.pair != noRank {
		m.push(candidate{first.pair, offset})
	}
}

// push and pop keep a binary heap; container/heap would allocate.
func (m *merger) push(c candidate) {
	m.heap = append(m.heap, c)
	i := len(m.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !c.less(m.heap[parent]) {
			break
		}
		m.heap[i] = m.heap[parent]
		i = parent
	}
	m.heap[i] = c
}

func (m *merger) pop() candidate {
	top := m.heap[0]
	n := len(m.heap) - 1
	last := m.heap[n]
	m.heap = m.heap[:n]
	i := 0
	for {
		child := 2*i + 1
		if child >= n {
			break
		}
		if child+1 < n && m.heap[child+1].less(m.heap[child]) {
			child++
		}
		if !m.heap[child].less(last) {
			break
		}
		m.heap[i] = m.heap[child]
		i = child
	}
	if n > 0 {
		m.heap[i] = last
	}
	return top
}
