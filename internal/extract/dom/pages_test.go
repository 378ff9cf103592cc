package dom

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
)

// realPages calls each with the HTML pages in UTF-8 of the WARC files that match
// pattern below $MATHSIEVE_DATA.
func realPages(tb testing.TB, pattern string, each func(url string, body []byte)) {
	tb.Helper()
	root := os.Getenv("MATHSIEVE_DATA")
	if root == "" {
		tb.Skip("MATHSIEVE_DATA is not set")
	}
	files, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no files %s: %v", pattern, err)
	}
	for _, name := range files {
		readPages(tb, name, each)
	}
}

func readPages(tb testing.TB, name string, each func(url string, body []byte)) {
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	r := bufio.NewReader(z)
	for {
		header, err := readHeader(r)
		if errors.Is(err, io.EOF) {
			return
		}
		size, sizeErr := strconv.Atoi(header["content-length"])
		if err != nil || sizeErr != nil {
			tb.Fatal(err, sizeErr)
		}
		block := make([]byte, size)
		if _, err := io.ReadFull(r, block); err != nil {
			tb.Fatal(err)
		}
		if _, err := r.Discard(4); err != nil {
			tb.Fatal(err)
		}
		head, body, _ := bytes.Cut(block, []byte("\r\n\r\n"))
		kind := strings.ToLower(string(head))
		if header["warc-type"] == "response" && strings.Contains(kind, "html") && utf8.Valid(body) {
			each(header["warc-target-uri"], body)
		}
	}
}

func readHeader(r *bufio.Reader) (map[string]string, error) {
	header := map[string]string{}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line = strings.TrimSpace(line); line == "" {
			return header, nil
		}
		name, value, _ := strings.Cut(line, ":")
		header[strings.ToLower(name)] = strings.TrimSpace(value)
	}
}

// TestRealPages holds real pages against html.Parse, as they are and with tags
// damaged at random: every fifth page of one file, to be quick. Damage makes
// the differences of doc.go show, but not on more than one page.
func TestRealPages(t *testing.T) {
	var tree Tree
	r := rand.New(rand.NewPCG(5, 6))
	pages, differ := 0, 0
	realPages(t, "data/seed/negative.warc.gz", func(url string, body []byte) {
		if pages++; pages%5 != 0 {
			return
		}
		diff, ok := compare(&tree, body, DefaultOptions())
		checkTable(t, &tree)
		if ok && diff != "" {
			t.Errorf("%s: %s", url, diff)
		}
		diff, ok = compare(&tree, damage(r, body), DefaultOptions())
		checkTable(t, &tree)
		if ok && diff != "" {
			differ++
			t.Logf("%s, damaged: %.2000s", url, diff)
		}
	})
	if pages < 1000 || differ > 1 {
		t.Errorf("%d of %d damaged pages differ", differ, pages/5)
	}
}

// damage removes, renames or adds 20 tags.
func damage(r *rand.Rand, page []byte) []byte {
	page = slices.Clone(page)
	for range 20 {
		start := r.IntN(len(page) + 1)
		n := bytes.IndexByte(page[start:], '<')
		end := bytes.IndexByte(page[start+max(n, 0):], '>')
		if n < 0 || end < 0 {
			continue
		}
		start += n
		switch r.IntN(3) {
		case 0:
			page = slices.Delete(page, start, start+end+1)
		case 1:
			page[start+1] = "bpai/tu"[r.IntN(7)]
		default:
			page = slices.Insert(page, start, []byte("</"+fuzzTags[r.IntN(len(fuzzTags))]+">")...)
		}
	}
	return page
}
