package activity

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArena(t *testing.T) {
	t.Parallel()
	var a arena
	var want, got []string
	for _, n := range []int{0, 1, firstBlock - 2, 1, 1, 5, maxBlock, maxBlock + 1, 0, 7, firstBlock, 3 * maxBlock, 36} {
		text := strings.Repeat(string(rune('a'+len(want))), n)
		want = append(want, text)
		got = append(got, a.keep([]byte(text)))
	}
	require.Equal(t, want, got)
}

func TestSlab(t *testing.T) {
	t.Parallel()
	var s slab[int]
	const n = 3 * maxRecords
	pointers := make([]*int, n)
	for i := range n {
		pointers[i] = s.next()
		require.Zero(t, *pointers[i])
		*pointers[i] = i
	}
	i := 0
	for _, block := range s.blocks {
		require.LessOrEqual(t, cap(block), maxRecords)
		for j := range block {
			require.Same(t, pointers[i], &block[j])
			require.Equal(t, i, block[j])
			i++
		}
	}
	require.Equal(t, n, i)
}
