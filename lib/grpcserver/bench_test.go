package grpcserver_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
)

// sink reads streams, and ranks nothing.
type sink struct {
	creatorsv1.UnimplementedCreatorsServiceServer
}

func (sink) StreamMostActiveCreators(stream grpc.ClientStreamingServer[creatorsv1.StreamMostActiveCreatorsRequest, creatorsv1.StreamMostActiveCreatorsResponse]) error {
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return stream.SendAndClose(&creatorsv1.StreamMostActiveCreatorsResponse{})
		} else if err != nil {
			return err
		}
	}
}

// BenchmarkBulkStream sends 64 MiB a call, as a client with a large data set
// does, with various windows, buffers and message sizes.
func BenchmarkBulkStream(b *testing.B) {
	const total = 64 << 20
	for _, windows := range []int32{0, 256 << 10, 8 << 20} {
		for _, buffer := range []int{32 << 10, 64 << 10, 256 << 10} {
			for _, message := range []int{64 << 10, 256 << 10} {
				b.Run(fmt.Sprintf("window=%dK/buffer=%dK/message=%dK", windows>>10, buffer>>10, message>>10), func(b *testing.B) {
					server, err := grpcserver.New(grpcserver.Config{StreamWindowBytes: windows, ConnectionWindowBytes: windows, BufferBytes: buffer})
					require.NoError(b, err)
					creatorsv1.RegisterCreatorsServiceServer(server, sink{})
					listener, err := net.Listen("tcp", "127.0.0.1:0")
					require.NoError(b, err)
					go func() { _ = server.Serve(listener) }()
					b.Cleanup(server.Stop)
					conn, err := grpcclient.New(grpcclient.Config{Target: listener.Addr().String()})
					require.NoError(b, err)
					defer conn.Close()
					client := creatorsv1.NewCreatorsServiceClient(conn)

					chunk := &creatorsv1.StreamMostActiveCreatorsRequest{Products: &creatorsv1.ProductColumns{Ids: make([]byte, message-20)}}
					b.SetBytes(total)
					b.ReportAllocs()
					for b.Loop() {
						stream, err := client.StreamMostActiveCreators(b.Context())
						require.NoError(b, err)
						for range total / message {
							require.NoError(b, stream.Send(chunk))
						}
						_, err = stream.CloseAndRecv()
						require.NoError(b, err)
					}
				})
			}
		}
	}
}
