package tokens

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
	"github.com/tiktoken-go/tokenizer"
)

// texts are cases that the regular expressions treat in different ways.
var texts = []string{
	"", " ", "\n", "a", "Hello world", "Hello  world", "it's we'll I'VE they'RE 'tis 'LLama don'T",
	"'ſ 'ſx", "x'", "'", "''s", "a's'd", "1234567 12 3", " 1", "  1", "\t\tx", "\n\n  x", " \n \n x ", "x \n", "x  \r\n\r\n  ",
	"$x^2 + \\frac{1}{2} = 0$", "\\begin{align}\n  x &= y \\\\\n\\end{align}\n", "f(x)//\n/y/\r\n", "////", "!!!\n\n!", " !!!", "  !!!",
	"设集合 $A=\\{x \\mid x \\geq 1\\}$, 则", "Это тест", "ÉCOLE école", "ABCdef ABC DEFghi aBC", "中文ABC中", "中A\u0301b", "\u0301abc \u0301 \u0301A",
	"A\u0301", "\u0301ABC", "\x7f\ufffd", "x\u00a0y\u2003\u2003z\u0085w", "\u2028a", "①②③④", "ǅungla", "٣٤٥٦", "🙂🙂 👩‍🔬", "\x00\x01", "ʰabc",
	"The quick brown fox jumps over the lazy dog. 3.14159265358979", "<|endoftext|>", strings.Repeat("=", 70), strings.Repeat(" ", 200) + "x",
	strings.Repeat("ab", 300), strings.Repeat("antidisestablishmentarianism", 8), "𝔸𝟙𐐀𐐨𠀀", "\U000e0100x",
}

// patterns are the regular expressions as tiktoken publishes them. The group
// around them keeps regexp2 from using the code that the library generated for
// its own copy: that code has an error (see TestLibraryLineEnds).
var patterns = map[string]string{
	"cl100k_base": `(?:(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)`,
	"o200k_base": `(?:[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|` +
		`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|` +
		`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)`,
}

