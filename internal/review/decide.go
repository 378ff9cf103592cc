package review

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"mathsieve/internal/annotation"
)

// maxNote bounds a note in bytes.
const maxNote = 2 << 10

// A decision is what the page sends when a key is pressed.
type decision struct {
	Domain string `json:"domain"`
	Host   string `json:"host"`
	Path   string `json:"path"`
	// Verdict is the new one, Before the one that the page showed: None for
	// no rule. If the rule is another one by now, nothing is decided.
	Verdict annotation.Verdict `json:"verdict"`
	Before  annotation.Verdict `json:"before"`
	Note    string             `json:"note"`
}

// decided is the answer to a decision, an undo, and a conflict.
type decided struct {
	State progress `json:"state"`
	// Conflict says that somebody else was faster; nothing was changed.
	Conflict string `json:"conflict,omitempty"`
	// Changed are the targets whose rules changed.
	Changed []place `json:"changed,omitempty"`
}

// A place is a node by its names.
type place struct {
	Domain  string             `json:"domain"`
	Host    string             `json:"host"`
	Path    string             `json:"path"`
	Target  string             `json:"target"`
	Verdict annotation.Verdict `json:"verdict"`
}

// decide sets or removes the rule for a node. Each decision is saved before
// the answer.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	var d decision
	if !readJSON(w, r, &d) {
		return
	}
	if len(d.Note) > maxNote || !utf8.ValidString(d.Note) {
		refuse(w, http.StatusBadRequest, "the note is too long")
		return
	}
	target, err := targetOf(d.Domain, d.Host, d.Path)
	if _, known := s.ledger.byName[d.Domain]; err != nil || !known || d.Host != "" && s.domainOf(d.Host) != d.Domain {
		refuse(w, http.StatusBadRequest, "no such domain, host or path")
		return
	}
	by := annotation.By{Who: s.options.Who, When: s.options.Now()}
	v, err := s.ledger.change(r.Context(), func(ctx context.Context) error {
		_, err := s.ledger.store.Update(ctx, by, func(f *annotation.File, _ annotation.Revision) error {
			if rule, _ := f.Find(target); rule.Verdict != d.Before {
				return annotation.ErrChanged
			}
			if d.Verdict == annotation.None {
				f.Remove(target)
				return nil
			}
			return f.Set(annotation.Rule{Target: target, Verdict: d.Verdict, Who: by.Who, When: by.When, Note: oneLine(d.Note)})
		})
		return err
	})
	switch {
	case errors.Is(err, annotation.ErrChanged):
		rule, _ := v.rules.Find(target)
		answer(w, http.StatusConflict, decided{State: s.progress(v), Conflict: "decided elsewhere meanwhile: " + verdictName(rule.Verdict)})
	case err != nil:
		fail(w, err)
	default:
		answer(w, http.StatusOK, decided{State: s.progress(v), Changed: []place{{d.Domain, d.Host, d.Path, target.String(), d.Verdict}}})
	}
}

// undo takes the last decision back, if it is the one that the page knows of.
func (s *Server) undo(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Revision annotation.Revision `json:"revision"`
	}
	if !readJSON(w, r, &request) {
		return
	}
	var entry annotation.Entry
	v, err := s.ledger.change(r.Context(), func(ctx context.Context) error {
		if _, revision, err := s.ledger.store.Load(); err != nil || revision != request.Revision {
			return errors.Join(err, annotation.ErrChanged)
		}
		var err error
		entry, _, err = s.ledger.store.Undo(ctx, annotation.By{Who: s.options.Who, When: s.options.Now()})
		return err
	})
	switch {
	case errors.Is(err, annotation.ErrNothingToUndo):
		answer(w, http.StatusConflict, decided{State: s.progress(v), Conflict: "there is nothing to undo"})
	case errors.Is(err, annotation.ErrChanged):
		answer(w, http.StatusConflict, decided{State: s.progress(v), Conflict: "something was decided elsewhere meanwhile; look, then undo again"})
	case err != nil:
		fail(w, err)
	default:
		answer(w, http.StatusOK, decided{State: s.progress(v), Changed: s.places(entry)})
	}
}

// places says where the rules of an entry are, with what became of them.
func (s *Server) places(entry annotation.Entry) []place {
	var out []place
	for _, c := range entry.Changes {
		p := place{}
		rule := c.After
		if rule != nil {
			p.Verdict = rule.Verdict
		} else if rule = c.Before; rule == nil {
			continue
		}
		p.Host, p.Path, p.Target = rule.Host, rule.Path, rule.String()
		p.Domain = s.domainOf(rule.Host + rule.Domain) // one of them is empty
		out = append(out, p)
	}
	return out
}

// domainOf returns the domain of the list that a name belongs to, or "".
func (s *Server) domainOf(name string) string {
	for name != "" {
		if _, ok := s.ledger.byName[name]; ok {
			return name
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return ""
}

func verdictName(v annotation.Verdict) string {
	if v == annotation.None {
		return "no verdict"
	}
	return v.String()
}

// oneLine makes a note one line without control characters.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 || r == 0x85 }), " ")
}
