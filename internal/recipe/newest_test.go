package recipe_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/dedup"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
	"mathsieve/internal/warc"
)

// A dated page is what one capture of it holds.
type dated struct {
	url      string
	date     string
	words    []int // ranges of words, from and to
	formulas int
}

// prose is text of words that occur nowhere else.
func (d *dated) prose() string {
	var b strings.Builder
	for i := 0; i < len(d.words); i += 2 {
		for w := d.words[i]; w < d.words[i+1]; w++ {
			fmt.Fprintf(&b, "word%d ", w)
		}
	}
	return b.String()
}

// datedPages are captures of four pages on one of three dates, from the newest,
// 0, to the oldest, 2: of one address, of one text, near duplicates, and near
// duplicates of which the older ones have more formulas.
func datedPages(age int) []dated {
	date := []string{"2026-09-20T10:00:00Z", "2025-08-03T10:00:00Z", "2024-05-11T10:00:00Z"}[age]
	own := 9 * age
	return []dated{
		{"https://same.example/page", date, []int{1000 + 200*age, 1150 + 200*age}, 0},
		{fmt.Sprintf("https://text%d.example/", age), date, []int{2000, 2150}, 0},
		{fmt.Sprintf("https://near%d.example/", age), date, []int{3000, 3150, 4000 + own, 4003 + own}, 0},
		{fmt.Sprintf("https://formulas%d.example/", age), date, []int{5000, 5150, 6000 + own, 6003 + own}, 2 + age},
	}
}

// datedKeepers are the captures that stay, whatever the order of files.
var datedKeepers = []string{
	"https://formulas2.example/ 2024-05-11T10:00:00Z",
	"https://near0.example/ 2026-09-20T10:00:00Z",
	"https://same.example/page 2026-09-20T10:00:00Z",
	"https://text0.example/ 2026-09-20T10:00:00Z",
}

// TestNewest captures pages on three dates, in three WARC files in every order.
func TestNewest(t *testing.T) {
	work := t.TempDir()
	var files []string
	for age := range 3 {
		name := filepath.Join(work, fmt.Sprintf("crawl-%d.warc", age))
		files = append(files, name)
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w, err := warc.NewWriter(f, warc.Plain)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range datedPages(age) {
			formulas := strings.Repeat(`<script type="math/tex">x^2</script> `, p.formulas)
			body := "<html><body><article><p>" + p.prose() + formulas + "</p></article></body></html>"
			_, err := w.Write(&warc.Entry{
				Type: warc.TypeResponse, TargetURI: p.url, Date: p.date, ContentType: "application/http; msgtype=response",
				Block: []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body),
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for i, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		dir := filepath.Join(work, fmt.Sprint("unique", i))
		dedupTo(t, dir, []string{files[order[0]], files[order[1]], files[order[2]]}, nil, nil)
		checkNewest(t, fmt.Sprintf("files %v", order), dir)
	}
}

// checkNewest holds what a folder keeps against datedKeepers.
func checkNewest(t *testing.T, name, dir string) {
	t.Helper()
	var got []string
	for _, row := range rows(t, dir, recipe.CatCorpus) {
		got = append(got, field[string](t, row, "url")+" "+field[string](t, row, "date"))
	}
	if diff := cmp.Diff(datedKeepers, sorted(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
	reasons := map[any]int{}
	for _, row := range rows(t, dir, recipe.CatDropped) {
		reasons[row["reason"]]++
	}
	want := map[any]int{dedup.DuplicateURL: 2, dedup.DuplicateText: 2, dedup.NearDuplicate: 4}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Errorf("%s, dropped (-want +got):\n%s", name, diff)
	}
}

// TestNewestDocuments is TestNewest of documents of other tools, oldest first,
// with dates where they keep them.
func TestNewestDocuments(t *testing.T) {
	for name, dates := range map[string]string{
		"field":    `"date":%q,"metadata":{}`,
		"metadata": `"metadata":{"date":%q}`,
	} {
		work := t.TempDir()
		var files []string
		for _, age := range []int{2, 1, 0} {
			var lines strings.Builder
			for _, p := range datedPages(age) {
				date := fmt.Sprintf(dates, p.date)
				if p.formulas > 0 {
					date = fmt.Sprintf(`"date":%q,"metadata":{"formulas":{"raw":%d}}`, p.date, p.formulas)
				}
				fmt.Fprintf(&lines, "{\"url\":%q,\"text\":%q,%s}\n", p.url, p.prose(), date)
			}
			files = append(files, filepath.Join(work, fmt.Sprintf("%d.jsonl", age)))
			if err := os.WriteFile(files[len(files)-1], []byte(lines.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		dir := filepath.Join(work, "unique")
		dedupTo(t, dir, files, nil, nil)
		checkNewest(t, name, dir)
	}
}

// A kept corpus of another output version, whose keys mean something else, is
// refused.
func TestAgainstOtherVersion(t *testing.T) {
	c := newCrawl(t, 14, 20, 2)
	old := filepath.Join(t.TempDir(), "old")
	r, err := recipe.New(recipe.Dedup, settings(t, c.files[:1], "all"), "")
	if err != nil {
		t.Fatal(err)
	}
	r.Plan.Version = "2"
	if _, err := pipeline.OpenRun(storage.OS(), old, r.Plan); err != nil {
		t.Fatal(err)
	}
	_, err = recipe.New(recipe.Dedup, withAgainst(t, c.files[1:], old), "")
	if !errors.Is(err, recipe.ErrAgainst) || !errors.Is(err, pipeline.ErrVersion) {
		t.Errorf("error %v", err)
	}
}
