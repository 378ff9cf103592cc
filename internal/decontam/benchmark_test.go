package decontam

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadBenchmark(t *testing.T) {
	f := func(file string, want ...Text) {
		t.Helper()
		var got []Text
		items, empty, err := ReadBenchmark(strings.NewReader(file), "b", func(text Text) error {
			if text.Benchmark != "b" {
				t.Errorf("benchmark %q", text.Benchmark)
			}
			text.Benchmark, text.Text = "", strings.TrimSpace(text.Text)
			got = append(got, text)
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		distinct := make(map[int]bool)
		for _, text := range want {
			distinct[text.Item] = true
		}
		if items-empty != len(distinct) {
			t.Errorf("%s: %d items, %d empty", file, items, empty)
		}
	}
	f("{\"question\":\"Q\",\"answer\":\"A\"}\n\n{\"question\":\"R\",\"answer\":5,\"id\":\"x\"}\n",
		Text{Task: true, Text: "Q"}, Text{Text: "A"}, Text{Item: 1, Task: true, Text: "R"})
	f(`{"Body":"B","Question":"Q","Equation":"E","Answer":1.0}`, Text{Task: true, Text: "B\nQ"})
	f(`{"passage":null,"question":"Q","options":["a",2,null,"c"],"label":"A"}`, Text{Task: true, Text: "Q\na\n2\nc"})
	f(`{"question":"Q","choices":{"text":["a","b"],"label":["A","B"]}}`, Text{Task: true, Text: "Q\na\nb"})
	f(`{"problem":"Q","question":"Q","prompt":"P"}`, Text{Task: true, Text: "Q"}, Text{Task: true, Text: "P"})
	f(`{"question":"Q","other":{"solution":"S","level":"5"}}`, Text{Task: true, Text: "Q"}, Text{Text: "S"})
	f(`{"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}]}`, Text{Task: true, Text: "Q"}, Text{Text: "A"})
	f(`{"question":"Q","answer":"1+1=<<1+1=2>>2"}`, Text{Task: true, Text: "Q"}, Text{Text: "1+1=<<1+1=2>>2"}, Text{Text: "1+1=2"})
	f(`[{"question":"Q"},{"question":"R"}]`, Text{Task: true, Text: "Q"}, Text{Item: 1, Task: true, Text: "R"})
	f("\ufeff"+`{"id":1}{"question":"Q"}`, Text{Item: 1, Task: true, Text: "Q"})
	f(`{"x":NaN,"y":-Infinity,"question":"NaN \" NaN","options":[NaN]}`, Text{Task: true, Text: `NaN " NaN`})
	f(`{"passage":"P"}`, Text{Text: "P"})
}

func TestReadBenchmarkErrors(t *testing.T) {
	ignore := func(Text) error { return nil }
	_, _, err := ReadBenchmark(strings.NewReader(`{"frage":"Q","id":1}`), "file.jsonl", ignore)
	if !errors.Is(err, ErrNoText) || !strings.Contains(err.Error(), "file.jsonl") || !strings.Contains(err.Error(), "frage, id") {
		t.Errorf("no text: %v", err)
	}
	if _, _, err := ReadBenchmark(strings.NewReader(""), "file.jsonl", ignore); !errors.Is(err, ErrNoText) {
		t.Errorf("empty file: %v", err)
	}
	_, _, err = ReadBenchmark(strings.NewReader("{\"question\":\"Q\"}\n{\"question\":"), "file.jsonl", ignore)
	if err == nil || !strings.Contains(err.Error(), "file.jsonl item 1") {
		t.Errorf("cut short: %v", err)
	}
	stop := errors.New("stop")
	_, _, err = ReadBenchmark(strings.NewReader(`{"question":"Q"}`), "file.jsonl", func(Text) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("callback's error: %v", err)
	}
}

func TestBuilderReadBenchmark(t *testing.T) {
	b := NewBuilder(DefaultOptions())
	if err := b.ReadBenchmark(strings.NewReader(`{"id":1}{"question":"one two three four"}{"question":"one"}`), "b"); err != nil {
		t.Fatal(err)
	}
	want := []Counts{{Benchmark: "b", Items: 3, EmptyItems: 1, Texts: 2, Grams: 5, WholeTexts: 1, TooShort: 1}}
	if diff := cmp.Diff(want, b.Build().Counts()); diff != "" {
		t.Error(diff)
	}
}

func FuzzReadBenchmark(f *testing.F) {
	f.Add(`{"question":"Q","options":[1,NaN],"answer":"<<1>>"}`)
	f.Add(`[{"messages":[{"role":"assistant","content":"A"}]},-Infinity]`)
	f.Fuzz(func(t *testing.T, file string) {
		items, empty, err := ReadBenchmark(strings.NewReader(file), "b", func(Text) error { return nil })
		if empty > items || err == nil && empty == items {
			t.Errorf("%d items, %d empty, %v", items, empty, err)
		}
	})
}
