package server_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/inventive-weave/inventive-weave/lib/logging/logtest"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

// running is a server on free ports.
type running struct {
	*server.Server
	conn *grpc.ClientConn
	log  *logtest.Buffer
	stop context.CancelFunc
	done chan error // gets what Run returned
}

// start runs a server until the test ends. configure may be nil.
func start(t *testing.T, configure func(*server.Config)) *running {
	t.Helper()
	r := &running{log: new(logtest.Buffer), done: make(chan error, 1)}
	cfg := server.DefaultConfig()
	cfg.GRPCPort, cfg.MetricsPort = 0, 0
	cfg.Logger = slog.New(slog.NewJSONHandler(r.log, nil))
	if configure != nil {
		configure(&cfg)
	}
	var err error
	r.Server, err = server.New(t.Context(), cfg)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	stopped := make(chan struct{})
	go func() {
		r.done <- r.Run(ctx)
		close(stopped)
	}()
	t.Cleanup(func() { stop(); <-stopped })

	r.conn, err = grpc.NewClient(r.GRPCAddr().String(), insecureCredentials())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.conn.Close()) })
	return r
}

// get gets a page of the operations endpoint. Each one has a connection of its
// own, so that none is left open.
func (r *running) get(t *testing.T, path string) (code int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(deadline(t), http.MethodGet, "http://"+r.MetricsAddr().String()+path, nil)
	require.NoError(t, err)
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

func TestServer(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	client := creatorsv1.NewCreatorsServiceClient(r.conn)
	answer, err := client.MostActiveCreators(deadline(t), &creatorsv1.MostActiveCreatorsRequest{
		Products: []*creatorsv1.Product{product("secret-product", "secret-creator", nil)},
	}, grpc.WaitForReady(true))
	require.NoError(t, err)
	require.Equal(t, "secret-creator", answer.GetCreators()[0].GetCreator().GetId())
	_, err = client.MostActiveCreators(deadline(t), &creatorsv1.MostActiveCreatorsRequest{
		Creators: []*creatorsv1.Creator{creator("secret-creator", "secret-1"), creator("secret-creator", "secret-2")},
	})
	require.Equal(t, codes.InvalidArgument, status.Code(err))

	health, err := healthpb.NewHealthClient(r.conn).Check(deadline(t), &healthpb.HealthCheckRequest{
		Service: creatorsv1.CreatorsService_ServiceDesc.ServiceName,
	})
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, health.GetStatus())

	for _, test := range []struct {
		path string
		want []string
	}{
		{"/", []string{"creators", r.GRPCAddr().String(), `href="/metrics"`}},
		{"/healthz", []string{"ok"}},
		{"/readyz", []string{"ready"}},
		{"/debug/pprof/", []string{"goroutine"}},
		{"/metrics", []string{
			`grpc_server_handled_total{grpc_code="OK",grpc_method="MostActiveCreators",grpc_service="weave.creators.v1.CreatorsService",grpc_type="unary"} 1`,
			`grpc_server_handled_total{grpc_code="InvalidArgument",grpc_method="MostActiveCreators",grpc_service="weave.creators.v1.CreatorsService",grpc_type="unary"} 1`,
			`grpc_method="StreamMostActiveCreators"`,
			"grpc_server_handling_seconds_bucket", "weave_creators_products_ranked_total 1",
			"weave_build_info", "go_goroutines", "process_resident_memory_bytes",
		}},
	} {
		code, body := r.get(t, test.path)
		require.Equal(t, http.StatusOK, code, test.path)
		for _, want := range test.want {
			require.Contains(t, body, want, test.path)
		}
	}

	r.stop()
	require.NoError(t, <-r.done)
	require.NotContains(t, r.log.String(), "secret")
	addrs := make(map[string]string)
	for line := range strings.Lines(r.log.String()) {
		var record struct{ Msg, What, Addr string }
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		if record.Msg == "serving" {
			addrs[record.What] = record.Addr
		}
	}
	require.Equal(t, map[string]string{"grpc": r.GRPCAddr().String(), "operations": r.MetricsAddr().String()}, addrs)
}

