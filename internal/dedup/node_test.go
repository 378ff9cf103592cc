package dedup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"mathsieve/internal/corpus"
)

// TestNode holds the order of nodes against the rule.
func TestNode(t *testing.T) {
	node := func(formulas, textBytes int, captured string, pack, row int) Node {
		return newNode(preference(formulas, textBytes, captured), pack, row)
	}
	best := []Node{
		KeptNode(0, 0),
		KeptNode(MaxPack, 1<<18-1),
		node(1<<30, 1<<40, "2099-01-01T00:00:00Z", 0, 0),
		node(1000, 10, "", 5, 5),
		node(101, 1, "", 0, 0),
		node(16, 5000, "", 0, 0),
		node(3, 4100, "2026-02-28T23:59:59Z", 3, 0),
		node(3, 4200, "2026-01-31T23:59:59Z", 1, 9), // as long as the one before, about
		node(3, 4100, "2026-01-01T00:00:00Z", 2, 9), // captured in the month of the one before
		node(3, 4100, "2025-12-31T23:59:59Z", 2, 8),
		node(3, 4100, "2013-02-01T00:00:00Z", 2, 7),
		node(3, 4100, "1996-02-01T00:00:00Z", 2, 6),
		node(3, 4100, "2013-01-01T00:00:00Z", 2, 7), // on the scale from here on
		node(3, 4100, "", 2, 5),
		node(3, 4100, "last summer", 2, 6),
		node(3, 3000, "2026-01-01T00:00:00Z", 1, 1),
		node(2, 1<<30, "2026-01-01T00:00:00Z", 1, 1),
		node(0, 20, "2026-01-01T00:00:00Z", 0, 0),
		node(0, 0, "", MaxPack, 1<<18-1),
	}
	if !slices.IsSorted(best) {
		t.Errorf("not in order: %x", best)
	}
	for i, n := range best {
		if n.kept() != (i < 2) {
			t.Errorf("kept in any case is %v of node %d, %x", n.kept(), i, n)
		}
	}
	doc := corpus.Document{Text: string(make([]byte, 4100)), Date: "2026-02-03T00:00:00Z", Metadata: corpus.Metadata{Formulas: map[string]int{"a": 1, "b": 2}}}
	if got := NewNode(&doc, 3, 0); got != best[6] {
		t.Errorf("node %x of a document, want %x", got, best[6])
	}
}

func TestStep(t *testing.T) {
	last := -1
	for n := range 1 << 20 {
		got := step(n)
		if got < last || got > last+1 {
			t.Fatalf("step(%d) = %d after %d", n, got, last)
		}
		last = got
	}
	// What the scales of formulas and of lengths begin and end with.
	for n, want := range map[int]int{-1: 0, 15: 15, 16: 16, 17: 16, 18: 17, 15_359: 94, 15_360: 95, 15<<19 - 1: 166, 15 << 19: 167} {
		if got := step(n); got != want {
			t.Errorf("step(%d) = %d, want %d", n, got, want)
		}
	}
	if a, b := preference(15_360, 15<<19, ""), preference(math.MaxInt, math.MaxInt, ""); a != b {
		t.Errorf("preferences %x and %x beyond the scales", a, b)
	}
	if best, worst := preference(math.MaxInt, math.MaxInt, "9999"), preference(0, 0, ""); best == 0 || worst >= 1<<(64-positionBits) {
		t.Errorf("preferences from %x to %x", best, worst)
	}
}

