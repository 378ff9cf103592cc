package review

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mathsieve/internal/annotation"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/storage"
)

// get asks for a value of the server's interface.
func get[T any](t *testing.T, s *Server, target string) T {
	t.Helper()
	w := ask(s, "GET", target, "")
	var value T
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", target, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &value); err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return value
}

// send posts a value and returns the status and the answer.
func send(t *testing.T, s *Server, target string, value any) (int, decided) {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	w := ask(s, "POST", target, string(body))
	var reply decided
	if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
		t.Fatalf("%s: %v: %s", target, err, w.Body)
	}
	return w.Code, reply
}

type domainsReply struct {
	Total  int
	Rows   []domainRow
	Reveal int
	Next   string
}

type treeReply struct {
	Node         treeNode
	Rows         []treeNode
	Random, Near []samplePage
}

func TestDomainsList(t *testing.T) {
	source := newFakeSource(1000)
	s := newTestServer(t, source, filepath.Join(t.TempDir(), "annotations.yaml"))
	all := get[domainsReply](t, s, "/api/domains?n=10")
	if all.Total != 1000 || len(all.Rows) != 10 || all.Rows[0].Name != source.domains[0].Name {
		t.Errorf("%d domains, %d rows", all.Total, len(all.Rows))
	}
	if !slices.IsSortedFunc(all.Rows, func(a, b domainRow) int { return int(b.Adds.Pages - a.Adds.Pages) }) {
		t.Errorf("not in the order of what they add: %v", all.Rows)
	}
	end := get[domainsReply](t, s, "/api/domains?at=995&n=10")
	if len(end.Rows) != 5 || end.Rows[4].Name != source.domains[999].Name {
		t.Errorf("the end has %d rows", len(end.Rows))
	}
	if far := get[domainsReply](t, s, "/api/domains?at=99999999999999999999&n=-4"); far.Total != 1000 {
		t.Errorf("with odd numbers: %d", far.Total)
	}
	found := get[domainsReply](t, s, "/api/domains?q=+Geometry-NOTES+&reveal="+fakeName(142))
	if found.Total != 10 || found.Rows[found.Reveal].Name != fakeName(142) {
		t.Errorf("search finds %d, the revealed one at %d", found.Total, found.Reveal)
	}
	if none := get[domainsReply](t, s, "/api/domains?q=%3Cscript%3E"); none.Total != 0 || len(none.Rows) != 0 {
		t.Errorf("search finds %d", none.Total)
	}
	// Decided ones leave the open list, and the next open one is behind them.
	for _, i := range []int{0, 1} {
		if code, _ := send(t, s, "/api/decide", decision{Domain: source.domains[i].Name, Verdict: annotation.No}); code != 200 {
			t.Fatalf("decide: status %d", code)
		}
	}
	if open := get[domainsReply](t, s, "/api/domains?show=open"); open.Total != 998 || open.Rows[0].Name != source.domains[2].Name {
		t.Errorf("%d are open", open.Total)
	}
	decided := get[domainsReply](t, s, "/api/domains?show=decided")
	if decided.Total != 2 || decided.Rows[0].Verdict != "no" || decided.Rows[0].Decided != 1 {
		t.Errorf("decided are %+v", decided)
	}
	if next := get[domainsReply](t, s, "/api/domains?n=0&next="+source.domains[0].Name); next.Next != source.domains[2].Name {
		t.Errorf("behind the first comes %q", next.Next)
	}
}

func TestTree(t *testing.T) {
	source := newFakeSource(3)
	d := source.domains[0].Name
	s := newTestServer(t, source, filepath.Join(t.TempDir(), "annotations.yaml"))
	root := get[treeReply](t, s, "/api/tree?domain="+d)
	if root.Node.Pages != source.domains[0].Pages || len(root.Rows) != 2 || root.Rows[0].Host != "www."+d || len(root.Random) != 8 || len(root.Near) != 8 {
		t.Errorf("the root is %+v", root)
	}
	courses := get[treeReply](t, s, "/api/tree?domain="+d+"&host=www."+d+"&path=/courses")
	if courses.Node.Label != "courses" || len(courses.Rows) != 3 || courses.Rows[0].Path != "/courses/"+courses.Rows[0].Label {
		t.Errorf("a path is %+v", courses)
	}
	if q := courses.Rows[0].Quantiles; q[0] <= 0 || q[0] > q[1] || q[1] > q[2] || q[2] >= 1 {
		t.Errorf("quantiles are %v", q)
	}
	for _, target := range []string{"/api/tree", "/api/tree?domain=nowhere.example", "/api/tree?domain=" + d + "&host=x", "/api/tree?domain=" + d + "&host=www." + d + "&path=/../.."} {
		if w := ask(s, "GET", target, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", target, w.Code)
		}
	}
}

