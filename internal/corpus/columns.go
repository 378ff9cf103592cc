package corpus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// A column file holds a dense attribute: one value for every row of a shard. It
// is little endian:
//
//	 0  8 bytes  magic "MSCOLUMN"
//	 8  uint16   version, 1
//	10  uint16   kind: 1 float32 (IEEE 754), 2 uint32
//	12  uint32   zero
//	16  uint64   number of rows
//	24  4 bytes  a value, for every row
//	 …  uint32   CRC-32C of all bytes before it
const (
	columnMagic   = "MSCOLUMN"
	columnVersion = 1
	columnHeader  = 24
	columnChunk   = 64 << 10 // bytes that are converted at a time
)

// A Value is what a column holds: scores as float32, with NaN for a row that
// has none, and counts as uint32.
type Value interface{ float32 | uint32 }

func columnKind[T Value]() uint16 {
	if _, ok := any(T(0)).(float32); ok {
		return 1
	}
	return 2
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// WriteColumn writes a whole column file.
func WriteColumn[T Value](w io.Writer, values []T) error {
	buf := make([]byte, 0, columnChunk)
	buf = append(buf, columnMagic...)
	buf = binary.LittleEndian.AppendUint16(buf, columnVersion)
	buf = binary.LittleEndian.AppendUint16(buf, columnKind[T]())
	buf = binary.LittleEndian.AppendUint32(buf, 0)
	buf = binary.LittleEndian.AppendUint64(buf, uint64(len(values)))
	var sum uint32
	for i := range values {
		if len(buf) > columnChunk-4 {
			sum = crc32.Update(sum, castagnoli, buf)
			if _, err := w.Write(buf); err != nil {
				return fmt.Errorf("write column: %w", err)
			}
			buf = buf[:0]
		}
		buf = binary.LittleEndian.AppendUint32(buf, toBits(values[i]))
	}
	sum = crc32.Update(sum, castagnoli, buf)
	buf = binary.LittleEndian.AppendUint32(buf, sum)
	if _, err := w.Write(buf); err != nil {
		return fmt.Errorf("write column: %w", err)
	}
	return nil
}

// ReadColumn reads a whole column file of values of type T. A file that is cut
// short, damaged, or of another kind gives ErrCorrupt; an input that fails
// gives its own error.
func ReadColumn[T Value](r io.Reader) ([]T, error) {
	values, err := readColumn[T](r)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: cut short", ErrCorrupt)
	}
	if err != nil {
		return nil, fmt.Errorf("read column: %w", err)
	}
	return values, nil
}

func readColumn[T Value](r io.Reader) ([]T, error) {
	buf := make([]byte, columnChunk)
	header := buf[:columnHeader]
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, err
	}
	if string(header[:8]) != columnMagic || binary.LittleEndian.Uint32(header[12:]) != 0 {
		return nil, fmt.Errorf("%w: no column file", ErrCorrupt)
	}
	if v := binary.LittleEndian.Uint16(header[8:]); v != columnVersion {
		return nil, fmt.Errorf("%w: column version %d", ErrCorrupt, v)
	}
	if kind := binary.LittleEndian.Uint16(header[10:]); kind != columnKind[T]() {
		return nil, fmt.Errorf("%w: column kind %d, want %d", ErrCorrupt, kind, columnKind[T]())
	}
	rows := binary.LittleEndian.Uint64(header[16:])
	sum := crc32.Update(0, castagnoli, header)
	// The row count is not believed before the rows came, so that a damaged
	// header cannot ask for memory.
	values := make([]T, 0, min(rows, columnChunk))
	for left := rows; left > 0; {
		chunk := buf[:4*min(left, columnChunk/4)]
		if _, err := io.ReadFull(r, chunk); err != nil {
			return nil, err
		}
		sum = crc32.Update(sum, castagnoli, chunk)
		for i := 0; i < len(chunk); i += 4 {
			values = append(values, fromBits[T](binary.LittleEndian.Uint32(chunk[i:])))
		}
		left -= uint64(len(chunk) / 4)
	}
	if _, err := io.ReadFull(r, buf[:4]); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(buf) != sum {
		return nil, fmt.Errorf("%w: checksum differs", ErrCorrupt)
	}
	switch _, err := io.ReadFull(r, buf[:1]); {
	case err == nil:
		return nil, fmt.Errorf("%w: bytes after the end", ErrCorrupt)
	case errors.Is(err, io.EOF):
		return values, nil
	default:
		return nil, err
	}
}

func toBits[T Value](v T) uint32 {
	switch v := any(v).(type) {
	case float32:
		return math.Float32bits(v)
	case uint32:
		return v
	}
	panic("unreachable")
}

func fromBits[T Value](bits uint32) T {
	var v T
	switch p := any(&v).(type) {
	case *float32:
		*p = math.Float32frombits(bits)
	case *uint32:
		*p = bits
	}
	return v
}