// TestPosition goes to the ends of all numbers.
func TestPosition(t *testing.T) {
	const long, short = 1<<24 - 1, 1<<18 - 1
	last := Node(0)
	for i, at := range [][2]int{
		{0, 0}, {0, 1}, {0, long}, {1, 0}, {65_535, 0}, {65_535, long}, // long packs
		{65_536, 0}, {65_536, short}, {65_537, 0}, {10_000_000, 50_000}, {MaxPack, 0}, {MaxPack, short},
	} {
		kept, node := KeptNode(at[0], at[1]), nodeOf(3, 700, at[0], at[1])
		for _, n := range []Node{kept, node} {
			if n.Pack() != at[0] || n.Row() != at[1] {
				t.Errorf("pack %d, row %d of node %x, want %v", n.Pack(), n.Row(), n, at)
			}
			if back := positionFirst(n).node(); back != n {
				t.Errorf("node %x comes back as %x", n, back)
			}
		}
		if kept <= last && i > 0 {
			t.Errorf("%v is not after the one before", at)
		}
		// A better document further on comes after it in the order of files.
		if at[1] > 0 && positionFirst(nodeOf(9, 0, at[0], at[1])) <= positionFirst(nodeOf(0, 0, at[0], at[1]-1)) {
			t.Errorf("%v is not after the row before in the order of files", at)
		}
		if pack, row := positionAt(appendPosition(nil, node)); pack != at[0] || row != at[1] {
			t.Errorf("pack %d, row %d of a drop, want %v", pack, row, at)
		}
		last = kept
	}
	for _, at := range [][2]int{{0, long + 1}, {65_535, long + 1}, {65_536, short + 1}, {MaxPack + 1, 0}, {-1, 0}, {0, -1}} {
		if err := CheckPosition(at[0], at[1]); !errors.Is(err, ErrFull) && min(at[0], at[1]) >= 0 {
			t.Errorf("error %v of position %v", err, at)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for position %v", at)
				}
			}()
			KeptNode(at[0], at[1])
		}()
	}
}

func TestMonth(t *testing.T) {
	for date, want := range map[string]int{
		"":                          0,
		"2013-01-01T00:00:00Z":      1,
		"2012-12-31T23:59:59Z":      1,
		"0001-01-01T00:00:00Z":      1,
		"2013-02-01T00:00:00Z":      2,
		"2026-11-25T09:00:00+01:00": 167,
		"2026-11-25 09:00:00":       167,
		"2026-11":                   167,
		"20261125090000":            167, // as indexes of captures have it
		"2026":                      157, // January
		"2034-02-28T00:00:00Z":      254,
		"2034-03-01T00:00:00Z":      255,
		"9999-12-31T23:59:59Z":      255,
		"2026-00-01T00:00:00Z":      0,
		"2026-13-01T00:00:00Z":      0,
		"2026-1-01":                 0,
		"2026-":                     0,
		"202":                       0,
		"Wed, 25 Nov 2026":          0,
		"２０２６-11":                   0,
	} {
		if got := month(date); got != want {
			t.Errorf("month(%q) = %d, want %d", date, got, want)
		}
	}
}

// FuzzMonth holds the head of a date against the whole of it.
func FuzzMonth(f *testing.F) {
	for _, date := range []string{"", "2026-11-25T09:00:00Z", "2013-01-31T23:59:59.5-07:00", "2034-04-01T00:00:00Z", "2026", "20261125", "2026-1x"} {
		f.Add(date)
	}
	f.Fuzz(func(t *testing.T, date string) {
		got := month(date)
		if got < 0 || got > 255 {
			t.Fatalf("month(%q) = %d", date, got)
		}
		when, err := time.Parse(time.RFC3339, date)
		if err != nil || when.Year() < 2013 {
			return
		}
		if want := min((when.Year()-2013)*12+int(when.Month()), 255); got != want {
			t.Errorf("month(%q) = %d, want %d", date, got, want)
		}
	})
}

