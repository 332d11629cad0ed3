package grpcserver

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
)

const creatorsService = "weave.creators.v1.CreatorsService"

// blocking is a service whose calls wait until they are released, or their
// context ends.
type blocking struct {
	service
	entered chan struct{} // gets a value per call that began
	release chan struct{}
}

func newBlocking() *blocking {
	b := &blocking{entered: make(chan struct{}, 100), release: make(chan struct{})}
	wait := func(ctx context.Context) error {
		b.entered <- struct{}{}
		select {
		case <-b.release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	b.unary = wait
	b.stream = func(s grpc.ServerStream) error { return wait(s.Context()) }
	return b
}

// inFlight begins a call of each kind and returns their results to come.
func (b *blocking) inFlight(t *testing.T, f *fixture) <-chan error {
	t.Helper()
	results := make(chan error, 2)
	for _, call := range calls {
		go func() { results <- call(f, t) }()
		receive(t, b.entered, "the call reaches its handler")
	}
	return results
}

func healthOf(t *testing.T, f *fixture, service string) healthpb.HealthCheckResponse_ServingStatus {
	t.Helper()
	response, err := healthpb.NewHealthClient(f.conn).Check(t.Context(), &healthpb.HealthCheckRequest{Service: service}, grpc.WaitForReady(true))
	require.NoError(t, err)
	return response.GetStatus()
}

func TestHealth(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{})
	for _, name := range []string{"", creatorsService} {
		require.Equal(t, healthpb.HealthCheckResponse_SERVING, healthOf(t, f, name))
	}
	f.server.SetServing(false)
	for _, name := range []string{"", creatorsService} {
		require.Equal(t, healthpb.HealthCheckResponse_NOT_SERVING, healthOf(t, f, name))
	}
	f.server.SetServing(true)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, healthOf(t, f, creatorsService))

	_, err := healthpb.NewHealthClient(f.conn).Check(t.Context(), &healthpb.HealthCheckRequest{Service: "weave.invented.v1.Service"})
	require.Equal(t, codes.NotFound, status.Code(err))
}

func TestHealthThatWasSetBeforeServing(t *testing.T) {
	t.Parallel()
	server, err := New(Config{})
	require.NoError(t, err)
	server.SetServing(false)
	creatorsv1.RegisterCreatorsServiceServer(server, &service{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	f := &fixture{server: server, address: listener.Addr().String()}
	f.conn = f.dial(t)
	for _, name := range []string{"", creatorsService} {
		require.Equal(t, healthpb.HealthCheckResponse_NOT_SERVING, healthOf(t, f, name))
	}
	require.NoError(t, server.Drain(t.Context()))
	require.NoError(t, receive(t, served, "Serve returns"))
}

func TestReflection(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{})
	stream, err := reflectionpb.NewServerReflectionClient(f.conn).ServerReflectionInfo(t.Context(), grpc.WaitForReady(true))
	require.NoError(t, err)
	require.NoError(t, stream.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}}))
	response, err := stream.Recv()
	require.NoError(t, err)
	var names []string
	for _, s := range response.GetListServicesResponse().GetService() {
		names = append(names, s.GetName())
	}
	require.Contains(t, names, creatorsService)
	require.Contains(t, names, "grpc.health.v1.Health")
	require.NoError(t, stream.CloseSend())
}

func TestDrainWaitsForCallsInFlight(t *testing.T) {
	t.Parallel()
	b := newBlocking()
	f := start(t, &b.service, Config{})
	results := b.inFlight(t, f)

	watch, err := healthpb.NewHealthClient(f.conn).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	update, err := watch.Recv()
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, update.GetStatus())

	drained := make(chan error, 1)
	go func() { drained <- f.server.Drain(t.Context()) }()

	// The watch ends because the server drains, perhaps after the news.
	for err == nil {
		update, err = watch.Recv()
		if err == nil {
			require.Equal(t, healthpb.HealthCheckResponse_NOT_SERVING, update.GetStatus())
		}
	}
	require.Equal(t, codes.Unavailable, status.Code(err))
	require.Equal(t, "the server is shutting down", status.Convert(err).Message())
	select {
	case result := <-drained:
		require.FailNow(t, "drained with calls in flight", "%v", result)
	default:
	}

	close(b.release)
	for range 2 {
		require.NoError(t, receive(t, results, "the call ends"))
	}
	require.NoError(t, receive(t, drained, "Drain returns"))
	require.NoError(t, receive(t, f.served, "Serve returns"))
	_, err = net.Dial("tcp", f.address)
	require.Error(t, err, "nobody listens any more")
	require.NoError(t, f.server.Drain(t.Context()), "a second time does no harm")
}

