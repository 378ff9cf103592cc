package decontam

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// tables are shared by the tests, since their making takes most of a small
// index's time.
var tables = sync.OnceValue(func() grams { return grams{table: newFoldTable(), commands: newCommands()} })

func newGrams() *grams {
	g := tables()
	return &g
}

// forms returns the normal forms of the grams of text, separated by spaces.
func forms(g *grams, text string) string {
	g.cut(text)
	return strings.TrimSuffix(string(g.forms), " ")
}

func TestGrams(t *testing.T) {
	g := newGrams()
	f := func(text, want string) {
		t.Helper()
		if got := forms(g, text); got != want {
			t.Errorf("grams of %q: %q, want %q", text, got, want)
		}
	}
	f("", "")
	f("  .,;:!?()[]{}\"'`~#&@|\n", "")
	f("The QUICK, brown\nfox!", "the quick brown fox")
	f("Janet’s and Janet's", "janet s and janet s")
	f("straße É e\u0301 ΣΊΣΥΦΟΣ", "straße é e\u0301 σίσυφοσ")
	f("3.14, 3. 14 and 1,000", "3.14 3 14 and 1 000")
	f("v2.0. End.", "v 2.0 end")
	f("2x x2 1st", "2 x x 2 1 st")
	f("x² x^2 x^{2} x₁ x_1 2²", "x 2 x 2 x 2 x 1 x 1 2 2")
	f("a well-known non\u2011zero x-y x - y", "a well known non zero x - y x - y")
	f("-3 − 5 --- --- —–", "- 3 - 5")
	f("n-1 2-n $9$-kilometer", "n - 1 2 - n 9 - kilometer")
	f("1+1=2 <3 >4 5/6 50% $5 €5", "1 + 1 = 2 < 3 > 4 5 / 6 50 % 5 € 5")
	f("设集合A，则　x＝１２３。", "设 集 合 a 则 x = 123")
	f("カタカナ ไทย", "カ タ カ ナ ไ ท ย")
	f("𝑥 ∈ ℝ ⟨ｘ⟩ ℓ", "x ∈ r x l")
	f("zero\u200bwidth so\u00adft", "zerowidth soft")
	f("½ ① ° ★ 🙂 ∑ √2 ⋯ a∣b", "½ ① ∑ √ 2 a b")
	f(`\frac{1}{2} \dfrac12 \Frac`, `\frac 1 2 \frac 12 \Frac`)
	f(`$\alpha\leq\beta$ α ≤ β`, "α ≤ β α ≤ β")
	f(`\left( x \right) \, \; \! \quad \mathbb{R} \text{ if } y`, "x r if y")
	f(`\begin{align*} x &= y \\ z \end{align*}`, "x = y z")
	f(`\begin {x} \end{1} \begin`, "x 1")
	f(`\\alpha \% \$ \{`, "alpha %")
	f(`\(x\) \[y\]`, "x y")
	f(`\sin x sin x`, "sin x sin x")
	f("a\xffb", "a b")
}

// Grams must stand where they say, in order.
func checkGrams(t *testing.T, g *grams, text string) {
	t.Helper()
	g.cut(text)
	end := uint32(0)
	other := &grams{table: g.table, commands: g.commands}
	for i, gram := range g.list {
		if gram.start < end || gram.end <= gram.start || int(gram.end) > len(text) {
			t.Fatalf("%q: gram %d at %d to %d, the one before to %d", text, i, gram.start, gram.end, end)
		}
		end = gram.end
		// A gram cut out of its text must be the same gram.
		other.cut(text[gram.start:gram.end])
		if len(other.list) != 1 || string(other.forms) != string(g.form(i, 1)) {
			t.Fatalf("%q: gram %q alone is %q", text, g.form(i, 1), other.forms)
		}
	}
}

