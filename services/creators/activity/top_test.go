package activity_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// Every limit gives the beginning of the full ranking, whether the creators
// come worst first, best first or mixed, and though many of them tie.
func TestTopIsTheBeginningOfAll(t *testing.T) {
	t.Parallel()
	const creators = 500
	shuffled := rand.New(rand.NewPCG(3, 4)).Perm(creators)
	for _, test := range []struct {
		name     string
		products func(creator int) int
	}{
		{"worst first", func(c int) int { return c }},
		{"best first", func(c int) int { return creators - c }},
		{"mixed", func(c int) int { return shuffled[c] }},
		{"ties", func(c int) int { return shuffled[c] % 3 }},
		{"all equal", func(int) int { return 1 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := activity.NewAggregator(activity.Limits{})
			for c := range creators {
				id := fmt.Append(nil, c)
				require.NoError(t, a.AddCreator(id, nil))
				for range test.products(c) {
					require.NoError(t, a.AddProducts(activity.Product{CreatorID: id}))
				}
			}
			all := a.Top(0)
			require.Len(t, all, creators)
			for limit := 1; limit <= creators; limit += 1 + limit/3 {
				require.Equal(t, all[:limit], a.Top(limit), "limit %d", limit)
			}
			require.Equal(t, all, a.Top(creators))
			require.Equal(t, all, a.Top(creators+1))
		})
	}
}

func TestTopBetweenAdditions(t *testing.T) {
	t.Parallel()
	a := activity.NewAggregator(activity.Limits{})
	add := func(id string) {
		t.Helper()
		require.NoError(t, a.AddProducts(product(id, activity.Instant{})))
	}
	add("a")
	require.Equal(t, []activity.Stats{{ID: "a", Products: 1}}, a.Top(1))
	add("b")
	add("b")
	require.Equal(t, []activity.Stats{{ID: "b", Products: 2}}, a.Top(1))
	require.Equal(t, activity.Totals{Creators: 2, Products: 3}, a.Totals())
}
