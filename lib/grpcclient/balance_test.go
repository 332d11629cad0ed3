package grpcclient

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
)

// cluster is three servers behind one name, and a client of them.
type cluster struct {
	servers  [3]*grpcserver.Server
	answered [3]atomic.Int64
	hold     atomic.Bool   // calls of server 0 wait until they are cut
	held     chan struct{} // gets a value for each
}

func newCluster(t *testing.T) (*cluster, Config) {
	t.Helper()
	c := &cluster{held: make(chan struct{}, 1000)}
	var state resolver.State
	for i := range c.servers {
		svc := &service{handle: func(ctx context.Context) error {
			if i == 0 && c.hold.Load() {
				c.held <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			}
			c.answered[i].Add(1)
			return nil
		}}
		server, address := serve(t, svc, grpcserver.Config{})
		c.servers[i] = server
		state.Endpoints = append(state.Endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: address}}})
	}
	names := manual.NewBuilderWithScheme("cluster")
	names.InitialState(state)
	return c, Config{Target: "cluster:///creators", DialOptions: []grpc.DialOption{grpc.WithResolvers(names)}}
}

func TestCallsAreBalancedOverAllServers(t *testing.T) {
	t.Parallel()
	c, cfg := newCluster(t)
	client := dial(t, cfg)
	// The client uses servers as their connections come up, so the first calls
	// may all go to one.
	for c.answered[0].Load() == 0 || c.answered[1].Load() == 0 || c.answered[2].Load() == 0 {
		require.NoError(t, callUnary(t.Context(), client))
	}
	var before [3]int64
	for i := range before {
		before[i] = c.answered[i].Load()
	}
	for range 30 {
		require.NoError(t, callUnary(t.Context(), client))
	}
	for i := range before {
		require.Equal(t, before[i]+10, c.answered[i].Load())
	}
}

func TestNoCallFailsWhenAServerGoesAway(t *testing.T) {
	t.Parallel()
	const (
		workers = 8
		calls   = 50 // of each worker
	)
	tests := []struct {
		name string
		hold bool // have calls in flight that only the end of the server ends
		stop func(*grpcserver.Server) error
	}{
		{name: "killed with calls in flight", hold: true, stop: func(s *grpcserver.Server) error { s.Stop(); return nil }},
		{name: "drained", stop: func(s *grpcserver.Server) error { return s.Drain(context.Background()) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, cfg := newCluster(t)
			client := dial(t, cfg)
			for c.answered[0].Load() == 0 { // until it takes part
				require.NoError(t, callUnary(t.Context(), client))
			}
			c.hold.Store(test.hold)

			var begun atomic.Int64
			halfway := make(chan struct{})
			var load sync.WaitGroup
			for worker := range workers {
				call := kinds["unary"]
				if worker%2 == 0 {
					call = kinds["stream"]
				}
				load.Go(func() {
					for range calls {
						if begun.Add(1) == workers*calls/2 {
							close(halfway)
						}
						if err := call(t.Context(), client); err != nil {
							t.Errorf("a call failed: %v", err)
						}
					}
				})
			}
			if test.hold {
				<-c.held // of each kind of call, most likely
				<-c.held
			} else {
				<-halfway
			}
			require.NoError(t, test.stop(c.servers[0]))
			load.Wait()

			require.EqualValues(t, workers*calls, begun.Load())
			before := c.answered[0].Load()
			require.NoError(t, callUnary(t.Context(), client))
			require.Equal(t, before, c.answered[0].Load(), "it is gone")
		})
	}
}
