package warc

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// check reports records that were altered or invented, and of those at the
// numbers in intact the ones that are lost.
func check(t *testing.T, what string, wants []want, intact map[int]bool, res result) {
	t.Helper()
	if res.err != nil && len(intact) > 0 {
		t.Fatalf("%s: %v", what, res.err)
	}
	got := make(map[want]int)
	for _, w := range res.records {
		got[w]++
	}
	for i, w := range wants {
		if intact[i] && got[w] == 0 {
			t.Fatalf("%s: record %d is lost; damages %v", what, i, res.damages)
		}
		delete(got, w)
	}
	for w := range got {
		t.Fatalf("%s: invented or altered: %.200q", what, w)
	}
}

// others returns the set of the numbers below n without those in damaged.
func others(n int, damaged ...int) map[int]bool {
	set := make(map[int]bool)
	for i := range n {
		if !slices.Contains(damaged, i) {
			set[i] = true
		}
	}
	return set
}

func TestTruncateAtEveryByte(t *testing.T) {
	records, wants := fixture(t, 2)
	mem := members(t, records)
	file := bytes.Join(mem, nil)
	for at := range file {
		intact := make(map[int]bool)
		end, boundary := 0, at == 0
		for i, m := range mem {
			if end += len(m); end <= at {
				intact[i] = true
				boundary = boundary || end == at
			}
		}
		res := readAll(t, file[:at], DefaultOptions())
		check(t, fmt.Sprintf("cut at %d", at), wants, intact, res)
		if !boundary && len(res.reasons) == 0 && res.err == nil {
			t.Fatalf("cut at %d: not reported", at)
		}
	}
}

func TestTruncatePlainAtEveryByte(t *testing.T) {
	records, wants := fixture(t, 2)
	file := strings.Join(records, "")
	for at := range file {
		intact := make(map[int]bool)
		end := 0
		for i, r := range records {
			if end += len(r); end-4 <= at { // the two CRLF may be missing
				intact[i] = true
			}
		}
		check(t, fmt.Sprintf("cut at %d", at), wants, intact, readAll(t, []byte(file[:at]), DefaultOptions()))
	}
}

func TestFlipEveryBit(t *testing.T) {
	records, wants := fixture(t, 2)
	mem := members(t, records)
	file := bytes.Join(mem, nil)
	start := 0
	for i, m := range mem {
		for p := start; p < start+len(m); p++ {
			bit := byte(1) << (p % 8)
			file[p] ^= bit
			res := readAll(t, file, DefaultOptions())
			check(t, fmt.Sprintf("bit flipped at %d", p), wants, others(len(wants), i), res)
			// Some bits matter to nothing: the time in the gzip header, what fills
			// the last byte of the deflate stream.
			if len(res.reasons) == 0 && !cmp.Equal(wants, res.records, cmpWant) {
				t.Fatalf("bit flipped at %d (%d of its member): not reported", p, p-start)
			}
			file[p] ^= bit
		}
		start += len(m)
	}
}

func TestFlipSharedMembers(t *testing.T) {
	records, wants := fixture(t, 4)
	file := slices.Concat(gz(t, strings.Join(records[:4], "")), gz(t, strings.Join(records[4:9], "")), gz(t, strings.Join(records[9:], "")))
	first := len(gz(t, strings.Join(records[:4], "")))
	second := len(gz(t, strings.Join(records[4:9], "")))
	for p := first; p < first+second; p++ {
		file[p] ^= 0x10
		check(t, fmt.Sprintf("bit flipped at %d", p), wants, others(len(wants), 4, 5, 6, 7, 8), readAll(t, file, DefaultOptions()))
		file[p] ^= 0x10
	}
}

