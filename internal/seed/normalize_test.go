package seed

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestAppendTokens(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := string(AppendTokens(nil, in, 0)); got != want {
			t.Errorf("AppendTokens(%q) = %q, want %q", in, got, want)
		}
	}
	f("", "")
	f(" \n\t", "")
	f("The Cat, sat.", "the cat sat")
	f("in 1989 and 7", "in 0000 and 0")
	f("123456789", "0000")
	f(`$\frac{a}{b}$`, `$ \frac { a } { b } $`)
	f(`it costs \$5`, "it costs 0")
	f(`\{x\} \\[2pt]`, "{ x } [ 0 pt ]")
	f("设x属于R", "设 x 属 于 r")
	f("Größe naïve ÉTÉ", "größe naïve été")
	f("∑ x ≤ y", "∑ x ≤ y")
	f("# Title\n* item | cell `code`", "title item cell code")
	f("__label__math", "_ _ label _ _ math")
	f("e\u0301", "e\u0301")
	f("\xff a", "a")
}

func TestAppendTokensStopsAtTheLimit(t *testing.T) {
	if got := string(AppendTokens(nil, "a b c d", 2)); got != "a b" {
		t.Errorf("got %q, want two tokens", got)
	}
}

func FuzzAppendTokens(f *testing.F) {
	f.Add(`The $x^2$ of \alpha, 设 12`)
	f.Add("\\\\ \\$ \xf0\x9f")
	f.Fuzz(func(t *testing.T, text string) {
		got := AppendTokens([]byte("__label__x"), text, 0)
		if !utf8.Valid(got) {
			t.Fatalf("invalid UTF-8: %q", got)
		}
		for _, token := range strings.Fields(string(got))[1:] {
			if strings.HasPrefix(token, "__label__") {
				t.Fatalf("token %q looks like a label", token)
			}
			if strings.IndexFunc(token, unicode.IsSpace) >= 0 {
				t.Fatalf("token %q holds white space", token)
			}
		}
	})
}
