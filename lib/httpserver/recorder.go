package httpserver

import (
	"io"
	"net/http"
)

// recorder remembers what a handler answers. http.ResponseController reaches
// the connection through Unwrap; code that asks for http.Flusher or
// io.ReaderFrom finds them too.
type recorder struct {
	http.ResponseWriter
	status int // 0 until the header is out
	bytes  int64
}

// code is the status that the client sees, had the handler returned now.
func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 { // 1xx announce; 101 is the last one
		r.status = status
	}
	if status == http.StatusSwitchingProtocols {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.implicit()
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// ReadFrom lets net/http send files without copying them.
func (r *recorder) ReadFrom(src io.Reader) (int64, error) {
	r.implicit()
	n, err := io.Copy(r.ResponseWriter, src)
	r.bytes += n
	return n, err
}

// Flush makes recorder an http.Flusher.
func (r *recorder) Flush() {
	r.implicit()
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}

// FlushError is what http.ResponseController prefers to Flush.
func (r *recorder) FlushError() error {
	r.implicit()
	return http.NewResponseController(r.ResponseWriter).Flush()
}

// implicit is the status 200 of a handler that just writes.
func (r *recorder) implicit() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
}
