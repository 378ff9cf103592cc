package language

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mathsieve/internal/fasttext"
)

func TestDetect(t *testing.T) {
	w := New().NewWorker()
	f := func(text, declared, want string) {
		t.Helper()
		for range 3 {
			if got := w.Detect(text, declared); got != want {
				t.Fatalf("Detect(%q, %q) = %q, want %q", text, declared, got, want)
			}
		}
	}
	const english = "We show that the sum of two even numbers is even, and that this is the case for all of the integers."
	f(english, "", "en")
	f(english, "de", "en")
	f(english, "en-gb", "en-GB")
	f(english, "no language", "en")
	f("Wir zeigen, dass die Summe der beiden Zahlen gerade ist, und zwar für alle ganzen Zahlen, die nicht in der Menge sind.", "en", "de")
	f("Nous montrons que la somme de deux nombres pairs est un nombre pair pour tous les entiers qui sont dans cet ensemble.", "en", "fr")
	f("Mostramos que la suma de los números pares es un número par para todos los enteros que están en el conjunto y no en otro.", "", "es")
	f("Vi viser, at summen af to lige tal er lige, og at det også gælder for alle de tal, som ikke er med i mængden.", "da", "da")
	f("Мы покажем, что сумма двух чётных чисел является чётным числом, и что это верно для всех целых чисел.", "en", "ru")
	f("二つの偶数の和が偶数であることを示す。これはすべての整数について成り立つ。", "en", "ja")
	f("我们证明两个偶数之和是偶数，这对所有整数都成立，因此命题得证。", "zh-tw", "zh-TW")
	f("두 짝수의 합이 짝수임을 보인다. 이것은 모든 정수에 대하여 성립한다.", "", "ko")
	f("Δείχνουμε ότι το άθροισμα δύο άρτιων αριθμών είναι άρτιος αριθμός.", "en", "el")
	const shop = "opasky, doplnky, značky, košík, registrácia, heslo, objednávka, doprava" // Slovak; trigrams would say Croatian
	f(shop, "sk", "sk")
	f(shop, "", "")
	f("Osoitamme, että kahden parillisen luvun summa on parillinen, ja että tämä pätee kaikille luvuille, jotka kuuluvat joukkoon.", "", "fi")
	f("GEOS: IllegalStateException.h Source File", "", "en")
	f("Classes in this File: Line Coverage, Branch Coverage; N/A, N/A, N/A, N/A; Complexity 0/3", "", "en")
	f("Capitolo settimo. Organizzazione dei file (Discussione)", "", "")
	f("$x = y$ and $$z$$", "fr", "fr")
	f("", "", "")
	f("\xff\xfe$", "x_y-z", "")
}

func TestProse(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := strings.Join(strings.Fields(string(appendProse(nil, text))), " "); got != want {
			t.Errorf("appendProse(%q) = %q, want %q", text, got, want)
		}
	}
	f("a $x\\$y$ b", "a b")
	f("a $x\\\\$ b", "a b")
	f("a\n\n$$\nx\n$$\n\nb", "a b")
	f("costs \\$5 and `code $` b", "costs \\5 and b")
	f("a\n\n```go\nx $ y\n```\n\nb", "a b")
	if got := appendProse(nil, strings.Repeat("é", 2*maxProse)); string(got) != strings.Repeat("é", maxProse/2) {
		t.Errorf("%d bytes of prose", len(got))
	}
}

// TestModel trains a model with the labels of lid.176 and asks it instead of the
// profiles that are built in.
func TestModel(t *testing.T) {
	var lines strings.Builder
	for range 60 {
		lines.WriteString("__label__en the sum of two even numbers is even for all of the integers\n")
		lines.WriteString("__label__de die summe der beiden zahlen ist gerade und das gilt für alle zahlen\n")
		lines.WriteString("__label__nn vi viser at summen av to tal er eit partal\n")
	}
	args := fasttext.DefaultArgs()
	args.Dim, args.LR, args.Epoch, args.Bucket, args.MinN, args.MaxN, args.Thread = 16, 0.5, 10, 2000, 2, 4, 1
	model, _, err := fasttext.Train(t.Context(), args, fasttext.NewTextSource(strings.NewReader(lines.String())), fasttext.TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "lid.bin")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := model.WriteTo(file); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	detector, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	w := detector.NewWorker()
	f := func(text, declared, want string) {
		t.Helper()
		if got := w.Detect(text, declared); got != want {
			t.Errorf("Detect(%q, %q) = %q, want %q", text, declared, got, want)
		}
	}
	f("the sum of all of the even numbers $x$ is even", "", "en")
	f("the sum of all of the even numbers $x$ is even", "en-GB", "en-GB")
	f("die summe der zahlen ist gerade, und das gilt für alle", "en", "de")
	f("vi viser at summen av tal er eit partal, alle tal", "", "no") // lid.176 has nn and no
	f("ab", "fr", "fr")                                              // too short to tell
}

func TestLoadRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lid.bin")
	if err := os.WriteFile(path, []byte("no model"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil {
		t.Error("a file that is no model was loaded")
	}
}

func BenchmarkDetect(b *testing.B) {
	w := New().NewWorker()
	for name, text := range map[string]string{
		"words":    strings.Repeat("We show that the sum of two even numbers is even, and that this is the case for all. ", 20),
		"trigrams": strings.Repeat("Vi viser, at summen af to lige tal er lige, og at det også gælder for alle. ", 20),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w.Detect(text, "")
			}
		})
	}
}
