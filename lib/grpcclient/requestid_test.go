package grpcclient

import (
	"context"
	"testing"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	"github.com/inventive-weave/inventive-weave/lib/logging"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"
)

func TestRequestIDIsHandedOn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		ctx  func(context.Context) context.Context
		want string // a pattern
	}{
		{name: "none", ctx: func(ctx context.Context) context.Context { return ctx }, want: `^[0-9a-f]{32}$`},
		{name: "from the context", ctx: func(ctx context.Context) context.Context { return logging.WithRequestID(ctx, "web-17") }, want: `^web-17$`},
		{
			name: "the caller's own metadata wins",
			ctx: func(ctx context.Context) context.Context {
				return metadata.AppendToOutgoingContext(logging.WithRequestID(ctx, "web-17"), logging.RequestIDHeader, "mine")
			},
			want: `^mine$`,
		},
		{
			name: "beside other metadata",
			ctx: func(ctx context.Context) context.Context {
				return metadata.AppendToOutgoingContext(logging.WithRequestID(ctx, "web-17"), "tenant", "t1")
			},
			want: `^web-17$`,
		},
	}
	for _, test := range tests {
		for kind, call := range kinds {
			t.Run(test.name+", "+kind, func(t *testing.T) {
				t.Parallel()
				seen := make(chan string, 1)
				_, address := serve(t, &service{handle: func(ctx context.Context) error {
					seen <- logging.RequestID(ctx)
					return nil
				}}, grpcserver.Config{})
				require.NoError(t, call(test.ctx(t.Context()), dial(t, Config{Target: address})))
				require.Regexp(t, test.want, <-seen)
			})
		}
	}
}
