package extract

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"mathsieve/internal/corpus"
	"mathsieve/internal/warc"
)

func TestScratchNasty(t *testing.T) {
	dir := os.Getenv("SCRATCH_NASTY")
	if dir == "" {
		t.Skip()
	}
	var m struct {
		Files []struct {
			File, Category string
			Limit          struct {
				Cpu float64 `json:"cpu_ms"`
			}
			Expect struct {
				Outcome, Reason, Charset string
				Contains, Excludes       []string
				Max                      int `json:"max_text_bytes"`
			}
		}
	}
	b, _ := os.ReadFile(dir + "/manifest.json")
	json.Unmarshal(b, &m)
	e, _ := New(DefaultOptions())
	w := e.NewWorker()
	bad := 0
	for _, f := range m.Files {
		raw, _ := os.ReadFile(dir + "/" + f.File)
		r, err := warc.ParseHTTP(raw, warc.DefaultHTTPOptions())
		if err != nil {
			t.Log(f.File, "http", err, f.Expect.Outcome, f.Expect.Reason)
			continue
		}
		ct := ""
		for _, h := range r.Fields {
			if strings.EqualFold(string(h.Name), "content-type") {
				ct = string(h.Value)
			}
		}
		var doc corpus.Document
		s := time.Now()
		reason := w.Extract(Input{Body: r.Body, ContentType: ct}, &doc)
		d := time.Since(s)
		var msg []string
		if f.Expect.Outcome == "doc" {
			if reason != "" {
				msg = append(msg, "reason "+string(reason))
			}
			for _, c := range f.Expect.Contains {
				if !strings.Contains(doc.Text, c) {
					msg = append(msg, "lacks "+c)
				}
			}
		} else if f.Expect.Outcome == "skip" && reason == "" {
			msg = append(msg, "kept, want "+f.Expect.Reason)
		}
		for _, c := range f.Expect.Excludes {
			if strings.Contains(doc.Text, c) {
				msg = append(msg, "has "+c)
			}
		}
		if f.Expect.Charset != "" && !strings.EqualFold(f.Expect.Charset, doc.Metadata.Charset) {
			msg = append(msg, "charset "+doc.Metadata.Charset+" want "+f.Expect.Charset)
		}
		if f.Expect.Max > 0 && len(doc.Text) > f.Expect.Max {
			msg = append(msg, "too long")
		}
		if d.Seconds()*1000 > f.Limit.Cpu {
			msg = append(msg, "slow "+d.String())
		}
		if msg != nil {
			bad++
			t.Log(f.File, msg, len(doc.Text))
		}
	}
	t.Log(len(m.Files), "bad", bad)
}