func build(t testing.TB, o Options, texts ...Text) *Index {
	t.Helper()
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	b := newBuilder(o, tables())
	for _, text := range texts {
		if err := b.Add(text); err != nil {
			t.Fatal(err)
		}
	}
	return b.Build()
}

var tasks = []Text{
	{Benchmark: "shop", Item: 7, Task: true, Text: "Mara sells 16 lamps per day and keeps three of them for her own shop. How many does she bring to the market in 12 days?"},
	{Benchmark: "algebra", Item: 0, Task: true, Text: `Find all $x \in \mathbb{R}$ such that $\frac{x^2-1}{x+3} \leq 2x$ and $x \neq -3$.`},
	{Benchmark: "algebra", Item: 1, Task: true, Text: `Simplify: $-10-4(n-5)$`},
	{Benchmark: "algebra", Item: 2, Task: true, Text: `$(x+1)(x+2)(x+3)=7x-5$`},
	{Benchmark: "algebra", Item: 3, Task: true, Text: `Two words`},
	{Benchmark: "algebra", Item: 4, Text: "x = 2 or x = 3"},
	{Benchmark: "中文", Item: 0, Task: true, Text: "小明买了3盒茶叶，一盒有6小包，一共有多少小包？"},
	{Benchmark: "中文", Item: 1, Task: true, Text: "计算三加五"},
}

func TestFind(t *testing.T) {
	w := build(t, DefaultOptions(), tasks...).NewWorker()
	f := func(text string, want *Hit) {
		t.Helper()
		got, ok := w.Find(text)
		if want == nil {
			if ok {
				t.Errorf("Find(%q) = %+v, want none", text, got)
			}
			return
		}
		if diff := cmp.Diff(*want, got); diff != "" {
			t.Errorf("Find(%q): %s", text, diff)
		}
	}
	f("", nil)
	f("Nothing of the kind.", nil)
	f("… mara SELLS 16 lamps\nper day, and keeps — three of them herself", &Hit{
		Gram: "mara SELLS 16 lamps\nper day, and keeps — three of", Offset: len("… "), Benchmark: "shop", Item: 7,
	})
	// Another number is another exercise; nine grams are not ten.
	f("Mara sells 17 lamps per day and keeps three of them", nil)
	f("Mara sells 16 lamps per day and keeps three; how many", nil)
	f("Mara sells 16 lamps per day and keeps 3 of", nil)
	// Short tasks are found as a whole, at borders of grams, and answers never.
	f(`1. Simplify \(-10 - 4 (n-5)\) 2.`, &Hit{Gram: `Simplify \(-10 - 4 (n-5`, Offset: 3, Benchmark: "algebra", Item: 1, Whole: true})
	f(`Simplify \(-10 - 4 (n-55)\)`, nil)
	f(`Simplify \(10 - 4 (n-5)\)`, nil)
	f("Two words, x = 2 or x = 3", nil)
	// A task without words, however long, is found as a whole only.
	f(`so \[ (x+1)(x+2)(x+3) = 7 x - 5 \] holds`, &Hit{Gram: `x+1)(x+2)(x+3) = 7 x - 5`, Offset: 7, Benchmark: "algebra", Item: 2, Whole: true})
	f(`so \[ (x+1)(x+2)(x+3) = 7 x \]`, nil)
	f("题目：小明买了３盒茶叶,一盒有6小包", &Hit{Gram: "小明买了３盒茶叶,一盒", Offset: len("题目："), Benchmark: "中文", Item: 0})
	f("请计算三加五。", &Hit{Gram: "计算三加五", Offset: len("请"), Benchmark: "中文", Item: 1, Whole: true})
}

// Of several tasks that start alike the longest is the hit.
func TestFindLongest(t *testing.T) {
	o := DefaultOptions()
	for _, order := range [][]string{{"compute 1 + 2", "compute 1 + 2 + 3"}, {"compute 1 + 2 + 3", "compute 1 + 2"}} {
		x := build(t, o, Text{Benchmark: "b", Task: true, Text: order[0]}, Text{Benchmark: "b", Task: true, Text: order[1]})
		if hit, ok := x.NewWorker().Find("compute 1 + 2 + 3 + 4"); !ok || hit.Gram != "compute 1 + 2 + 3" {
			t.Errorf("%q: found %v, %+v", order, ok, hit)
		}
	}
}

