package domain

import (
	"bufio"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"

	"mathsieve/internal/shuffle"
)

// The addresses of real pages, against net/url, the public suffix list and
// counting in maps. The external data folder has a line of JSON for each page.
func TestRealAddresses(t *testing.T) {
	data := os.Getenv("MATHSIEVE_DATA")
	if data == "" {
		t.Skip("MATHSIEVE_DATA is not set")
	}
	f, err := os.Open(filepath.Join(data, "data", "truth", "web.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var pages []Page
	domains, hosts := map[string]int64{}, map[string]int64{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			URL   string `json:"url"`
			Label string `json:"label"`
			Words int64  `json:"words"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		maths := line.Label == "math"
		logit := float32(len(pages)%7) - 3
		if maths {
			logit += 3
		}
		pages = append(pages, Page{URL: line.URL, Row: uint32(len(pages)), Logit: logit, Tokens: uint32(line.Words), Collected: maths})
		u, err := url.Parse(line.URL)
		if err != nil {
			t.Fatal(err)
		}
		host := strings.ToLower(u.Hostname())
		hosts[host]++
		domain, err := publicsuffix.EffectiveTLDPlusOne(host)
		if err != nil {
			domain = host
		}
		domains[domain]++
	}
	if err := lines.Err(); err != nil || len(pages) == 0 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	o := DefaultOptions()
	scratch := newScratch()
	_, got, totals := tables(t, [][]byte{
		count(t, pages[:len(pages)/2], o, 5, shuffle.Space{Memory: 1 << 20, Scratch: scratch}),
		count(t, pages[len(pages)/2:], o, 5, shuffle.Space{Memory: 1 << 20, Scratch: scratch}),
	}, o, 5, scratch, 1<<20)
	if diff := diffDomains(bruteForce(pages, o, testCut), got); diff != "" {
		t.Fatalf("(-brute force +got):\n%.4000s", diff)
	}
	if totals.Domains != int64(len(domains)) || totals.Hosts != int64(len(hosts)) {
		t.Errorf("%d domains and %d hosts, want %d and %d", totals.Domains, totals.Hosts, len(domains), len(hosts))
	}
	for _, d := range got {
		if d.Pages != domains[d.Name] {
			t.Errorf("%s has %d pages, want %d", d.Name, d.Pages, domains[d.Name])
		}
		for _, h := range d.Children {
			if h.Pages != hosts[h.Name] {
				t.Errorf("%s has %d pages, want %d", h.Name, h.Pages, hosts[h.Name])
			}
		}
	}
	t.Logf("%d pages of %d domains, %d of them related to mathematics", totals.All.Pages, totals.Domains, totals.Mathematical)
}
