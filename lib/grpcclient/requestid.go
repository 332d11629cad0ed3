package grpcclient

import (
	"context"

	"github.com/inventive-weave/inventive-weave/lib/logging"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// handOn adds the context's request id to what the call sends, unless the
// caller has put one there.
func handOn(ctx context.Context) context.Context {
	id := logging.RequestID(ctx)
	if id == "" {
		return ctx
	}
	if sent, ok := metadata.FromOutgoingContext(ctx); ok && len(sent.Get(logging.RequestIDHeader)) > 0 {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, logging.RequestIDHeader, id)
}

func unaryRequestID(ctx context.Context, method string, request, response any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	return invoke(handOn(ctx), method, request, response, conn, options...)
}

func streamRequestID(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	return open(handOn(ctx), desc, conn, method, options...)
}
