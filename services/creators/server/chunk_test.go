package server_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

type chunks = []*creatorsv1.StreamMostActiveCreatorsRequest

// twoProducts is a chunk to spoil.
func twoProducts() *creatorsv1.ProductColumns {
	return columns(product("p1", "ann", at(1, 2)), product("p2", "bob", nil))
}

func TestStreamRejects(t *testing.T) {
	t.Parallel()
	const invalidText, noTime = "must be valid UTF-8", "seconds must be 0 where nanos is -1, which says that there is no time"
	tests := []struct {
		name    string
		chunks  func() chunks
		message string // of the first violation when there are more; "" when the chunks are fine
		want    []violation
	}{
		{
			name: "a good one",
			chunks: func() chunks {
				return chunks{{Products: twoProducts(), Limit: 1}, {}, {Products: twoProducts()}}
			},
		},
		{
			name:   "a limit in the second chunk",
			chunks: func() chunks { return chunks{{Limit: 3}, {Limit: 3}} },
			want:   []violation{{"limit", "may only be set in the first message of the call"}},
		},
		{
			name: "indexes count over the whole stream",
			chunks: func() chunks {
				return chunks{
					{Products: twoProducts(), Creators: []*creatorsv1.Creator{creator("ann", "a@x")}},
					{Products: twoProducts()},
					{Products: columns(product("p5", "", nil)), Creators: []*creatorsv1.Creator{creator("ann", "other@x")}},
				}
			},
			message: "creators[1].email: must be the same as in creators[0], which lists the same creator (and 1 more)",
			want: []violation{
				{"creators[1].email", "must be the same as in creators[0], which lists the same creator"},
				{"products[4].creator_id", "must not be empty"},
			},
		},
		{
			name: "too few creator id lengths",
			chunks: func() chunks {
				c := twoProducts()
				c.CreatorIdLengths = c.CreatorIdLengths[:1]
				return chunks{{Products: c}}
			},
			want: []violation{{"products.creator_id_lengths", "must have as many entries as id_lengths, which has 2, not 1 (in chunk 0)"}},
		},
		{
			name: "too many seconds",
			chunks: func() chunks {
				c := twoProducts()
				c.CreateSeconds = append(c.CreateSeconds, 0)
				return chunks{{}, {Products: c}}
			},
			want: []violation{{"products.create_seconds", "must have as many entries as id_lengths, which has 2, not 3 (in chunk 1)"}},
		},
		{
			name: "no nanos",
			chunks: func() chunks {
				c := twoProducts()
				c.CreateNanos = nil
				return chunks{{Products: c}}
			},
			want: []violation{{"products.create_nanos", "must have as many entries as id_lengths, which has 2, not 0 (in chunk 0)"}},
		},
		{
			name: "no id lengths",
			chunks: func() chunks {
				c := twoProducts()
				c.IdLengths = nil
				return chunks{{Products: c}}
			},
			want: []violation{{"products.creator_id_lengths", "must have as many entries as id_lengths, which has 0, not 2 (in chunk 0)"}},
		},
		{
			name: "bytes without lengths",
			chunks: func() chunks {
				return chunks{{Products: &creatorsv1.ProductColumns{CreatorIds: []byte("x")}}}
			},
			want: []violation{{"products.creator_ids", "must have as many bytes as its lengths add up to, which is 0, not 1 (in chunk 0)"}},
		},
		{
			name: "too few bytes of ids",
			chunks: func() chunks {
				c := twoProducts()
				c.Ids = c.Ids[:3]
				return chunks{{Products: c}}
			},
			want: []violation{{"products.ids", "must have as many bytes as its lengths add up to, which is 4, not 3 (in chunk 0)"}},
		},
		{
			name: "lengths whose sum is more than 32 bits have",
			chunks: func() chunks {
				c := twoProducts()
				c.CreatorIdLengths = []uint32{1<<32 - 1, 7}
				return chunks{{Products: c}}
			},
			want: []violation{{"products.creator_ids", "must have as many bytes as its lengths add up to, which is 4294967302, not 6 (in chunk 0)"}},
		},
		{
			name: "a length of 0",
			chunks: func() chunks {
				c := twoProducts()
				c.IdLengths = []uint32{0, 4}
				return chunks{{Products: c}}
			},
			want: []violation{{"products[0].id", "must not be empty"}},
		},
		{
			name: "ids that are not text",
			chunks: func() chunks {
				c := twoProducts()
				c.Ids[3] = 0xff
				return chunks{{Products: twoProducts()}, {Products: c}}
			},
			want: []violation{{"products[3].id", invalidText}},
		},
		{
			name: "a character cut in two",
			chunks: func() chunks {
				c := columns(product("p1", "zoé", nil), product("p2", "ida", nil))
				c.CreatorIdLengths[0]--
				c.CreatorIdLengths[1]++
				return chunks{{Products: c}}
			},
			message: "products[0].creator_id: must be valid UTF-8 (and 1 more)",
			want:    []violation{{"products[0].creator_id", invalidText}, {"products[1].creator_id", invalidText}},
		},
		{
			name: "seconds without a time",
			chunks: func() chunks {
				c := twoProducts()
				c.CreateSeconds[1] = 5
				return chunks{{Products: c}}
			},
			want: []violation{{"products[1].create_time", noTime}},
		},
		{
			name: "nanos below none",
			chunks: func() chunks {
				c := twoProducts()
				c.CreateNanos[1] = -2
				return chunks{{Products: c}}
			},
			want: []violation{{"products[1].create_time", "nanos must be from 0 to 999999999"}},
		},
	}
	client := inProcess(t, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := stream(deadline(t), client, test.chunks()...)
			if len(test.want) == 0 {
				require.NoError(t, err)
				return
			}
			message := test.message
			if message == "" {
				message = test.want[0].field + ": " + test.want[0].description
			}
			requireInvalid(t, err, message, test.want...)
		})
	}
}