// TestNewest captures pages on three dates, in three packs in every order, and
// deduplicates by each of the rules: the newest capture stays, whatever its
// pack, but a newer one with fewer formulas or less text does not.
func TestNewest(t *testing.T) {
	dates := []string{"2026-09-20T10:00:00Z", "2025-08-03T10:00:00Z", "2024-05-11T10:00:00Z"}
	type group struct {
		name   string
		reason corpus.Reason
		keeper int // by age
		doc    func(age int) corpus.Document
	}
	at := func(site string, i int) string { return fmt.Sprintf("https://%s%d.example/page", site, i) }
	groups := []group{
		{"URL", DuplicateURL, 0, func(age int) corpus.Document {
			return corpus.Document{URL: at("url", 0), Text: words(1000+400*age, 1300+400*age)}
		}},
		{"text", DuplicateText, 0, func(age int) corpus.Document {
			return corpus.Document{URL: at("text", age), Text: words(3000, 3300)}
		}},
		{"near", NearDuplicate, 0, func(age int) corpus.Document {
			return corpus.Document{URL: at("near", age), Text: words(4000, 4300) + words(5000+9*age, 5004+9*age)}
		}},
		{"formulas", NearDuplicate, 2, func(age int) corpus.Document {
			return corpus.Document{URL: at("formulas", age), Text: words(6000, 6300) + words(7000+9*age, 7004+9*age), Metadata: formulas(2 + age)}
		}},
		{"URL with formulas", DuplicateURL, 2, func(age int) corpus.Document {
			return corpus.Document{URL: at("both", 0), Text: words(8000+400*age, 8300+400*age), Metadata: formulas(2 + age)}
		}},
		{"length", NearDuplicate, 2, func(age int) corpus.Document {
			return corpus.Document{URL: at("length", age), Text: words(10_000, 10_400+age*40)}
		}},
	}
	for i, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		for _, rounds := range []int{0, 3} {
			f := newFlow(DefaultOptions(), 4, 4<<20, uint64(i))
			f.rounds = rounds
			for _, age := range order {
				var docs []corpus.Document
				for _, g := range groups {
					doc := g.doc(age)
					doc.Date = dates[age]
					docs = append(docs, doc)
				}
				f.addDocuments(t, docs)
			}
			dropped := map[[2]int]corpus.Mark{}
			for _, d := range f.run(t) {
				dropped[[2]int{d.Pack, d.Row}] = d.Mark
			}
			for row, g := range groups {
				keeper := slices.Index(order, g.keeper)
				for pack := range order {
					m, ok := dropped[[2]int{pack, row}]
					switch {
					case ok == (pack == keeper):
						t.Errorf("%s, ages %v, %d rounds: pack %d dropped %v, want pack %d kept", g.name, order, rounds, pack, ok, keeper)
					case ok && (m.Reason != g.reason || m.TwinPack != keeper || m.TwinRow != row):
						t.Errorf("%s, ages %v, %d rounds: pack %d dropped as %+v", g.name, order, rounds, pack, m)
					}
				}
			}
		}
	}
}

// TestAdoptFull takes over a long pack under numbers that have room for it, and
// that have not.
func TestAdoptFull(t *testing.T) {
	const row = 1 << 18
	f := newFlow(DefaultOptions(), 1, 1<<20, 1)
	var keys bytes.Buffer
	w, err := NewSketchWriter(&keys, io.Discard, f.options, f.parts, 0, f.space(t))
	for range row {
		err = errors.Join(err, w.Skip())
	}
	if err := errors.Join(err, w.Add(nodeOf(0, 0, 7, row), &Sketch{}), w.Close()); err != nil {
		t.Fatal(err)
	}
	for pack, want := range map[int]error{65_535: nil, 65_536: ErrFull} {
		var out bytes.Buffer
		_, err := Adopt(newFile(keys.Bytes()), f.options, func(int) bool { return false }, pack, 1, &out, f.space(t))
		if !errors.Is(err, want) {
			t.Errorf("pack %d: error %v, want %v", pack, err, want)
			continue
		}
		if err != nil {
			continue
		}
		key, err := f.gather([][]byte{out.Bytes()}, 0, f.options.URLWidth()).Next()
		if err != nil || nodeAt(key, hashSize) != KeptNode(pack, row) {
			t.Errorf("pack %d: key %x, error %v", pack, key, err)
		}
	}
}
