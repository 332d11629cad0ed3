package creatorsclient_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"

	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	request = creatorsv1.StreamMostActiveCreatorsRequest
	answer  = creatorsv1.StreamMostActiveCreatorsResponse
	stream  = grpc.ClientStreamingServer[request, answer]
)

// fakeService answers the streaming call with a function.
type fakeService struct {
	creatorsv1.UnimplementedCreatorsServiceServer
	handle func(stream) error
}

func (s fakeService) StreamMostActiveCreators(call stream) error { return s.handle(call) }

// serve starts a service, and a connection to it through memory.
func serve(t *testing.T, handle func(stream) error) (*grpc.ClientConn, *grpc.Server) {
	t.Helper()
	listener := bufconn.Listen(64 << 10)
	// With a window of its own choice, gRPC would take in up to 16 MiB.
	server := grpc.NewServer(grpc.InitialWindowSize(1<<20), grpc.InitialConnWindowSize(1<<20))
	creatorsv1.RegisterCreatorsServiceServer(server, fakeService{handle: handle})
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	conn, err := grpcclient.New(grpcclient.Config{
		Target: "passthrough:///memory",
		DialOptions: []grpc.DialOption{grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return listener.DialContext(ctx)
		})},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, conn.Close())
		server.Stop()
		<-served
	})
	return conn, server
}

// counts is what a service has received.
type counts struct{ messages, creators, products int64 }

func (c *counts) add(m *request) {
	c.messages++
	c.creators += int64(len(m.GetCreators()))
	c.products += int64(len(m.GetProducts().GetIdLengths()))
}

// countAll is a service that ranks nobody.
func countAll(call stream) error {
	var c counts
	for {
		m, err := call.Recv()
		if errors.Is(err, io.EOF) {
			return call.SendAndClose(c.answer())
		}
		if err != nil {
			return err
		}
		c.add(m)
	}
}

func (c *counts) answer() *answer {
	return &answer{Totals: &creatorsv1.DataSetTotals{CreatorCount: c.creators, ProductCount: c.products}}
}

func generated(t *testing.T, creators, products int64) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, generate.Write(&b, generate.Config{Creators: creators, Products: products}))
	return b.Bytes()
}

// endless is a data set without end.
func endless() io.Reader {
	return io.MultiReader(strings.NewReader(`{"Products":[`), repeat(
		`{"id":"f768821f-afa1-45be-9414-3a23d18a9e5e","creatorId":"4d1342d9-8d22-44d6-854c-42841f3395f2","createTime":"2023-04-06T21:01:59.752638+02:00"},`))
}

type repeat string

func (r repeat) Read(p []byte) (int, error) {
	n := 0
	for n+len(r) <= len(p) {
		n += copy(p[n:], r)
	}
	return n, nil
}
