package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// minZip is the size from which compressing pays: less fits into one packet.
const minZip = 1400

// caching says what a browser may do with an answer.
type caching int

const (
	// forget is for answers that belong to one request.
	forget caching = iota
	// revalidate is for pages that are the same for everyone until they change.
	revalidate
)

// page writes a page. A page that could not be rendered becomes an error.
func (h *handler) page(w http.ResponseWriter, r *http.Request, status int, body []byte, err error, c caching) {
	if err != nil {
		h.log.ErrorContext(r.Context(), "page not rendered", "error", err.Error())
		// Not through fail, which renders a page too.
		h.write(w, r, http.StatusInternalServerError, "text/plain; charset=utf-8", []byte("internal error\n"), forget)
		return
	}
	h.write(w, r, status, "text/html; charset=utf-8", body, c)
}

// json writes a value as JSON for people: indented, and without the escapes
// that only matter inside of HTML.
func (h *handler) json(w http.ResponseWriter, r *http.Request, status int, contentType string, v any) {
	body, err := indented(v)
	if err != nil {
		h.log.ErrorContext(r.Context(), "answer not encoded", "error", err.Error())
		status, contentType, body = http.StatusInternalServerError, "text/plain; charset=utf-8", []byte("internal error\n")
	}
	h.write(w, r, status, contentType, body, forget)
}

func indented(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return buf.Bytes(), err
}

// write writes an answer, compressed if the client likes that, and gives the
// client a fair time to read it.
func (h *handler) write(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte, c caching) {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Add("Vary", "Accept-Encoding")
	switch c {
	case forget:
		header.Set("Cache-Control", "no-store")
	case revalidate:
		sum := sha256.Sum256(body)
		tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", tag)
		if matches(r.Header.Get("If-None-Match"), tag) {
			header.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if len(body) >= minZip && acceptsGzip(r) {
		header.Set("Content-Encoding", "gzip")
		body = h.zips.zip(body)
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	hurry(w)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that left needs no answer
}

// hurry bounds the time that the client takes to read the answer.
func hurry(w http.ResponseWriter) {
	// Connections without deadlines, as in tests, have none.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout))
}

// matches tells whether an If-None-Match header names the weak tag.
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// acceptsGzip tells whether the client takes gzip.
func acceptsGzip(r *http.Request) bool {
	q := qualities(r.Header.Values("Accept-Encoding"))
	if v, ok := q["gzip"]; ok {
		return v > 0
	}
	return q["*"] > 0
}

// qualities reads a header such as "gzip;q=0.8, br": each name, in lower case,
// with its weight.
func qualities(values []string) map[string]float64 {
	q := map[string]float64{}
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			name, params, _ := strings.Cut(item, ";")
			name = strings.ToLower(strings.TrimSpace(name))
			if name == "" {
				continue
			}
			weight := 1.0
			for param := range strings.SplitSeq(params, ";") {
				if v, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(param)), "q="); ok {
					// A weight that is no number is none at all.
					weight, _ = strconv.ParseFloat(v, 64)
				}
			}
			q[name] = weight
		}
	}
	return q
}

// zips compresses bodies, and keeps the compressors, which are large.
type zips struct {
	pool sync.Pool
}

func (z *zips) zip(body []byte) []byte {
	var buf bytes.Buffer
	buf.Grow(len(body) / 3)
	w, ok := z.pool.Get().(*gzip.Writer)
	if !ok {
		w = gzip.NewWriter(nil)
	}
	w.Reset(&buf)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	z.pool.Put(w)
	return buf.Bytes()
}

// retryAfter is when to come back to a service that is away, in seconds: about
// what a restart takes.
const retryAfter = 5 * time.Second
