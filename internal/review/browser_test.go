//go:build browser

package review

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mathsieve/internal/rank/domain"
)

// A tab is a tab of a headless Chromium that shows the page of a server.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	trouble  []string // exceptions, dialogs, violations of the policy
	requests []string // to other addresses than the server's
}

// browse starts a browser with one tab.
func browse(t *testing.T) context.Context {
	t.Helper()
	// CI runs as root in a container, where Chromium has no sandbox.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)
	allocated, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// serveFor serves until the test ends and returns the address.
func serveFor(t *testing.T, s *Server) string {
	t.Helper()
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s.Address(l)
}

// open opens another tab at the address and waits for the page to be ready.
func open(browser context.Context, t *testing.T, address string, width, height int64, dark bool) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	host, _, _ := strings.Cut(strings.TrimPrefix(address, "http://"), "/")
	err := chromedp.Listen(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *page.EventJavascriptDialogOpening:
			b.trouble = append(b.trouble, "dialog: "+e.Message)
		case *runtime.EventExceptionThrown:
			b.trouble = append(b.trouble, fmt.Sprintf("exception: %s %v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
		case *runtime.EventConsoleAPICalled:
			b.trouble = append(b.trouble, fmt.Sprintf("console: %s", e.Args[0].Value))
		case *network.EventRequestWillBeSent:
			if u := e.Request.URL; !strings.HasPrefix(u, "http://"+host+"/") {
				b.requests = append(b.requests, u)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	command(b, network.Enable, network.EnableParams{})
	command(b, runtime.Enable, cdp.Empty{})
	command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	b.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(address))
	b.until("the page", `document.body?.dataset.ready`)
	return b
}

func command[P, R any](b *tab, c cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, c, params); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// value evaluates an expression of JavaScript.
func value[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// text returns the text of the first element that the selector finds.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return value[string](b, fmt.Sprintf(`document.querySelector(%q)?.textContent ?? "(none)"`, selector))
}

// until waits for a condition, written in JavaScript.
func (b *tab) until(what, condition string) {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if value[bool](b, "!!("+condition+")") {
			return
		}
	}
	b.t.Fatalf("waited in vain for %s; the page says %q", what, b.text("#message"))
}

// keys presses keys one after the other.
func (b *tab) keys(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// calm fails the test if anything ran or was asked for that should not.
func (b *tab) calm() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.trouble {
		b.t.Error(s)
	}
	for _, s := range b.requests {
		b.t.Errorf("request to another address: %s", s)
	}
}

// shoot writes a screenshot into the folder that an environment variable names,
// for people to look at.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("MATHSIEVE_SCREENSHOTS")
	if dir == "" {
		return
	}
	b.do(chromedp.Sleep(250 * time.Millisecond))
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// idle says that the last decision was dealt with.
const idle = `!document.body.dataset.busy`

// loaded says that the text of a page is there.
const loaded = `document.querySelector("#page .text") && document.getElementById("page").getAttribute("aria-busy") === "false"`

func TestBrowserScreens(t *testing.T) {
	source := newFakeSource(100_000)
	browser := browse(t)
	for _, screen := range []struct {
		name          string
		width, height int64
		dark          bool
	}{{"wide-light", 1440, 900, false}, {"wide-dark", 1440, 900, true}, {"narrow-light", 375, 760, false}, {"narrow-dark", 375, 760, true}} {
		address := serveFor(t, newTestServer(t, source, filepath.Join(t.TempDir(), "annotations.yaml")))
		b := open(browser, t, address, screen.width, screen.height, screen.dark)
		b.until("the text", loaded)
		b.shoot(screen.name)
		b.keys(kb.ArrowRight, kb.ArrowDown, kb.ArrowRight, kb.ArrowDown, "y")
		b.until("the decision", `document.querySelector(".node .verdict.yes") && document.querySelector("#rows .verdict.yes")`)
		b.until("rest", idle)
		b.keys("n")
		b.until("the next one", `document.querySelector(".node .verdict.no")`)
		b.shoot(screen.name + "-paths")
		if screen.width < 900 {
			b.do(chromedp.Click(chromedp.CSS(`.tabs [data-pane=reader]`)))
			b.shoot(screen.name + "-page")
			b.do(chromedp.Click(chromedp.CSS(`.tabs [data-pane=list]`)), chromedp.Click(chromedp.CSS(`#row-2`)))
			b.until("the paths of the domain", fmt.Sprintf(`document.querySelector("main").dataset.pane === "paths" && document.getElementById("domain").textContent === %q`, source.domains[2].Name))
		} else {
			b.keys("?")
			b.shoot(screen.name + "-keys")
			b.keys(kb.Escape)
		}
		// Nothing sticks out at the side.
		b.until("no sideways scrolling", `document.documentElement.scrollWidth <= innerWidth`)
		b.calm()
	}
}

// A decision is saved, shown everywhere, still there after a reload, and can be
// taken back.
func TestBrowserDecideReloadUndo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "annotations.yaml")
	source := newFakeSource(50)
	s := newTestServer(t, source, path)
	b := open(browse(t), t, serveFor(t, s), 1280, 800, false)
	first := source.domains[0].Name
	b.until("the text", loaded)
	if got := b.text("#domain"); got != first {
		t.Fatalf("shows %q first, want %q", got, first)
	}
	b.do(chromedp.Click(chromedp.CSS(`.node[aria-level="2"] .label`)), chromedp.SendKeys(chromedp.CSS("#note"), "lecture notes"), chromedp.Click(chromedp.CSS(`[data-verdict=yes]`)))
	b.until("the verdict in the tree", `document.querySelector(".node .verdict.yes")`)
	b.until("rest", idle)
	saved, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(saved), "lecture notes") || !strings.Contains(string(saved), `verdict: "yes"`) {
		t.Fatalf("saved are %q, %v", saved, err)
	}
	progress, gained := b.text("#progress"), b.text("#gained")
	if !strings.Contains(progress, "1 begun") || strings.HasPrefix(gained, "0 ") {
		t.Errorf("progress is %q, gained %q", progress, gained)
	}
	b.do(chromedp.Reload())
	b.until("the page again", `document.body?.dataset.ready && document.querySelector(".node .verdict.yes")`)
	if got := b.text("#domain"); got != first {
		t.Errorf("after the reload the domain is %q, want %q", got, first)
	}
	if got := b.text("#gained"); got != gained {
		t.Errorf("after the reload %q are gained, want %q", got, gained)
	}
	b.do(chromedp.Click(chromedp.CSS("#undo")))
	b.until("the undo", `!document.querySelector(".node .verdict.yes") && document.getElementById("gained").textContent.startsWith("0 ")`)
	b.until("rest", idle)
	b.do(chromedp.Click(chromedp.CSS("#undo")))
	b.until("the end of the history", `document.getElementById("message").textContent.includes("nothing to undo")`)
	b.calm()
}

