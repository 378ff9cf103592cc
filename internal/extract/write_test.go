package extract

import (
	"math/rand/v2"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
)

// TestPlainParagraphs holds the short way for paragraphs without marks against
// the one that looks at each byte.
func TestPlainParagraphs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const bytes = "aaaaaab.,:\\[<\n  "
	var p page
	for range 20_000 {
		text := make([]byte, 1+r.IntN(30))
		for i := range text {
			text[i] = bytes[r.IntN(len(bytes))]
		}
		src := trimMarks(p.appendText(nil, text))
		if len(src) == 0 {
			continue
		}
		w := textWriter{p: &p, src: src, escape: r.IntN(2) == 0, heading: r.IntN(3)}
		write := func(do func(w *textWriter)) string {
			p.out.reset()
			w := w
			do(&w)
			return string(p.out.buf)
		}
		got := write(func(w *textWriter) { w.write(plainKinds.of(src)) })
		want := write(func(w *textWriter) { w.run() })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("paragraph %q differs (-want +got):\n%s", src, diff)
		}
	}
}

// TestMayCompose asks of every character whether a text with it is known to be
// in normalisation form C.
func TestMayCompose(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		s := string(r)
		if !utf8.ValidRune(r) || runeClass(r) != tcCopy {
			continue
		}
		form := norm.NFC.PropertiesString(s)
		if form.BoundaryBefore() && form.CCC() == 0 && norm.NFC.String(s) == s {
			continue
		}
		if textClass[s[0]] != tcRune || !mayCompose(r) {
			t.Errorf("%U %q changes with what is before it", r, r)
		}
	}
}
