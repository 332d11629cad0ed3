package server

import (
	"context"
	"errors"
	"io"
	"time"
)

// errStopped answers reads after the call that they were for.
var errStopped = errors.New("the ranking has ended")

// patience measures how long creators keeps a request waiting, be it to take
// more data or to answer: the time in which nobody reads from the client. Time
// that the client takes to send is not creators'.
type patience struct {
	limit time.Duration
	timer *time.Timer

	turn    chan struct{} // has room for whoever reads
	r       io.Reader
	stopped bool
}

// withPatience returns a context that ends with errStalled when limit passes
// between two reads of r, or after the last one, and a reader that notices the
// reads. stop ends both; when it returns, nobody reads from r.
func withPatience(ctx context.Context, r io.Reader, limit time.Duration) (_ context.Context, _ io.Reader, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	p := &patience{limit: limit, turn: make(chan struct{}, 1), r: r}
	p.timer = time.AfterFunc(limit, func() { cancel(errStalled) })
	return ctx, p, func() {
		cancel(nil)
		p.stop()
	}
}

func (p *patience) Read(b []byte) (int, error) {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	if p.stopped {
		return 0, errStopped
	}
	p.timer.Stop()
	defer p.timer.Reset(p.limit)
	return p.r.Read(b)
}

// stop waits for a read under way. It ends when the client sends something, or
// is too slow.
func (p *patience) stop() {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	p.stopped = true
	p.timer.Stop()
}
