package warc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListJSON(t *testing.T) {
	records, wants := fixture(t, 2)
	file := slices.Concat(gz(t, records[:3]...), []byte("garbage"), gz(t, records[3:]...))
	var out bytes.Buffer
	stats, err := List(&out, bytes.NewReader(file), "a.warc.gz", ListJSON, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(wants)+1 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, w := range wants {
		var got Listing
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		if got.File != "a.warc.gz" || got.RecordID != w.id || got.Type != w.typ || got.Status != "ok" || got.BlockSHA256 != sha256Hex([]byte(w.block)) {
			t.Errorf("line %d: %+v", i, got)
		}
		if _, body, _ := strings.Cut(w.block, "\r\n\r\n"); w.typ == TypeResponse && (got.PayloadSHA256 != sha256Hex([]byte(body)) || got.HTTPStatus != 200 || got.MIME != "text/html") {
			t.Errorf("line %d: %+v", i, got)
		}
		// A record can be read alone from where it is said to be.
		part := file[got.Offset : got.Offset+got.Size]
		if res := readAll(t, part, DefaultOptions()); !slices.Equal(res.records, []want{w}) {
			t.Errorf("line %d: bytes %d to %d hold %v", i, got.Offset, got.Offset+got.Size, res)
		}
	}
	var end ListEnd
	if err := json.Unmarshal([]byte(lines[len(wants)]), &end); err != nil {
		t.Fatal(err)
	}
	want := ListEnd{
		File: "a.warc.gz", EOF: true, Errors: 1, Records: stats.Records,
		Damages: map[string]int64{ReasonGarbage: 1}, Parsed: int64(len(file)) - 7, Skipped: 7,
	}
	if d := cmp.Diff(want, end); d != "" {
		t.Error(d)
	}
}

func TestListTable(t *testing.T) {
	records, _ := fixture(t, 1)
	file := slices.Concat(gz(t, records...), []byte("garbage"))
	var out bytes.Buffer
	if _, err := List(&out, bytes.NewReader(file), "a.warc.gz", ListTable, DefaultOptions()); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{"OFFSET", "response    2026-03-01T00:00:00Z   200  text/html", "https://example.org/0\n", "damage      garbage at byte"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestListErrors(t *testing.T) {
	var out bytes.Buffer
	_, err := List(&out, strings.NewReader("<html>"), "a", ListJSON, DefaultOptions())
	if !errors.Is(err, ErrNotWARC) || !strings.Contains(out.String(), `"eof":true,"errors":1`) {
		t.Errorf("%v, %s", err, out.String())
	}
	records, _ := fixture(t, 1)
	for _, format := range []ListFormat{ListTable, ListJSON} {
		_, err = List(failingWriter{}, bytes.NewReader(gz(t, records...)), "a", format, DefaultOptions())
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("writer failed, List returned %v", err)
		}
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestPrintable(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %q, want %q", in, got, want)
		}
	}
	f("", "-")
	f("https://example.org/ü\"", "https://example.org/ü\"")
	f("a\x1b[31m\nb\xff", `a\x1b[31m\nb\xff`)
}
