package review

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"time"

	"mathsieve/internal/storage"
)

//go:embed web
var web embed.FS

// Options of a server.
type Options struct {
	// Who is written into the decisions.
	Who string
	// Now gives the time of a decision; time.Now if it is nil.
	Now func() time.Time
}

// A Server answers the requests of the page. It is safe for concurrent use.
type Server struct {
	source    Source
	options   Options
	ledger    *ledger
	documents *documents
	token     string
	cookie    string
	handler   http.Handler
}

// New returns a server of a source, whose decisions go to the file of
// annotations with the given path. It reads that file once.
func New(ctx context.Context, source Source, fsys storage.FS, path string, o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	token := rand.Text()
	s := &Server{
		source: source, options: o, ledger: newLedger(source, fsys, path), documents: newDocuments(source),
		token: token, cookie: "mathsieve-" + rand.Text()[:8], // cookies do not tell ports apart
	}
	if _, err := s.ledger.now(ctx); err != nil {
		return nil, err
	}
	files, err := fs.Sub(web, "web")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /api/state", s.state)
	mux.HandleFunc("GET /api/domains", s.domains)
	mux.HandleFunc("GET /api/tree", s.tree)
	mux.HandleFunc("GET /api/page", s.page)
	mux.HandleFunc("POST /api/decide", s.decide)
	mux.HandleFunc("POST /api/undo", s.undo)
	s.handler = s.guard(mux)
	return s, nil
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Address is what to open in a browser to see the page that is served on l.
func (s *Server) Address(l net.Listener) string {
	u := url.URL{Scheme: "http", Host: l.Addr().String(), Path: "/", RawQuery: url.Values{"token": {s.token}}.Encode()}
	return u.String()
}

// ErrNotLoopback means that an address is not one of this machine's loopback.
var ErrNotLoopback = errors.New("not a loopback address")

// Listen listens on an address such as 127.0.0.1:0, which must be loopback.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	if !loopbackHost(net.JoinHostPort(host, "0")) {
		return nil, fmt.Errorf("listen on %s: %w", address, ErrNotLoopback)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	// A name such as localhost is what the machine's tables make of it.
	if addr, ok := l.Addr().(*net.TCPAddr); !ok || !addr.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("listen on %s: %w", address, ErrNotLoopback), l.Close())
	}
	return l, nil
}

// stopWait is how long requests may take to end once the server is to stop.
const stopWait = 5 * time.Second

// Serve answers requests on l until ctx is done, then ends the ones under way.
// It returns nil after that.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		// Reading a page out of a large pack ends with the server.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		// ctx is done: the requests under way get a time of their own.
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
		defer cancel()
		stopped <- server.Shutdown(end)
	})
	err := server.Serve(l)
	if stop() { // ctx was not done: serving failed
		return fmt.Errorf("serve: %w", err)
	}
	if err := <-stopped; err != nil {
		return errors.Join(fmt.Errorf("stop serving: %w", err), server.Close())
	}
	return nil
}