func TestFindEach(t *testing.T) {
	w := build(t, DefaultOptions(), tasks...).NewWorker()
	text := tasks[0].Text + " " + tasks[2].Text
	w.grams.cut(tasks[0].Text)
	want := len(w.grams.list) - 10 + 1 + 1
	var hits []Hit
	w.Each(text, func(h Hit) bool {
		hits = append(hits, h)
		return true
	})
	if len(hits) != want {
		t.Errorf("%d hits, want %d", len(hits), want)
	}
	for _, h := range hits {
		if !strings.HasPrefix(text[h.Offset:], h.Gram) {
			t.Errorf("gram %q does not stand at byte %d", h.Gram, h.Offset)
		}
	}
}

func TestOptions(t *testing.T) {
	text := "one two three four five six 7 8 9 10 11 12 13 14 15 16 17"
	f := func(change func(*Options), page string, want bool) {
		t.Helper()
		o := DefaultOptions()
		change(&o)
		if _, ok := build(t, o, Text{Benchmark: "b", Text: text}).NewWorker().Find(page); ok != want {
			t.Errorf("options %+v: found %v in %q", o, ok, page)
		}
	}
	f(func(*Options) {}, "six 7 8 9 10 11 12 13 14 15", true)
	f(func(*Options) {}, "7 8 9 10 11 12 13 14 15 16", false)
	f(func(o *Options) { o.MinWords = 0 }, "7 8 9 10 11 12 13 14 15 16", true)
	f(func(o *Options) { o.MinWords = 2 }, "six 7 8 9 10 11 12 13 14 15", false)
	f(func(o *Options) { o.Ngram = 5 }, "three four five six 7", true)
	f(func(o *Options) { o.Ngram = 5 }, "three four five six 8", false)
	f(func(o *Options) { o.Ignore = []string{"say: FOUR five six 7 8 9 10 11 12 13."} }, "four five six 7 8 9 10 11 12 13", false)
	f(func(o *Options) { o.Ignore = []string{"say: FOUR five six 7 8 9 10 11 12 13."} }, "three four five six 7 8 9 10 11 12", true)
	for _, change := range []func(*Options){
		func(o *Options) { o.Ngram = 1 },
		func(o *Options) { o.MinNgram = 0 },
		func(o *Options) { o.MinNgram = 11 },
		func(o *Options) { o.MinWords = -1 },
		func(o *Options) { o.MinWords = 11 },
	} {
		o := DefaultOptions()
		if change(&o); o.Validate() == nil {
			t.Errorf("Validate accepts %+v", o)
		}
	}
}

func TestCounts(t *testing.T) {
	x := build(t, DefaultOptions(), append(tasks, tasks...)...)
	want := []Counts{
		{Benchmark: "shop", Texts: 2, Grams: 52, Ngrams: 17},
		{Benchmark: "algebra", Texts: 10, Grams: 108, Ngrams: 12, WholeTexts: 2, TooShort: 2, ShortAnswers: 2},
		{Benchmark: "中文", Texts: 4, Grams: 52, Ngrams: 12, WholeTexts: 1},
	}
	if diff := cmp.Diff(want, x.Counts()); diff != "" {
		t.Error(diff)
	}
}

