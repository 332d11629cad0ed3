package server

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	grpchealth "google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/test/bufconn"

	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
)

// clock is a clock that stands still.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func TestHealth(t *testing.T) {
	t.Parallel()
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer()
	status := grpchealth.NewServer()
	healthpb.RegisterHealthServer(server, status)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	conn, err := grpcclient.New(grpcclient.Config{
		Target: "passthrough:///creators",
		DialOptions: []grpc.DialOption{
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		},
		RetryMethods: []string{"nothing"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	c := &clock{now}
	h := &health{conn: conn, now: c.now}

	require.NoError(t, h.check(t.Context()))

	status.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	require.NoError(t, h.check(t.Context()), "an answer holds for a second")
	c.t = c.t.Add(healthAge)
	require.EqualError(t, h.check(t.Context()), "creators is NOT_SERVING")

	status.SetServingStatus("", healthpb.HealthCheckResponse_SERVING)
	c.t = c.t.Add(healthAge)
	require.NoError(t, h.check(t.Context()), "it recovers")
	c.t = c.t.Add(-time.Hour)
	status.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	require.Error(t, h.check(t.Context()), "a clock that was set back does not hold an answer for ever")

	server.Stop()
	require.NoError(t, <-served)
	c.t = c.t.Add(healthAge)
	require.ErrorContains(t, h.check(t.Context()), "creators is away: ")

	// The answer is for all who ask, so one who leaves does not spoil it.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.t = c.t.Add(healthAge)
	require.NotContains(t, h.check(ctx).Error(), context.Canceled.Error())
}
