package grpcserver

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/logging"
	"github.com/inventive-weave/inventive-weave/lib/logging/logtest"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service answers calls as a test wants. Without functions it answers with
// empty responses.
type service struct {
	creatorsv1.UnimplementedCreatorsServiceServer
	unary  func(ctx context.Context) error
	stream func(stream grpc.ServerStream) error // after nothing was read
}

func (s *service) MostActiveCreators(ctx context.Context, _ *creatorsv1.MostActiveCreatorsRequest) (*creatorsv1.MostActiveCreatorsResponse, error) {
	if s.unary != nil {
		if err := s.unary(ctx); err != nil {
			return nil, err
		}
	}
	return &creatorsv1.MostActiveCreatorsResponse{}, nil
}

func (s *service) StreamMostActiveCreators(stream grpc.ClientStreamingServer[creatorsv1.StreamMostActiveCreatorsRequest, creatorsv1.StreamMostActiveCreatorsResponse]) error {
	if s.stream != nil {
		if err := s.stream(stream); err != nil {
			return err
		}
	}
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return stream.SendAndClose(&creatorsv1.StreamMostActiveCreatorsResponse{})
		} else if err != nil {
			return err
		}
	}
}

// fixture is a server that serves, with everything that can be seen of it.
type fixture struct {
	server   *Server
	registry *prometheus.Registry
	log      *logtest.Buffer
	address  string
	served   chan error // what Serve returned
	conn     *grpc.ClientConn
	client   creatorsv1.CreatorsServiceClient
}

// start serves svc on a free port until the test ends.
func start(t *testing.T, svc *service, cfg Config) *fixture {
	t.Helper()
	f := &fixture{registry: prometheus.NewRegistry(), log: new(logtest.Buffer), served: make(chan error, 1)}
	var err error
	cfg.Logger, err = logging.New(f.log, logging.Config{Level: "debug"})
	require.NoError(t, err)
	cfg.Registerer = f.registry
	f.server, err = New(cfg)
	require.NoError(t, err)
	creatorsv1.RegisterCreatorsServiceServer(f.server, svc)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f.address = listener.Addr().String()
	go func() { f.served <- f.server.Serve(listener) }()
	t.Cleanup(f.server.Stop)
	f.conn = f.dial(t)
	f.client = creatorsv1.NewCreatorsServiceClient(f.conn)
	return f
}

// dial makes a connection of its own to the server.
func (f *fixture) dial(t *testing.T) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+f.address, grpc.WithNoProxy(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return conn
}

// call makes a unary call.
func (f *fixture) call(t *testing.T, options ...grpc.CallOption) error {
	t.Helper()
	_, err := f.client.MostActiveCreators(t.Context(), &creatorsv1.MostActiveCreatorsRequest{}, append(options, grpc.WaitForReady(true))...)
	return err
}

// callStream makes a streaming call of one message.
func (f *fixture) callStream(t *testing.T, message *creatorsv1.StreamMostActiveCreatorsRequest, options ...grpc.CallOption) error {
	t.Helper()
	stream, err := f.client.StreamMostActiveCreators(t.Context(), append(options, grpc.WaitForReady(true))...)
	require.NoError(t, err)
	if err = stream.Send(message); err != nil {
		require.ErrorIs(t, err, io.EOF) // the reason comes with the response
	}
	_, err = stream.CloseAndRecv()
	return err
}

// eventually is how long a test waits for what has to happen; it never passes
// when all is well.
const eventually = 30 * time.Second

// receive waits for a value.
func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(eventually):
		require.FailNow(t, "did not happen: "+what)
		panic("unreachable")
	}
}