func TestSplice(t *testing.T) {
	records, wants := fixture(t, 3)
	mem := members(t, records)
	rng := rand.New(rand.NewPCG(3, 4))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	fakes := []byte{}
	for range 50 {
		fakes = append(append(fakes, "\x1f\x8b\x08\x00"...), noise(rng.IntN(40))...)
	}
	garbage := map[string][]byte{
		"noise": noise(3000), "fake members": append(fakes, 0xff), "zeros": make([]byte, 4096), "one byte": {'x'},
		"error page":       []byte("<?xml version=\"1.0\"?><Error><Code>SlowDown</Code></Error>"),
		"part of a member": mem[2][:len(mem[2])/2], "rest of a member": mem[2][len(mem[2])/2:],
		"zstd magic": []byte("\x28\xb5\x2f\xfd\x00\x00"),
	}
	for name, g := range garbage {
		for i := range mem {
			file := slices.Concat(bytes.Join(mem[:i+1], nil), g, bytes.Join(mem[i+1:], nil))
			res := readAll(t, file, DefaultOptions())
			check(t, fmt.Sprintf("%s after member %d", name, i), wants, others(len(wants)), res)
			if padding := name == "zeros" && i == len(mem)-1; (len(res.damages) != 1) != padding {
				t.Fatalf("%s after member %d: damages %v", name, i, res.damages)
			} else if !padding {
				if d := res.damages[0]; d.Offset != int64(len(bytes.Join(mem[:i+1], nil))) || d.Length != int64(len(g)) {
					t.Fatalf("%s after member %d: %v, want offset and length of the garbage", name, i, d)
				}
			}
			// The same bytes at the front, unless they hide what the file is.
			if i == 0 {
				check(t, name+" first", wants, others(len(wants)), readAll(t, slices.Concat(g, bytes.Join(mem, nil)), DefaultOptions()))
			}
		}
	}
}

func TestZstdDamage(t *testing.T) {
	records, wants := fixture(t, 2)
	var frames [][]byte
	for _, r := range records {
		frames = append(frames, zstdFrames(t, nil, r))
	}
	start := 0
	for i, f := range frames {
		for p := start; p < start+len(f); p++ {
			file := bytes.Join(frames, nil)
			file[p] ^= 4
			check(t, fmt.Sprintf("bit flipped at %d", p), wants, others(len(wants), i), readAll(t, file, DefaultOptions()))
			intact := others(len(wants))
			for j := i; j < len(wants); j++ {
				delete(intact, j)
			}
			check(t, fmt.Sprintf("cut at %d", p), wants, intact, readAll(t, file[:p], DefaultOptions()))
		}
		start += len(f)
	}
}

func TestChecksumProvenByDigest(t *testing.T) {
	records, wants := fixture(t, 2)
	mem := members(t, records)
	mem[2][len(mem[2])-6] ^= 1 // the CRC of the first response
	r, err := NewReader(bytes.NewReader(bytes.Join(mem, nil)), "x", DefaultOptions())
	for i := 0; err == nil; i++ {
		var rec *Record
		if rec, err = r.Next(); i == 2 {
			if err != nil || rec.Damage == nil || rec.Damage.Reason != ReasonChecksum || !rec.Intact() || string(rec.Block) != wants[2].block {
				t.Fatalf("got %+v, %v", rec, err)
			}
		}
	}
}

// TestEmbedded puts complete WARC files into payloads, which must never come
// out as records.
func TestEmbedded(t *testing.T) {
	records, _ := fixture(t, 3)
	inner := strings.Join(records, "")
	var out bytes.Buffer
	w, err := NewWriter(&out, Gzip)
	if err != nil {
		t.Fatal(err)
	}
	header := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/warc\r\n\r\n")
	for i := range 4 {
		for _, body := range []string{"text", "\r\n\r\n" + inner, "\r\n\r\n" + inner + "tail", string(gz(t, records...))} {
			if _, err := writeCapture(w, fmt.Sprintf("https://example.net/%d", i), "2026-03-01T00:00:00Z", []byte("GET /\r\n\r\n"), header, []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := out.Bytes()
	for p := -1; p < len(file); p += 41 {
		damaged := bytes.Clone(file)
		if p >= 0 {
			damaged[p] ^= 1
		}
		res := readAll(t, damaged, DefaultOptions())
		for _, r := range append(res.records, res.damaged...) {
			if strings.Contains(r.uri, "example.org") {
				t.Fatalf("bit flipped at %d: delivered a record out of a payload: %v", p, r.uri)
			}
		}
		if want := 48; p < 0 && len(res.records) != want {
			t.Errorf("%d records, want %d", len(res.records), want)
		}
	}
}

func TestTypesOption(t *testing.T) {
	records, wants := fixture(t, 3)
	o := DefaultOptions()
	o.Types = []string{TypeResponse}
	res := readAll(t, gz(t, records...), o)
	var responses []want
	for _, w := range wants {
		if w.typ == TypeResponse {
			responses = append(responses, w)
		}
	}
	if d := cmp.Diff(responses, res.records, cmpWant); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]int64{"warcinfo": 1, "request": 3, "response": 3, "metadata": 3}, res.stats.Records); d != "" {
		t.Error(d)
	}
}
