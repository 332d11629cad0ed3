package server_test

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

// smallRequest is as large as the example data set: 10 creators, 100 products.
func smallRequest() *creatorsv1.MostActiveCreatorsRequest {
	req := new(creatorsv1.MostActiveCreatorsRequest)
	for i := range 10 {
		req.Creators = append(req.Creators, creator(fmt.Sprintf("%036d", i), fmt.Sprintf("creator%d@example.org", i)))
	}
	for i := range 100 {
		req.Products = append(req.Products, product(fmt.Sprintf("%036d", i), fmt.Sprintf("%036d", i*i%10), at(int64(1_600_000_000+i), 0)))
	}
	return req
}

// BenchmarkHandler reports the plain call without gRPC.
func BenchmarkHandler(b *testing.B) {
	service, err := server.NewService(server.ServiceConfig{})
	require.NoError(b, err)
	req := smallRequest()
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

// BenchmarkPlainCall reports plain calls over a real connection, of the service
// and of an echo of as many bytes in each direction.
func BenchmarkPlainCall(b *testing.B) {
	service, err := server.NewService(server.ServiceConfig{})
	require.NoError(b, err)
	req := smallRequest()
	answer, err := service.MostActiveCreators(b.Context(), req)
	require.NoError(b, err)
	for _, subject := range []struct {
		name    string
		service creatorsv1.CreatorsServiceServer
	}{{"service", service}, {"echo", &echo{answer: answer}}} {
		b.Run(subject.name, func(b *testing.B) {
			grpcServer, err := grpcserver.New(grpcserver.Config{})
			require.NoError(b, err)
			creatorsv1.RegisterCreatorsServiceServer(grpcServer, subject.service)
			listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
			require.NoError(b, err)
			served := make(chan error, 1)
			go func() { served <- grpcServer.Serve(listener) }()
			b.Cleanup(func() { grpcServer.Stop(); require.NoError(b, <-served) })
			conn, err := grpc.NewClient(listener.Addr().String(), insecureCredentials())
			require.NoError(b, err)
			b.Cleanup(func() { require.NoError(b, conn.Close()) })
			client := creatorsv1.NewCreatorsServiceClient(conn)

			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := client.MostActiveCreators(context.Background(), req); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
