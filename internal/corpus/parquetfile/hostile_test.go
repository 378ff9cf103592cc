package parquetfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// A hostile is a small file that declares, or expands to, far more than it has.
type hostile struct {
	name string
	data []byte
	want error
}

func hostiles() []hostile {
	var all []hostile
	add := func(name string, data []byte, want error) { all = append(all, hostile{name, data, want}) }

	add("footer longer than the file", finish(nil, 1<<31), ErrCorrupt)
	add("list of structures", footer("\x29\xfc\xff\xff\xff\xff\x07"), ErrCorrupt)
	add("a million empty structures", footer("\x29\xfc\x80\x80\x40"+string(make([]byte, 1<<20))), ErrUnsupported)
	add("string", footer("\x68\xff\xff\xff\xff\x07"), ErrCorrupt)
	add("structures in structures", footer(string(bytes.Repeat([]byte{0x1c}, 16<<20))), ErrCorrupt)
	add("lists in lists", footer("\x19"+string(bytes.Repeat([]byte{0x19}, 1<<20))), ErrCorrupt)
	add("a map", footer("\x1b\xff\xff\xff\xff\x07\x55"), ErrCorrupt)

	var deep, wide []format.SchemaElement
	for range 50_000 {
		deep = append(deep, format.SchemaElement{Name: "g", NumChildren: some(int32(1))})
	}
	add("groups in groups", marshalled(&format.FileMetaData{Schema: append(deep, leaf(format.ByteArray, 0))}), ErrUnsupported)
	wide = append(wide, format.SchemaElement{Name: "root", NumChildren: some(int32(math.MaxInt32))})
	add("children that are not there", marshalled(&format.FileMetaData{Schema: append(wide, leaf(format.ByteArray, 0))}), ErrCorrupt)

	text, number, optional := leaf(format.ByteArray, 0), leaf(format.Int64, 0), leaf(format.Int64, 0)
	optional.RepetitionType = some(format.Optional)
	long := leaf(format.FixedLenByteArray, math.MaxInt32)
	pageV1 := func(values int32, encoding format.Encoding) format.PageHeader {
		return format.PageHeader{Type: format.DataPage, DataPageHeader: some(format.DataPageHeader{
			NumValues: values, Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
		})}
	}
	add("stored size", page(text, format.Uncompressed, pageV1(1, format.Plain), nil, math.MaxInt32, math.MaxInt32), ErrCorrupt)
	add("size without compression", page(text, format.Snappy, pageV1(1, format.Plain), make([]byte, 9), 9, math.MaxInt32), ErrUnsupported)
	add("number of values", page(text, format.Uncompressed, pageV1(math.MaxInt32, format.Plain), make([]byte, 9), 9, 9), ErrUnsupported)

	bomb := make([]byte, 256<<20)
	z, _ := zstd.NewWriter(nil)
	var gz, br bytes.Buffer
	gw, bw := gzip.NewWriter(&gz), brotli.NewWriterLevel(&br, 3)
	for _, w := range []interface {
		Write([]byte) (int, error)
		Close() error
	}{gw, bw} {
		_, _ = w.Write(bomb)
		_ = w.Close()
	}
	lz := append(append([]byte{0x1f, 0, 1, 0}, bytes.Repeat([]byte{0xff}, 1<<20)...), 0, 0)
	for codec, body := range map[format.CompressionCodec][]byte{
		format.Zstd: z.EncodeAll(bomb, nil), format.Gzip: gz.Bytes(), format.Brotli: br.Bytes(), format.Lz4Raw: lz,
		format.Snappy: binary.AppendUvarint(nil, 4<<30-1),
	} {
		add(codec.String()+" expands to more", page(text, codec, pageV1(1, format.Plain), body, len(body), 1000), ErrCorrupt)
	}

	for _, codec := range []format.CompressionCodec{format.Gzip, format.Brotli, format.Zstd} {
		add(codec.String()+" of nothing", page(text, codec, pageV1(1, format.Plain), nil, 0, 1000), ErrCorrupt)
	}

	raw := func(name string, leaf format.SchemaElement, header format.PageHeader, body []byte, want error) {
		add(name, page(leaf, format.Uncompressed, header, body, len(body), len(body)), want)
	}
	run := binary.AppendUvarint(nil, math.MaxInt32<<1)
	raw("run of levels", optional, pageV1(10, format.Plain), append(append([]byte{byte(len(run) + 1), 0, 0, 0}, run...), 1), ErrCorrupt)
	var runs []byte
	for range 1000 {
		runs = append(runs, 0x90, 0x3f, 0) // 4,040 zeros
	}
	raw("runs of levels", optional, pageV1(10, format.Plain), append([]byte{0xb8, 0x0b, 0, 0}, runs...), ErrCorrupt)
	raw("run in the dictionary", text, pageV1(10, format.RLEDictionary), append(append([]byte{1}, run...), 1), ErrCorrupt)
	raw("packed values of no bits", text, pageV1(10, format.RLEDictionary), append([]byte{0}, binary.AppendUvarint(nil, 1<<30|1)...), ErrCorrupt)
	raw("run of truths", leaf(format.Boolean, 0), pageV1(10, format.RLE), append(append([]byte{byte(len(run) + 1), 0, 0, 0}, run...), 1), ErrCorrupt)
	zeros := binary.AppendUvarint(binary.AppendUvarint(nil, 1<<16), 4) // values in a block, its parts
	zeros = binary.AppendUvarint(zeros, math.MaxInt32)
	zeros = append(zeros, make([]byte, 1+5*1<<15)...) // the first, and blocks of numbers of no bits
	raw("differences", number, pageV1(10, format.DeltaBinaryPacked), zeros, ErrCorrupt)
	raw("lengths of strings", text, pageV1(10, format.DeltaLengthByteArray), zeros, ErrCorrupt)
	raw("strings that repeat a long one", text, pageV1(4001, format.DeltaByteArray), prefixed(4001, 1<<20), ErrUnsupported)
	raw("fixed length", long, pageV1(1000, format.ByteStreamSplit), make([]byte, 16), ErrUnsupported)
	v2 := format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: some(format.DataPageHeaderV2{NumValues: 10, DefinitionLevelsByteLength: math.MaxInt32})}
	raw("levels longer than the page", optional, v2, make([]byte, 16), ErrCorrupt)
	v2.DataPageHeaderV2.V.RepetitionLevelsByteLength = math.MaxInt32
	raw("levels whose sum is too large a number", optional, v2, make([]byte, 16), ErrCorrupt)
	raw("values in a dictionary", text, format.PageHeader{
		Type: format.DictionaryPage, DictionaryPageHeader: some(format.DictionaryPageHeader{NumValues: 1 << 20}),
	}, make([]byte, 16), ErrCorrupt)
	return all
}

