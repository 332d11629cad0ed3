package grpcclient

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service answers each call, once it has read it all, as handle says.
type service struct {
	creatorsv1.UnimplementedCreatorsServiceServer
	handle func(ctx context.Context) error // may be nil
	answer *creatorsv1.MostActiveCreatorsResponse
}

func (s *service) call(ctx context.Context) error {
	if s.handle == nil {
		return nil
	}
	return s.handle(ctx)
}

func (s *service) MostActiveCreators(ctx context.Context, _ *creatorsv1.MostActiveCreatorsRequest) (*creatorsv1.MostActiveCreatorsResponse, error) {
	if err := s.call(ctx); err != nil {
		return nil, err
	}
	if s.answer != nil {
		return s.answer, nil
	}
	return &creatorsv1.MostActiveCreatorsResponse{}, nil
}

func (s *service) StreamMostActiveCreators(stream grpc.ClientStreamingServer[creatorsv1.StreamMostActiveCreatorsRequest, creatorsv1.StreamMostActiveCreatorsResponse]) error {
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	if err := s.call(stream.Context()); err != nil {
		return err
	}
	return stream.SendAndClose(&creatorsv1.StreamMostActiveCreatorsResponse{})
}

// serve serves svc on a free port until the test ends.
func serve(t *testing.T, svc *service, cfg grpcserver.Config) (*grpcserver.Server, string) {
	t.Helper()
	server, err := grpcserver.New(cfg)
	require.NoError(t, err)
	creatorsv1.RegisterCreatorsServiceServer(server, svc)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-served)
	})
	return server, listener.Addr().String()
}

// dial connects until the test ends.
func dial(t *testing.T, cfg Config) creatorsv1.CreatorsServiceClient {
	t.Helper()
	conn, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return creatorsv1.NewCreatorsServiceClient(conn)
}

// callUnary makes a unary call.
func callUnary(ctx context.Context, client creatorsv1.CreatorsServiceClient) error {
	_, err := client.MostActiveCreators(ctx, &creatorsv1.MostActiveCreatorsRequest{})
	return err
}

// callStream makes a streaming call that sends the given number of messages of
// a kilobyte each.
func callStream(ctx context.Context, client creatorsv1.CreatorsServiceClient, messages int) error {
	stream, err := client.StreamMostActiveCreators(ctx)
	if err != nil {
		return err
	}
	message := &creatorsv1.StreamMostActiveCreatorsRequest{Products: &creatorsv1.ProductColumns{Ids: make([]byte, 1000)}}
	for range messages {
		if err = stream.Send(message); errors.Is(err, io.EOF) {
			break // the reason comes with the response
		} else if err != nil {
			return err
		}
	}
	_, err = stream.CloseAndRecv()
	return err
}

// kinds are the two kinds of calls, for what must be so for both.
var kinds = map[string]func(ctx context.Context, client creatorsv1.CreatorsServiceClient) error{
	"unary": callUnary,
	"stream": func(ctx context.Context, client creatorsv1.CreatorsServiceClient) error {
		return callStream(ctx, client, 3)
	},
}
