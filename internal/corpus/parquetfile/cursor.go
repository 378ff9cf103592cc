package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errShort says that a structure goes on beyond the bytes at hand.
var errShort = errors.New("structure is cut off")

// A cursor goes through data, behind which there are further bytes in the file.
type cursor struct {
	data    []byte
	at      int
	further int64
}

// need reports whether n more bytes are there.
func (c *cursor) need(n uint64) error {
	left := uint64(len(c.data) - c.at)
	switch {
	case n <= left:
		return nil
	case n-left <= uint64(c.further):
		return errShort
	}
	return fmt.Errorf("%w: %d bytes declared, %d are there", ErrCorrupt, n, left+uint64(c.further))
}

func (c *cursor) skip(n uint64) error {
	err := c.need(n)
	if err == nil {
		c.at += int(n)
	}
	return err
}

func (c *cursor) byte() (byte, error) {
	err := c.skip(1)
	if err != nil {
		return 0, err
	}
	return c.data[c.at-1], nil
}

func (c *cursor) uvarint() (uint64, error) {
	v, n := binary.Uvarint(c.data[c.at:])
	switch {
	case n > 0:
		c.at += n
		return v, nil
	case n == 0:
		return 0, c.need(uint64(len(c.data)-c.at) + 1)
	}
	return 0, fmt.Errorf("%w: number of more than 64 bits", ErrCorrupt)
}

// uint32 reads a number of four bytes, which is a length.
func (c *cursor) uint32() (uint64, error) {
	if err := c.skip(4); err != nil {
		return 0, err
	}
	return uint64(binary.LittleEndian.Uint32(c.data[c.at-4:])), nil
}
