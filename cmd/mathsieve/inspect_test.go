package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mathsieve/internal/fixture"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/shuffle"
)

func TestInspectDomains(t *testing.T) {
	o := domain.DefaultOptions()
	c, err := domain.NewCounter(o, 0, shuffle.Space{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for i := range uint32(20) {
		page := domain.Page{URL: "http://" + string('a'+rune(i%2)) + ".example.org/x", Row: i, Logit: 1, Collected: i < 5}
		if err := c.Add(page); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	var partial, table bytes.Buffer
	if err := c.WriteTo(&partial, 3); err != nil {
		t.Fatal(err)
	}
	partialName, tableName := filepath.Join(dir, "partial"), filepath.Join(dir, "table")
	if err := os.WriteFile(partialName, partial.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	in := domain.Partials{N: 1, Open: func(int) (shuffle.File, error) {
		f, err := os.Open(partialName)
		return sizedFile{f, int64(partial.Len())}, err
	}}
	var pages int64
	for section := range 3 {
		var part bytes.Buffer
		totals, err := domain.Merge(t.Context(), o, in, section, &part, shuffle.Space{})
		if err != nil {
			t.Fatal(err)
		}
		if totals.Domains > 0 {
			table = part
		}
		pages += totals.All.Pages
	}
	if pages != 20 {
		t.Fatalf("%d pages", pages)
	}
	if err := os.WriteFile(tableName, table.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(name string, code int, want string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run([]string{"inspect", name}, nil, nil, &stdout, &stderr); got != code {
			t.Errorf("exit code %d, want %d: %s", got, code, stderr.String())
		}
		if got := stdout.String() + stderr.String(); !strings.Contains(got, want) {
			t.Errorf("inspect says %q, want %q", got, want)
		}
	}
	f(partialName, exitDone, "partial domain table: 2 paths in 3 sections")
	f(tableName, exitDone, "domain table: 1 domains with 2 hosts, 20 pages, 5 collected\nrelated to mathematics: 1 domains with 20 pages, 5 collected\n")
	if err := os.WriteFile(tableName, table.Bytes()[:table.Len()-1], 0o600); err != nil {
		t.Fatal(err)
	}
	f(tableName, exitData, "not a domain table")
}

// TestInspectRunFolder inspects every file of a run: each is known for what it
// is, and none is taken for a broken one of another kind.
func TestInspectRunFolder(t *testing.T) {
	var crawl, stdout, stderr bytes.Buffer
	if _, err := fixture.WriteWARC(&crawl, fixture.Pages(5, 60)); err != nil {
		t.Fatal(err)
	}
	input, dir := filepath.Join(t.TempDir(), "crawl.warc.gz"), filepath.Join(t.TempDir(), "run")
	if err := os.WriteFile(input, crawl.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"run", "--quiet", "--input", input, "--out", dir, "--budget", "10K", "--rounds", "2", "--set", "domains.min-pages=1",
		"--set", "train.dim=16", "--set", "train.bucket=20000", "--set", "train.lr=1", "--set", "train.epoch=25", "--set", "train.tune=off",
	}
	if code := run(args, nil, nil, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	kinds := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, kind, _ := strings.Cut(d.Name(), ".")
		kinds[kind] = true
		stdout.Reset()
		stderr.Reset()
		if code := run([]string{"inspect", path}, nil, nil, &stdout, &stderr); code != exitDone || stdout.Len() == 0 {
			t.Errorf("%s: exit code %d: %s", path, code, stderr.String())
		}
		if said := stdout.String(); strings.Contains(said, " documents, ") && !strings.HasSuffix(said, " tokens counted\n") {
			t.Errorf("%s: %s", path, said)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"urls.zst", "formulas.jsonl.zst", "drawn", "yaml"} {
		if !kinds[kind] {
			t.Errorf("the run has no file of the kind %s", kind)
		}
	}
}
