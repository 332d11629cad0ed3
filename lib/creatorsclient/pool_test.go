package creatorsclient

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBufferPool(t *testing.T) {
	t.Parallel()
	p := newBufferPool(4096)
	for _, length := range []int{0, 1, 4096, p.size, p.size + 1, 1 << 20} {
		b := p.Get(length)
		require.Len(t, *b, length)
		p.Put(b)
	}
	// Whatever it lends next, a buffer of another size isn't among it.
	for range 100 {
		require.Equal(t, p.size, cap(*p.Get(1)))
	}
}
