package grpcclient

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestServiceConfig(t *testing.T) {
	t.Parallel()
	const rest = `
		"retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}],
		"retryThrottling": {"maxTokens": 400, "tokenRatio": 0.2}}`
	tests := []struct {
		name    string
		methods []string
		want    string
	}{
		{name: "all", want: `{"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [{"name": [{}],` + rest},
		{
			name:    "some",
			methods: []string{"weave.creators.v1.CreatorsService", "/weave.orders.v1.OrdersService/List"},
			want: `{"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [{"name": [
				{"service": "weave.creators.v1.CreatorsService"}, {"service": "weave.orders.v1.OrdersService", "method": "List"}],` + rest,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := serviceConfig(test.methods)
			require.NoError(t, err)
			require.JSONEq(t, test.want, got)
		})
	}

	_, err := New(Config{Target: "localhost:9070", RetryMethods: []string{"/"}})
	require.EqualError(t, err, `"/" names no service whose calls could be retried`)
}

func TestRetries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		cfg          Config
		code         codes.Code
		failures     int64 // the first calls fail
		want         codes.Code
		wantAttempts int64
	}{
		{name: "a server that was away", code: codes.Unavailable, failures: 1, want: codes.OK, wantAttempts: 2},
		{name: "a server that stays away", code: codes.Unavailable, failures: 100, want: codes.Unavailable, wantAttempts: 4},
		{name: "bad input", code: codes.InvalidArgument, failures: 100, want: codes.InvalidArgument, wantAttempts: 1},
		{name: "a bug", code: codes.Internal, failures: 100, want: codes.Internal, wantAttempts: 1},
		{
			name: "methods that are listed", cfg: Config{RetryMethods: []string{"weave.creators.v1.CreatorsService"}},
			code: codes.Unavailable, failures: 1, want: codes.OK, wantAttempts: 2,
		},
		{
			name: "methods that are not", cfg: Config{RetryMethods: []string{"weave.orders.v1.OrdersService"}},
			code: codes.Unavailable, failures: 1, want: codes.Unavailable, wantAttempts: 1,
		},
	}
	for _, test := range tests {
		for kind, call := range kinds {
			t.Run(test.name+", "+kind, func(t *testing.T) {
				t.Parallel()
				var attempts atomic.Int64
				_, address := serve(t, &service{handle: func(context.Context) error {
					if attempts.Add(1) <= test.failures {
						return status.Error(test.code, "no")
					}
					return nil
				}}, grpcserver.Config{})
				cfg := test.cfg
				cfg.Target = address
				require.Equal(t, test.want, status.Code(call(t.Context(), dial(t, cfg))))
				require.Equal(t, test.wantAttempts, attempts.Load())
			})
		}
	}
}

func TestStreamsAreRetriedUpToTheRetryBuffer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		messages int // of a kilobyte
		buffer   int
		want     codes.Code
	}{
		{name: "by default, more than gRPC's 256 KiB", messages: 1000, want: codes.OK},
		{name: "within the buffer", messages: 20, buffer: 64 << 10, want: codes.OK},
		{name: "over the buffer", messages: 100, buffer: 64 << 10, want: codes.Unavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var attempts atomic.Int64
			_, address := serve(t, &service{handle: func(context.Context) error {
				if attempts.Add(1) == 1 {
					return status.Error(codes.Unavailable, "no")
				}
				return nil
			}}, grpcserver.Config{})
			client := dial(t, Config{Target: address, RetryBufferBytes: test.buffer})
			require.Equal(t, test.want, status.Code(callStream(t.Context(), client, test.messages)))
		})
	}
}
