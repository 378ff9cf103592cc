package extract

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mathsieve/internal/corpus"
)

// A mathCase says what must come out of a page.
type mathCase struct {
	Form           string            `json:"form"`
	Match          string            `json:"match"`
	MustContain    []json.RawMessage `json:"must_contain"` // strings, or lists of alternatives
	MustNotContain []string          `json:"must_not_contain"`
	Count          map[string][2]int `json:"count"`
}

// wantPassed is how many of the cases in the data folder must pass.
const wantPassed = 96

// TestMathCases extracts the pages of the external data folder, about half of
// them real ones, and judges the texts. With MATHSIEVE_OUT set, it leaves them
// in that folder.
func TestMathCases(t *testing.T) {
	data := os.Getenv("MATHSIEVE_DATA")
	if data == "" {
		t.Skip("MATHSIEVE_DATA is not set")
	}
	out := os.Getenv("MATHSIEVE_OUT")
	if out == "" {
		out = t.TempDir()
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(filepath.Join(data, "mathcases", "dev", "*"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	passed := 0
	type tally struct{ passed, cases int }
	forms := make(map[string]tally)
	for _, folder := range folders {
		page, err := os.ReadFile(filepath.Join(folder, "page.html"))
		if err != nil {
			t.Fatal(err)
		}
		var doc corpus.Document
		w.Extract(Input{Body: page}, &doc)
		name := filepath.Base(folder)
		if err := os.WriteFile(filepath.Join(out, name+".txt"), []byte(doc.Text), 0o644); err != nil {
			t.Fatal(err)
		}
		form, faults := judge(t, folder, doc.Text)
		count := forms[form]
		count.cases++
		if len(faults) > 0 {
			t.Logf("%s fails:\n\t%s", name, strings.Join(faults, "\n\t"))
		} else {
			count.passed++
			passed++
		}
		forms[form] = count
	}
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		t.Logf("%-18s %2d of %2d", form, forms[form].passed, forms[form].cases)
	}
	if passed < wantPassed {
		t.Errorf("%d of %d cases passed, want %d", passed, len(folders), wantPassed)
	}
}

// judge returns the form of a case and what is wrong with its text.
func judge(t *testing.T, folder, text string) (form string, faults []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var c mathCase
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	scored := newScoredText(text)
	for _, item := range c.MustContain {
		var alternatives []string
		if json.Unmarshal(item, &alternatives) != nil {
			var one string
			if err := json.Unmarshal(item, &one); err != nil {
				t.Fatal(err)
			}
			alternatives = []string{one}
		}
		found := false
		for _, a := range alternatives {
			found = found || scored.has(a, c.Match == "canon")
		}
		if !found {
			faults = append(faults, "missing "+alternatives[0])
		}
	}
	for _, needle := range c.MustNotContain {
		if scored.hasForbidden(needle) {
			faults = append(faults, "forbidden "+needle)
		}
	}
	for needle, bounds := range c.Count {
		if n := strings.Count(scored.squeezed, squeeze(needle)); n < bounds[0] || n > bounds[1] {
			faults = append(faults, "wrong count of "+needle)
		}
	}
	return c.Form, faults
}