// All is done with keys: search, choose, open, decide, read, undo.
func TestBrowserKeyboardOnly(t *testing.T) {
	source := newFakeSource(1000)
	b := open(browse(t), t, serveFor(t, newTestServer(t, source, filepath.Join(t.TempDir(), "annotations.yaml"))), 1280, 800, false)
	b.until("the text", loaded)
	b.keys("/")
	b.until("the search", `document.activeElement.id === "search"`)
	// The protocol delivers the character even of a key that the page took.
	value[any](b, `void (document.getElementById("search").value = "")`)
	for _, letter := range "geometry-notes" {
		b.keys(string(letter))
	}
	b.until("the result", `document.getElementById("found").textContent === "10 found"`)
	b.keys(kb.Enter)
	b.until("the domain", `document.getElementById("domain").textContent.startsWith("geometry-notes")`)
	name := b.text("#domain")
	b.keys(kb.ArrowDown)
	b.until("the next domain", fmt.Sprintf(`document.getElementById("domain").textContent.startsWith("geometry-notes") && document.getElementById("domain").textContent !== %q`, name))
	b.keys(kb.ArrowUp)
	b.until("the first domain", fmt.Sprintf(`document.getElementById("domain").textContent === %q`, name))
	b.keys(kb.ArrowRight)
	b.until("the tree", `document.activeElement.id === "tree"`)
	b.keys(kb.ArrowDown, kb.ArrowRight)
	b.until("an open branch", `document.querySelector(".node[aria-level='2'][aria-expanded=true]") || document.querySelectorAll(".node[aria-level='3']").length`)
	marked := b.text(".node[aria-selected=true] .label")
	b.keys("n")
	b.until("the verdict", `document.querySelector(".node .verdict.no:not(.inherited)")`)
	b.until("rest", idle)
	if now := b.text(".node[aria-selected=true] .label"); now == marked {
		t.Errorf("%s is still marked after its decision", now)
	}
	b.until("the text of the next path", loaded)
	title := b.text("#page h2")
	b.keys("j")
	b.until("another page", fmt.Sprintf(`document.querySelector("#page h2").textContent !== %q && document.getElementById("page").getAttribute("aria-busy") === "false"`, title))
	b.keys("k")
	b.until("the first page", fmt.Sprintf(`document.querySelector("#page h2").textContent === %q`, title))
	b.keys("z")
	b.until("the undo", `!document.querySelector(".node .verdict.no")`)
	b.until("rest", idle)
	// The decision for the whole domain leads to the next one of the search.
	b.keys(kb.Home)
	b.until("the root", `document.querySelector(".node[aria-level='1'][aria-selected=true]")`)
	b.keys("u")
	b.until("the next domain", fmt.Sprintf(`document.getElementById("domain").textContent.startsWith("geometry-notes") && document.getElementById("domain").textContent !== %q`, name))
	b.until("rest", idle)
	b.keys("?")
	b.until("the keys", `document.getElementById("keys").open`)
	b.keys(kb.Escape)
	b.until("the page", `!document.getElementById("keys").open`)
	b.keys(kb.Escape)
	b.until("the list", `document.activeElement.id === "rows"`)
	b.calm()
}

