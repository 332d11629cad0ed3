package server

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// chunkOf is a chunk of as many products as it is told, of a hundred creators,
// with ids as long as UUIDs. It is in package server, unlike the other tests,
// to look at what is within a call.
func chunkOf(products int) *creatorsv1.StreamMostActiveCreatorsRequest {
	c := new(creatorsv1.ProductColumns)
	for i := range products {
		c.Ids = fmt.Appendf(c.Ids, "%036d", i)
		c.CreatorIds = fmt.Appendf(c.CreatorIds, "%036d", i%100)
		c.IdLengths = append(c.IdLengths, 36)
		c.CreatorIdLengths = append(c.CreatorIdLengths, 36)
		c.CreateSeconds = append(c.CreateSeconds, int64(i))
		c.CreateNanos = append(c.CreateNanos, int32(i%3-1))
		if i%3 == 0 {
			c.CreateSeconds[i] = 0
		}
	}
	return &creatorsv1.StreamMostActiveCreatorsRequest{Products: c}
}

// A product costs no allocation on its way from a decoded message to the
// ranking.
func TestTakingInAllocatesNothing(t *testing.T) {
	const products = 1000
	chunk := chunkOf(products)
	var list []*creatorsv1.Product
	for i := range products {
		list = append(list, &creatorsv1.Product{Id: fmt.Sprintf("%036d", i), CreatorId: fmt.Sprintf("%036d", i%100)})
	}
	in := newIntake(activity.Limits{}, newScratch())
	require.NoError(t, in.addChunk(chunk, 0))

	require.Zero(t, testing.AllocsPerRun(10, func() { require.NoError(t, in.addChunk(chunk, 1)) }), "columns")
	require.Zero(t, testing.AllocsPerRun(10, func() { require.NoError(t, in.addProducts(t.Context(), list)) }), "a list")
	require.EqualValues(t, products+2*11*products, in.products)
}

// FuzzChunk takes in any two chunks that a message can hold. What is accepted
// is counted to the last product; what is not says why.
func FuzzChunk(f *testing.F) {
	for _, products := range []int{0, 1, 3, 2 * maxPending} {
		seed, err := proto.Marshal(chunkOf(products))
		require.NoError(f, err)
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		in := newIntake(activity.Limits{}, newScratch())
		var products int64
		for n, message := range [][]byte{first, second} {
			chunk := new(creatorsv1.StreamMostActiveCreatorsRequest)
			if proto.Unmarshal(message, chunk) != nil {
				return
			}
			if err := in.addChunk(chunk, int64(n)); err != nil {
				invalid := new(invalidError)
				require.ErrorAs(t, err, &invalid)
				require.NotEmpty(t, invalid.violations)
				for _, v := range invalid.violations {
					require.NotEmpty(t, v.GetField())
					require.NotEmpty(t, v.GetDescription())
				}
				return
			}
			products += int64(len(chunk.GetProducts().GetIdLengths()))
		}
		require.Equal(t, products, in.aggregator.Totals().Products)
		var ranked int64
		for _, line := range statsOf(in.aggregator.Top(0)) {
			ranked += line.GetProductCount()
			require.NotEmpty(t, line.GetCreator().GetId())
			require.True(t, utf8.ValidString(line.GetCreator().GetId()))
			if at := line.GetMostRecentCreateTime(); at != nil {
				require.NoError(t, at.CheckValid())
			}
		}
		require.Equal(t, products, ranked)
	})
}

// BenchmarkTakingIn reports the time of one product between message and
// ranking.
func BenchmarkTakingIn(b *testing.B) {
	const products = 1000
	chunk := chunkOf(products)
	in := newIntake(activity.Limits{}, newScratch())
	b.ReportAllocs()
	for i := 0; i < b.N; i += products {
		require.NoError(b, in.addChunk(chunk, 1))
	}
}
