package activity_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// entry is one addition to a data set: a listed creator, or a product.
type entry struct {
	listed    bool
	id, email string
	created   time.Time // of a product; zero when it has none
}

func (e entry) instant() activity.Instant {
	if e.created.IsZero() {
		return activity.Instant{}
	}
	at, ok := activity.At(e.created.Unix(), int32(e.created.Nanosecond()))
	if !ok {
		panic("generated time out of range")
	}
	return at
}

// standing is a line of the reference's ranking.
type standing struct {
	id, email string
	products  int64
	newest    time.Time
}

// reference ranks the plainest way there is: it names the creators in the
// order of the rules' last resort, counts by looking at everything once per
// creator, and sorts stably.
func reference(entries []entry) []standing {
	var order []standing
	name := func(e entry) {
		if !slices.ContainsFunc(order, func(s standing) bool { return s.id == e.id }) {
			order = append(order, standing{id: e.id, email: e.email})
		}
	}
	for _, e := range entries {
		if e.listed {
			name(e)
		}
	}
	for _, e := range entries {
		if !e.listed {
			name(e)
		}
	}
	for i := range order {
		for _, e := range entries {
			if e.listed || e.id != order[i].id {
				continue
			}
			order[i].products++
			if e.created.After(order[i].newest) {
				order[i].newest = e.created
			}
		}
	}
	slices.SortStableFunc(order, func(a, b standing) int {
		if a.products != b.products {
			return int(b.products - a.products)
		}
		return b.newest.Compare(a.newest)
	})
	return order
}

// entries generates data sets with few creators, emails and times, so that
// there are ties, beside arbitrary ones.
func entries() *rapid.Generator[[]entry] {
	ids := rapid.OneOf(
		rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "é"}),
		rapid.StringN(1, 8, -1),
		rapid.Map(rapid.SampledFrom([]int{1 << 10, 64 << 10, 65 << 10}), func(n int) string { return strings.Repeat("x", n) }),
	)
	times := rapid.OneOf(
		rapid.Just(time.Time{}),
		rapid.Map(rapid.IntRange(0, 3), func(n int) time.Time { return time.Unix(0, int64(n)).UTC() }),
		rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(
				// The first nanosecond of the year 1 is what stands for "none" here.
				rapid.Int64Range(activity.MinSeconds+1, activity.MaxSeconds).Draw(t, "seconds"),
				rapid.Int64Range(0, activity.MaxNanos).Draw(t, "nanos"),
			).UTC()
		}),
	)
	one := rapid.Custom(func(t *rapid.T) entry {
		e := entry{id: ids.Draw(t, "id")}
		if e.listed = rapid.IntRange(0, 9).Draw(t, "listed below 3") < 3; e.listed {
			e.email = rapid.SampledFrom([]string{"", "one@example.org", "two@example.org"}).Draw(t, "email")
		} else {
			e.created = times.Draw(t, "created")
		}
		return e
	})
	return rapid.SliceOfN(one, -1, 300)
}

// ranksAsReference adds a generated data set and compares every answer, the
// errors included, with the reference's.
func ranksAsReference(t *rapid.T) {
	var accepted, listed []entry
	a := activity.NewAggregator(activity.Limits{})
	var products int64
	var pending []activity.Product // added together
	add := func() {
		require.NoError(t, a.AddProducts(pending...))
		pending = pending[:0]
	}
	for _, e := range entries().Draw(t, "entries") {
		if !e.listed {
			pending = append(pending, activity.Product{CreatorID: []byte(e.id), Created: e.instant()})
			accepted = append(accepted, e)
			products++
			continue
		}
		add()
		err := a.AddCreator([]byte(e.id), []byte(e.email))
		first := slices.IndexFunc(listed, func(l entry) bool { return l.id == e.id })
		listed = append(listed, e)
		if first >= 0 && listed[first].email != e.email {
			conflict := new(activity.EmailConflictError)
			require.ErrorAs(t, err, &conflict)
			require.EqualValues(t, first, conflict.First)
			continue
		}
		require.NoError(t, err)
		accepted = append(accepted, e)
	}
	add()

	want := reference(accepted)
	require.Equal(t, activity.Totals{Creators: int64(len(want)), Products: products}, a.Totals())
	limit := rapid.IntRange(0, len(want)+1).Draw(t, "limit")
	if limit > 0 && limit < len(want) {
		want = want[:limit]
	}
	got := a.Top(limit)
	require.Len(t, got, len(want))
	for i, w := range want {
		require.Equal(t, w.id, got[i].ID)
		require.Equal(t, w.email, got[i].Email)
		require.Equal(t, w.products, got[i].Products)
		require.Equal(t, w.newest.IsZero(), got[i].Newest.IsZero())
		if !w.newest.IsZero() {
			seconds, nanos := got[i].Newest.Unix()
			require.Equal(t, w.newest, time.Unix(seconds, int64(nanos)).UTC())
		}
	}
	require.Equal(t, got, a.Top(limit), "asking again changes nothing")
}

func TestRanksAsReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, ranksAsReference)
}

func FuzzRanksAsReference(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(ranksAsReference))
}
