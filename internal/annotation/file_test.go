package annotation

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// noon is a time for rules.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// rule makes a rule of its short form.
func rule(t testing.TB, target string, v Verdict, who string) Rule {
	t.Helper()
	parsed, err := ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	return Rule{Target: parsed, Verdict: v, Who: who, When: noon}
}

// file makes a file of lines "verdict target".
func file(t testing.TB, lines ...string) *File {
	t.Helper()
	f := &File{}
	for _, line := range lines {
		verdict, target, _ := strings.Cut(line, " ")
		v, err := ParseVerdict(verdict)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Set(rule(t, target, v, "anna")); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

const canonical = `version: 1
rules:
  - domain: example.org
    path: /math
    verdict: "yes"
    who: anna
    when: 2026-11-25T03:00:00Z
    note: lecture notes
  - host: example.org
    verdict: "unsure"
    note: "a: \"b\" \\ c\n\u0085# ü"
  - host: "192.0.2.1"
    pattern: /viewtopic.php?f=5
    verdict: "no"
`

func TestParseAndMarshal(t *testing.T) {
	const loose = `# by hand
rules:
- {host: Example.org., verdict: unsure, note: "a: \"b\" \\ c\n\N# ü", who: , path: /}
- host: 192.0.2.1
  "pattern": '/viewtopic.php?f=5&f=5'
  verdict: no
- when: 2026-11-25T04:00:00+01:00
  domain: example.org
  path: /math/
  who: anna
  verdict: yes
  note: >-
    lecture
    notes
version: 1
`
	for _, in := range []string{loose, canonical} {
		if _, err := Parse([]byte(in)); err == nil {
			t.Fatal("accepted U+0085, a control character")
		}
		in = strings.NewReplacer(`\N`, "", `\u0085`, "").Replace(in)
		f, err := Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(canonical, `\u0085`, "")
		want = strings.ReplaceAll(want, `"unsure"`, "unsure")
		// Rules stand in order of names.
		head, rest, _ := strings.Cut(want, "  - domain")
		middle, last, _ := strings.Cut(rest, "  - host: \"192")
		want = head + "  - host: \"192" + last + "  - domain" + middle
		if diff := cmp.Diff(want, string(f.Marshal())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for _, empty := range []string{"", "\n", "# nothing\n", "version: 1\n", "version: 1\nrules:\n", "version: 1\nrules: []\n", "null\n", "---\n"} {
		f, err := Parse([]byte(empty))
		if err != nil || len(f.Rules()) > 0 {
			t.Errorf("Parse(%q): %v", empty, err)
			continue
		}
		if got := string(f.Marshal()); got != "version: 1\nrules: []\n" {
			t.Errorf("an empty file is %q", got)
		}
	}
}

func TestParseErrors(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		_, err := Parse([]byte(in))
		if !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q): %v, want ErrSyntax", in, err)
			return
		}
		if diff := cmp.Diff(strings.Join(want, "\n"), err.Error()); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", in, diff)
		}
	}
	f("a", "line 1:1: annotations: want keys and values")
	f("[]", "line 1:1: annotations: want keys and values")
	f("rules: []", "line 1:1: version is missing: want version: 1")
	f("version: 2", `line 1:10: version "2": this program reads version 1`)
	f("version: 1\nrule: []", `line 2:1: annotations: unknown key "rule"`)
	f("version: 1\nrules: 5", "line 2:8: rules: want a list")
	f("version: 1\nversion: 1", "line 2:1: annotations: version is given twice")
	f("version: 1\nrules: [1, {}, []]",
		"line 2:9: rule: want keys and values", "line 2:12: rule: verdict is missing", "line 2:16: rule: want keys and values")
	f("version: 1\nrules:\n- host: a.org", "line 3:3: rule: verdict is missing")
	f("version: 1\nrules:\n- verdict: yes", "line 3:3: invalid target: want a host or a domain")
	f("version: 1\nrules:\n- host: a.org\n  verdict: maybe", `line 4:12: invalid verdict "maybe": want yes, no or unsure`)
	f("version: 1\nrules:\n- host: a.org\n  verdict: yes\n  whom: x", `line 5:3: rule: unknown key "whom"`)
	f("version: 1\nrules:\n- host: [a.org]\n  verdict: yes", `line 3:9: host: want a text`)
	f("version: 1\nrules:\n- host: a.org\n  verdict: yes\n  when: today", `line 5:9: when: "today" is not a time such as 2026-11-25T03:00:00Z`)
	f("version: 1\nrules:\n- host: a.org\n  path: /v?f=1\n  verdict: yes", `line 3:3: invalid target: path "/v?f=1" has one of * ? $: write pattern, or %2A, %3F, %24`)
	f("version: 1\nrules:\n- domain: co.uk\n  verdict: yes", `line 3:3: invalid target: co.uk is a public suffix or an IP address: name a domain below it, or a host`)
	f("version: 1\nrules:\n- host: a.org\n  pattern: a*\n  verdict: yes", `line 3:3: invalid target: pattern "a*": must start with a slash`)
	f("version: 1\nrules:\n- {host: a.org, path: /b, verdict: yes}\n- {host: A.org, pattern: /b/**, verdict: no}", `line 4:3: a.org/b has a rule in line 3 already`)
	f("version: 1\nrules:\n- &a {host: a.org, verdict: yes}\n- *a", `line 4:3: rule: want keys and values`)
	f("version: 1\nrules:\n- {<<: {host: a.org}, verdict: yes}", `line 3:4: rule: unknown key "<<"`)
	f("version: 1\nrules:\n- {[a]: b, verdict: yes}", `line 3:4: rule: a key must be a word`)
	f("version: 1\n\xff", "line 2: not UTF-8")
	f("version: 1\n rules: x", "line 2: mapping values are not allowed in this context")
	f("version: 1\nrules: [", "line 2: did not find expected node content")

	_, err := Parse([]byte("version: 1\nrules: [" + strings.Repeat("1, ", 1000) + "]"))
	if n := strings.Count(err.Error(), "\n") + 1; n != maxErrors {
		t.Errorf("%d errors are told", n)
	}
	if _, err := Parse(make([]byte, MaxFile+1)); !errors.Is(err, ErrSyntax) {
		t.Errorf("a file that is too large: %v", err)
	}
}