// What one tab decides the other shows, and neither loses a decision.
func TestBrowserTwoTabs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "annotations.yaml")
	s := newTestServer(t, newFakeSource(50), path)
	address, browser := serveFor(t, s), browse(t)
	one, two := open(browser, t, address, 1280, 800, false), open(browser, t, address, 1280, 800, false)
	one.until("the text", loaded)
	two.until("the text", loaded)
	one.keys(kb.ArrowRight, kb.ArrowDown, "y")
	one.until("the verdict", `document.querySelector(".node .verdict.yes")`)
	// The other tab decides about the same node before it has heard of that.
	two.keys(kb.ArrowRight, kb.ArrowDown, "n")
	two.until("the first tab's verdict", `document.querySelector(".node .verdict.yes")`)
	two.until("rest", idle)
	if said := two.text("#message"); !strings.Contains(said, "elsewhere") && !strings.Contains(said, "another tab") && !strings.Contains(said, ": no") {
		t.Errorf("the second tab says %q", said)
	}
	// What the second tab decides now appears in the first without a key.
	two.keys(kb.Home)
	two.until("the root", `document.querySelector(".node[aria-level='1'][aria-selected=true]")`)
	two.keys("u")
	one.until("the second tab's verdict", `document.querySelector(".node .verdict.unsure:not(.inherited)")`)
	rules, _, err := s.ledger.store.Load()
	if err != nil || len(rules.Rules()) < 2 {
		t.Errorf("saved are %d rules, %v", len(rules.Rules()), err)
	}
	one.calm()
	two.calm()
}

// Titles, texts, formulas and addresses that would like to be run are text.
func TestBrowserHostileContent(t *testing.T) {
	const script = `<img src=http://evil.example/x.png onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>`
	source := newFakeSource(3)
	tree := fakeTree(0)
	tree.Name = source.domains[0].Name
	tree.Children[0].Children = append(tree.Children[0].Children, &domain.Node{Name: script, Counts: domain.Counts{Pages: 5}})
	tree.Random = []domain.Sample{{Pack: 9, Row: 0}, {Pack: 9, Row: 1}}
	source.trees[0] = tree
	source.docs[Ref{9, 0}] = Document{
		URL: "javascript:alert(4)", Title: script,
		Text: script + "\n\n# " + script + "\n\n$" + script + "$ and $\\text{" + script + "}$ $\\href{javascript:alert(5)}{x}$ $\\style{background:url(http://evil.example/)}{y}$\n\n```\n" + script + "\n```\n\n`" + script + "`",
	}
	source.docs[Ref{9, 1}] = Document{URL: "https://evil.example/" + script, Title: "\u202eevil", Text: strings.Repeat("$"+strings.Repeat("{", 300)+"$\n", 50)}
	b := open(browse(t), t, serveFor(t, newTestServer(t, source, filepath.Join(t.TempDir(), "annotations.yaml"))), 1280, 800, false)
	b.until("the text", loaded)
	if got := b.text("#page h2"); got != script {
		t.Errorf("the title is %q", got)
	}
	if n := value[int](b, `document.querySelectorAll("#page img, #page script, #page svg, #page a").length`); n != 0 {
		t.Errorf("%d elements came out of the text", n)
	}
	b.shoot("hostile")
	b.keys(kb.ArrowRight, kb.ArrowDown, kb.ArrowRight, "j")
	b.until("the other page", `document.querySelector("#page a")?.rel.includes("noreferrer")`)
	if scheme := value[string](b, `document.querySelector("#page a").protocol`); scheme != "https:" {
		t.Errorf("the link has the scheme %q", scheme)
	}
	// The browser itself would refuse, too.
	if refused := value[bool](b, `(() => { try { document.createElement("div").innerHTML = "<b>"; return false } catch { return true } })()`); !refused {
		t.Error("markup can be made from strings")
	}
	b.calm()
}

