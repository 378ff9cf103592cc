package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"mathsieve/internal/annotation"
	"mathsieve/internal/storage"
)

// maxBody bounds the body of a request in bytes.
const maxBody = 64 << 10

// answer writes a value as JSON.
func answer(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader that went away is nobody's problem
}

// A problem is the answer to a request that cannot be done.
type problem struct {
	Error string `json:"error"`
}

// refuse tells what is wrong in the words of the page's user.
func refuse(w http.ResponseWriter, status int, format string, args ...any) {
	answer(w, status, problem{fmt.Sprintf(format, args...)})
}

// fail answers an error of this side.
func fail(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, storage.ErrBusy):
		refuse(w, http.StatusServiceUnavailable, "another process is writing the annotations; try again")
	case errors.Is(err, annotation.ErrSyntax):
		refuse(w, http.StatusConflict, "the annotations file was edited and cannot be read: %v", err)
	default:
		refuse(w, http.StatusInternalServerError, "%v", err)
	}
}

// readJSON reads the body of a request. A form of another site cannot send
// this content type without asking first.
func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	if r.Header.Get("Content-Type") != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "the body must be application/json")
		return false
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, "read request: %v", err)
		return false
	}
	return true
}

// number reads a parameter in [0, most]; what is missing or wrong is fallback.
func number(r *http.Request, name string, fallback, most int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil || n < 0 {
		return fallback
	}
	return min(n, most)
}