// library counts with the library alone.
func library(t testing.TB, name string) func(text string) int {
	t.Helper()
	codec, err := tokenizer.Get(tokenizer.Encoding(name))
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) int {
		n, err := codec.Count(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

// oracle counts with the published expression, a general matcher, and
// byte-pair encoding word for word. The library itself is no oracle for all
// texts: beside line ends, it loses signs before U+FFFD.
func oracle(t testing.TB, name string) func(text string) int {
	t.Helper()
	split := regexp2.MustCompile(patterns[name], regexp2.None)
	ranks := load(t, name).ranks
	return func(text string) int {
		total := 0
		match, err := split.FindStringMatch(text)
		for ; match != nil && err == nil; match, err = split.FindNextMatch(match) {
			total += mergeNaively(ranks, match.String())
		}
		if err != nil {
			t.Fatal(err)
		}
		return total
	}
}

// mergeNaively merges the leftmost pair of least rank until there is none.
func mergeNaively(ranks map[string]uint32, piece string) int {
	var parts []string
	for i := range len(piece) {
		parts = append(parts, piece[i:i+1])
	}
	for {
		least, at := noRank, -1
		for i := range len(parts) - 1 {
			if rank, ok := ranks[parts[i]+parts[i+1]]; ok && rank < least {
				least, at = rank, i
			}
		}
		if at < 0 {
			return len(parts)
		}
		parts[at] += parts[at+1]
		parts = slices.Delete(parts, at+1, at+2)
	}
}

func load(t testing.TB, name string) *Vocabulary {
	t.Helper()
	v, err := New(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCount(t *testing.T) {
	for _, name := range Names() {
		v, want := load(t, name), oracle(t, name)
		c := v.NewCounter()
		for range 2 { // without and with the cache
			for _, text := range texts {
				if got, want := c.Count(text), want(text); got != want {
					t.Errorf("%s: Count(%q) = %d, want %d", name, text, got, want)
				}
			}
		}
	}
}

// The library must agree on whole texts too, but for one thing: from white space
// with more than one run of line ends its generated matcher takes only the
// first, so that it cuts the token " \n \n" in two.
func TestLibraryLineEnds(t *testing.T) {
	const apart = " \n \n"
	rng := rand.New(rand.NewPCG(11, 12))
	for _, name := range Names() {
		v, want := load(t, name), library(t, name)
		c := v.NewCounter()
		if _, ok := v.ranks[apart]; !ok || c.Count(apart) != 1 {
			t.Errorf("%s: %q is not one token", name, apart)
		}
		for range 1500 {
			plain := strings.NewReplacer("\n", "x", "\r", "y")
			text := plain.Replace(randomText(rng)) + "\r\n" + plain.Replace(randomText(rng))
			if got, want := c.Count(text), want(text); got != want {
				t.Fatalf("%s: Count(%q) = %d, the library %d", name, text, got, want)
			}
		}
	}
}

// Known counts, lest the oracle changes.
func TestCountKnown(t *testing.T) {
	f := func(name, text string, want int) {
		t.Helper()
		if got := load(t, name).NewCounter().Count(text); got != want {
			t.Errorf("%s: Count(%q) = %d, want %d", name, text, got, want)
		}
	}
	f("cl100k_base", "hello world", 2)
	f("cl100k_base", "tiktoken is great!", 6)
	f("o200k_base", "tiktoken is great!", 6)
}

func TestVocabulary(t *testing.T) {
	f := func(name string, size int) {
		t.Helper()
		if v := load(t, name); len(v.ranks) != size {
			t.Errorf("%s: %d tokens, want %d", name, len(v.ranks), size)
		}
	}
	f("cl100k_base", 100256)
	f("o200k_base", 199998)
	if _, err := New("gpt2"); !errors.Is(err, ErrUnknownVocabulary) {
		t.Errorf("New(gpt2): %v", err)
	}
	if err := Check(Default); err != nil {
		t.Error(err)
	}
}

func TestLibraryVersion(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), Library) {
		t.Errorf("go.mod does not require %s", Library)
	}
}

// randomText mixes runs of every class of characters.
func randomText(rng *rand.Rand) string {
	alphabets := []string{
		"abcdefgh", "ABCDEF", "stmdrvel'STLE", " ", " \t", "\n\r ", "0123456789", "+-=^_{}\\$/()", "éÉßǅ", "中文字", "\u0301\u0308", "ʰªº", "ſ'", "\u00a0\u2003\u3000", "🙂∑∫", "٣½²", "𝔸𝑥𠀀", "aA\u0301中",
	}
	var b strings.Builder
	for range rng.IntN(12) {
		runes := []rune(alphabets[rng.IntN(len(alphabets))])
		for range 1 + rng.IntN(6) {
			b.WriteRune(runes[rng.IntN(len(runes))])
		}
	}
	return b.String()
}

// The splitter must cut where the published expression does.
func TestSplitRandom(t *testing.T) {
	for _, name := range Names() {
		v, split := load(t, name), regexp2.MustCompile(patterns[name], regexp2.None)
		rng := rand.New(rand.NewPCG(13, 14))
		for range 5_000 {
			text := randomText(rng)
			var got, want []string
			for start := 0; start < len(text); {
				end := v.next(v.classes, text, start)
				got = append(got, text[start:end])
				start = end
			}
			match, err := split.FindStringMatch(text)
			for ; match != nil && err == nil; match, err = split.FindNextMatch(match) {
				want = append(want, match.String())
			}
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("%s: %q is cut into %q, want %q, %v", name, text, got, want, err)
			}
		}
	}
}

func TestCountRandom(t *testing.T) {
	for _, name := range Names() {
		c, want := load(t, name).NewCounter(), oracle(t, name)
		rng := rand.New(rand.NewPCG(3, 4))
		for range 2_000 {
			text := randomText(rng)
			if got, want := c.Count(text), want(text); got != want {
				t.Fatalf("%s: Count(%q) = %d, want %d", name, text, got, want)
			}
		}
	}
}

// The table must give every character the class that package unicode gives it.
func TestClassTable(t *testing.T) {
	table := newClassTable()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		var want class
		switch {
		case unicode.In(r, unicode.Lu, unicode.Lt):
			want = classUpper
		case unicode.Is(unicode.Ll, r):
			want = classLower
		case unicode.IsLetter(r):
			want = classLetter
		case unicode.IsMark(r):
			want = classMark
		case unicode.IsNumber(r):
			want = classNumber
		case unicode.IsSpace(r):
			want = classSpace
		}
		if r == '\r' || r == '\n' {
			want |= classNewline
		}
		if got, size := table.at(string(r), 0); got != want || size != utf8.RuneLen(r) {
			t.Fatalf("class of %U = %b, want %b", r, got, want)
		}
	}
}

