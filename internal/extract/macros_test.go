package extract

import (
	"testing"

	"mathsieve/internal/corpus"
)

// TestMacros has one line for each place in which pages define macros. A macro
// is kept by default, and its definition is never text.
func TestMacros(t *testing.T) {
	config := func(macros string) string {
		return mathJax + `<script>MathJax = {tex: {inlineMath: [['$', '$']], macros: ` + macros + `}};</script>`
	}
	tests := []struct{ name, head, body, kept, expanded string }{
		{"raw block", dollars, `<p>$\newcommand{\R}{\mathbb{R}}$</p><p>Let $x\in\R$.`, `Let $x\in\R$.`, `Let $x\in\mathbb{R}$.`},
		{"hidden block", dollars, `<div style="display:none">\[\def\eps{\varepsilon}\]</div><p>Let $\eps>0$.`, `Let $\eps>0$.`, `Let $\varepsilon>0$.`},
		{"operator", dollars, `<p>\(\DeclareMathOperator{\Hom}{Hom}\)</p><p>Then $\Hom(A,B)$.`, `Then $\Hom(A,B)$.`, `Then $\operatorname{Hom}(A,B)$.`},
		{"script", "", `<script type="math/tex">\newcommand{\vct}[1]{\mathbf{#1}}</script><p>So <script type="math/tex">\vct v=\vct{w}</script>.`, `So $\vct v=\vct{w}$.`, `So $\mathbf{v}=\mathbf{w}$.`},
		{"script in the head", `<script type="math/tex">\newcommand{\N}{\mathbb{N}}</script>`, `<p>In <script type="math/tex">\N</script>.`, `In $\N$.`, `In $\mathbb{N}$.`},
		{"optional argument", dollars, `<p>$\newcommand{\nrm}[2][2]{\|#2\|_{#1}}$</p><p>So $\nrm{x}=\nrm[1]{y}$.`, `So $\nrm{x}=\nrm[1]{y}$.`, `So $\|x\|_{2}=\|y\|_{1}$.`},
		{"with a formula", dollars, `<p>Let $\newcommand{\K}{\mathbb{K}}a\in\K$.`, `Let $a\in\K$.`, `Let $a\in\mathbb{K}$.`},
		{"configuration", config(`{RR: "{\\mathbb{R}}", "abs": ["|#1|", 1]}`), `<p>Let $\abs{x}\in\RR$.`, `Let $\abs{x}\in\RR$.`, `Let $|x|\in{\mathbb{R}}$.`},
		{"configuration with a default", config(`{pnorm: ["\\|#2\\|_{#1}", 2, "p"]}`), `<p>So $\pnorm{x}$.`, `So $\pnorm{x}$.`, `So $\|x\|_{p}$.`},
		{"KaTeX", `<script>renderMathInElement(document.body, {delimiters: [{left: "$", right: "$", display: false}], macros: {"\\half": "\\frac{#1}{2}"}});</script>`, `<p>So $\half{x}$.`, `So $\half{x}$.`, `So $\frac{x}{2}$.`},
		{"standard command", dollars, `<p>$\renewcommand{\phi}{\varphi}$</p><p>So $\phi$.`, `So $\phi$.`, `So $\phi$.`},
		{"circle", dollars, `<p>$\newcommand{\xa}{\xb}\newcommand{\xb}{\xa}$</p><p>So $\xb+1$.`, `So $\xb+1$.`, `So $\xb+1$.`},
		{"missing argument", dollars, `<p>$\newcommand{\two}[2]{#1/#2}$</p><p>So $\two{x}$.`, `So $\two{x}$.`, `So $\two{x}$.`},
		{"code", dollars, `<p>Write <code>\newcommand{\Q}{\mathbb{Q}}</code> for $\Q$.`, "Write `\\newcommand{\\Q}{\\mathbb{Q}}` for $\\Q$.", "Write `\\newcommand{\\Q}{\\mathbb{Q}}` for $\\Q$."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, expand := range []bool{false, true} {
				o := DefaultOptions()
				o.ExpandMacros = expand
				e, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				want := tt.kept
				if expand {
					want = tt.expanded
				}
				page := "<!DOCTYPE html><html><head>" + tt.head + "</head><body>" + tt.body
				w := e.NewWorker()
				for range 2 { // the macros of one page say nothing about the next one
					var doc corpus.Document
					if reason := w.Extract(Input{Body: []byte(page), ContentType: "text/html"}, &doc); reason != "" || doc.Text != want {
						t.Errorf("expand %v: %q %q, want %q", expand, reason, doc.Text, want)
					}
				}
			}
		})
	}
}

// TestMacrosOfOnePage checks that a page's macros end with it.
func TestMacrosOfOnePage(t *testing.T) {
	o := DefaultOptions()
	o.ExpandMacros = true
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	var doc corpus.Document
	w.Extract(Input{Body: []byte(`<p>\(\newcommand{\R}{\mathbb{R}}\R\)`), ContentType: "text/html"}, &doc)
	if want := `$\mathbb{R}$`; doc.Text != want {
		t.Errorf("got %q, want %q", doc.Text, want)
	}
	w.Extract(Input{Body: []byte(`<p>\(\R\)`), ContentType: "text/html"}, &doc)
	if want := `$\R$`; doc.Text != want {
		t.Errorf("got %q, want %q", doc.Text, want)
	}
}

// TestProgramText has dollars and labels that belong to programs, on pages that
// hold formulas as well.
func TestProgramText(t *testing.T) {
	for body, want := range map[string]string{
		`is $tls_cipher$ here`:                       `is \$tls_cipher\$ here`,
		`set $local_part and $domain_data`:           `set \$local_part and \$domain_data`,
		`the URI $SRC_URI$ here`:                     `the URI \$SRC_URI\$ here`,
		`from $FROM=a:$UNTIL`:                        `from \$FROM=a:\$UNTIL`,
		`in ${HOME}/lib<${LIB}`:                      `in \${HOME}/lib<\${LIB}`,
		`make $(OBJS)+$(LIBS)`:                       `make \$(OBJS)+\$(LIBS)`,
		`Main$$anonfun$2$$apply`:                     `Main\$\$anonfun\$2\$\$apply`,
		`write $$ for a dollar and then $$ again`:    `write \$\$ for a dollar and then \$\$ again`,
		`the $x_i$, $a_{ij}$, $v_{max}$ and $v_max$`: `the $x_i$, $a_{ij}$, $v_{max}$ and $v_max$`,
		`$FE_k$, $n$th, $ABC=x$ and $pq$`:            `$FE_k$, $n$th, $ABC=x$ and $pq$`,
		`$x_1y_2$ and $a_n=b_n$`:                     `$x_1y_2$ and $a_n=b_n$`,
		`<a href=/><svg aria-label="nav_small_right"><path></path></svg>Next</a>`: `Next`,
		`<span data-expression="isOpen(key) == other">x</span>`:                   `x`,
	} {
		got := extractBody(t, mathJax, `<p>As \(a\) is.</p><p>`+body).Text
		if want = "As $a$ is.\n\n" + want; got != want {
			t.Errorf("%s\n got %q\nwant %q", body, got, want)
		}
	}
}
