package warc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/dict"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

var cmpWant = cmp.AllowUnexported(want{})

func TestContainers(t *testing.T) {
	records, wants := fixture(t, 12)
	all := strings.Join(records, "")
	var split, pairs []string
	for i := 0; i < len(all); i += 97 {
		split = append(split, all[i:min(len(all), i+97)])
	}
	for i := 0; i < len(records); i += 2 {
		pairs = append(pairs, strings.Join(records[i:min(len(records), i+2)], ""))
	}
	f := func(name string, file []byte) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			for how, src := range map[string]io.Reader{
				"whole":        bytes.NewReader(file),
				"byte by byte": iotest.OneByteReader(bytes.NewReader(file)),
				"data and EOF": iotest.DataErrReader(bytes.NewReader(file)),
			} {
				r, err := NewReader(src, name, DefaultOptions())
				if err != nil {
					t.Fatalf("%s: %v", how, err)
				}
				var got []want
				for {
					rec, err := r.Next()
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						t.Fatalf("%s: %v", how, err)
					}
					if rec.Damage != nil {
						t.Fatalf("%s: %v", how, rec.Damage)
					}
					got = append(got, want{rec.Type, rec.ID, rec.TargetURI, string(rec.Block)})
				}
				if d := cmp.Diff(wants, got, cmpWant); d != "" {
					t.Fatalf("%s: %s", how, d)
				}
				if s := r.Stats(); s.Skipped != 0 || s.Parsed != s.Bytes || s.Records[TypeResponse] != 12 {
					t.Errorf("%s: stats %+v", how, s)
				}
			}
		})
	}
	f("plain", []byte(all))
	f("plain with BOM", append([]byte("\ufeff"), all...))
	f("member a record", gz(t, records...))
	f("one member", gz(t, all))
	f("records split over members", gz(t, split...))
	f("two records a member", gz(t, pairs...))
	f("gzip in gzip", gz(t, string(gz(t, records...))))
	f("gzip in gzip, cut in members", gz(t, string(gz(t, records...)[:500]), string(gz(t, records...)[500:])))
	f("zero padding", append(gz(t, records...), make([]byte, 5000)...))
	empty := slices.Repeat(gz(t, ""), 1000)
	f("empty members", slices.Concat(empty, gz(t, records[:5]...), empty, gz(t, records[5:]...), empty))
	f("gzip header fields", gzipWithFields(t, records))
	f("zstd frame a record", zstdFrames(t, nil, records...))
	f("one zstd frame", zstdFrames(t, nil, all))
	f("zstd split", zstdFrames(t, nil, split...))
	f("zstd with skippable frames", slices.Concat([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"), zstdFrames(t, nil, records...)))
	f("zstd with a dictionary", zstdWithDictionary(t, records, false))
	f("zstd with a packed dictionary", zstdWithDictionary(t, records, true))
	f("gzip, then zstd", slices.Concat(gz(t, records[:9]...), zstdFrames(t, nil, records[9:]...)))
}

func gzipWithFields(t *testing.T, records []string) []byte {
	var out bytes.Buffer
	for _, r := range records {
		w := gzip.NewWriter(&out)
		w.Extra, w.Name, w.Comment = []byte("sl\x08\x00\x01\x02\x03\x04\x05\x06\x07\x08"), "a.warc", strings.Repeat("c", 300)
		if _, err := io.WriteString(w, r); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// zstdFrames returns a frame for each part, with and without checksum and
// content size in turn.
func zstdFrames(t *testing.T, dictionary []byte, parts ...string) (out []byte) {
	t.Helper()
	for i, p := range parts {
		options := []zstd.EOption{zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(i%2 == 0), zstd.WithSingleSegment(i%3 == 0)}
		if dictionary != nil {
			options = append(options, zstd.WithEncoderDict(dictionary))
		}
		w, err := zstd.NewWriter(nil, options...)
		if err != nil {
			t.Fatal(err)
		}
		out = w.EncodeAll([]byte(p), out)
	}
	return out
}

func zstdWithDictionary(t *testing.T, records []string, packed bool) []byte {
	t.Helper()
	var samples [][]byte
	for _, r := range records {
		samples = append(samples, []byte(r))
	}
	d, err := dict.BuildZstdDict(samples, dict.Options{MaxDictSize: 4096, HashBytes: 6, ZstdDictID: 77})
	if err != nil {
		t.Fatal(err)
	}
	stored := d
	if packed {
		stored = zstdFrames(t, nil, string(d))
	}
	frame := binary.LittleEndian.AppendUint32(nil, dictFrameMagic)
	frame = binary.LittleEndian.AppendUint32(frame, uint32(len(stored)))
	return slices.Concat(frame, stored, zstdFrames(t, d, records...))
}

func TestZstdDictionaryMissing(t *testing.T) {
	records, _ := fixture(t, 3)
	file := zstdWithDictionary(t, records, false)
	start := bytes.Index(file, zstdMagic)
	res := readAll(t, file[start:], DefaultOptions())
	if len(res.records) > 0 || len(res.reasons) == 0 {
		t.Errorf("records %d, damages %v", len(res.records), res.reasons)
	}
	broken := bytes.Clone(file)
	broken[8] ^= 0xff // the magic of the dictionary
	res = readAll(t, broken, DefaultOptions())
	if len(res.damages) == 0 || !errors.Is(res.damages[0].Err, ErrDictionary) {
		t.Errorf("damages %v", res.damages)
	}
}

func TestNotWARC(t *testing.T) {
	f := func(file []byte, want error, says string) {
		t.Helper()
		res := readAll(t, file, DefaultOptions())
		if !errors.Is(res.err, ErrNotWARC) || want != nil && !errors.Is(res.err, want) || !strings.Contains(res.err.Error(), says) {
			t.Errorf("%.20q: error %v, want %v with %q", file, res.err, want, says)
		}
	}
	page := "<html><head><title>503 Service Temporarily Unavailable</title></head></html>\n"
	f(nil, ErrEmpty, "empty")
	f([]byte(page), nil, "; looks like a saved HTTP error")
	f(gz(t, page), nil, "saved HTTP error")
	f([]byte(`{"message":"rate exceeded"}`), nil, "saved HTTP error")
	f([]byte("hello\x00\xff"), nil, `starts with "hello\x00\xff"`)
	f(bytes.Repeat([]byte(" \r\n"), 50), nil, "blanks")
	arc := "filedesc://a.arc 0.0.0.0 20080430204825 text/plain 76\n1 0 InternetArchive\n"
	f([]byte(arc), ErrFormat, "ARC")
	f(gz(t, arc), ErrFormat, "ARC")
	f([]byte("BZh91AY&SY"), ErrFormat, "bzip2")
	f([]byte("\x04\x22\x4d\x18d@"), ErrFormat, "lz4")
	f([]byte("PK\x03\x04"), ErrFormat, "WACZ")
}

func TestReadError(t *testing.T) {
	records, _ := fixture(t, 400)
	file := gz(t, records...)
	boom := errors.New("input/output error")
	for _, at := range []int{0, 5, 1000, len(file) / 2, len(file)} {
		src := io.MultiReader(bytes.NewReader(file[:at]), iotest.ErrReader(boom))
		r, err := NewReader(src, "x", DefaultOptions())
		n := 0
		for err == nil {
			_, err = r.Next()
			n++
		}
		if !errors.Is(err, boom) {
			t.Errorf("read error at byte %d: %v after %d records", at, err, n)
		}
	}
}

// TestLongMembers reads files that do not fit the buffer, whose decoded data is
// moved while records are parsed.
func TestLongMembers(t *testing.T) {
	records, wants := fixture(t, 60)
	const repeat = 200 // 20 MB
	all := strings.Repeat(strings.Join(records, ""), repeat)
	o := DefaultOptions()
	o.VerifyDigests = true
	for name, file := range map[string][]byte{"plain": []byte(all), "gzip": gz(t, all), "zstd": zstdFrames(t, nil, all)} {
		r, err := NewReader(bytes.NewReader(file), name, o)
		for i := 0; ; i++ {
			var rec *Record
			if err == nil {
				rec, err = r.Next()
			}
			if err != nil {
				if !errors.Is(err, io.EOF) || i != repeat*len(wants) {
					t.Errorf("%s: record %d: %v", name, i, err)
				}
				break
			}
			got := want{rec.Type, rec.ID, rec.TargetURI, string(rec.Block)}
			if got != wants[i%len(wants)] || rec.Damage != nil {
				t.Fatalf("%s: record %d: %+v, %v", name, i, got, rec.Damage)
			}
		}
		if n := r.Stats().Records; n[TypeResponse] != 60*repeat || n[TypeWarcinfo] != repeat {
			t.Errorf("%s: %v", name, n)
		}
	}
}

// TestMemory reads a file of one long member, whose records must not be held.
func TestMemory(t *testing.T) {
	records, _ := fixture(t, 50)
	long := strings.Repeat(strings.Join(records[1:], ""), 600)
	res := 0
	r, err := NewReader(bytes.NewReader(gz(t, records[0]+long)), "x", DefaultOptions())
	for err == nil {
		_, err = r.Next()
		res++
	}
	if !errors.Is(err, io.EOF) || res != 1+600*150+1 {
		t.Errorf("%d records, %v", res, err)
	}
	if n := cap(r.data); n > 2*verifyHold {
		t.Errorf("%d bytes held of a member of %d", n, len(long))
	}
}

func TestBombs(t *testing.T) {
	records, wants := fixture(t, 4)
	zeros := strings.Repeat("\x00", 24<<20)
	o := DefaultOptions()
	o.MaxRecord = 8 << 20
	f := func(name, reason, record string) {
		t.Helper()
		file := slices.Concat(gz(t, records[:3]...), gz(t, record), gz(t, records[3:]...))
		res := readAll(t, file, o)
		if d := cmp.Diff(wants, res.records, cmpWant); d != "" || !slices.Equal(res.reasons, []string{reason}) {
			t.Errorf("%s: reasons %v\n%s", name, res.reasons, d)
		}
	}
	f("declared", ReasonTooLarge, "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 25165824\r\n\r\n"+zeros+"\r\n\r\n")
	f("undeclared", ReasonTooLarge, "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 10\r\n\r\n"+zeros)
	f("header", ReasonHeader, "WARC/1.0\r\nX: "+zeros)
	f("no record", ReasonNotRecord, zeros)
}

func TestDoubleGzipCut(t *testing.T) {
	records, wants := fixture(t, 50)
	inner := gz(t, records...)
	outer := gz(t, string(inner))
	res := readAll(t, outer[:len(outer)/2], DefaultOptions())
	n := len(res.records)
	if d := cmp.Diff(wants[:n], res.records, cmpWant); d != "" || n < 20 || !slices.Contains(res.reasons, ReasonTruncated) {
		t.Errorf("%d records, reasons %v\n%s", n, res.reasons, d)
	}
}

// TestOverlappingMembers reads a file in which each of 40 places starts a member
// that decodes to 12 MiB and then fails.
func TestOverlappingMembers(t *testing.T) {
	const places, size = 40, 12 << 20
	records, wants := fixture(t, 2)
	bomb := gz(t, strings.Repeat("\x00", size))
	var file []byte
	for i := range places {
		// A stored block that ends where those of all other places end.
		n := uint16(15 * (places - 1 - i))
		file = append(file, bomb[:10]...)
		file = append(file, 0)
		file = binary.LittleEndian.AppendUint16(file, n)
		file = binary.LittleEndian.AppendUint16(file, ^n)
	}
	file = slices.Concat(gz(t, records[:1]...), file, bomb[10:], gz(t, records[1:]...))
	res := readAll(t, file, DefaultOptions())
	if d := cmp.Diff(wants, res.records, cmpWant); d != "" {
		t.Error(d)
	}
	if res.stats.Decoded < resyncBudget || res.stats.Decoded > resyncBudget+3*size {
		t.Errorf("%d bytes decoded of a file of %d", res.stats.Decoded, len(file))
	}
}
