package activity

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ids of the same hash, which no test can find, are simulated from within.

func TestIndexKeepsIDsOfTheSameHashApart(t *testing.T) {
	t.Parallel()
	x := newIndex()
	const hash = 7
	a, b := &record{id: "a"}, &record{id: "b"}
	require.Nil(t, x.guess(hash))
	x.insert(hash, a)
	x.insert(hash, b)
	require.Same(t, a, x.guess(hash))
	require.Same(t, a, x.find(hash, []byte("a")))
	require.Same(t, b, x.find(hash, []byte("b")))
	require.Nil(t, x.find(hash, []byte("c")))
	require.Nil(t, x.find(hash+1, []byte("a")))
}

// All hashes end at the last slot, so that every look-up goes round the end.
func TestIndexGrows(t *testing.T) {
	t.Parallel()
	x := newIndex()
	const n = 1000
	hash := func(i int) uint64 { return uint64(i)<<32 | (1<<32 - 1) }
	for i := range n {
		x.insert(hash(i), &record{id: fmt.Sprint(i)})
		require.LessOrEqual(t, 4*x.used, 3*len(x.slots))
	}
	require.Equal(t, n, x.used)
	for i := range n {
		require.Equal(t, fmt.Sprint(i), x.find(hash(i), fmt.Append(nil, i)).id)
		require.Equal(t, fmt.Sprint(i), x.guess(hash(i)).id)
	}
	require.Nil(t, x.guess(hash(n)))
}

func TestProductsOfCreatorsOfTheSameHash(t *testing.T) {
	t.Parallel()
	a := NewAggregator(Limits{})
	other, err := a.newRecord(a.index.hash([]byte("b")), []byte("a")) // in b's slot
	require.NoError(t, err)
	require.NoError(t, a.AddProducts(Product{CreatorID: []byte("b")}, Product{CreatorID: []byte("b")}))
	require.Zero(t, other.products)
	require.Equal(t, []Stats{{ID: "b", Products: 2}, {ID: "a"}}, a.Top(0))
}
