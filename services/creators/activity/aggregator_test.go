package activity_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// step is one addition to an Aggregator and the error it returns.
type step struct {
	creator string // the id of a listed creator, unless product is given
	email   string
	product string // the creator id of a product
	at      int64  // its create time in seconds since 1970; 0 for none
	err     error
}

func (s step) apply(t *testing.T, a *activity.Aggregator) {
	t.Helper()
	var err error
	if s.product != "" {
		var at activity.Instant
		if s.at != 0 {
			at = instant(t, s.at, 0)
		}
		err = a.AddProducts(product(s.product, at))
	} else {
		err = a.AddCreator([]byte(s.creator), []byte(s.email))
	}
	require.Equal(t, s.err, err)
}

func product(creatorID string, at activity.Instant) activity.Product {
	return activity.Product{CreatorID: []byte(creatorID), Created: at}
}

func instant(t *testing.T, seconds int64, nanos int32) activity.Instant {
	t.Helper()
	at, ok := activity.At(seconds, nanos)
	require.True(t, ok)
	return at
}

func TestAggregator(t *testing.T) {
	t.Parallel()
	none := activity.Instant{}
	tests := []struct {
		name   string
		limits activity.Limits
		steps  []step
		want   []activity.Stats
	}{
		{name: "empty", want: []activity.Stats{}},
		{
			name: "more products come first, whatever their times",
			steps: []step{
				{creator: "a", email: "a@x"}, {creator: "b", email: "b@x"},
				{product: "a", at: 99}, {product: "b", at: 1}, {product: "b"},
			},
			want: []activity.Stats{
				{ID: "b", Email: "b@x", Products: 2, Newest: instant(t, 1, 0)},
				{ID: "a", Email: "a@x", Products: 1, Newest: instant(t, 99, 0)},
			},
		},
		{
			name: "among equals the newer newest product comes first",
			steps: []step{
				{creator: "a"}, {creator: "b"}, {creator: "c"},
				{product: "a", at: 5}, {product: "a", at: 6},
				{product: "b", at: 7}, {product: "b", at: 1},
				{product: "c"}, {product: "c", at: -9},
			},
			want: []activity.Stats{
				{ID: "b", Products: 2, Newest: instant(t, 7, 0)},
				{ID: "a", Products: 2, Newest: instant(t, 6, 0)},
				{ID: "c", Products: 2, Newest: instant(t, -9, 0)},
			},
		},
		{
			name: "no time counts as the oldest",
			steps: []step{
				{product: "none"}, {product: "old", at: activity.MinSeconds},
			},
			want: []activity.Stats{
				{ID: "old", Products: 1, Newest: instant(t, activity.MinSeconds, 0)},
				{ID: "none", Products: 1, Newest: none},
			},
		},
		{
			name: "equal ones keep the list's order, then that of first products",
			steps: []step{
				{product: "y"}, {product: "b"}, {product: "x"},
				{creator: "c"}, {creator: "b"}, {creator: "a"},
				{product: "a"}, {product: "c"},
			},
			want: []activity.Stats{
				{ID: "c", Products: 1}, {ID: "b", Products: 1}, {ID: "a", Products: 1},
				{ID: "y", Products: 1}, {ID: "x", Products: 1},
			},
		},
		{
			name: "a creator listed after its first product gets its email and place",
			steps: []step{
				{product: "late", at: 3}, {creator: "early"}, {creator: "late", email: "late@x"},
				{product: "early", at: 3},
			},
			want: []activity.Stats{
				{ID: "early", Products: 1, Newest: instant(t, 3, 0)},
				{ID: "late", Email: "late@x", Products: 1, Newest: instant(t, 3, 0)},
			},
		},
		{
			name: "a creator without products has no time",
			steps: []step{
				{creator: "idle", email: "idle@x"}, {product: "busy", at: 1},
			},
			want: []activity.Stats{
				{ID: "busy", Products: 1, Newest: instant(t, 1, 0)},
				{ID: "idle", Email: "idle@x"},
			},
		},
		{
			name: "listed twice with one email, the first place counts",
			steps: []step{
				{creator: "a", email: "a@x"}, {creator: "b"}, {creator: "a", email: "a@x"},
			},
			want: []activity.Stats{{ID: "a", Email: "a@x"}, {ID: "b"}},
		},
		{
			name: "listed twice with two emails",
			steps: []step{
				{creator: "b"}, {creator: "a", email: "a@x"}, {creator: "a", email: "a@x"},
				{creator: "a", email: "other@x", err: &activity.EmailConflictError{First: 1}},
				{creator: "b", email: "b@x", err: &activity.EmailConflictError{First: 0}},
			},
			want: []activity.Stats{{ID: "b"}, {ID: "a", Email: "a@x"}},
		},
		{
			name:  "rejected entries keep their index",
			steps: []step{{err: activity.ErrEmptyID}, {creator: "a"}, {creator: "a", email: "x", err: &activity.EmailConflictError{First: 1}}},
			want:  []activity.Stats{{ID: "a"}},
		},
		{
			name:   "too many creators",
			limits: activity.Limits{Creators: 2},
			steps: []step{
				{creator: "a"}, {product: "b"},
				{creator: "c", err: &activity.LimitError{Kind: activity.Creators, Max: 2}},
				{product: "c", err: &activity.LimitError{Kind: activity.Creators, Max: 2}},
				{product: "a"}, {creator: "b"},
			},
			want: []activity.Stats{{ID: "a", Products: 1}, {ID: "b", Products: 1}},
		},
		{
			name:   "too many products",
			limits: activity.Limits{Products: 2},
			steps: []step{
				{product: "a"}, {product: "b"},
				{product: "a", err: &activity.LimitError{Kind: activity.Products, Max: 2}},
				{product: "c", err: &activity.LimitError{Kind: activity.Products, Max: 2}},
				{creator: "c"},
			},
			want: []activity.Stats{{ID: "a", Products: 1}, {ID: "b", Products: 1}, {ID: "c"}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := activity.NewAggregator(test.limits)
			var want activity.Totals
			for _, s := range test.steps {
				s.apply(t, a)
				if s.product != "" && s.err == nil {
					want.Products++
				}
			}
			want.Creators = int64(len(test.want))
			require.Equal(t, test.want, a.Top(0))
			require.Equal(t, want, a.Totals())
		})
	}
}