// The list of 100,000 domains: when the first view is there, and that its end
// and its middle can be reached.
func TestBrowserManyDomains(t *testing.T) {
	source := newFakeSource(100_000)
	s := newTestServer(t, source, filepath.Join(t.TempDir(), "annotations.yaml"))
	address, browser := serveFor(t, s), browse(t)
	begin := time.Now()
	b := open(browser, t, address, 1280, 800, false)
	b.until("the text", loaded)
	t.Logf("first view with %d domains, browser tab included: %v", len(source.domains), time.Since(begin).Round(time.Millisecond))
	t.Logf("of that from navigation to the page being ready: %.0f ms", value[float64](b, `performance.getEntriesByName("ready")[0].startTime`))
	if n := value[int](b, `document.querySelectorAll("#rows [role=option]").length`); n > 60 {
		t.Errorf("%d rows exist", n)
	}
	b.keys(kb.End)
	last := source.domains[len(source.domains)-1].Name
	b.until("the last domain", fmt.Sprintf(`document.getElementById("domain").textContent === %q`, last))
	value[any](b, `void (document.getElementById("rows").scrollTop /= 2)`)
	b.until("rows in the middle", `[...document.querySelectorAll("#rows .name")].length > 8`)
	b.do(chromedp.SendKeys(chromedp.CSS("#search"), "forum-proofs-077786"))
	b.until("one result", `document.getElementById("found").textContent === "1 found"`)
	b.calm()
}

// contrast gives the elements whose text is too weak against what is behind it:
// below 4.5 to 1 (WCAG 2, level AA).
const contrast = `(() => {
  const channels = (color) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = channels(getComputedStyle(element).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility({ opacityProperty: true }) || element.closest("[disabled]")) continue;
    const a = light(channels(getComputedStyle(element).color)), b = light(behind(element));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(element.tagName + "." + element.className + " " + element.textContent.slice(0, 20) + " " + ratio.toFixed(2));
  }
  return weak.join("\n");
})()`

// Text can be read in both colour schemes, and everything that can be operated
// has a name.
func TestBrowserAccessible(t *testing.T) {
	browser := browse(t)
	for _, dark := range []bool{false, true} {
		source := newFakeSource(30)
		b := open(browser, t, serveFor(t, newTestServer(t, source, filepath.Join(t.TempDir(), "annotations.yaml"))), 1280, 800, dark)
		b.until("the text", loaded)
		for _, verdict := range []string{"y", "n", "u"} {
			b.keys(kb.ArrowRight, kb.ArrowDown, verdict)
			b.until("the verdict", idle+` && document.querySelector("#message.shown")`)
			b.do(chromedp.Sleep(100 * time.Millisecond))
			b.until("rest", idle)
		}
		b.do(chromedp.Sleep(400 * time.Millisecond)) // for transitions to end
		if weak := value[string](b, contrast); weak != "" {
			t.Errorf("dark %v: too little contrast:\n%s", dark, weak)
		}
		unnamed := value[string](b, `[...document.querySelectorAll("button, input, a, [tabindex]")].filter((e) =>
			!(e.ariaLabel || e.textContent.trim() || e.title || e.labels?.length)).map((e) => e.outerHTML).join("\n")`)
		if unnamed != "" {
			t.Errorf("without a name:\n%s", unnamed)
		}
		if got := value[string](b, `document.getElementById("rows").getAttribute("aria-activedescendant") + document.getElementById("tree").getAttribute("aria-activedescendant")`); !strings.Contains(got, "row-") || !strings.Contains(got, "node-") {
			t.Errorf("what is marked is not told: %q", got)
		}
		b.calm()
	}
}
