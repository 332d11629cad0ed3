package grpcclient

import (
	"testing"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
)

func TestDialTarget(t *testing.T) {
	t.Parallel()
	tests := []struct {
		target, want, wantErr string
	}{
		{target: "localhost:9070", want: "dns:///localhost:9070"},
		{target: "creators.weave.svc.cluster.local:9070", want: "dns:///creators.weave.svc.cluster.local:9070"},
		{target: "127.0.0.1:9070", want: "dns:///127.0.0.1:9070"},
		{target: "[::1]:9070", want: "dns:///[::1]:9070"},
		{target: "dns:///creators:9070", want: "dns:///creators:9070"},
		{target: "dns://127.0.0.53/creators:9070", want: "dns://127.0.0.53/creators:9070"},
		{target: "passthrough:///bufnet", want: "passthrough:///bufnet"},
		{target: "unix:/run/creators.sock", want: "unix:/run/creators.sock"},
		{target: "", wantErr: "the server's address is empty, want HOST:PORT"},
		{target: "localhost", wantErr: `"localhost" is not a server's address, want HOST:PORT`},
		{target: "::1:9070", wantErr: `"::1:9070" is not a server's address, want HOST:PORT`},
		{target: "localhost:", wantErr: `"localhost:" is not a server's address: the port must be from 1 to 65535`},
		{target: "localhost:0", wantErr: `"localhost:0" is not a server's address: the port must be from 1 to 65535`},
		{target: "localhost:65536", wantErr: `"localhost:65536" is not a server's address: the port must be from 1 to 65535`},
		{target: "localhost:grpc", wantErr: `"localhost:grpc" is not a server's address: the port must be from 1 to 65535`},
		{target: ":9070", wantErr: `":9070" is not a server's address: it has no host`},
	}
	for _, test := range tests {
		t.Run(test.target, func(t *testing.T) {
			t.Parallel()
			got, err := dialTarget(test.target)
			if test.wantErr != "" {
				require.EqualError(t, err, test.wantErr)
				_, err = New(Config{Target: test.target})
				require.EqualError(t, err, test.wantErr)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestNewRefusesUnknownSchemes(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Target: "http://localhost:9070"})
	require.EqualError(t, err, `"http://localhost:9070" is not a server's address: want HOST:PORT, without http://`)
}

func TestNewRefusesOptionsThatDoNotWork(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Target: "localhost:9070", DialOptions: []grpc.DialOption{grpc.WithDefaultServiceConfig("{")}})
	require.ErrorContains(t, err, "connect to localhost:9070: ")
}

func TestNewConnectsByName(t *testing.T) {
	t.Parallel()
	_, address := serve(t, &service{}, grpcserver.Config{})
	client := dial(t, Config{Target: address})
	for _, call := range kinds {
		require.NoError(t, call(t.Context(), client))
	}
}

func TestServersPermitOurPings(t *testing.T) {
	t.Parallel()
	require.GreaterOrEqual(t, PingInterval, 2*grpcserver.MinClientPing)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	_, address := serve(t, &service{}, grpcserver.Config{})
	registry := prometheus.NewRegistry()
	for range 2 { // connections share the metrics
		client := dial(t, Config{Target: address, Registerer: registry})
		require.NoError(t, callUnary(t.Context(), client))
	}
	count, err := testutil.GatherAndCount(registry, "grpc_client_handled_total", "grpc_client_handling_seconds")
	require.NoError(t, err)
	require.Equal(t, 2, count)
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == "grpc_client_handled_total" {
			require.Equal(t, 2., family.GetMetric()[0].GetCounter().GetValue())
		}
	}
}

func TestMetricsThatCannotBeRegistered(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "grpc_client_started_total", Help: "Another."}))
	_, err := New(Config{Target: "localhost:9070", Registerer: registry})
	require.ErrorContains(t, err, "grpc client: register metrics: ")
}