// Both ways of merging must agree, beside and beyond the length where one takes over.
func TestMerge(t *testing.T) {
	m := load(t, Default).NewCounter().merger
	rng := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		b := make([]byte, 2+rng.IntN(maxScanned-1))
		for i := range b {
			b[i] = "etaoinshr \\\xe4\xb8"[rng.IntN(13)]
		}
		piece := string(b)
		if scan, heap := m.scan(piece), m.merge(piece); scan != heap {
			t.Fatalf("piece %q: scan %d tokens, heap %d", piece, scan, heap)
		}
	}
}

// Hostile texts must take time in proportion to their length. The test would
// run for minutes if one of them were quadratic.
func TestCountHostile(t *testing.T) {
	for _, name := range Names() {
		c := load(t, name).NewCounter()
		for _, unit := range []string{"a", " ", "\n ", "A", "中A", "\u0301", "=", "/", "1", "'s", "xq", "\xff", "Zaq"} {
			text := strings.Repeat(unit, 512<<10/len(unit))
			if n := c.Count(text); n <= 0 || n > len(text) {
				t.Errorf("%s: %d tokens in %d bytes of %q", name, n, len(text), unit)
			}
		}
		if len(c.cache.short) != 1<<inlineBits || len(c.cache.long) > maxLong || cap(c.merger.nodes) > 2*maxPiece {
			t.Errorf("%s: the counter grew", name)
		}
	}
}

// A piece that is cut before merging may only differ by a token or two a cut.
func TestCountLongPiece(t *testing.T) {
	text := strings.Repeat("mathematics", 3*maxPiece/11)
	got, want := load(t, Default).NewCounter().Count(text), library(t, Default)(text)
	if got < want-6 || got > want+6 {
		t.Errorf("Count = %d, want about %d", got, want)
	}
}

func TestCacheEviction(t *testing.T) {
	c := load(t, Default).NewCounter()
	rng := rand.New(rand.NewPCG(7, 8))
	want := oracle(t, Default)
	for range 3 * maxLong { // more long pieces than the cache holds
		b := make([]byte, 16+rng.IntN(8))
		for i := range b {
			b[i] = byte('a' + rng.IntN(26))
		}
		c.Count(string(b))
	}
	if len(c.cache.long) > maxLong {
		t.Errorf("%d long pieces cached", len(c.cache.long))
	}
	for _, text := range texts {
		if got, want := c.Count(text), want(text); got != want {
			t.Errorf("Count(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestCountDoesNotAllocate(t *testing.T) {
	c := load(t, Default).NewCounter()
	text := strings.Join(texts, "\n")
	c.Count(text)
	if n := testing.AllocsPerRun(10, func() { c.Count(text) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzCount(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	type pair struct {
		name string
		c    *Counter
		want func(string) int
	}
	var pairs []pair
	for _, name := range Names() {
		pairs = append(pairs, pair{name, load(f, name).NewCounter(), oracle(f, name)})
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		text = strings.ToValidUTF8(text, "\ufffd")
		for _, p := range pairs {
			if got, want := p.c.Count(text), p.want(text); got != want {
				t.Errorf("%s: Count(%q) = %d, want %d", p.name, text, got, want)
			}
		}
	})
}

// prose imitates pages: words of a Zipf-like distribution, formulas, digits.
func prose(size int) string {
	rng := rand.New(rand.NewPCG(9, 10))
	words := make([]string, 30_000)
	for i := range words {
		b := make([]byte, 2+rng.IntN(9))
		for k := range b {
			b[k] = "eeeetttaaaooinnsshrrdlcumwfgypbvk"[rng.IntN(33)]
		}
		words[i] = string(b)
	}
	zipf := rand.NewZipf(rng, 1.1, 4, uint64(len(words)-1))
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(words[zipf.Uint64()])
		switch rng.IntN(14) {
		case 0:
			b.WriteString(". The ")
		case 1:
			b.WriteString(", $x_{1}^2 + \\frac{3}{4}$ ")
		case 2:
			b.WriteString("\n\n")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func BenchmarkCount(b *testing.B) {
	text := prose(4 << 20)
	for _, name := range Names() {
		b.Run(name, func(b *testing.B) {
			c := load(b, name).NewCounter()
			c.Count(text)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				c.Count(text)
			}
		})
	}
}

func BenchmarkLibrary(b *testing.B) {
	text := prose(1 << 20)
	count := library(b, Default)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		count(text)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		load(b, Default)
	}
}