// The index must find what comparing all windows with all texts finds.
func TestFindAgainstComparing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("alpha beta gamma 1 2 x y + 中")
	random := func(n int) string {
		var b strings.Builder
		for range rng.IntN(n) {
			b.WriteString(words[rng.IntN(len(words))])
			b.WriteByte(' ')
		}
		return b.String()
	}
	g := newGrams()
	for round := range 2000 {
		o := Options{Ngram: 2 + rng.IntN(5), MinWords: rng.IntN(3)}
		o.MinNgram = 1 + rng.IntN(o.Ngram)
		o.MinWords = min(o.MinWords, o.Ngram)
		var texts []Text
		for i := range 1 + rng.IntN(6) {
			texts = append(texts, Text{Benchmark: "b", Item: i, Task: rng.IntN(2) == 0, Text: random(12)})
		}
		page := random(60)
		w := build(t, o, texts...).NewWorker()
		var got []string
		w.Each(page, func(h Hit) bool {
			got = append(got, fmt.Sprintf("%d %s", h.Offset, forms(g, h.Gram)))
			return true
		})
		if want := compare(g, o, texts, page); !slices.Equal(got, want) {
			t.Fatalf("round %d: %+v\ntexts %+v\npage %q\ngot  %q\nwant %q", round, o, texts, page, got, want)
		}
	}
}

// compare is the rule word for word.
func compare(g *grams, o Options, texts []Text, page string) []string {
	windows, wholes := make(map[string]bool), make(map[string]bool)
	for _, text := range texts {
		all := strings.Fields(forms(g, text.Text))
		some := false
		for i := 0; i+o.Ngram <= len(all); i++ {
			window := strings.Join(all[i:i+o.Ngram], " ")
			if countWords([]byte(window)) >= o.MinWords {
				windows[window], some = true, true
			}
		}
		if text.Task && !some && len(all) >= o.MinNgram {
			wholes[strings.Join(all, " ")] = true
		}
	}
	all := strings.Fields(forms(g, page))
	starts := make([]uint32, len(g.list))
	for i, gram := range g.list {
		starts[i] = gram.start
	}
	var hits []string
	for i := range all {
		for n := len(all) - i; n > 0; n-- {
			if whole := strings.Join(all[i:i+n], " "); wholes[whole] {
				hits = append(hits, fmt.Sprintf("%d %s", starts[i], whole))
				break
			}
		}
		if i+o.Ngram <= len(all) {
			if window := strings.Join(all[i:i+o.Ngram], " "); windows[window] {
				hits = append(hits, fmt.Sprintf("%d %s", starts[i], window))
			}
		}
	}
	return hits
}

