package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"recto/internal/store"
)

// Sizes of pages of lists.
const (
	defaultPageSize = 50
	maxPageSize     = 1000
)

// listParam returns the values of a parameter that may be repeated, separated
// by commas, or both, in order and without empty ones. Some clients write [].
func listParam(r *http.Request, name string) []string {
	var out []string
	q := r.URL.Query()
	for _, v := range append(q[name], q[name+"[]"]...) {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// maxListed bounds the values of a list in the query: more than a page of a list
// holds are never needed, and a database takes so many parameters only.
const maxListed = 1000

// checkLists refuses lists that are too long.
func checkLists(r *http.Request) error {
	if len(r.URL.RawQuery) < maxListed {
		return nil
	}
	for _, name := range append(slices.Clone(listParams), "status") {
		if n := len(listParam(r, name)); n > maxListed {
			return invalidQuery(name, "too_long", fmt.Sprintf("List should have at most %d items after validation, not %d", maxListed, n))
		}
	}
	return nil
}

func pageSize(r *http.Request) (int, error) {
	s := r.URL.Query().Get("page_size")
	if s == "" {
		return defaultPageSize, nil
	}
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return 0, invalidQuery("page_size", "int_parsing", "Input should be a valid integer, unable to parse string as an integer")
	case n < 1:
		return 0, invalidQuery("page_size", "greater_than_equal", "Input should be greater than or equal to 1")
	case n > maxPageSize:
		return 0, invalidQuery("page_size", "less_than_equal", fmt.Sprintf("Input should be less than or equal to %d", maxPageSize))
	}
	return n, nil
}

func boolParam(r *http.Request, name string) (bool, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return false, nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		return false, invalidQuery(name, "bool_parsing", "Input should be a valid boolean, unable to interpret input")
	}
	return b, nil
}

func timeParam(r *http.Request, name string) (time.Time, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return time.Time{}, nil
	}
	s = strings.Replace(s, " ", "+", 1) // a "+" of the zone that was not escaped
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, invalidQuery(name, "datetime_from_date_parsing", "Input should be a valid datetime")
}

// page is a place in a list and how the list was sorted when it was given out.
type page struct {
	store.Cursor
	Order string `json:"o,omitempty"`
}

// token writes a place as clients send it back.
func (p page) token() *string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and a number always marshal
	}
	s := base64.RawURLEncoding.EncodeToString(b)
	return &s
}

// pageToken reads the place to go on from, nil for the beginning.
func pageToken(token, order string) (*store.Cursor, error) {
	if token == "" {
		return nil, nil
	}
	var p page
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil || p.Order != order {
		return nil, invalidQuery("page_token", "value_error", "Value error, not a page token of this list")
	}
	return &p.Cursor, nil
}