func some[T any](v T) thrift.Null[T] { return thrift.Null[T]{V: v, Valid: true} }

func leaf(kind format.Type, length int32) format.SchemaElement {
	return format.SchemaElement{Name: "text", Type: some(kind), TypeLength: some(length), RepetitionType: some(format.Required)}
}

// prefixed returns n strings in DELTA_BYTE_ARRAY that are all the first one.
func prefixed(n, length int) []byte {
	prefix, suffix := make([]int32, n), make([]int32, n)
	for i := range prefix[1:] {
		prefix[i+1] = int32(length)
	}
	suffix[0] = int32(length)
	var b []byte
	for _, lengths := range [][]int32{prefix, suffix} {
		encoded, err := new(delta.BinaryPackedEncoding).EncodeInt32(nil, lengths)
		if err != nil {
			panic(err)
		}
		b = append(b, encoded...)
	}
	return append(b, make([]byte, length)...)
}

func footer(structure string) []byte { return finish([]byte(structure), len(structure)) }

func marshalled(v any) []byte {
	b, err := thrift.Marshal(new(thrift.CompactProtocol), v)
	if err != nil {
		panic(err)
	}
	return finish(b, len(b))
}

// finish returns a file with that footer, which declares the given length.
func finish(footer []byte, length int) []byte {
	b := append([]byte("PAR1"), footer...)
	return append(binary.LittleEndian.AppendUint32(b, uint32(length)), "PAR1"...)
}

// page returns a file of one column with one page, of declared sizes.
func page(leaf format.SchemaElement, codec format.CompressionCodec, header format.PageHeader, body []byte, stored, size int) []byte {
	header.CompressedPageSize, header.UncompressedPageSize = int32(stored), int32(size)
	chunk, err := thrift.Marshal(new(thrift.CompactProtocol), &header)
	if err != nil {
		panic(err)
	}
	chunk = append(chunk, body...)
	metadata, err := thrift.Marshal(new(thrift.CompactProtocol), &format.FileMetaData{
		Schema: []format.SchemaElement{{Name: "root", NumChildren: some(int32(1))}, leaf},
		RowGroups: []format.RowGroup{{NumRows: 10, Columns: []format.ColumnChunk{{
			MetaData: format.ColumnMetaData{Codec: codec, DataPageOffset: 4, TotalCompressedSize: int64(len(chunk))},
		}}}},
	})
	if err != nil {
		panic(err)
	}
	return append(append([]byte("PAR1"), chunk...), finish(metadata, len(metadata))[4:]...)
}

// A file that declares gigabytes is refused without their being allocated.
func TestHostile(t *testing.T) {
	for _, h := range hostiles() {
		t.Run(h.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := columns(h.data)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, h.want) {
				t.Errorf("error %v, want %v", err, h.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 2*testMemory {
				t.Errorf("%d MiB allocated for a file of %d bytes", n>>20, len(h.data))
			}
			t.Log(err)
		})
	}
}

// The sizes that the tests declare are those that a whole file has: without
// the damage it reads.
func TestHostileIsReadable(t *testing.T) {
	header := format.PageHeader{Type: format.DataPage, DataPageHeader: some(format.DataPageHeader{NumValues: 3, Encoding: format.DeltaByteArray})}
	body := prefixed(3, 4)
	got, err := columns(page(leaf(format.ByteArray, 0), format.Uncompressed, header, body, len(body), len(body)))
	if err != nil || len(got["text"]) != 3 || got["text"][2] != "\x00\x00\x00\x00" {
		t.Errorf("%q, %v", got, err)
	}
}
