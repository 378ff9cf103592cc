package parquetfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/format"
)

const testMemory = 64 << 20

// row has a column for each encoding that parquet-go writes.
type row struct {
	Plain    string   `parquet:"plain,plain"`
	Dict     string   `parquet:"dict,dict"`
	Lengths  string   `parquet:"lengths,optional"`
	Prefixed string   `parquet:"prefixed,delta"`
	Delta    int64    `parquet:"delta,delta"`
	Small    int32    `parquet:"small,delta"`
	Number   float64  `parquet:"number,split"`
	Yes      bool     `parquet:"yes"`
	Fixed    [7]byte  `parquet:"fixed"`
	Maybe    *int64   `parquet:"maybe,optional,dict"`
	Nothing  *float32 `parquet:"nothing,optional"`
	Nested   struct {
		Deep *struct {
			Text string `parquet:"text"`
		} `parquet:"deep,optional"`
	} `parquet:"nested"`
	List []string  `parquet:"list,list"`
	At   time.Time `parquet:"at,timestamp(microsecond)"`
}

func rows(n int) []row {
	rng := rand.New(rand.NewPCG(1, 2))
	all := make([]row, n)
	for i := range all {
		r := &all[i]
		r.Plain = strings.Repeat(fmt.Sprint("text ", i, " "), rng.IntN(40))
		r.Dict = fmt.Sprint("host ", rng.IntN(9))
		r.Lengths = r.Plain[len(r.Plain)/2:]
		r.Prefixed = fmt.Sprintf("https://example.org/%06d", i)
		r.Delta, r.Small, r.Number = int64(i)<<rng.IntN(40), int32(-i), rng.Float64()
		r.Yes = i%3 == 0
		copy(r.Fixed[:], r.Dict)
		if i%5 > 1 {
			r.Maybe = &r.Delta
			r.Nested.Deep = &struct {
				Text string `parquet:"text"`
			}{r.Dict}
		}
		r.List = []string{"a", "b"}[:i%3]
		r.At = time.UnixMicro(int64(i)).UTC()
	}
	return all
}

func write(t testing.TB, all []row, options ...parquet.WriterOption) []byte {
	t.Helper()
	schema := parquet.SchemaOf(row{})
	// The struct tags have no name for this encoding.
	group := parquet.Group{}
	for _, field := range schema.Fields() {
		group[field.Name()] = field
	}
	group["lengths"] = parquet.Encoded(parquet.Optional(parquet.String()), &parquet.DeltaLengthByteArray)
	var out bytes.Buffer
	options = append(options, parquet.PageBufferSize(2000), parquet.MaxRowsPerRowGroup(300), parquet.NewSchema("row", group))
	w := parquet.NewGenericWriter[row](&out, options...)
	if _, err := w.Write(all); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// columns reads all values of all columns.
func columns(data []byte) (map[string][]string, error) {
	all := map[string][]string{}
	f, err := Open(bytes.NewReader(data), int64(len(data)), testMemory)
	if err != nil {
		return nil, err
	}
	for i, leaf := range f.Leaves() {
		if leaf.Repeated {
			continue
		}
		for group := range f.Groups() {
			values, err := column(f, group, i)
			all[leaf.Name] = append(all[leaf.Name], values...)
			if err != nil {
				return all, fmt.Errorf("%s: %w", leaf.Name, err)
			}
		}
	}
	if f.free != testMemory {
		return all, fmt.Errorf("%d of %d bytes are free in the end", f.free, testMemory)
	}
	return all, nil
}

func column(f *File, group, leaf int) (all []string, err error) {
	c, err := f.Column(group, leaf)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var values [10]parquet.Value
	for {
		n, err := c.Read(values[:])
		for _, v := range values[:n] {
			all = append(all, v.String())
		}
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// reference reads the same with parquet-go alone, which does not read LZ4.
func reference(t *testing.T, data []byte) map[string][]string {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	var values [100]parquet.Value
	for _, group := range f.RowGroups() {
		for i, path := range f.Schema().Columns() {
			if leaf, _ := f.Schema().Lookup(path...); leaf.MaxRepetitionLevel > 0 {
				continue
			}
			name := strings.Join(path, ".")
			pages := group.ColumnChunks()[i].Pages()
			for page, err := pages.ReadPage(); err == nil; page, err = pages.ReadPage() {
				for r := page.Values(); ; {
					n, err := r.ReadValues(values[:])
					for _, v := range values[:n] {
						all[name] = append(all[name], v.String())
					}
					if err != nil {
						break
					}
				}
			}
			if err := pages.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

var codecs = []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd, &parquet.Lz4Raw}

func TestColumns(t *testing.T) {
	all := rows(1000)
	want := reference(t, write(t, all))
	if len(want) != 13 || len(want["prefixed"]) != len(all) || want["prefixed"][7] != all[7].Prefixed {
		t.Fatalf("%d columns, prefixed of %d", len(want), len(want["prefixed"]))
	}
	for _, codec := range codecs {
		for version := 1; version <= 2; version++ {
			t.Run(fmt.Sprintf("%s %d", codec, version), func(t *testing.T) {
				data := write(t, all, parquet.Compression(codec), parquet.DataPageVersion(version))
				got, err := columns(data)
				if err != nil {
					t.Fatal(err)
				}
				for name, values := range want {
					if !slices.Equal(got[name], values) {
						t.Errorf("column %s: %.100q, want %.100q", name, got[name], values)
					}
				}
			})
		}
	}
}

func TestEncodings(t *testing.T) {
	data := write(t, rows(10), parquet.DataPageVersion(2))
	f, err := Open(bytes.NewReader(data), int64(len(data)), testMemory)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]format.Encoding{}
	for i, leaf := range f.Leaves() {
		for _, e := range f.groups[0].Columns[i].MetaData.Encoding {
			if e != format.RLE && (e != format.Plain || got[leaf.Name] == 0) {
				got[leaf.Name] = e
			}
		}
	}
	for name, want := range map[string]format.Encoding{
		"plain": format.Plain, "dict": format.RLEDictionary, "lengths": format.DeltaLengthByteArray,
		"prefixed": format.DeltaByteArray, "delta": format.DeltaBinaryPacked, "number": format.ByteStreamSplit,
	} {
		if got[name] != want {
			t.Errorf("column %s is in %s, so %s is not tried", name, got[name], want)
		}
	}
}

// Columns that are open at the same time share the memory.
func TestMemory(t *testing.T) {
	data := write(t, rows(500))
	f, err := Open(bytes.NewReader(data), int64(len(data)), 400_000)
	if err != nil {
		t.Fatal(err)
	}
	var values [1]parquet.Value
	opened := 0
	for ; err == nil; opened++ {
		var c *Column
		if c, err = f.Column(0, opened%2); err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, err = c.Read(values[:])
	}
	if !errors.Is(err, ErrUnsupported) || opened < 3 {
		t.Errorf("column %d: %v", opened, err)
	}
}

func FuzzColumns(f *testing.F) {
	for i, codec := range codecs {
		f.Add(write(f, rows(4), parquet.Compression(codec), parquet.DataPageVersion(1+i%2)))
	}
	for _, h := range hostiles() {
		f.Add(h.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := columns(data); err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) {
			t.Error(err)
		}
	})
}