// disguise changes a text as pages do: lines wrapped elsewhere, other formula
// delimiters and quotes, emphasis, invisible characters.
func disguise(rng *rand.Rand, text string) string {
	spaces := []string{" ", "\n", "  ", "\u00a0", "\n\n", "\u200b ", " ** ", "\r\n"}
	var b strings.Builder
	inFormula := false
	for _, r := range text {
		switch r {
		case ' ', '\n':
			b.WriteString(spaces[rng.IntN(len(spaces))])
		case '$':
			inFormula = !inFormula
			b.WriteString(map[bool][]string{true: {"\\(", "$", "\\[ "}, false: {"\\)", "$", " \\]"}}[inFormula][rng.IntN(3)])
		case '\'':
			b.WriteString([]string{"'", "’"}[rng.IntN(2)])
		case '"':
			b.WriteString([]string{"\"", "“", "''"}[rng.IntN(3)])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// inject puts a text into a page.
func inject(rng *rand.Rand, text string) string {
	head := page(rng, 200+rng.IntN(2000))
	return head + "\n<b>Question:</b> " + text + "\n*Answer* " + page(rng, 200)
}

func TestRecallByInjection(t *testing.T) {
	w := build(t, DefaultOptions(), tasks...).NewWorker()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, task := range tasks {
		want := task.Task && task.Text != "Two words"
		for range 50 {
			text := inject(rng, disguise(rng, task.Text))
			if hit, ok := w.Find(text); ok != want || want && (hit.Benchmark != task.Benchmark || hit.Item != task.Item) {
				t.Fatalf("%s item %d: found %v, %+v in %q", task.Benchmark, task.Item, ok, hit, text)
			}
		}
	}
}

// Every task of real benchmarks must be found in a page, and pages without one
// must stay clean.
func TestRecallOfBenchmarks(t *testing.T) {
	data := os.Getenv("MATHSIEVE_DATA")
	if data == "" {
		t.Skip("MATHSIEVE_DATA is not set")
	}
	files, err := filepath.Glob(filepath.Join(data, "data/benchmarks/*/*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no benchmarks: %v", err)
	}
	b := NewBuilder(DefaultOptions())
	var all []Text
	for _, file := range files {
		in, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadBenchmark(in, filepath.Base(file), func(text Text) error {
			all = append(all, text)
			return b.Add(text)
		}); err != nil {
			t.Error(err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
	w := b.Build().NewWorker()
	rng := rand.New(rand.NewPCG(5, 6))
	found, missed := 0, 0
	for _, text := range all {
		if !text.Task {
			continue
		}
		if _, ok := w.Find(inject(rng, disguise(rng, text.Text))); ok {
			found++
			continue
		}
		if missed++; missed < 10 {
			t.Logf("%s item %d is not found: %q", text.Benchmark, text.Item, text.Text)
		}
	}
	t.Logf("%d of %d tasks found", found, found+missed)
	if missed > found/1000 {
		t.Errorf("%d of %d tasks missed", missed, found+missed)
	}
	for range 200 {
		if hit, ok := w.Find(page(rng, 5000)); ok {
			t.Errorf("a page without a task gives %+v", hit)
		}
	}
}

func TestFindDoesNotAllocate(t *testing.T) {
	w := build(t, DefaultOptions(), tasks...).NewWorker()
	text := page(rand.New(rand.NewPCG(7, 8)), 10_000)
	w.Find(text)
	if n := testing.AllocsPerRun(10, func() { w.Find(text) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// A hit over a long gap must not carry the gap along.
func TestHitIsShort(t *testing.T) {
	text := strings.Replace(tasks[0].Text, " ", strings.Repeat("…", 1<<20), 1)
	hit, ok := build(t, DefaultOptions(), tasks...).NewWorker().Find(text)
	if !ok || len(hit.Gram) > maxHitText || !utf8.ValidString(hit.Gram) || !strings.HasPrefix(hit.Gram, "Mara…") {
		t.Errorf("found %v, gram of %d bytes", ok, len(hit.Gram))
	}
}

func TestScratchIsReleased(t *testing.T) {
	w := build(t, DefaultOptions(), tasks...).NewWorker()
	w.Find(strings.Repeat("ab ", 4<<20))
	w.Find("x")
	if n := cap(w.grams.forms); n > keptScratch {
		t.Errorf("%d bytes of scratch kept", n)
	}
}

func FuzzFind(f *testing.F) {
	for _, task := range tasks {
		f.Add(task.Text, "see: "+task.Text)
	}
	f.Add(`\begin{x}\frac1² 3.`, "−--\u200b𝑥\u0301 ℝ²")
	g := newGrams()
	f.Fuzz(func(t *testing.T, benchmark, page string) {
		checkGrams(t, g, page)
		o := Options{Ngram: 4, MinNgram: 2, MinWords: 1}
		b := newBuilder(o, tables())
		texts := []Text{{Benchmark: "b", Task: true, Text: benchmark}}
		if err := b.Add(texts[0]); err != nil {
			t.Fatal(err)
		}
		var got []string
		b.Build().NewWorker().Each(page, func(h Hit) bool {
			got = append(got, fmt.Sprintf("%d %s", h.Offset, forms(g, h.Gram)))
			return true
		})
		if len(page) > maxHitText {
			return
		}
		if want := compare(g, o, texts, page); !slices.Equal(got, want) {
			t.Errorf("benchmark %q, page %q: got %q, want %q", benchmark, page, got, want)
		}
	})
}
