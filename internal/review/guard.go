package review

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// policy is the content security policy of every answer. The page needs its
// script and style sheet and nothing else; trusted types make the browser
// refuse strings wherever markup or script could come of them.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// guard answers for next only where the request comes from the page itself.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		switch {
		case !loopbackHost(r.Host):
			http.Error(w, "this server answers to loopback names only", http.StatusMisdirectedRequest)
		case !sameOrigin(r):
			http.Error(w, "this request comes from another site", http.StatusForbidden)
		case s.takeToken(w, r):
		case !s.hasToken(r):
			http.Error(w, "open the address that mathsieve printed: it holds the key to this page", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// loopbackHost says whether the Host of a request names this machine itself.
// The port may be any: it is another one behind an SSH tunnel.
func loopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"))
	return err == nil && addr.IsLoopback()
}

// sameOrigin says whether a request can come from a page of this server, or
// from the address bar. Tools other than browsers send neither header.
func sameOrigin(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" || !strings.EqualFold(u.Host, r.Host) {
			return false
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	case "cross-site", "same-site":
		// A link may lead here, but only to the page, which shows nothing
		// without the cookie, and the cookie does not travel with it.
		return r.Method == http.MethodGet && r.URL.Path == "/" && r.Header.Get("Sec-Fetch-Mode") == "navigate"
	}
	return false
}

// takeToken turns the token in an address into a cookie and leads to the page
// without it, so that the token stays out of the history's titles and links.
func (s *Server) takeToken(w http.ResponseWriter, r *http.Request) bool {
	token := r.URL.Query().Get("token")
	if r.Method != http.MethodGet || r.URL.Path != "/" || !s.isToken(token) {
		return false
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return true
}

func (s *Server) hasToken(r *http.Request) bool {
	for _, c := range r.CookiesNamed(s.cookie) {
		if s.isToken(c.Value) {
			return true
		}
	}
	return false
}

func (s *Server) isToken(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1
}