func TestMerge(t *testing.T) {
	a := file(t, "yes a.org", "no b.org/x", "yes c.org", "unsure *.d.org")
	b := file(t, "yes a.org", "no b.org/y", "no c.org", "yes *.d.org")
	later := rule(t, "a.org", Yes, "berta")
	later.When, later.Note = noon.Add(time.Hour), "sure"
	if err := b.Set(later); err != nil {
		t.Fatal(err)
	}
	merged, conflicts := Merge(a, b)
	again, swapped := Merge(b, a)
	if !bytes.Equal(merged.Marshal(), again.Marshal()) {
		t.Error("merging the other way round gives other rules")
	}
	var got []string
	for _, r := range merged.Rules() {
		got = append(got, fmt.Sprintf("%s %s %s", r.Verdict, r.Target, r.Note))
	}
	if diff := cmp.Diff([]string{"yes a.org sure", "no b.org/x ", "no b.org/y "}, got); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	got = nil
	for i, c := range conflicts {
		got = append(got, fmt.Sprintf("%s %s %s", c.A.Target, c.A.Verdict, c.B.Verdict))
		if swapped[i].A.Target != c.A.Target || swapped[i].A.Verdict != c.B.Verdict {
			t.Error("conflicts differ when merged the other way round")
		}
	}
	if diff := cmp.Diff([]string{"c.org yes no", "*.d.org unsure yes"}, got); diff != "" {
		t.Errorf("conflicts (-want +got):\n%s", diff)
	}
	if same, none := Merge(a, a); len(none) > 0 || !bytes.Equal(same.Marshal(), a.Marshal()) {
		t.Error("a file merged with itself is not itself")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		canonical, "version: 1\nrules:\n- &a {host: a.org, verdict: yes}\n- *a", "version: 1\nrules: [{domain: a.org, pattern: '/**/*.pdf$', verdict: no}]",
		"%YAML 1.2\n---\nversion: !!int 1\n", "version: 1\nrules:\n- {host: \"[::1]\", path: /a%2Fb, verdict: unsure, note: |\n  x\n  }",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			if !errors.Is(err, ErrSyntax) {
				t.Fatalf("%v is not ErrSyntax", err)
			}
			return
		}
		text := file.Marshal()
		if len(file.Rules()) > 0 && parseLines(text) == nil {
			t.Fatalf("%s\nis not read as canonical", text)
		}
		if fast := parseLines(data); fast != nil && !bytes.Equal(data, text) {
			t.Fatalf("%s\nis read as canonical", data)
		}
		again, err := parseYAML(text)
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		if diff := cmp.Diff(file.Rules(), again.Rules()); diff != "" {
			t.Fatalf("%s\nrules differ when read back (-want +got):\n%s", text, diff)
		}
		m := NewMatcher(file).NewLookup()
		for _, r := range file.Rules() {
			if target, err := ParseTarget(r.String()); err != nil || target != r.Target {
				t.Fatalf("%s reads as %+v, %v", r.Target, target, err)
			}
			if r.Pattern == "" {
				if got, ok := m.Match("http://" + r.Host + r.Domain + r.Path); !ok {
					t.Fatalf("no rule for %s, got %v", r.Target, got)
				}
			}
		}
	})
}
