package httpserver

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/logging"
)

// unmatched is the label "handler" of requests that match no pattern.
const unmatched = "unmatched"

// statusClientGone stands in the log and the metrics for the status of a
// request whose client left before it got one (nginx's number).
const statusClientGone = 499

// middleware is what happens around each request: request id, access log,
// metrics and panics.
type middleware struct {
	next    http.Handler
	mux     *http.ServeMux // may be nil
	log     *slog.Logger
	level   slog.Level
	metrics *metrics // may be nil
	// bodyTimeout is how long a client may take to send a body.
	bodyTimeout time.Duration
}

func (m *middleware) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	id := logging.RequestIDFrom(r.Header.Get(logging.RequestIDHeader))
	w.Header().Set(logging.RequestIDHeader, id)
	r = r.WithContext(logging.WithRequestID(r.Context(), id))

	route, method := m.route(r), methodLabel(r.Method)
	body := &countingBody{ReadCloser: r.Body}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = body
		// Without it a client could hold the connection by never sending the body:
		// net/http reads what a handler leaves of it before it answers.
		body.deadline = http.NewResponseController(w).SetReadDeadline
		_ = body.deadline(began.Add(m.bodyTimeout)) // connections of tests may have none
	}
	recorder := &recorder{ResponseWriter: w}

	m.metrics.began(route, method)
	// Deferred, because a handler may abort the request by a panic.
	defer func() {
		code := recorder.code()
		if recorder.status == 0 && r.Context().Err() != nil {
			code = statusClientGone
		}
		elapsed := time.Since(began)
		m.metrics.ended(route, method, code, elapsed, body.bytes.Load(), recorder.bytes)
		m.access(r, route, code, elapsed, recorder.bytes)
	}()
	defer m.recovered(recorder, r)
	m.next.ServeHTTP(recorder, r)
}

// route is the path of the pattern that the request matches.
func (m *middleware) route(r *http.Request) string {
	if m.mux == nil {
		return unmatched
	}
	_, pattern := m.mux.Handler(r)
	if pattern == "" {
		return unmatched
	}
	if _, path, found := strings.Cut(pattern, " "); found {
		pattern = strings.TrimSpace(path)
	}
	return pattern
}

// access writes the request's line in the log. The query is left out: it may
// hold data.
func (m *middleware) access(r *http.Request, route string, code int, elapsed time.Duration, sent int64) {
	level := m.level
	if code >= 500 {
		level = max(level, slog.LevelWarn)
	}
	if !m.log.Enabled(r.Context(), level) {
		return
	}
	m.log.LogAttrs(r.Context(), level, "http request",
		slog.String("method", clip(r.Method)),
		slog.String("path", clip(r.URL.Path)),
		slog.String("handler", route),
		slog.Int("code", code),
		slog.Int64("bytes", sent),
		slog.Float64("duration_seconds", elapsed.Seconds()),
		slog.String("peer", r.RemoteAddr))
}

// answerHeaders describe the answer that a panic prevented. Others, such as the
// security headers, hold for every answer and stay.
var answerHeaders = [...]string{
	"Accept-Ranges", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length", "Content-Range",
	"Etag", "Expires", "Last-Modified", "Location", "Retry-After", "Set-Cookie", "Trailer",
}

// recovered turns a handler's panic into an answer, if there is time for one.
func (m *middleware) recovered(w *recorder, r *http.Request) {
	value := recover()
	if value == nil {
		return
	}
	if value == http.ErrAbortHandler {
		// The handler's wish: the connection closes. What was promised is moot.
		if w.status < http.StatusInternalServerError && r.Context().Err() == nil {
			w.status = http.StatusInternalServerError
		}
		panic(value)
	}
	m.metrics.panicked()
	m.log.LogAttrs(r.Context(), slog.LevelError, "panic in an http handler",
		slog.String("handler", m.route(r)), slog.String("panic", fmt.Sprint(value)), slog.String("stack", string(debug.Stack())))
	if w.status != 0 {
		// Half an answer is out. Only a broken connection tells the client.
		w.status = http.StatusInternalServerError
		panic(http.ErrAbortHandler)
	}
	header := w.Header()
	for _, name := range answerHeaders {
		header.Del(name)
	}
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = fmt.Fprintf(w, "internal error\nrequest id: %s\n", logging.RequestID(r.Context()))
}

// clip bounds what a client sent before it is logged.
func clip(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

// countingBody counts the bytes of a request that were read. Atomically, since
// a handler may leave the reading to a goroutine that outlives it.
type countingBody struct {
	io.ReadCloser
	bytes    atomic.Int64
	deadline func(time.Time) error
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	if err == io.EOF {
		// The server goes on reading, to notice when the client leaves: that is no
		// longer the client's delay.
		_ = b.deadline(time.Time{})
	}
	return n, err
}
