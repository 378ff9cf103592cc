package extract

import (
	"os"
	"path/filepath"
	"testing"

	"mathsieve/internal/corpus"
)

func TestSiteRules(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte("a.example: {content: '#x', drop: .y}"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := DefaultOptions()
	o.SiteRules = rules
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`<html lang=en><title>T</title><p>Before it</p><nav id=x>Let <span class=y>not</span>
<script type="math/tex">a&lt;b_1</script> and <math><mi>c</mi></math> hold.</nav>`)
	var doc corpus.Document
	in := Input{Body: body, ContentType: "text/html", URL: "https://a.example/"}
	if reason := e.NewWorker().Extract(in, &doc); reason != "" || doc.Text != "# T\n\nLet $a<b_1$ and $c$ hold." {
		t.Errorf("reason %q, text %q", reason, doc.Text)
	}
	if doc.Metadata.Language != "en" {
		t.Errorf("language %q", doc.Metadata.Language)
	}
}
