package fasttext

// A huffman is the tree of hierarchical softmax. Leaves 0..labels-1 are the
// labels, node labels+i belongs to row i of the output matrix, and the last
// node is the root.
type huffman struct {
	nodes []huffmanNode
	leafs int
}

type huffmanNode struct {
	parent, left, right int32 // -1 is none
	binary              bool  // the right child of its parent
}

// newHuffman builds the tree from the counts of the labels, most frequent
// first, as fastText does.
func newHuffman(counts []int64) *huffman {
	const unknown = int64(1e15)
	n := len(counts)
	t := &huffman{nodes: make([]huffmanNode, 2*n-1), leafs: n}
	count := make([]int64, 2*n-1)
	for i := range t.nodes {
		t.nodes[i] = huffmanNode{parent: -1, left: -1, right: -1}
		count[i] = unknown
	}
	copy(count, counts)
	leaf, node := n-1, n
	for i := n; i < 2*n-1; i++ {
		var least [2]int
		for j := range least {
			if leaf >= 0 && count[leaf] < count[node] {
				least[j] = leaf
				leaf--
			} else {
				least[j] = node
				node++
			}
		}
		t.nodes[i].left, t.nodes[i].right = int32(least[0]), int32(least[1])
		count[i] = count[least[0]] + count[least[1]]
		t.nodes[least[0]].parent, t.nodes[least[1]].parent = int32(i), int32(i)
		t.nodes[least[1]].binary = true
	}
	return t
}

func (t *huffman) root() int32 { return int32(len(t.nodes) - 1) }

// path calls visit with the output rows from a label up to the root, and with
// whether the way down turns right there.
func (t *huffman) path(label int32, visit func(row int32, right bool)) {
	for j := label; t.nodes[j].parent >= 0; j = t.nodes[j].parent {
		visit(t.nodes[j].parent-int32(t.leafs), t.nodes[j].binary)
	}
}
