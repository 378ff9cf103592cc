package warc

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// dataDir returns the folder of real data, or skips the test without one.
func dataDir(t *testing.T) string {
	t.Helper()
	root := os.Getenv("MATHSIEVE_DATA")
	if root == "" {
		t.Skip("MATHSIEVE_DATA is not set")
	}
	return filepath.Join(root, "data")
}

// readLines decodes a JSON lines file.
func readLines[T any](t *testing.T, path string) (rows []T) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for d := json.NewDecoder(bufio.NewReader(f)); ; {
		var row T
		err := d.Decode(&row)
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

// TestSampleFiles reads the test files of other WARC projects. The manifest has
// the counts of a plain walk over them; where ours differ, exceptions says why.
func TestSampleFiles(t *testing.T) {
	dir := filepath.Join(dataDir(t), "warc-samples")
	type count struct{ records, responses int }
	exceptions := map[string]count{
		// The walk stops at the record that is cut or has a wrong length.
		"webrecorder+warcio/test__data__example-trunc.warc":             {4, 1},
		"webrecorder+pywb/sample_archive__warcs__example.warc":          {6, 2},
		"chatnoir-eu+chatnoir-resiliparse/tests__data__clipped.warc.gz": {1, 1},
		// It wants empty lines behind each block, and CRLF.
		"webrecorder+pywb/sample_archive__warcs__example-url-agnostic-orig.warc.gz":                 {2, 1},
		"webrecorder+pywb/sample_archive__warcs__example-url-agnostic-revisit.warc.gz":              {2, 0},
		"castorini+anserini/src__test__resources__sample_docs__cw09__collection1__segment1.warc.gz": {2, 1},
		"webrecorder+pywb/sample_archive__warcs__missing-status-text.warc":                          {1, 1},
	}
	for _, m := range readLines[struct {
		File      string `json:"file"`
		Bytes     int64  `json:"bytes"`
		Records   *int   `json:"records_stdlib"`
		Responses *int   `json:"responses_stdlib"`
	}](t, filepath.Join(dir, "manifest.jsonl")) {
		file, err := os.ReadFile(filepath.Join(dir, m.File))
		if err != nil {
			t.Fatal(err)
		}
		res := readAll(t, file, DefaultOptions())
		if m.Records == nil || filepath.Ext(m.File) == ".bz2" {
			if !errors.Is(res.err, ErrFormat) && len(file) > 23 { // 23 bytes: one empty member
				t.Errorf("%s: %v, want %v", m.File, res.err, ErrFormat)
			}
			continue
		}
		want, odd := exceptions[m.File]
		if !odd {
			want = count{*m.Records, *m.Responses}
		}
		got := count{len(res.records) + len(res.damaged), int(res.stats.Records[TypeResponse])}
		if got != want && len(res.reasons) == 0 || odd && got != want || res.err != nil {
			t.Errorf("%s: %+v, want %+v; %v, %v", m.File, got, want, res.reasons, res.err)
		}
	}
}

// TestWebFiles compares offsets and URLs with the truth of files as Common
// Crawl writes them, and the bodies with their digests.
func TestWebFiles(t *testing.T) {
	data := dataDir(t)
	for _, truth := range []struct{ rows, dir string }{
		{"truth/seed-positive.jsonl", "seed"}, {"hard/manifest.jsonl", "hard"},
	} {
		type row struct {
			RecordID string `json:"record_id"`
			Offset   int64  `json:"offset"`
			URL      string `json:"url"`
		}
		rows := make(map[string]row)
		for _, r := range readLines[row](t, filepath.Join(data, truth.rows)) {
			rows[r.RecordID] = r
		}
		files, err := filepath.Glob(filepath.Join(data, truth.dir, "*.warc.gz"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, path := range files {
			checkWebFile(t, path, func(rec *Record) {
				r, ok := rows[rec.ID]
				if ok && (r.Offset != rec.Offset || r.URL != rec.TargetURI) {
					t.Errorf("%s: %+v at %d, want %+v", path, rec.TargetURI, rec.Offset, r)
				}
				delete(rows, rec.ID)
			})
		}
		if len(rows) > 0 {
			t.Errorf("%s: %d responses were not found", truth.dir, len(rows))
		}
	}
}

func checkWebFile(t *testing.T, path string, each func(*Record)) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o := DefaultOptions()
	o.VerifyDigests = true
	r, err := NewReader(f, path, o)
	p := NewHTTPParser(DefaultHTTPOptions())
	var resp Response
	for err == nil {
		var rec *Record
		if rec, err = r.Next(); err != nil {
			break
		}
		if rec.Damage != nil || len(rec.Flags) > 0 {
			t.Errorf("%s: record at %d: %v, flags %v", path, rec.Offset, rec.Damage, rec.Flags)
		}
		if !rec.IsResponse() {
			continue
		}
		each(rec)
		if err := p.Parse(rec.Block, &resp); err != nil {
			t.Errorf("%s: record at %d: %v", path, rec.Offset, err)
		}
		known, equal := checkDigest([]byte(rec.Header.Get("WARC-Payload-Digest")), resp.Body)
		if encoded := string(resp.value("Content-Encoding")) + string(resp.value("Transfer-Encoding")); known && !equal && encoded == "" && len(resp.Flags) == 0 {
			t.Errorf("%s: record at %d: body does not have its digest", path, rec.Offset)
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("%s: %v", path, err)
	}
}
