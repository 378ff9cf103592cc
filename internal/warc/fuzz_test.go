package warc

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// FuzzReader reads arbitrary files. readAll checks the accounting of bytes.
func FuzzReader(f *testing.F) {
	records, _ := fixture(f, 2)
	f.Add([]byte(strings.Join(records, "")))
	f.Add(gz(f, records...))
	f.Add(gz(f, strings.Join(records, "")))
	f.Add(gz(f, string(gz(f, records[:3]...))))
	f.Add([]byte("\x28\xb5\x2f\xfd\x04\x00\x41\x00\x00WARC/1.0\xde\xad\xbe\xef"))
	f.Add([]byte("\x5d\x2a\x4d\x18\x04\x00\x00\x00\x37\xa4\x30\xec"))
	o := DefaultOptions()
	o.MaxRecord, o.MaxHeader = 1<<16, 1<<12
	f.Fuzz(func(t *testing.T, file []byte) {
		readAll(t, file, o)
	})
}

// FuzzRecords puts arbitrary bytes into a member between good ones, which must
// come out as they are.
func FuzzRecords(f *testing.F) {
	records, wants := fixture(f, 2)
	for _, r := range records[:4] {
		f.Add([]byte(r))
	}
	f.Add([]byte("WARC/1.0\r\nContent-Length: 9999\r\n\r\nabc\r\n\r\nWARC/1.0\r\nWARC-Type: x\r\nContent-Length: 0\r\n\r\n\r\n\r\n"))
	f.Add([]byte("WARC/1.0\r\nContent-Length : 1\r\n folded\r\n\r\n"))
	before, after := gz(f, records[:3]...), gz(f, records[3:]...)
	f.Fuzz(func(t *testing.T, data []byte) {
		file := append(append(bytes.Clone(before), gz(t, string(data))...), after...)
		res := readAll(t, file, DefaultOptions())
		if res.err != nil {
			t.Fatal(res.err)
		}
		got := make(map[want]bool)
		for _, w := range res.records {
			got[w] = true
		}
		for i, w := range wants {
			// A record may go on in the next member, if that does not start one:
			// what follows here does.
			if !got[w] {
				t.Fatalf("record %d is lost: %v", i, res.reasons)
			}
		}
	})
}

// FuzzHead holds the header fields that bounding relies on against those that
// slyrz/warc reads.
func FuzzHead(f *testing.F) {
	f.Add([]byte("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\nWARC-Record-ID: <urn:x>\r\n\r\n"))
	f.Add([]byte("WARC/1.0\r\r\nWARC-Type : a\r\r\n b\r\r\nContent-Length:\t7 \r\r\n\r\r\n"))
	f.Add([]byte("WARC-Type: a\ncontent-length: -1\n\n"))
	f.Add([]byte("0\nContent-Length:0\n 0\n\n"))
	f.Add([]byte("0\r\r\nContent-Length:\t7 \n\r\r\n"))
	var p headParser
	f.Fuzz(func(t *testing.T, data []byte) {
		n := headEnd(data)
		if n < 0 {
			return
		}
		s := scanHead(data[:n])
		h, err := p.parse(data[:n], &s)
		if err != nil {
			t.Fatalf("%q: %v", data[:n], err)
		}
		if s.odd {
			return // a folded value goes on where scanHead does not look
		}
		if got := h.Get("warc-type"); !strings.EqualFold(got, strings.TrimSpace(string(s.typ))) && s.typ != nil {
			t.Errorf("%q: type %q, scanned %q", data[:n], got, s.typ)
		}
		if got, ok := parseLength([]byte(h.Get("content-length"))); s.length >= 0 && (!ok || got != s.length) {
			t.Errorf("%q: length %d, scanned %d", data[:n], got, s.length)
		}
	})
}

// FuzzHTTP parses arbitrary responses, twice with one parser.
func FuzzHTTP(f *testing.F) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	f.Add([]byte(ok + "\r\n" + page))
	f.Add([]byte(ok + "Transfer-Encoding: chunked\r\n\r\n" + chunked(page, 20, ";x")))
	for _, e := range []string{"gzip", "deflate", "br", "zstd"} {
		f.Add([]byte(ok + "Content-Encoding: " + e + "\r\n\r\n" + compress(f, e, page)))
	}
	f.Add([]byte("HTTP/2 200\n:status: 200\n X\n\n"))
	o := HTTPOptions{MaxBody: 1 << 16, MaxHeader: 1 << 12}
	p := NewHTTPParser(o)
	var r Response
	f.Fuzz(func(t *testing.T, block []byte) {
		original := bytes.Clone(block)
		once, err := parseHTTP(block, o)
		again := p.Parse(block, &r)
		if (err == nil) != (again == nil) || !bytes.Equal(once.Body, r.Body) || once.Status != r.Status {
			t.Errorf("a used parser gives %d bytes, %v; a new one %d, %v", len(r.Body), again, len(once.Body), err)
		}
		if !bytes.Equal(block, original) {
			t.Error("the block was changed")
		}
		if len(r.Body) > max(len(block), int(o.MaxBody)) {
			t.Errorf("a body of %d bytes", len(r.Body))
		}
		if err != nil && !errors.Is(err, ErrHTTPHeader) && !errors.Is(err, ErrHTTPEncoding) && !errors.Is(err, ErrHTTPTooLarge) {
			t.Errorf("unknown error %v", err)
		}
	})
}