// What a yes adds, and what is open, agrees with counting page by page.
func TestGains(t *testing.T) {
	source := newFakeSource(1)
	d := source.domains[0].Name
	s := newTestServer(t, source, filepath.Join(t.TempDir(), "annotations.yaml"))
	tree, err := source.Domain(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	www := tree.Children[1]
	courses := www.Children[slices.IndexFunc(www.Children, func(n *domain.Node) bool { return n.Name == "courses" })]
	f := func(host, path string, adds, open int64) {
		t.Helper()
		got := get[treeReply](t, s, "/api/tree?domain="+d+"&host="+host+"&path="+path).Node
		if got.Adds.Pages != adds || got.Open.Pages != open {
			t.Errorf("%s%s adds %d, open %d, want %d and %d", host, path, got.Adds.Pages, got.Open.Pages, adds, open)
		}
	}
	f("", "", tree.Uncollected(), tree.Uncollected())
	f("www."+d, "/courses", courses.Uncollected(), courses.Uncollected())
	// A no below takes its part out of what the nodes above would add.
	code, reply := send(t, s, "/api/decide", decision{Domain: d, Host: "www." + d, Path: "/courses", Verdict: annotation.No})
	if code != 200 || reply.State.No.Pages != courses.Uncollected() || reply.State.Open.Pages != tree.Uncollected()-courses.Uncollected() || reply.State.Begun != 1 || reply.State.Done != 0 {
		t.Errorf("status %d, state %+v", code, reply.State)
	}
	f("", "", tree.Uncollected()-courses.Uncollected(), tree.Uncollected()-courses.Uncollected())
	f("www."+d, "", www.Uncollected()-courses.Uncollected(), www.Uncollected()-courses.Uncollected())
	f("www."+d, "/courses", courses.Uncollected(), 0)
	f("www."+d, "/courses/2024", childOf(courses, "2024").Uncollected(), 0)
	// A yes for the host leaves the more special no alone.
	_, reply = send(t, s, "/api/decide", decision{Domain: d, Host: "www." + d, Verdict: annotation.Yes, Note: "two\nlines\x00"})
	if reply.State.Yes.Pages != www.Uncollected()-courses.Uncollected() || reply.State.No.Pages != courses.Uncollected() {
		t.Errorf("state %+v", reply.State)
	}
	node := get[treeReply](t, s, "/api/tree?domain="+d+"&host=www."+d).Node
	if node.Verdict != annotation.Yes || node.Note != "two lines" || node.Who != "anna" {
		t.Errorf("node %+v", node)
	}
	if blog := get[treeReply](t, s, "/api/tree?domain="+d+"&host=www."+d+"&path=/blog").Node; blog.Verdict != annotation.None || blog.Holds != annotation.Yes || blog.From != "www."+d {
		t.Errorf("a path below is %+v", blog)
	}
	// The rest decided: the domain is done.
	_, reply = send(t, s, "/api/decide", decision{Domain: d, Verdict: annotation.Unsure})
	if reply.State.Open.Pages != 0 || reply.State.Done != 1 || reply.State.Begun != 0 {
		t.Errorf("state %+v", reply.State)
	}
	if row := get[domainsReply](t, s, "/api/domains").Rows[0]; row.Verdict != "mixed" || row.Decided != 1 {
		t.Errorf("row %+v", row)
	}
}

// Decisions of others are seen; those about the same node are not overwritten.
func TestConflicts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "annotations.yaml")
	source := newFakeSource(5)
	s := newTestServer(t, source, path)
	name := source.domains[0].Name
	before := get[progress](t, s, "/api/state")
	if w := ask(s, "GET", "/api/state?seen="+string(before.Revision), ""); w.Code != http.StatusNoContent {
		t.Errorf("nothing new: status %d", w.Code)
	}
	other := annotation.NewStore(storage.OS(), path) // another process
	target, err := annotation.DomainTarget(name, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := setRule(t.Context(), other, annotation.Rule{Target: target, Verdict: annotation.Yes, Who: "bob", When: time.Unix(1e9, 0).UTC()}); err != nil {
		t.Fatal(err)
	}
	if code, reply := send(t, s, "/api/decide", decision{Domain: name, Verdict: annotation.No}); code != http.StatusConflict || !strings.Contains(reply.Conflict, "yes") || reply.State.Yes.Pages == 0 {
		t.Errorf("decide against bob: status %d, %+v", code, reply)
	}
	if code, reply := send(t, s, "/api/undo", map[string]any{"revision": before.Revision}); code != http.StatusConflict || reply.State.Revision == before.Revision {
		t.Errorf("undo with an old revision: status %d, %+v", code, reply)
	}
	after := get[progress](t, s, "/api/state?seen="+string(before.Revision))
	if after.Revision == before.Revision || after.Yes.Pages != source.domains[0].Uncollected() || after.Done != 1 {
		t.Errorf("state %+v", after)
	}
	// Knowing of it, the page may decide otherwise, clear it, and undo.
	if code, _ := send(t, s, "/api/decide", decision{Domain: name, Before: annotation.Yes, Verdict: annotation.No}); code != 200 {
		t.Errorf("status %d", code)
	}
	_, reply := send(t, s, "/api/decide", decision{Domain: name, Before: annotation.No})
	if reply.State.Rules != 0 {
		t.Errorf("cleared: %+v", reply.State)
	}
	for i, want := range []string{"no", "yes", ""} {
		code, reply := send(t, s, "/api/undo", map[string]any{"revision": get[progress](t, s, "/api/state").Revision})
		if code != 200 || len(reply.Changed) != 1 || reply.Changed[0].Domain != name || reply.Changed[0].Verdict.String() != want {
			t.Errorf("undo %d: status %d, %+v", i, code, reply)
		}
	}
	if code, reply := send(t, s, "/api/undo", map[string]any{"revision": get[progress](t, s, "/api/state").Revision}); code != http.StatusConflict || reply.Conflict == "" {
		t.Errorf("undo of nothing: status %d", code)
	}
	if now := get[progress](t, s, "/api/state"); now.Open != before.Open {
		t.Errorf("open are %+v, were %+v", now.Open, before.Open)
	}
}

