package charset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
)

// hardPage is one response of the external collection of legacy and lying
// encodings.
type hardPage struct {
	Class  string `json:"cls"`
	Note   string `json:"note"`
	Source string `json:"source"`
	Offset int64  `json:"offset"`

	contentType string
	body        []byte
}

var noteForms = []*regexp.Regexp{
	regexp.MustCompile(`^encoding ([\w-]+?)(?:-(?:russian|bulgarian|hungarian|czech|polish|slovak|slovene|croatian|greek|turkish|hebrew|arabic|romanian))?, declared`),
	regexp.MustCompile(`re-encoded \(synthetic\) to ([\w-]+);`),
	regexp.MustCompile(`bytes are ([\w-]+)`),
	regexp.MustCompile(`meta says ([\w-]+) \(true\)`),
	regexp.MustCompile(`body is ([\w-]+)`),
	regexp.MustCompile(`real page, declares ([\w-]+);`),
}

// truth returns the canonical name of what the page is said to be in. Many of
// the real pages were stored as UTF-8 with their old label.
func (p *hardPage) truth() string {
	if name, n := byteOrderMark(p.body); n > 0 {
		return name
	}
	if p.Class != "charset" && utf8.Valid(p.body) {
		return nameUTF8
	}
	for _, re := range noteForms {
		if m := re.FindStringSubmatch(p.Note); m != nil {
			switch name := strings.ToLower(m[1]); name {
			case "utf-8-sig", "ascii":
				return nameUTF8
			case "utf-16":
				return nameUTF16LE
			default:
				return canonicalLabel(name)
			}
		}
	}
	return ""
}

func hardPages(t testing.TB) []*hardPage {
	dir := os.Getenv("MATHSIEVE_DATA")
	if dir == "" {
		t.Skip("MATHSIEVE_DATA is not set")
	}
	dir = filepath.Join(dir, "data", "hard")
	warc, err := os.ReadFile(filepath.Join(dir, "SYN-hard-00000.warc.gz"))
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.Open(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer manifest.Close()
	var pages []*hardPage
	lines := bufio.NewScanner(manifest)
	for lines.Scan() {
		p := &hardPage{}
		if err := json.Unmarshal(lines.Bytes(), p); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(p.Class, "charset") {
			continue
		}
		zr, err := gzip.NewReader(bytes.NewReader(warc[p.Offset:]))
		if err != nil {
			t.Fatal(err)
		}
		zr.Multistream(false)
		record, err := io.ReadAll(zr)
		if err != nil {
			t.Fatal(err)
		}
		head, block, _ := bytes.Cut(record, []byte("\r\n\r\n"))
		length := regexp.MustCompile(`(?i)content-length: *(\d+)`).FindSubmatch(head)
		n, _ := strconv.Atoi(string(length[1]))
		httpHead, body, _ := bytes.Cut(block[:n], []byte("\r\n\r\n"))
		if m := regexp.MustCompile(`(?im)^content-type: *([^\r\n]*)`).FindSubmatch(httpHead); m != nil {
			p.contentType = string(m[1])
		}
		p.body = body
		pages = append(pages, p)
	}
	return pages
}

func TestHardPages(t *testing.T) {
	var right, total int
	for _, p := range hardPages(t) {
		want := p.truth()
		if want == "" {
			t.Logf("no truth: %s %q %s", p.Class, p.Note, p.Source)
			continue
		}
		total++
		got, name := Decode(nil, p.body, p.contentType)
		text, err := AppendUTF8(nil, p.body, want)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(got, text) {
			right++
			continue
		}
		t.Logf("%s: want %s, got %s (%d bytes, header %q) %s", p.Note, want, name, len(p.body), p.contentType, p.Source)
	}
	t.Logf("%d of %d pages", right, total)
	if right*100 < total*97 {
		t.Errorf("%d of %d pages decoded as their truth says, want 97 %%", right, total)
	}
}
