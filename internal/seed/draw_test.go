package seed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/corpus"
)

// packs is a pool in memory.
type packs [][]corpus.Document

func (p packs) Packs() int { return len(p) }

func (p packs) Each(_ context.Context, pack int, do func(int, *corpus.Document) error) error {
	for row := range p[pack] {
		if err := do(row, &p[pack][row]); err != nil {
			return err
		}
	}
	return nil
}

// files is scratch space in memory.
type files map[string]*bytes.Buffer

func (f files) Create(name string) (io.WriteCloser, error) {
	f[name] = &bytes.Buffer{}
	return nopCloser{f[name]}, nil
}

func (f files) Open(name string) (io.ReadCloser, error) { return io.NopCloser(f[name]), nil }

func (f files) Remove(name string) error {
	delete(f, name)
	return nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// documents makes n pages on sites of ten pages each.
func documents(kind string, n int) []corpus.Document {
	docs := make([]corpus.Document, n)
	for i := range docs {
		docs[i] = corpus.Document{
			ID:   fmt.Sprintf("%s-%d", kind, i),
			URL:  fmt.Sprintf("https://%s%d.example/%d", kind, i/10, i),
			Text: fmt.Sprintf("%s page %c", kind, 'a'+i%26),
		}
	}
	return docs
}

func drawing(o Options, positive, negative packs) Draw {
	return Draw{Options: o, Scratch: files{}, Sources: []Source{
		{Name: "given", Pool: positive, Label: LabelMath},
		{Name: "given", Pool: negative, Label: LabelOther},
	}}
}

func draw(t *testing.T, o Options, positive, negative packs) (report Report, train, holdOut string) {
	t.Helper()
	var a, b bytes.Buffer
	report, err := drawing(o, positive, negative).Write(t.Context(), &a, &b)
	if err != nil {
		t.Fatal(err)
	}
	return report, a.String(), b.String()
}

func TestDrawDoesNotDependOnShards(t *testing.T) {
	o := DefaultOptions()
	o.Positives, o.Negatives = 100, 150
	pos, neg := documents("math", 300), documents("shop", 400)
	report, train, holdOut := draw(t, o, packs{pos}, packs{neg})
	if got := strings.Count(train, "\n") + strings.Count(holdOut, "\n"); got != 250 {
		t.Fatalf("%d lines, want 250", got)
	}
	if want := map[string]int{LabelMath: 300, LabelOther: 400}; !cmp.Equal(report.Candidates, want) {
		t.Errorf("candidates: %s", cmp.Diff(want, report.Candidates))
	}
	if report.HeldOut[LabelMath] == 0 || report.HeldOut[LabelOther] == 0 {
		t.Errorf("hold-out lacks a label: %v", report.HeldOut)
	}
	reversed := slices.Clone(neg)
	slices.Reverse(reversed)
	again, train2, holdOut2 := draw(t, o, packs{pos[:7], pos[7:90], pos[90:]}, packs{reversed[:399], reversed[399:]})
	if train != train2 || holdOut != holdOut2 || !cmp.Equal(report, again) {
		t.Error("other shards, other sample")
	}
	o.RandomSeed++
	if _, other, _ := draw(t, o, packs{pos}, packs{neg}); other == train {
		t.Error("another seed drew the same sample")
	}
}

// letters stand for digits, which are all the same in training lines.
var letters = strings.NewReplacer("0", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7", "h", "8", "i", "9", "j")

// TestDrawnBefore compares a draw with an earlier one of other pages.
func TestDrawnBefore(t *testing.T) {
	o := DefaultOptions()
	o.Positives, o.Negatives = 40, 60
	drawn := func(positive, negative []corpus.Document, before []byte) (Report, map[string]bool, []byte) {
		t.Helper()
		var train, holdOut, ids bytes.Buffer
		for _, docs := range [][]corpus.Document{positive, negative} {
			for i := range docs {
				docs[i].Text = letters.Replace(docs[i].ID)
			}
		}
		d := drawing(o, packs{positive}, packs{negative})
		d.Drawn = &ids
		if before != nil {
			d.Before = bytes.NewReader(before)
		}
		report, err := d.Write(t.Context(), &train, &holdOut)
		if err != nil {
			t.Fatal(err)
		}
		lines := map[string]bool{}
		for line := range strings.Lines(train.String() + holdOut.String()) {
			lines[line] = true
		}
		return report, lines, ids.Bytes()
	}
	math, other := documents("math", 100), documents("other", 100)
	first, was, ids := drawn(math[:60], other[:80], nil)
	if first.DrawnBefore != nil {
		t.Errorf("first draw: %v", first.DrawnBefore)
	}
	// Pages that change their label are not the same.
	second, is, again := drawn(append(math[30:], other[:10]...), other[20:], ids)
	if len(ids) != DrawnSize*len(was) || len(again) != DrawnSize*len(is) {
		t.Errorf("%d and %d bytes stand for %d and %d pages", len(ids), len(again), len(was), len(is))
	}
	want := map[string]int{LabelMath: 0, LabelOther: 0}
	for line := range is {
		if was[line] {
			label, _, _ := strings.Cut(line, " ")
			want[label]++
		}
	}
	if diff := cmp.Diff(want, second.DrawnBefore); diff != "" || want[LabelMath] == 0 || want[LabelOther] == 0 {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDrawMixesLabels(t *testing.T) {
	_, train, _ := draw(t, DefaultOptions(), packs{documents("math", 200)}, packs{documents("shop", 200)})
	longest, run := 0, 0
	last := ""
	for line := range strings.Lines(train) {
		label, _, _ := strings.Cut(line, " ")
		if label != last {
			run = 0
		}
		last = label
		run++
		longest = max(longest, run)
	}
	if longest > 20 {
		t.Errorf("%d lines of one label in a row: the order is not random", longest)
	}
}

func TestSplitKeepsSitesTogether(t *testing.T) {
	o := DefaultOptions()
	o.HoldOut = 0.3
	// Each page's text is the name of its site.
	named := func(kind string, n int) packs {
		docs := documents(kind, n)
		for i := range docs {
			docs[i].Text = letters.Replace(host(docs[i].URL))
		}
		return packs{docs}
	}
	set := func(lines string) map[string]bool {
		sites := map[string]bool{}
		for line := range strings.Lines(lines) {
			sites[line] = true
		}
		return sites
	}
	near := func(report Report, holdOut string, pages int) {
		t.Helper()
		held := report.HeldOut[LabelMath] + report.HeldOut[LabelOther]
		if held != strings.Count(holdOut, "\n") || held < pages/5 || held > pages*2/5 {
			t.Errorf("%d of %d pages are held out, %d lines, want about 0.3", held, pages, strings.Count(holdOut, "\n"))
		}
	}
	report, train, holdOut := draw(t, o, named("math", 600), named("shop", 600))
	if report.SplitBy != "site" {
		t.Fatalf("split by %s", report.SplitBy)
	}
	near(report, holdOut, 1200)
	for site := range set(holdOut) {
		if set(train)[site] {
			t.Errorf("%q is on both sides", site)
		}
	}
	report, _, holdOut = draw(t, o, named("math", 10), named("shop", 600))
	if report.SplitBy != "page" {
		t.Errorf("all positives on one site: split by %s, want page", report.SplitBy)
	}
	near(report, holdOut, 610)
	if !strings.Contains(holdOut, LabelMath) {
		t.Error("no positive in the hold-out")
	}
}

func TestDrawRefusesOneClass(t *testing.T) {
	f := func(pos, neg packs, want error) {
		t.Helper()
		_, err := drawing(DefaultOptions(), pos, neg).Write(t.Context(), io.Discard, io.Discard)
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	f(packs{}, packs{documents("shop", 5)}, ErrNoPositives)
	f(packs{documents("math", 5)}, packs{{}}, ErrNoNegatives)
}
