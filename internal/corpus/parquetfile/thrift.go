package parquetfile

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// Types of the Thrift compact protocol.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftStruct = 12
)

// What the elements of a list take in memory, about. Those of the footer are
// structures of pointers and slices; a structure of one byte may stand for any.
const (
	structMemory = 512
	valueMemory  = 24
)

// decodeThrift decodes the structure at the start of b into v and returns its
// length. It returns errShort if the structure needs more bytes than b has, but
// not more than the further ones that follow it in the file.
func decodeThrift(b []byte, further int64, v any) (int, error) {
	c := thriftCheck{cursor: cursor{data: b, further: further}}
	if err := c.structure(0); err != nil {
		return 0, err
	}
	err := guard(func() error {
		return thrift.Unmarshal(new(thrift.CompactProtocol), b[:c.at], v)
	})
	if err != nil && !errors.Is(err, ErrCorrupt) {
		err = corrupt(err)
	}
	return c.at, err
}

// A thriftCheck walks through a structure without keeping anything, and finds
// whether all that it declares is there.
type thriftCheck struct {
	cursor
	memory int64
}

func (c *thriftCheck) structure(depth int) error {
	for {
		head, err := c.byte()
		if err != nil || head == 0 {
			return err
		}
		if head>>4 == 0 { // the field's number follows
			if _, err := c.uvarint(); err != nil {
				return err
			}
		}
		kind := head & 0xf
		if kind == thriftTrue || kind == thriftFalse {
			continue // the value is in the type
		}
		if err := c.value(kind, depth+1); err != nil {
			return err
		}
	}
}

func (c *thriftCheck) value(kind byte, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: structures more than %d deep", ErrCorrupt, maxDepth)
	}
	switch kind {
	case thriftByte:
		return c.skip(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := c.uvarint()
		return err
	case thriftDouble:
		return c.skip(8)
	case thriftBinary:
		n, err := c.uvarint()
		if err != nil {
			return err
		}
		return c.skip(n)
	case thriftList, thriftSet:
		return c.list(depth)
	case thriftStruct:
		return c.structure(depth)
	}
	return fmt.Errorf("%w: a value of type %d, which the format does not use", ErrCorrupt, kind)
}

func (c *thriftCheck) list(depth int) error {
	head, err := c.byte()
	if err != nil {
		return err
	}
	size, kind := uint64(head>>4), head&0xf
	if size == 15 {
		if size, err = c.uvarint(); err != nil {
			return err
		}
	}
	if err := c.need(size); err != nil { // an element takes a byte at least
		return err
	}
	each := int64(valueMemory)
	if kind == thriftStruct {
		each = structMemory
	}
	if c.memory += int64(size) * each; c.memory > maxMetadata {
		return fmt.Errorf("%w: metadata of more than %d bytes", ErrUnsupported, maxMetadata)
	}
	for range size {
		if err := c.value(kind, depth+1); err != nil {
			return err
		}
	}
	return nil
}
