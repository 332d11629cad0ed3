package upload

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// body is a request's body with a size and a pace that it must keep. It
// remembers how it ended.
type body struct {
	raw     io.Reader // the body without the bound on its size
	bounded io.Reader
	pace    *pace
	max     int64
	err     error // why it ended early
	slow    bool  // the client did not send what was left in time
	ended   bool  // nothing is left to read
	// waiting says that the client sends nothing until the first read.
	waiting bool
}

func newBody(w http.ResponseWriter, r *http.Request, cfg Config) *body {
	p := &pace{
		cfg:      cfg,
		body:     r.Body,
		deadline: http.NewResponseController(w).SetReadDeadline,
		now:      time.Now,
	}
	return &body{
		raw:     p,
		bounded: http.MaxBytesReader(w, io.NopCloser(p), cfg.MaxBytes),
		pace:    p,
		max:     cfg.MaxBytes,
		ended:   r.Body == http.NoBody,
		waiting: r.Header.Get("Expect") != "",
	}
}

func (b *body) Read(p []byte) (int, error) {
	b.waiting = false
	n, err := b.bounded.Read(p)
	switch {
	case err == io.EOF:
		b.ended = true
	case err != nil:
		b.err = err
	}
	return n, err
}

// tooLarge is the error of a body over the limit.
func (b *body) tooLarge() *Error {
	return &Error{Kind: TooLarge, Problem: "The data set is too large.", Limit: b.max}
}

// failure is why the body ended early, or nil.
func (b *body) failure() error {
	var large *http.MaxBytesError
	switch {
	case b.err == nil:
		return nil
	case errors.As(b.err, &large):
		return b.tooLarge()
	case errors.Is(b.err, os.ErrDeadlineExceeded):
		return &Error{Kind: TooSlow, Problem: "The data set arrived too slowly."}
	default:
		return &Error{Kind: Malformed, Problem: "The data set did not arrive in full."}
	}
}

// drain reads what is left, for the time that the configuration gives.
// A client that is too slow, or that waits to be asked, is left alone.
func (b *body) drain() {
	if b.ended || b.waiting || errors.Is(b.err, os.ErrDeadlineExceeded) {
		return
	}
	b.pace.end(b.pace.cfg.Drain)
	_, err := io.Copy(io.Discard, b.raw)
	b.slow = errors.Is(err, os.ErrDeadlineExceeded) // there is nobody else to tell
}

// pace sets a connection's read deadline before each read, so that a large
// upload may take its time while a slow client can't hold on for ever.
type pace struct {
	cfg      Config
	body     io.Reader
	deadline func(time.Time) error
	now      func() time.Time

	spent time.Duration // waiting for the client
	bytes int64
	last  time.Time // when everything must have been read; zero is never
}

func (p *pace) Read(buf []byte) (int, error) {
	began := p.now()
	left := p.cfg.Grace + time.Duration(float64(p.bytes)/float64(p.cfg.BytesPerSecond)*float64(time.Second)) - p.spent
	until := began.Add(min(p.cfg.Idle, left))
	if !p.last.IsZero() && p.last.Before(until) {
		until = p.last
	}
	// Connections without deadlines, as in tests, have none.
	_ = p.deadline(until)
	n, err := p.body.Read(buf)
	p.bytes += int64(n)
	p.spent += p.now().Sub(began)
	if err == io.EOF {
		// The server goes on reading, to notice when the client leaves. After another
		// error it reads what is left, which must not take for ever.
		_ = p.deadline(time.Time{})
	}
	return n, err
}

// end lets everything be read within d.
func (p *pace) end(d time.Duration) {
	p.last = p.now().Add(d)
}
