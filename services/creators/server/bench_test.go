package server_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
	"github.com/inventive-weave/inventive-weave/testdata"
)

// exampleRequest is the example data set.
func exampleRequest(b *testing.B) *creatorsv1.MostActiveCreatorsRequest {
	file, err := testdata.Files.Open("example1.json")
	require.NoError(b, err)
	req := &creatorsv1.MostActiveCreatorsRequest{Limit: 3}
	_, err = dataset.Decode(file, dataset.Visitor{
		Creator: func(c *dataset.Creator) error {
			req.Creators = append(req.Creators, creator(string(c.ID), string(c.Email)))
			return nil
		},
		Product: func(p *dataset.Product) error {
			req.Products = append(req.Products, product(string(p.ID), string(p.CreatorID), at(p.Seconds, p.Nanos)))
			return nil
		},
	})
	require.NoError(b, err)
	return req
}

// BenchmarkHandler reports the plain call without gRPC.
func BenchmarkHandler(b *testing.B) {
	service, err := server.NewService(server.ServiceConfig{})
	require.NoError(b, err)
	req := exampleRequest(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := service.MostActiveCreators(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

// echo answers with an answer made beforehand, to a request that was decoded
// all the same: what is left of a call when nothing is ranked.
type echo struct {
	creatorsv1.UnimplementedCreatorsServiceServer
	answer *creatorsv1.MostActiveCreatorsResponse
}

func (e *echo) MostActiveCreators(context.Context, *creatorsv1.MostActiveCreatorsRequest) (*creatorsv1.MostActiveCreatorsResponse, error) {
	return e.answer, nil
}

// plainCallers serve the service, and an echo of as many bytes in each
// direction, over real connections.
func plainCallers(b *testing.B, req *creatorsv1.MostActiveCreatorsRequest) (ours, echoes creatorsv1.CreatorsServiceClient) {
	service, err := server.NewService(server.ServiceConfig{})
	require.NoError(b, err)
	answer, err := service.MostActiveCreators(b.Context(), req)
	require.NoError(b, err)
	return plainCaller(b, service), plainCaller(b, &echo{answer: answer})
}

func plainCaller(b *testing.B, service creatorsv1.CreatorsServiceServer) creatorsv1.CreatorsServiceClient {
	grpcServer, err := grpcserver.New(grpcserver.Config{})
	require.NoError(b, err)
	creatorsv1.RegisterCreatorsServiceServer(grpcServer, service)
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	require.NoError(b, err)
	served := make(chan error, 1)
	go func() { served <- grpcServer.Serve(listener) }()
	b.Cleanup(func() { grpcServer.Stop(); require.NoError(b, <-served) })
	conn, err := grpc.NewClient(listener.Addr().String(), insecureCredentials())
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, conn.Close()) })
	return creatorsv1.NewCreatorsServiceClient(conn)
}

// BenchmarkPlainCall reports plain calls of the service and of the echo.
func BenchmarkPlainCall(b *testing.B) {
	req := exampleRequest(b)
	ours, echoes := plainCallers(b, req)
	for _, subject := range []struct {
		name   string
		client creatorsv1.CreatorsServiceClient
	}{{"service", ours}, {"echo", echoes}} {
		b.Run("subject="+subject.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := subject.client.MostActiveCreators(context.Background(), req); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkPlainCallAgainstEcho reports the throughput of the service in
// percent of the echo's. The two take short turns, so that whatever else the
// machine does slows both.
func BenchmarkPlainCallAgainstEcho(b *testing.B) {
	const callers, calls = 4, 25 // a turn
	req := exampleRequest(b)
	ours, echoes := plainCallers(b, req)
	turn := func(client creatorsv1.CreatorsServiceClient) time.Duration {
		var group sync.WaitGroup
		began := time.Now()
		for range callers {
			group.Go(func() {
				for range calls {
					if _, err := client.MostActiveCreators(context.Background(), req); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		return time.Since(began)
	}
	turn(ours)
	turn(echoes)
	var ourTime, echoTime time.Duration
	for b.Loop() {
		ourTime += turn(ours)
		echoTime += turn(echoes)
	}
	b.ReportMetric(100*echoTime.Seconds()/ourTime.Seconds(), "%-of-echo")
}
