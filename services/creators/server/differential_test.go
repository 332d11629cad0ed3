package server_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

// dataSets generates requests with few creators and times, so that there are
// ties. Those with flaws have now and then an empty id, a time out of range or
// a creator with two emails.
func dataSets(flaws bool) *rapid.Generator[*creatorsv1.MostActiveCreatorsRequest] {
	flaw := func(t *rapid.T) bool { return flaws && rapid.IntRange(0, 20).Draw(t, "flaw at 0") == 0 }
	ids := rapid.Custom(func(t *rapid.T) string {
		if flaw(t) {
			return ""
		}
		return rapid.OneOf(
			rapid.SampledFrom([]string{"a", "b", "c", "é", "日本"}),
			rapid.StringN(1, 12, -1),
		).Draw(t, "id")
	})
	times := rapid.Custom(func(t *rapid.T) *timestamppb.Timestamp {
		switch {
		case flaw(t):
			return at(rapid.Int64().Draw(t, "seconds"), rapid.Int32Range(0, 2e9).Draw(t, "nanos")) // -1 is no time, in columns
		case rapid.Bool().Draw(t, "timed"):
			return at(rapid.Int64Range(-1, 1).Draw(t, "seconds"), rapid.Int32Range(0, 2).Draw(t, "nanos"))
		default:
			return nil
		}
	})
	creators := rapid.Custom(func(t *rapid.T) *creatorsv1.Creator {
		id := ids.Draw(t, "id")
		if flaw(t) {
			return creator(id, "other@example.org")
		}
		return creator(id, id+"@example.org")
	})
	products := rapid.Custom(func(t *rapid.T) *creatorsv1.Product {
		return product(ids.Draw(t, "id"), ids.Draw(t, "creator id"), times.Draw(t, "time"))
	})
	return rapid.Custom(func(t *rapid.T) *creatorsv1.MostActiveCreatorsRequest {
		return &creatorsv1.MostActiveCreatorsRequest{
			Creators: rapid.SliceOfN(creators, -1, 20).Draw(t, "creators"),
			Products: rapid.SliceOfN(products, -1, 100).Draw(t, "products"),
			Limit:    rapid.Int32Range(0, 8).Draw(t, "limit"),
		}
	})
}

// cut cuts a data set into chunks at random, each list in its order, with any
// interleaving of the two.
func cut(t *rapid.T, req *creatorsv1.MostActiveCreatorsRequest) chunks {
	list := chunks{{Limit: req.GetLimit()}}
	creators, products := req.GetCreators(), req.GetProducts()
	for len(creators)+len(products) > 0 {
		c := rapid.IntRange(0, len(creators)).Draw(t, "creators of the chunk")
		p := rapid.IntRange(0, len(products)).Draw(t, "products of the chunk")
		list = append(list, &creatorsv1.StreamMostActiveCreatorsRequest{
			Creators: creators[:c],
			Products: columns(products[:p]...),
		})
		creators, products = creators[c:], products[p:]
	}
	return list
}

// TestStreamRanksAsThePlainCall sends random data sets through both calls, in
// the stream chunked at random. The rankings have to be the same to the byte.
func TestStreamRanksAsThePlainCall(t *testing.T) {
	t.Parallel()
	client := inProcess(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		req := dataSets(false).Draw(t, "request")
		list := cut(t, req)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		plain, err := client.MostActiveCreators(ctx, req)
		require.NoError(t, err)
		streamed, err := stream(ctx, client, list...)
		require.NoError(t, err)

		deterministic := proto.MarshalOptions{Deterministic: true}
		want, err := deterministic.Marshal(plain)
		require.NoError(t, err)
		got, err := deterministic.Marshal(streamed)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

// TestStreamRejectsAsThePlainCall does so with bad data, in one chunk: a stream
// of several ends at the first bad one. The errors have to be the same, with
// all their details, under limits that some of the data sets reach.
func TestStreamRejectsAsThePlainCall(t *testing.T) {
	t.Parallel()
	client := inProcess(t, func(cfg *server.Config) { cfg.MaxCreators, cfg.MaxProducts = 25, 80 })
	rapid.Check(t, func(t *rapid.T) {
		req := dataSets(true).Draw(t, "request")
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, plain := client.MostActiveCreators(ctx, req)
		_, streamed := stream(ctx, client, &creatorsv1.StreamMostActiveCreatorsRequest{
			Creators: req.GetCreators(),
			Products: columns(req.GetProducts()...),
			Limit:    req.GetLimit(),
		})
		require.Equal(t, prototext.Format(status.Convert(plain).Proto()), prototext.Format(status.Convert(streamed).Proto()))
	})
}
