package review

import (
	"net/http"
	"strings"

	"mathsieve/internal/annotation"
)

// maxRows bounds the domains, or the paths of a node, in one answer.
const maxRows = 200

// state answers how far the review is. With the revision that the page has
// seen, the answer is empty while that is the latest.
func (s *Server) state(w http.ResponseWriter, r *http.Request) {
	v, err := s.ledger.now(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	if r.URL.Query().Has("seen") && r.URL.Query().Get("seen") == string(v.revision) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer(w, http.StatusOK, s.progress(v))
}

// progress is the state of the review.
type progress struct {
	Title    string              `json:"title"`
	Round    int                 `json:"round"`
	Cut      float64             `json:"cut"` // as probability
	Who      string              `json:"who"`
	Revision annotation.Revision `json:"revision"`
	Rules    int                 `json:"rules"`
	Domains  int                 `json:"domains"`
	Done     int                 `json:"done"`  // domains all of whose pages are under a rule
	Begun    int                 `json:"begun"` // domains some of whose pages are
	Open     gain                `json:"open"`  // pages without a verdict
	Yes      gain                `json:"yes"`
	No       gain                `json:"no"`
	Unsure   gain                `json:"unsure"`
}

func (s *Server) progress(v view) progress {
	total, begun, done := s.ledger.totals()
	return progress{
		Title: s.source.Title(), Round: s.source.Round(), Cut: probability(s.source.Cut()), Who: s.options.Who,
		Revision: v.revision, Rules: len(v.rules.Rules()), Domains: len(s.source.Domains()), Done: done, Begun: begun,
		Open: total[annotation.None], Yes: total[annotation.Yes], No: total[annotation.No], Unsure: total[annotation.Unsure],
	}
}

// A domainRow is a domain in the list.
type domainRow struct {
	Name    string  `json:"name"`
	Pages   int64   `json:"pages"`
	Share   float64 `json:"share"` // of its pages that was collected
	Adds    gain    `json:"adds"`
	Decided float64 `json:"decided"` // share of its pages under a rule, in [0, 1]
	Verdict string  `json:"verdict"` // of all its pages; mixed if they differ
}

// domains answers a stretch of the list: rows from offset at, of those whose
// name has q in it and that show asks for. With reveal, at is where the named
// domain stands in that list, or -1; with next, the first domain behind the
// named one that has open pages.
func (s *Server) domains(w http.ResponseWriter, r *http.Request) {
	v, err := s.ledger.now(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	query := r.URL.Query()
	reply := domainList{Rows: []domainRow{}, Reveal: -1, Revision: v.revision}
	s.ledger.read(func(sumsOf func(int) sums) {
		reply.fill(s.source.Domains(), sumsOf, listQuery{
			find: strings.ToLower(strings.TrimSpace(query.Get("q"))), show: query.Get("show"), reveal: query.Get("reveal"), next: query.Get("next"),
			at: number(r, "at", 0, len(s.source.Domains())), n: number(r, "n", maxRows, maxRows),
		})
	})
	answer(w, http.StatusOK, reply)
}

// A listQuery is what the parameters of a request for domains say.
type listQuery struct {
	find, show, reveal, next string
	at, n                    int
}

// A domainList is a stretch of the list.
type domainList struct {
	Total    int                 `json:"total"`
	Rows     []domainRow         `json:"rows"`
	Reveal   int                 `json:"reveal"`
	Next     string              `json:"next"`
	Revision annotation.Revision `json:"revision"`
}

func (l *domainList) fill(domains []Summary, sumsOf func(int) sums, q listQuery) {
	passed := false // the domain behind which the next one is sought
	for i, d := range domains {
		seeking := passed && l.Next == ""
		passed = passed || q.next != "" && d.Name == q.next
		if q.find != "" && !strings.Contains(d.Name, q.find) {
			continue
		}
		inside := l.Total >= q.at && len(l.Rows) < q.n
		if q.show == "open" || q.show == "decided" || seeking || inside {
			sums := sumsOf(i)
			if seeking && !sums.done() {
				l.Next = d.Name
			}
			if q.show == "open" && sums.done() || q.show == "decided" && sums[annotation.None].all == d.Pages {
				continue
			}
			if inside {
				l.Rows = append(l.Rows, rowOf(d, &sums))
			}
		}
		if d.Name == q.reveal {
			l.Reveal = l.Total
		}
		l.Total++
	}
}

func rowOf(d Summary, s *sums) domainRow {
	row := domainRow{Name: d.Name, Pages: d.Pages, Share: d.Share(), Adds: gain{Pages: d.Uncollected(), Tokens: d.UncollectedTokens()}}
	if d.Pages > 0 {
		row.Decided = 1 - float64(s[annotation.None].all)/float64(d.Pages)
	}
	for v := range s {
		v := annotation.Verdict(v)
		if v == annotation.None || s[v].all == 0 {
			continue
		}
		if row.Verdict != "" {
			row.Verdict = "mixed"
			return row
		}
		row.Verdict = v.String()
	}
	return row
}