// openStream opens a call and waits until the server's handler has it: the
// server says so by reading more than fits on the way.
func openStream(t *testing.T, r *running) grpc.ClientStreamingClient[creatorsv1.StreamMostActiveCreatorsRequest, creatorsv1.StreamMostActiveCreatorsResponse] {
	t.Helper()
	call, err := creatorsv1.NewCreatorsServiceClient(r.conn).StreamMostActiveCreators(deadline(t), grpc.WaitForReady(true))
	require.NoError(t, err)
	chunk := &creatorsv1.StreamMostActiveCreatorsRequest{Products: columns(product(strings.Repeat("p", 200_000), "a", nil))}
	for range 3 {
		require.NoError(t, call.Send(chunk))
	}
	return call
}

func TestStopWaitsForStreams(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *server.Config) { cfg.ShutdownTimeout = time.Minute })
	call := openStream(t, r)
	r.stop()

	// The operations endpoint outlives the stream, and says what goes on.
	require.Eventually(t, func() bool {
		code, body := r.get(t, "/readyz")
		return code == http.StatusServiceUnavailable && strings.Contains(body, "stopping")
	}, 30*time.Second, time.Millisecond)
	require.Empty(t, r.done)
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", r.GRPCAddr().String())
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, 30*time.Second, time.Millisecond, "it takes no new connections")

	require.NoError(t, call.Send(&creatorsv1.StreamMostActiveCreatorsRequest{Products: twoProducts()}))
	answer, err := call.CloseAndRecv()
	require.NoError(t, err)
	require.EqualValues(t, 5, answer.GetTotals().GetProductCount())
	require.NoError(t, <-r.done)
}

func TestStopCutsStreamsInTheEnd(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *server.Config) { cfg.ShutdownTimeout = 50 * time.Millisecond })
	call := openStream(t, r)
	r.stop()
	_, err := recv(call)
	require.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
	require.ErrorContains(t, <-r.done, "grpc server")
}

// recv waits for the answer without ending the stream.
func recv(call grpc.ClientStream) (*creatorsv1.StreamMostActiveCreatorsResponse, error) {
	answer := new(creatorsv1.StreamMostActiveCreatorsResponse)
	return answer, call.RecvMsg(answer)
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	port := taken.Addr().(*net.TCPAddr).Port
	for _, test := range []struct {
		name      string
		configure func(*server.Config)
		want      string
	}{
		{"grpc", func(cfg *server.Config) { cfg.GRPCPort, cfg.MetricsPort = port, 0 }, "--grpc_port"},
		{"metrics", func(cfg *server.Config) { cfg.GRPCPort, cfg.MetricsPort = 0, port }, "--metrics_port"},
		{"prefix", func(cfg *server.Config) { cfg.GRPCPort, cfg.MetricsPort, cfg.FlagPrefix = 0, port, "creators_" }, "--creators_metrics_port"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := server.DefaultConfig()
			test.configure(&cfg)
			_, err := server.New(t.Context(), cfg)
			require.ErrorContains(t, err, taken.Addr().String())
			require.ErrorContains(t, err, "address already in use")
			require.ErrorContains(t, err, test.want)
		})
	}
}

// A server that was made and not run gives its ports back.
func TestClose(t *testing.T) {
	t.Parallel()
	cfg := server.DefaultConfig()
	cfg.GRPCPort, cfg.MetricsPort = 0, 0
	s, err := server.New(t.Context(), cfg)
	require.NoError(t, err)
	s.Close()
	for _, addr := range []net.Addr{s.GRPCAddr(), s.MetricsAddr()} {
		_, err := net.Dial("tcp", addr.String())
		require.Error(t, err)
	}
}
