package extract

import (
	"strings"
	"testing"
)

// TestContent asks of parts of a page whether they are in the text.
func TestContent(t *testing.T) {
	const (
		before = `<h1>Tides</h1><p>The water rises twice on each day. Why it does so was told by Newton. It follows the moon, and a little the sun. ` +
			`At new moon both pull in one line, and the water stands highest. At half moon they pull across. Then the tide is low.</p>`
		after = `<p>In narrow bays the tide is higher. The highest of all is in Canada. Nobody bathes there at noon.</p>`
	)
	f := func(name, part, want string) {
		t.Helper()
		got := extractBody(t, "", before+part+after).Text
		_, got, _ = strings.Cut(got, "Then the tide is low.")
		got, _, ok := strings.Cut(got, "In narrow bays")
		if got = strings.TrimSpace(got); !ok || got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	f("header of a card", `<div class="card"><div class="card-header">Definition 3</div><div>Spring tide.</div></div>`, "Definition 3\n\nSpring tide.")
	f("heading called a header", `<h3 class="box-header">Remarks</h3><ul><li>One</li></ul>`, "### Remarks\n\n- One")
	f("header of a section", `<section><header><h2>Neap tides</h2></header><p>They are low.</p></section>`, "## Neap tides\n\nThey are low.")
	f("header above links", `<div><div class="box-header">Places</div><p><a href="/a">Bay</a> <a href="/b">Cape</a></p></div>`, "Bay Cape")
	f("header with links", `<div class="page-header"><a href="/a">Sea</a> <a href="/b">Land</a></div>`, "")
	f("number of a step", `<ol><li><div class="header">1</div><div>Wait.</div></li></ol>`, "1. Wait.")
	f("group of functions", `<table><tr><td colspan="2"><div class="groupHeader">Access</div></td></tr></table>`, "Access")
	f("signature", `<table class="memname"><tr><td>int f</td><td>(</td><td>int</td><td>a,</td></tr><tr><td></td><td></td><td>int</td><td>b</td></tr></table>`,
		"int f ( int a,\n\nint b")
	f("navigation of a manual", `<div class="navheader"><table><tr><th>2. Tides</th></tr><tr><td>Prev</td></tr></table></div>`, "")
	f("box about the author", `<div class="author-bio"><p>Kim writes. Kim swims. Kim sails.</p></div>`, "")
	f("box with a formula", `<div class="author-bio"><p>Kim found \(x=2\).</p></div>`, "Kim found $x=2$.")
	f("call to action", `<div class="x-cta"><p>Book now. Places are few. Be quick.</p></div>`, "")
	f("tags", `<p class="tags"><a href="/a">sea</a> <a href="/b">moon</a></p>`, "")
	f("form to sign in", `<form><label>Name</label><input name="n"><label>Password</label><input type="password"></form>`, "")
	f("form with a field for mail", `<form><p>Get news.</p><input type="TEXT" name="userMail"></form>`, "")
	f("form to answer", `<form><p>How high is it? <input name="q1"></p></form>`, "How high is it?")
	f("form with a formula", `<form><p>What is \(x\)? <input name="q1"> <input type="email"></p></form>`, "What is $x$?")
	f("form of sentences", `<form><p>A. One. B. Two. C. Three. D. Four.</p><input type="email"></form>`, "A. One. B. Two. C. Three. D. Four.")
	f("buttons in a heading", `<h2>Tables <button>Edit</button></h2><p>None.</p><h2><button>Open the tables</button></h2><p>None.</p>`, "## Tables\n\nNone.\n\n## Open the tables\n\nNone.")
	f("heading that is a sentence", `<h2>`+strings.Repeat("The moon pulls and the water follows. ", 4)+`</h2><div class="x-cta">See it</div><h2>Next</h2><p>None.</p>`,
		"## "+strings.TrimSpace(strings.Repeat("The moon pulls and the water follows. ", 4))+"\n\n## Next\n\nNone.")

	f("related pages", `<h2>Related posts:</h2><ul><li><a href="/a">Ebb</a></li></ul>`, "")
	f("related pages in boxes", `<section><div><div><h3>Auch interessant</h3></div></div><div><a href="/a">Ebb</a> <p>a word of it</p><a href="/b">Flow</a></div></section>`, "")
	f("related formulas", `<h2>Related articles</h2><ul><li><a href="/a">On \(x\)</a></li></ul>`, "## Related articles\n\n- On $x$")
	f("related text", `<h2>Related articles</h2><p>The best book is <a href="/a">this</a>. It is old.</p>`, "## Related articles\n\nThe best book is this. It is old.")
	f("text after related pages", `<h2>Related posts</h2><p><a href="/a">Ebb</a></p><p>Still the text.</p>`, "Still the text.")
	f("another heading", `<h2>Related concepts</h2><ul><li><a href="/a">Ebb</a></li></ul>`, "## Related concepts\n\n- Ebb")
}

// TestLinksApart asks where a gap is put between links that touch in the source.
func TestLinksApart(t *testing.T) {
	f := func(links, want string) {
		t.Helper()
		got := extractBody(t, "", `<p>The tide comes twice a day, and nobody knows it better than the fishermen.</p><p>See `+links+`.</p>`).Text
		if _, got, _ = strings.Cut(got, "See "); got != want+"." {
			t.Errorf("%s: got %q, want %q", links, got, want)
		}
	}
	f(`<a href="/a">Moon</a><a href="/b">Sun</a><a href="/c">Ebb</a>`, "Moon Sun Ebb")
	f(`<a href="/a">Zoé</a><a href="/b"><b>Émile</b></a>`, "Zoé Émile")
	f(`<a href="/a">1</a><a href="/b">2</a>`, "1 2")
	f(`<a href="/a">fish</a><a href="/b">erman</a>`, "fisherman")
	f(`<a href="/a">Mac</a><a href="/a">Donald</a>`, "MacDonald")
	f(`<a name="x"></a><a href="/a">Moon</a>`, "Moon")
	f(`<a href="/a">(</a><a href="/b">Sun</a>)`, "(Sun)")
	f(`<a href="/a">Moon</a>x<a href="/b">Sun</a>`, "MoonxSun")
}

// TestTitleBesideMasthead asks for the title of pages whose first heading may
// name the site.
func TestTitleBesideMasthead(t *testing.T) {
	f := func(heading, want string) {
		t.Helper()
		doc := extractBody(t, "<title>Ebb and flow</title>", heading+`<main><p>The water rises twice on each day. It follows the moon.</p></main>`)
		if doc.Metadata.Title != want {
			t.Errorf("%s: title %q, want %q", heading, doc.Metadata.Title, want)
		}
	}
	f(`<header class="book-masthead"><h1><a href="book.html">A Book of Seas</a></h1></header>`, "Ebb and flow")
	f(`<header class="book-masthead"><h1>Neap tides</h1></header>`, "Neap tides")
	f(`<div class="entry"><h1><a href="this.html">Neap tides</a></h1></div>`, "Neap tides")
}
