package faultfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// sector is the number of bytes that a disk writes as a whole.
const sector = 512

// Crash cuts the power and returns the file system that the machine finds when
// it comes up again. Equal histories and seeds give equal images.
func (f *FS) Crash(seed uint64) *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.off = true
	c := crash{rng: rand.New(rand.NewPCG(seed, 0)), images: map[*node]*node{}}
	after := New()
	after.NoLinks, after.NoLocks = f.NoLinks, f.NoLocks
	after.root = c.image(f.root)
	return after
}

type crash struct {
	rng    *rand.Rand
	images map[*node]*node // so that two names of a file stay two names
}

func (c *crash) image(n *node) *node {
	if done := c.images[n]; done != nil {
		return done
	}
	image := &node{folder: n.folder}
	c.images[n] = image
	if !n.folder {
		image.data = c.content(n)
		image.synced = slices.Clone(image.data)
		return image
	}
	image.names = map[string]*node{}
	names := c.names(n)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		image.names[name] = c.image(names[name])
	}
	image.durable = maps.Clone(image.names)
	return image
}

// names chooses which changes of a folder have reached the disk: none, all,
// those up to one, or any.
func (c *crash) names(n *node) map[string]*node {
	kept := make([]bool, len(n.pending))
	how := c.rng.IntN(4)
	first := c.rng.IntN(len(kept) + 1)
	for i := range kept {
		switch how {
		case 1:
			kept[i] = true
		case 2:
			kept[i] = i < first
		case 3:
			kept[i] = c.rng.IntN(2) == 0
		}
	}
	names := maps.Clone(n.durable)
	for i, changed := range n.pending {
		if !kept[i] {
			continue
		}
		for name, to := range changed {
			if to == nil {
				delete(names, name)
			} else {
				names[name] = to
			}
		}
	}
	return names
}

// content chooses what of a file has reached the disk. Bytes that a good Sync
// has covered stay as they are.
func (c *crash) content(n *node) []byte {
	if slices.Equal(n.data, n.synced) {
		return slices.Clone(n.data)
	}
	least, most := min(len(n.data), len(n.synced)), max(len(n.data), len(n.synced))
	size := []int{len(n.synced), len(n.data), least + c.rng.IntN(most-least+1)}[c.rng.IntN(3)]
	image := make([]byte, size)
	for start := 0; start < size; start += sector {
		end := min(start+sector, size)
		part := image[start:end]
		switch c.rng.IntN(4) {
		case 0:
			copy(part, tail(n.data, start))
		case 1: // zero
		case 2:
			for i := range part {
				part[i] = byte(c.rng.Uint32())
			}
		case 3:
			copy(part, tail(n.synced, start))
		}
	}
	// A file only grows here, so all that was synced is a prefix of it.
	copy(image, n.synced)
	return image
}

func tail(data []byte, start int) []byte { return data[min(start, len(data)):] }
