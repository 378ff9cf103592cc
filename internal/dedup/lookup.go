package dedup

import (
	"strconv"
	"strings"

	"github.com/zeebo/xxh3"

	"mathsieve/internal/corpus"
	"mathsieve/internal/shuffle"
)

// urlHash returns the key by which captures of one page are grouped.
func urlHash(address string) [16]byte {
	return xxh3.HashString128(Canonical(address)).Bytes()
}

// URLSection returns the section of a file of sketch keys, of parts sections,
// that holds the captures of a page.
func URLSection(address string, parts int) int {
	hash := urlHash(address)
	return partition(hash[:], parts)
}

// Captures reads url records and returns the nodes of those whose canonical
// address is that of the given one, in the order of src.
func Captures(src shuffle.Source, address string) ([]Node, error) {
	var nodes []Node
	want := urlHash(address)
	err := each(src, func(r []byte) error {
		if [16]byte(r) == want {
			nodes = append(nodes, nodeAt(r, hashSize))
		}
		return nil
	})
	return nodes, err
}

const bandDetail = "band "

// BandOf returns the band that led to a mark: the first one in which the
// document and its twin agree. It is false for marks of other reasons than
// NearDuplicate.
func BandOf(m corpus.Mark) (band int, ok bool) {
	number, ok := strings.CutPrefix(m.Detail, bandDetail)
	if !ok || m.Reason != NearDuplicate {
		return 0, false
	}
	band, err := strconv.Atoi(number)
	return band, err == nil
}
