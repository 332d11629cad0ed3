package creatorsclient

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
)

// queuedFrames is how many chunks wait to be sent while another is made.
const queuedFrames = 2

// errStopped ends the decoding of a data set that nobody wants any more.
var errStopped = errors.New("stopped")

// feed decodes a data set into frames, on a goroutine of its own.
//
// While that goroutine is inside the reader's Read, and only then, others may
// take what there is of the next chunk; so a chunk need not be locked for each
// record.
type feed struct {
	r     io.Reader
	bytes int // at which a chunk is full
	limit int32
	pool  *bufferPool

	// frames are the full chunks in their order. It is closed at the end of the
	// data set, and then err and summary are set.
	frames  chan *frame
	err     error
	summary dataset.Summary

	mu      sync.Mutex
	reading bool // inside Read
	stopped bool // no other Read may begin

	// These belong to the goroutine of run, and to whoever holds mu while
	// reading is true.
	chunk chunk
	read  int64 // bytes
	first bool  // no frame has been made
}

func newFeed(r io.Reader, chunkBytes int, limit int32, pool *bufferPool) *feed {
	return &feed{r: r, bytes: chunkBytes, limit: limit, pool: pool, frames: make(chan *frame, queuedFrames), first: true}
}

// run decodes until the end of the data set, an error, or the end of ctx.
func (f *feed) run(ctx context.Context) {
	defer close(f.frames)
	emit := func() error {
		select {
		case f.frames <- f.frame():
			return nil
		case <-ctx.Done():
			return errStopped
		}
	}
	f.summary, f.err = dataset.Decode(f, dataset.Visitor{
		Creator: func(c *dataset.Creator) error {
			f.chunk.addCreator(c)
			if f.chunk.size() < f.bytes {
				return nil
			}
			return emit()
		},
		Product: func(p *dataset.Product) error {
			f.chunk.addProduct(p)
			if f.chunk.size() < f.bytes {
				return nil
			}
			return emit()
		},
	})
	// The first frame has the limit, so there is one even without data.
	if f.err == nil && (f.first || f.chunk.size() > 0) {
		f.err = emit()
	}
}

// frame makes a frame of the chunk, and empties that.
func (f *feed) frame() *frame {
	limit := int32(0)
	if f.first {
		limit = f.limit
		f.first = false
	}
	next := f.chunk.frame(limit, f.pool)
	next.progress.Bytes = f.read
	return next
}

// Read is the reader's Read, for the decoder.
func (f *feed) Read(p []byte) (int, error) {
	if !f.setReading(true) {
		return 0, errStopped
	}
	n, err := f.r.Read(p)
	if !f.setReading(false) {
		return 0, errStopped
	}
	f.read += int64(n)
	return n, err
}

// setReading reports false once the feed was stopped.
func (f *feed) setReading(reading bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reading = reading && !f.stopped
	return !f.stopped
}

// partial returns the chunk as far as it is, or nil if there is nothing to be
// sent or the decoder is at work on it.
func (f *feed) partial() *frame {
	f.mu.Lock()
	defer f.mu.Unlock()
	// Full chunks that wait come first.
	if !f.reading || len(f.frames) > 0 || f.chunk.size() == 0 {
		return nil
	}
	return f.frame()
}

// stop ends the decoding, whose context must have ended. It returns when that
// is done, or with a Read still waiting for data.
func (f *feed) stop() {
	f.mu.Lock()
	f.stopped = true
	reading := f.reading
	f.mu.Unlock()
	if reading {
		return
	}
	for unsent := range f.frames {
		unsent.data.Free()
	}
}