func TestAddProductWithoutCreator(t *testing.T) {
	t.Parallel()
	a := activity.NewAggregator(activity.Limits{})
	require.ErrorIs(t, a.AddProducts(activity.Product{}), activity.ErrEmptyID)
	require.Zero(t, a.Totals())
}

func TestKeepsNoSlice(t *testing.T) {
	t.Parallel()
	a := activity.NewAggregator(activity.Limits{})
	buffer := []byte("one@x")
	require.NoError(t, a.AddCreator(buffer[:3], buffer))
	require.NoError(t, a.AddProducts(activity.Product{CreatorID: buffer[:1]}))
	copy(buffer, "?????")
	require.Equal(t, []activity.Stats{{ID: "o", Products: 1}, {ID: "one", Email: "one@x"}}, a.Top(0))
}

// A product of a known creator costs no allocation, however many creators
// there are.
func TestAddProductsAllocatesNothing(t *testing.T) {
	const creators = 10_000
	a := activity.NewAggregator(activity.Limits{})
	products := make([]activity.Product, creators)
	for i, id := range uuids(rand.New(rand.NewPCG(1, 2)), creators) {
		products[i] = activity.Product{CreatorID: id, Created: instant(t, int64(i), 2)}
	}
	require.NoError(t, a.AddProducts(products...))
	allocs := testing.AllocsPerRun(10, func() {
		if a.AddProducts(products...) != nil || a.AddProducts(products[0]) != nil {
			t.Fail()
		}
	})
	require.Zero(t, allocs)
	require.Equal(t, activity.Totals{Creators: creators, Products: creators + 11*(creators+1)}, a.Totals())
}

// However many products come at a time, those before the bad one are counted,
// and those behind are not.
func TestAddProductsStopsAtTheFirstError(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1, 63, 64, 65, 200} {
		t.Run(fmt.Sprint(before), func(t *testing.T) {
			t.Parallel()
			var products []activity.Product
			for i := range before {
				products = append(products, product(fmt.Sprint(i%7), activity.Instant{}))
			}
			bad := append(slices.Clone(products), activity.Product{}, product("behind", activity.Instant{}))
			a := activity.NewAggregator(activity.Limits{})
			require.ErrorIs(t, a.AddProducts(bad...), activity.ErrEmptyID)
			require.Equal(t, activity.Totals{Creators: int64(min(before, 7)), Products: int64(before)}, a.Totals())

			if before > 0 {
				a = activity.NewAggregator(activity.Limits{Products: int64(before)})
				require.NoError(t, a.AddProducts(products...))
				require.Equal(t, &activity.LimitError{Kind: activity.Products, Max: int64(before)}, a.AddProducts(bad[before+1]))
				require.Equal(t, activity.Totals{Creators: int64(min(before, 7)), Products: int64(before)}, a.Totals())
			}
		})
	}
}

// Memory grows with the creators alone: a new one costs far less than one
// allocation, since records and texts are handed out from blocks.
func TestAddCreatorAllocatesInBlocks(t *testing.T) {
	const creators = 10_000
	ids := uuids(rand.New(rand.NewPCG(1, 2)), creators)
	allocs := testing.AllocsPerRun(3, func() {
		a := activity.NewAggregator(activity.Limits{})
		for _, id := range ids {
			if a.AddCreator(id, id) != nil {
				t.Fail()
			}
		}
	})
	require.Less(t, allocs, creators/20.0)
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		want string
	}{
		{activity.ErrEmptyID, "creator id is empty"},
		{&activity.EmailConflictError{First: 3}, "email differs from that of the same creator at index 3"},
		{&activity.LimitError{Kind: activity.Creators, Max: 7}, "more than 7 creators"},
		{&activity.LimitError{Kind: activity.Products, Max: 8}, "more than 8 products"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, test.err, test.want)
		})
	}
}

func Example() {
	a := activity.NewAggregator(activity.Limits{})
	_ = a.AddCreator([]byte("ada"), []byte("ada@example.org"))
	_ = a.AddCreator([]byte("bob"), []byte("bob@example.org"))
	noon, _ := activity.At(43200, 0)
	for _, creator := range []string{"bob", "ada", "bob"} {
		_ = a.AddProducts(activity.Product{CreatorID: []byte(creator), Created: noon})
	}
	for i, s := range a.Top(1) {
		fmt.Println(i+1, s.Email, s.Products)
	}
	// Output: 1 bob@example.org 2
}