func TestStreamWithoutChunks(t *testing.T) {
	t.Parallel()
	got, err := stream(deadline(t), inProcess(t, nil))
	require.NoError(t, err)
	require.Empty(t, got.GetCreators())
	require.Zero(t, got.GetTotals().GetCreatorCount())
}

// The first bad chunk is answered although the caller could go on for ever.
func TestStreamAnswersTheFirstBadChunk(t *testing.T) {
	t.Parallel()
	call, err := inProcess(t, nil).StreamMostActiveCreators(deadline(t))
	require.NoError(t, err)
	require.NoError(t, call.Send(&creatorsv1.StreamMostActiveCreatorsRequest{Products: columns(product("p", "", nil))}))
	for err == nil {
		err = call.Send(&creatorsv1.StreamMostActiveCreatorsRequest{Products: twoProducts()})
	}
	requireInvalid(t, call.RecvMsg(new(creatorsv1.StreamMostActiveCreatorsResponse)),
		"products[0].creator_id: must not be empty", violation{"products[0].creator_id", "must not be empty"})
}

func TestStreamCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(deadline(t))
	call, err := inProcess(t, nil).StreamMostActiveCreators(ctx)
	require.NoError(t, err)
	require.NoError(t, call.Send(&creatorsv1.StreamMostActiveCreatorsRequest{Products: twoProducts()}))
	cancel()
	_, err = call.CloseAndRecv()
	require.Equal(t, codes.Canceled, status.Code(err), "%v", err)
}

// Calls that end anywhere leave nothing behind, which TestMain sees to, and
// nothing that the next call notices.
func TestStreamCancelledAnywhere(t *testing.T) {
	t.Parallel()
	client := inProcess(t, nil)
	random := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		ctx, cancel := context.WithCancel(deadline(t))
		call, err := client.StreamMostActiveCreators(ctx)
		require.NoError(t, err)
		last, spin := random.IntN(20), random.IntN(2000)
		for i := range 20 {
			if i == last {
				go func() {
					for range spin { // so that it ends in the midst of things
						runtime.Gosched()
					}
					cancel()
				}()
			}
			if call.Send(&creatorsv1.StreamMostActiveCreatorsRequest{Products: twoProducts()}) != nil {
				break
			}
		}
		_, err = call.CloseAndRecv()
		require.Contains(t, []codes.Code{codes.OK, codes.Canceled}, status.Code(err), "%v", err)
		cancel()
	}
	got, err := stream(deadline(t), client, &creatorsv1.StreamMostActiveCreatorsRequest{Products: twoProducts()})
	require.NoError(t, err)
	require.EqualValues(t, 2, got.GetTotals().GetProductCount())
}
