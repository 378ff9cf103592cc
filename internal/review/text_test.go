package review

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// outline writes blocks for comparison: kind, then parts, formulas in angle
// brackets, displays in double ones, code in backticks.
func outline(text string) string {
	var b strings.Builder
	out, _ := blocks(text)
	for _, block := range out {
		b.WriteString(block.Kind)
		if block.Level > 0 {
			b.WriteByte(byte('0' + block.Level))
		}
		for _, p := range block.Parts {
			switch p := p.(type) {
			case string:
				b.WriteString("|" + p)
			case codeSpan:
				b.WriteString("|`" + p.Code + "`")
			case formula:
				if p.Display {
					b.WriteString("|<<" + p.TeX + ">>")
				} else {
					b.WriteString("|<" + p.TeX + ">")
				}
			}
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestBlocks(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if diff := cmp.Diff(want, outline(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	f("", "")
	f("one\n\ntwo\nlines", "p|one\np|two\nlines")
	f("# Title $x$\ntext", "h1|Title |<x>\np|text")
	f("#hashtag", "p|#hashtag")
	f("let $x$ be", "p|let |<x>| be")
	f(`costs \$5 and \$6`, "p|costs $5 and $6")
	f("costs $5", "p|costs $5")
	f("$$", "p|$$")
	f("$$\na\n\nb\n$$\nafter", "math|<<a\n\nb>>\np|after")
	f("  $$\n  a &= b\n  $$", "math|<<a &= b>>")
	f("> $$\n> a\n> b\n> $$", "math|<<a\nb>>")
	f("before $$x$$ after", "p|before |<<x>>| after")
	f("before\n$$x$$\nafter", "p|before|<<x>>|after")
	f(`$\text{for $n$}$ end`, `p|<\text{for $n$}>| end`)
	f("$a{$ b", "p|<a{>| b")
	f("$a\nb$", "p|$a\nb$")
	f("```\n$x$\n\n# no\n```\nend", "code|$x$\n\n# no\np|end")
	f("````\n```\n````", "code|```")
	f("```\nopen", "code|open")
	f("see `a $b$` and `` c`d ``", "p|see |`a $b$`| and |` c`d `")
	f("lone ` tick $x$", "p|lone ` tick |<x>")
	f("- item $x$\n  - more", "p|- item |<x>|\n  - more")
	f(`back\slash $x$`, `p|back\slash |<x>`)
}

// Of the formulas of the benchmarks, which people wrote in LaTeX, nearly all
// are converted whole.
func TestRealFormulas(t *testing.T) {
	root := os.Getenv("MATHSIEVE_DATA")
	if root == "" {
		t.Skip("MATHSIEVE_DATA is not set")
	}
	files, err := filepath.Glob(filepath.Join(root, "data", "benchmarks", "*", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	formulas, whole := 0, 0
	var count func(value any)
	count = func(value any) {
		switch value := value.(type) {
		case string:
			found, _ := blocks(value)
			for _, b := range found {
				for _, part := range b.Parts {
					if f, ok := part.(formula); ok {
						formulas++
						if f.Whole {
							whole++
						}
					}
				}
			}
		case map[string]any:
			for _, v := range value {
				count(v)
			}
		case []any:
			for _, v := range value {
				count(v)
			}
		}
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var value any
			if json.Unmarshal(line, &value) == nil {
				count(value)
			}
		}
	}
	share := float64(whole) / float64(formulas)
	t.Logf("%d of %d formulas are whole: %.3f %%", whole, formulas, 100*share)
	if share < 0.995 {
		t.Errorf("only %.2f %% of the formulas are whole", 100*share)
	}
}

// What is sent is bounded, and takes time in proportion, for any text.
func TestBlocksLimits(t *testing.T) {
	for name, text := range map[string]string{
		"long": strings.Repeat("word ", 200_000), "dollars": strings.Repeat("$", 300_000), "open": strings.Repeat("$x ", 100_000),
		"lines": strings.Repeat("$$\n", 100_000), "fences": strings.Repeat("````\n```\n", 30_000), "ticks": strings.Repeat("` `` ", 60_000),
		"groups": strings.Repeat("$"+strings.Repeat("{", 200)+"$ ", 1000), "quotes": strings.Repeat("> ", 100_000),
	} {
		begin := time.Now()
		out, _ := blocks(text)
		data, err := json.Marshal(out)
		if err != nil || len(data) > 64*maxText {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
		if took := time.Since(begin); took > 10*time.Second { // seconds would be quadratic
			t.Errorf("%s took %v", name, took)
		}
	}
	if _, cut := blocks(strings.Repeat("x", maxText+1)); !cut {
		t.Error("a long text is not cut")
	}
}

func FuzzBlocks(f *testing.F) {
	for _, seed := range []string{"a $x$ b", "$$\nx\n$$", "```\nx\n```", "# h\n> $$\n> y\n> $$", "`a` \\$ $\\text{$x$}$", "\xff$\x00$"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, _ := blocks(text)
		if _, err := json.Marshal(out); err != nil {
			t.Fatal(err)
		}
	})
}
