package review

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// ask sends a request with the cookie of the page, as a browser on it does.
func ask(s *Server, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, "http://127.0.0.1:4711"+target, strings.NewReader(body))
	r.AddCookie(&http.Cookie{Name: s.cookie, Value: s.token})
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "http://127.0.0.1:4711")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestGuard(t *testing.T) {
	s := newTestServer(t, newFakeSource(3), filepath.Join(t.TempDir(), "annotations.yaml"))
	f := func(want int, header ...string) {
		t.Helper()
		if got := ask(s, "GET", "/api/state", "", header...); got.Code != want {
			t.Errorf("%q: status %d, want %d", header, got.Code, want)
		}
	}
	f(200)
	f(200, "Host", "localhost:4711")
	f(200, "Host", "127.0.0.1:9999") // the other end of a tunnel
	f(200, "Host", "[::1]:4711")
	f(200, "Origin", "http://127.0.0.1:4711")
	f(200, "Sec-Fetch-Site", "same-origin")
	f(200, "Sec-Fetch-Site", "none")
	// A name that was bound anew to 127.0.0.1 is still that name.
	f(421, "Host", "evil.example:4711")
	f(421, "Host", "127.0.0.1.evil.example")
	f(421, "Host", "localhost.evil.example:4711")
	f(421, "Host", "192.168.1.5:4711")
	f(421, "Host", "")
	// Other pages, on this machine too.
	f(403, "Origin", "http://evil.example")
	f(403, "Origin", "http://127.0.0.1:3000")
	f(403, "Origin", "https://127.0.0.1:4711")
	f(403, "Origin", "null")
	f(403, "Sec-Fetch-Site", "cross-site")
	f(403, "Sec-Fetch-Site", "same-site")
	f(403, "Cookie", "")
	f(403, "Cookie", s.cookie+"=wrong")
}

func TestGuardRefusesWritesOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "annotations.yaml")
	s := newTestServer(t, newFakeSource(3), path)
	body := `{"domain":"` + s.source.Domains()[0].Name + `","verdict":"yes"}`
	f := func(want int, header ...string) {
		t.Helper()
		if got := ask(s, "POST", "/api/decide", body, header...); got.Code != want {
			t.Errorf("%q: status %d, want %d: %s", header, got.Code, want, got.Body)
		}
	}
	f(403, "Origin", "http://evil.example")
	f(403, "Sec-Fetch-Site", "cross-site")
	f(421, "Host", "evil.example")
	f(415, "Content-Type", "text/plain") // what a form of another site can send
	f(415, "Content-Type", "application/x-www-form-urlencoded")
	if rules, _, err := s.ledger.store.Load(); err != nil || len(rules.Rules()) != 0 {
		t.Errorf("%d rules were saved, %v", len(rules.Rules()), err)
	}
	if got := ask(s, "GET", "/api/decide", body); got.Code == http.StatusOK {
		t.Errorf("deciding by GET: status %d", got.Code)
	}
	f(200)
}

func TestHeaders(t *testing.T) {
	s := newTestServer(t, newFakeSource(3), filepath.Join(t.TempDir(), "annotations.yaml"))
	for _, target := range []string{"/", "/main.js", "/style.css", "/api/state", "/api/domains", "/missing", "/../source.go"} {
		h := ask(s, "GET", target, "").Header()
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", target, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: headers %v", target, h)
		}
	}
	page := ask(s, "GET", "/", "").Body.String()
	for _, inline := range []string{"<style", "style=", "onclick", "onload", "javascript:", "http://", "https://"} {
		if strings.Contains(page, inline) {
			t.Errorf("the page has %s", inline)
		}
	}
}

// The token in the address becomes a cookie, and leaves the address.
func TestToken(t *testing.T) {
	s := newTestServer(t, newFakeSource(3), filepath.Join(t.TempDir(), "annotations.yaml"))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1:4711/?token="+s.token, http.NoBody))
	cookies := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" || len(cookies) != 1 {
		t.Fatalf("status %d, location %q, cookies %v", w.Code, w.Header().Get("Location"), cookies)
	}
	if c := cookies[0]; !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
		t.Errorf("cookie %v", c)
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1:4711/", http.NoBody)
	r.AddCookie(cookies[0])
	w = httptest.NewRecorder()
	if s.ServeHTTP(w, r); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<main") {
		t.Errorf("with the cookie: status %d", w.Code)
	}
	w = httptest.NewRecorder()
	if s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1:4711/?token=wrong", http.NoBody)); w.Code != http.StatusForbidden {
		t.Errorf("wrong token: status %d", w.Code)
	}
}

func TestListen(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "192.168.0.1:0", "example.org:80", "[::]:0"} {
		if l, err := Listen(t.Context(), address); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", address, err)
			if err == nil {
				_ = l.Close()
			}
		}
	}
	if _, err := Listen(t.Context(), "127.0.0.1"); err == nil {
		t.Error("an address without a port is listened on")
	}
}

// Serving ends when its context does, without an error.
func TestServe(t *testing.T) {
	s := newTestServer(t, newFakeSource(3), filepath.Join(t.TempDir(), "annotations.yaml"))
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, l) }()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Address(l), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil || response.StatusCode != http.StatusSeeOther {
		t.Fatalf("%v, %v", response, err)
	}
	_ = response.Body.Close()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("serving goes on")
	}
}
