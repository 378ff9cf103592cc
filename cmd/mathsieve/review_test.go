//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mathsieve/internal/review"
)

// TestReview reviews a run that waits for it: the address that is printed leads
// to the page, a decision is saved, an interrupt ends the review with success,
// and the run goes on by the decision.
func TestReview(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{
		"run", "--input", writeCrawl(t, 80), "--out", dir, "--quiet", "--pause-for-review", "--rounds", "2", "--budget", "30%",
		"--set", "train.dim=16", "--set", "train.bucket=20000", "--set", "domains.min-pages=2",
	}
	first := exec.CommandContext(t.Context(), "mathsieve", args...)
	if code := exitCode(t, start(t, first)); code != exitTemporary {
		t.Fatalf("the run ended with %d, want %d", code, exitTemporary)
	}

	cmd := exec.CommandContext(t.Context(), "mathsieve", "review", dir, "--who", "anna")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	exited := start(t, cmd)
	line, err := bufio.NewReader(stderr).ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(line), "review at ")
	if err != nil || !found {
		t.Fatalf("stderr is %q, %v", line, err)
	}
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	defer client.CloseIdleConnections()
	ask := func(method, target, body string, into any) {
		t.Helper()
		at, err := base.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequestWithContext(t.Context(), method, at.String(), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if body != "" {
			request.Header.Set("Content-Type", "application/json")
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v: %s", target, response.Status, err, data)
		}
		if into == nil {
			return
		}
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatalf("%s: %v", target, err)
		}
	}
	ask(http.MethodGet, address, "", nil)
	var domains struct {
		Rows []struct {
			Name string
			Adds struct{ Pages int }
		}
	}
	ask(http.MethodGet, "/api/domains", "", &domains)
	if len(domains.Rows) == 0 || domains.Rows[0].Adds.Pages == 0 {
		t.Fatalf("domains are %+v", domains)
	}
	var tree struct {
		Random []struct {
			Pack, Row int
			Score     float64
		}
	}
	name := domains.Rows[0].Name
	ask(http.MethodGet, "/api/tree?domain="+name, "", &tree)
	if len(tree.Random) == 0 || tree.Random[0].Score <= 0 || tree.Random[0].Score >= 1 {
		t.Fatalf("samples are %+v", tree)
	}
	var page struct {
		URL    string
		Blocks []any
	}
	for _, sample := range tree.Random {
		query := url.Values{"pack": {encoded(t, sample.Pack)}, "row": {encoded(t, sample.Row)}}
		if ask(http.MethodGet, "/api/page?"+query.Encode(), "", &page); !strings.Contains(page.URL, name) || len(page.Blocks) == 0 {
			t.Errorf("a sample of %s is %s with %d blocks", name, page.URL, len(page.Blocks))
		}
	}
	ask(http.MethodPost, "/api/decide", `{"domain":"`+name+`","verdict":"yes"}`, nil)

	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := <-exited; err != nil {
		t.Errorf("the review ended with %v", err)
	}
	saved, err := os.ReadFile(filepath.Join(dir, "annotations.yaml"))
	if err != nil || !strings.Contains(string(saved), "domain: "+name) || !strings.Contains(string(saved), "who: anna") {
		t.Errorf("saved are %q, %v", saved, err)
	}
	second := exec.CommandContext(t.Context(), "mathsieve", args...)
	if err := second.Run(); err != nil {
		t.Fatalf("the run went on and ended with %v", err)
	}
	rules, err := os.ReadFile(filepath.Join(dir, "annotations", "round-1.yaml"))
	if err != nil || string(rules) != string(saved) {
		t.Errorf("round 1 went by %q, %v", rules, err)
	}
}

func encoded(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A port that is taken is no matter of disks.
func TestReviewPortTaken(t *testing.T) {
	docs := filepath.Join(t.TempDir(), "docs")
	var stdout, stderr bytes.Buffer
	if code := run([]string{"extract", "--quiet", writeCrawl(t, 10), "--out", docs}, nil, nil, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	l, err := review.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	stderr.Reset()
	code := run([]string{"review", docs, "--listen", l.Addr().String()}, nil, nil, &stdout, &stderr)
	if code != exitTemporary || !strings.Contains(stderr.String(), "--listen") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}
