package activity_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// owners draws which creator made each product of a data set.
var owners = []struct {
	name string
	draw func(r *rand.Rand, creators int) func() int
}{
	{"uniform", func(r *rand.Rand, creators int) func() int {
		return func() int { return r.IntN(creators) }
	}},
	{"zipf", func(r *rand.Rand, creators int) func() int {
		z := rand.NewZipf(r, 1.1, 1, uint64(creators-1))
		return func() int { return int(z.Uint64()) }
	}},
	{"one", func(*rand.Rand, int) func() int {
		return func() int { return 0 }
	}},
}

// uuids returns n distinct ids of 36 bytes, as UUIDs have.
func uuids(r *rand.Rand, n int) [][]byte {
	ids := make([][]byte, n)
	for i := range ids {
		ids[i] = fmt.Appendf(nil, "%08x-%04x-4%03x-%04x-%012x",
			r.Uint32(), r.Uint32()&0xffff, r.Uint32()&0xfff, r.Uint32()&0x3fff|0x8000, r.Uint64()>>16)
	}
	return ids
}

// BenchmarkAddProducts reports the time of one product of a known creator.
func BenchmarkAddProducts(b *testing.B) {
	const products = 1 << 20
	for _, creators := range []int{10, 1000, 100_000, 1_000_000} {
		for _, owner := range owners {
			b.Run(fmt.Sprintf("%s/creators=%d", owner.name, creators), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 2))
				ids := uuids(r, creators)
				a := activity.NewAggregator(activity.Limits{})
				for _, id := range ids {
					require.NoError(b, a.AddCreator(id, nil))
				}
				draw := owner.draw(r, creators)
				column := make([]byte, 0, products*36)
				list := make([]activity.Product, products)
				for i := range list {
					column = append(column, ids[draw()]...)
					list[i].CreatorID = column[len(column)-36:]
					list[i].Created, _ = activity.At(r.Int64N(1<<31), r.Int32N(1e9))
				}
				b.ReportAllocs()
				b.ResetTimer()
				for left := b.N; left > 0; left -= products {
					require.NoError(b, a.AddProducts(list[:min(left, products)]...))
				}
			})
		}
	}
}

// BenchmarkAddCreator reports the time and memory of one new creator.
func BenchmarkAddCreator(b *testing.B) {
	for _, creators := range []int{10, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("creators=%d", creators), func(b *testing.B) {
			ids := uuids(rand.New(rand.NewPCG(1, 2)), creators)
			email := []byte("somebody.somewhere@example.org")
			b.ReportAllocs()
			b.ResetTimer()
			a := activity.NewAggregator(activity.Limits{})
			for i := range b.N {
				if i%creators == 0 {
					a = activity.NewAggregator(activity.Limits{})
				}
				if err := a.AddCreator(ids[i%creators], email); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTop reports the time of ranking.
func BenchmarkTop(b *testing.B) {
	for _, creators := range []int{10, 100_000, 1_000_000} {
		r := rand.New(rand.NewPCG(1, 2))
		a := activity.NewAggregator(activity.Limits{})
		ids := uuids(r, creators)
		for range 2 * creators {
			at, _ := activity.At(r.Int64N(1<<31), 0)
			require.NoError(b, a.AddProducts(activity.Product{CreatorID: ids[r.IntN(creators)], Created: at}))
		}
		for _, limit := range []int{3, 1000, 0} {
			b.Run(fmt.Sprintf("creators=%d/limit=%d", creators, limit), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					a.Top(limit)
				}
			})
		}
	}
}
