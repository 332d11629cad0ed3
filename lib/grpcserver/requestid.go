package grpcserver

import (
	"context"

	"github.com/inventive-weave/inventive-weave/lib/logging"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// The request id goes back in the response header when the call succeeds or
// has sent a message, and in the trailer when it fails before that: a failed
// call that has sent a header may not be retried by the client (gRFC A6).

// withRequestID is ctx with the caller's request id, or a new one.
func withRequestID(ctx context.Context) (context.Context, metadata.MD) {
	sent := ""
	if values := metadata.ValueFromIncomingContext(ctx, logging.RequestIDHeader); len(values) == 1 {
		sent = values[0]
	}
	id := logging.RequestIDFrom(sent)
	return logging.WithRequestID(ctx, id), metadata.Pairs(logging.RequestIDHeader, id)
}

// unaryRequestID gives the call its request id. Failing to return it is not
// worth failing the call: the caller is gone then.
func unaryRequestID(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	ctx, md := withRequestID(ctx)
	response, err := handler(ctx, request)
	if err != nil {
		_ = grpc.SetTrailer(ctx, md)
		return nil, err
	}
	_ = grpc.SetHeader(ctx, md)
	return response, nil
}

// streamSetup gives the stream its request id, and an end when the server
// drains if it has none of its own.
func (c *chain) streamSetup(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	ctx, md := withRequestID(stream.Context())
	wrapped := &serverStream{ServerStream: stream, ctx: ctx, requestID: md}
	if isHealth(info.FullMethod) || isReflection(info.FullMethod) {
		wrapped.draining = c.draining
		var cancel context.CancelFunc
		wrapped.ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		go func() {
			select {
			case <-c.draining:
				cancel()
			case <-wrapped.ctx.Done():
			}
		}()
	}
	err := handler(srv, wrapped)
	if err != nil {
		if wrapped.isDraining() {
			err = errDraining()
		}
		stream.SetTrailer(md)
	} else {
		_ = wrapped.addHeader()
	}
	return err
}