func TestDrainDoesNotWaitForReflection(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{})
	stream, err := reflectionpb.NewServerReflectionClient(f.conn).ServerReflectionInfo(t.Context(), grpc.WaitForReady(true))
	require.NoError(t, err)
	require.NoError(t, stream.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}}))
	_, err = stream.Recv()
	require.NoError(t, err)

	require.NoError(t, f.server.Drain(t.Context()))
	_, err = stream.Recv()
	require.Equal(t, codes.Unavailable, status.Code(err))
}

func TestDrainCutsWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	b := newBlocking()
	f := start(t, &b.service, Config{})
	results := b.inFlight(t, f)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := f.server.Drain(ctx)
	require.EqualError(t, err, "calls in flight were cut: context canceled")
	require.ErrorIs(t, err, context.Canceled)
	for range 2 {
		require.Equal(t, codes.Unavailable, status.Code(receive(t, results, "the call ends")))
	}
	require.NoError(t, receive(t, f.served, "Serve returns"))
	require.Len(t, f.log.Records(t, "grpc call"), 2, "the handlers have returned, and are logged")
}

func TestDrainReturnsWhenAHandlerDoesNot(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	f := start(t, &service{unary: func(context.Context) error {
		close(entered)
		<-release // deaf to its context
		return nil
	}}, Config{})
	f.server.forceGrace = time.Millisecond
	result := make(chan error, 1)
	go func() { result <- f.call(t) }()
	receive(t, entered, "the call reaches its handler")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.EqualError(t, f.server.Drain(ctx), "calls in flight were cut, and a handler has not returned 1ms later: context canceled")
	require.Equal(t, codes.Unavailable, status.Code(receive(t, result, "the call ends")))
	close(release)
	require.NoError(t, receive(t, f.served, "Serve returns"))
}

func TestStop(t *testing.T) {
	t.Parallel()
	b := newBlocking()
	f := start(t, &b.service, Config{})
	results := b.inFlight(t, f)
	f.server.Stop()
	for range 2 {
		require.Equal(t, codes.Unavailable, status.Code(receive(t, results, "the call ends")))
	}
	require.NoError(t, receive(t, f.served, "Serve returns"))
}

func TestServeAfterDrain(t *testing.T) {
	t.Parallel()
	server, err := New(Config{})
	require.NoError(t, err)
	require.NoError(t, server.Drain(t.Context()))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, server.Serve(listener))
	_, err = listener.Accept()
	require.ErrorIs(t, err, net.ErrClosed, "the listener is not left open")
}

func TestServeFails(t *testing.T) {
	t.Parallel()
	server, err := New(Config{})
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	require.ErrorContains(t, server.Serve(listener), "serve grpc on 127.0.0.1:")
}

func TestNewRefusesNegativeSizes(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{{MaxReceiveBytes: -1}, {BufferBytes: -1}, {StreamWindowBytes: -1}, {ConnectionWindowBytes: -1}} {
		_, err := New(cfg)
		require.EqualError(t, err, "grpc server: a size is negative")
	}
}

func TestConcurrentCalls(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{MaxConcurrentStreams: 2, StreamWindowBytes: 1 << 20, ConnectionWindowBytes: 1 << 20, MaxConnectionAge: -1})
	var calling sync.WaitGroup
	for range 20 {
		calling.Go(func() {
			_, err := f.client.MostActiveCreators(t.Context(), &creatorsv1.MostActiveCreatorsRequest{}, grpc.WaitForReady(true))
			if err != nil {
				t.Error(err)
			}
		})
	}
	calling.Wait()
	require.Equal(t, 20., handled(t, f, "MostActiveCreators", codes.OK))
}
