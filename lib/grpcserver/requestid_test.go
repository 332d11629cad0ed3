package grpcserver

import (
	"context"
	"strings"
	"testing"

	"github.com/inventive-weave/inventive-weave/lib/logging"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func TestRequestID(t *testing.T) {
	t.Parallel()
	const fresh = `^[0-9a-f]{32}$`
	tests := []struct {
		name string
		sent []string
		want string // a pattern
	}{
		{name: "none", want: fresh},
		{name: "the caller's", sent: []string{"web-17.a"}, want: `^web-17\.a$`},
		{name: "too long", sent: []string{strings.Repeat("a", 129)}, want: fresh},
		{name: "unsafe", sent: []string{`a" level="ERROR`}, want: fresh},
		{name: "two", sent: []string{"a", "b"}, want: fresh},
	}
	for _, test := range tests {
		for _, fails := range []bool{false, true} {
			name, outcome := test.name+", the call succeeds", error(nil)
			if fails {
				name, outcome = test.name+", the call fails", status.Error(codes.Unavailable, "away")
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f := start(t, &service{
					unary:  func(context.Context) error { return outcome },
					stream: func(grpc.ServerStream) error { return outcome },
				}, Config{})
				ctx := t.Context()
				for _, id := range test.sent {
					ctx = metadata.AppendToOutgoingContext(ctx, logging.RequestIDHeader, id)
				}

				var headers, trailers [2]metadata.MD
				_, err := f.client.MostActiveCreators(ctx, &creatorsv1.MostActiveCreatorsRequest{}, grpc.WaitForReady(true), grpc.Header(&headers[0]), grpc.Trailer(&trailers[0]))
				require.Equal(t, status.Code(outcome), status.Code(err))
				stream, err := f.client.StreamMostActiveCreators(ctx, grpc.Header(&headers[1]), grpc.Trailer(&trailers[1]))
				require.NoError(t, err)
				_, err = stream.CloseAndRecv()
				require.Equal(t, status.Code(outcome), status.Code(err))

				for i := range headers {
					with, without := headers[i], trailers[i]
					if fails { // a header would forbid a retry
						with, without = without, with
					}
					require.Len(t, with.Get(logging.RequestIDHeader), 1)
					require.Regexp(t, test.want, with.Get(logging.RequestIDHeader)[0])
					require.Equal(t, f.log.Records(t, "grpc call")[i]["request_id"], with.Get(logging.RequestIDHeader)[0])
					require.Empty(t, without.Get(logging.RequestIDHeader))
				}
			})
		}
	}
}
