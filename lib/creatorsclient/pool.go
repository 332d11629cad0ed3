package creatorsclient

import (
	"sync"

	"google.golang.org/grpc/mem"
)

// bufferPool lends the memory of frames. gRPC's own pool has no size between
// 32 KiB and 1 MiB, and clears what it lends.
type bufferPool struct {
	size int // of every buffer that is kept
	free sync.Pool
}

var _ mem.BufferPool = (*bufferPool)(nil)

// newBufferPool makes a pool for messages of one chunk each.
func newBufferPool(chunkBytes int) *bufferPool {
	const slack = 1 << 10 // for the record that fills the chunk
	return &bufferPool{size: chunkBytes + slack}
}

// Get lends a buffer of the given length, with anything in it.
func (p *bufferPool) Get(length int) *[]byte {
	if length > p.size {
		b := make([]byte, length)
		return &b
	}
	b, ok := p.free.Get().(*[]byte)
	if !ok {
		fresh := make([]byte, p.size)
		b = &fresh
	}
	*b = (*b)[:length]
	return b
}

// Put takes a buffer back.
func (p *bufferPool) Put(b *[]byte) {
	if cap(*b) == p.size {
		p.free.Put(b)
	}
}