func TestDecideRefuses(t *testing.T) {
	s := newTestServer(t, newFakeSource(2), filepath.Join(t.TempDir(), "annotations.yaml"))
	name := s.source.Domains()[0].Name
	for _, body := range []string{
		`{}`, `{"domain":"nowhere.example","verdict":"yes"}`, `{"domain":"` + name + `","verdict":"maybe"}`, `{"domain":"` + name + `","host":"<script>","verdict":"yes"}`,
		`{"domain":"` + name + `","verdict":"yes","note":"` + strings.Repeat("x", 3000) + `"}`, `{"domain":"` + name + `","verdict":"yes","other":1}`, `[`, strings.Repeat(" ", 1<<17) + "{}",
		`{"domain":"` + name + `","host":"elsewhere.example","verdict":"yes"}`,
	} {
		if w := ask(s, "POST", "/api/decide", body); w.Code != http.StatusBadRequest {
			t.Errorf("%.80s: status %d: %s", body, w.Code, w.Body)
		}
	}
	if rules, _, err := s.ledger.store.Load(); err != nil || len(rules.Rules()) != 0 {
		t.Errorf("%d rules, %v", len(rules.Rules()), err)
	}
}

// Rules that somebody wrote into the file count, patterns too.
func TestForeignRules(t *testing.T) {
	path := filepath.Join(t.TempDir(), "annotations.yaml")
	source := newFakeSource(4)
	other := annotation.NewStore(storage.OS(), path)
	for text, verdict := range map[string]annotation.Verdict{
		"*." + source.domains[0].Name: annotation.No, "www." + source.domains[0].Name + "/courses/20*": annotation.Yes, "elsewhere.example/x": annotation.Yes,
	} {
		target, err := annotation.ParseTarget(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := setRule(t.Context(), other, annotation.Rule{Target: target, Verdict: verdict}); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Domain(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	courses := childOf(tree.Children[1], "courses")
	yes := childOf(courses, "2024").Uncollected() + childOf(courses, "2025").Uncollected()
	state := get[progress](t, newTestServer(t, source, path), "/api/state")
	if state.Done != 1 || state.Yes.Pages != yes || state.No.Pages != tree.Uncollected()-yes {
		t.Errorf("state %+v, want %d under yes", state, yes)
	}
}

func TestPage(t *testing.T) {
	source := newFakeSource(2)
	source.docs[Ref{1, 2}] = Document{URL: "javascript:alert(1)", Title: "<b>", Text: "$x$"}
	source.docs[Ref{1, 3}] = Document{URL: "https://example.org/a b?q=<", Text: "text"}
	s := newTestServer(t, source, filepath.Join(t.TempDir(), "annotations.yaml"))
	hostile := get[pageView](t, s, "/api/page?pack=1&row=2&with=3&with=4&with=x")
	if hostile.Link != "" || hostile.URL != "javascript:alert(1)" || hostile.Title != "<b>" || hostile.Formulas != 1 {
		t.Errorf("page %+v", hostile)
	}
	if w := ask(s, "GET", "/api/page?pack=1&row=2", ""); strings.ContainsAny(w.Body.String(), "<>") {
		t.Errorf("the answer has markup: %s", w.Body)
	}
	if plain := get[pageView](t, s, "/api/page?pack=1&row=3"); !strings.HasPrefix(plain.Link, "https://example.org/") || strings.Contains(plain.Link, " ") {
		t.Errorf("link %q", plain.Link)
	}
	if n := source.reads.Load(); n != 1 {
		t.Errorf("the pack was read %d times", n)
	}
	for _, target := range []string{"/api/page", "/api/page?pack=1", "/api/page?pack=-1&row=0", "/api/page?pack=99999999999&row=0"} {
		if w := ask(s, "GET", target, ""); w.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d", target, w.Code)
		}
	}
}

func TestLink(t *testing.T) {
	for address, want := range map[string]bool{
		"http://example.org/": true, "HTTPS://example.org": true, "javascript:alert(1)": false, "JaVaScRiPt://x/%0aalert(1)": false, "data:text/html,x": false,
		"//example.org": false, "": false, "file:///etc/passwd": false, "http:///path": false, "part.jsonl:17": false, "https://exa mple/": false, "vbscript:x": false, "\x01http://example.org": false,
	} {
		if got := link(address); (got != "") != want {
			t.Errorf("link(%q) = %q", address, got)
		}
	}
}

// The cache keeps what it was given last, within its bound.
func TestDocumentsCache(t *testing.T) {
	source := newFakeSource(1)
	text := strings.Repeat("x", cacheBytes/16)
	for row := range uint32(40) {
		source.docs[Ref{0, row}] = Document{Text: text, Title: strconv.Itoa(int(row))}
	}
	d := newDocuments(source)
	for row := range uint32(40) {
		if doc, err := d.read(t.Context(), Ref{0, row}, nil); err != nil || doc.Title != strconv.Itoa(int(row)) {
			t.Fatalf("row %d: %q, %v", row, doc.Title, err)
		}
	}
	if d.bytes > cacheBytes || len(d.byRef) != 16 || d.order.Len() != 16 {
		t.Errorf("%d bytes of %d documents are kept", d.bytes, len(d.byRef))
	}
	reads := source.reads.Load()
	if _, err := d.read(t.Context(), Ref{0, 39}, nil); err != nil || source.reads.Load() != reads {
		t.Errorf("the last document was read again, %v", err)
	}
}

// A list of 100,000 domains is searched in a moment.
func BenchmarkSearch(b *testing.B) {
	s := newTestServer(b, newFakeSource(100_000), filepath.Join(b.TempDir(), "annotations.yaml"))
	b.ReportAllocs()
	for b.Loop() {
		if w := ask(s, "GET", "/api/domains?q=geometry-notes", ""); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}

// setRule decides as another process does.
func setRule(ctx context.Context, s *annotation.Store, r annotation.Rule) (annotation.Revision, error) {
	return s.Update(ctx, annotation.By{Who: r.Who, When: r.When}, func(f *annotation.File, _ annotation.Revision) error { return f.Set(r) })
}
