package grpcclient

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// explainer adds what to do to gRPC's error for a message over a limit, which
// neither end lets a server word.
type explainer struct{ maxReceive int }

func (e explainer) unary(ctx context.Context, method string, request, response any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	return e.explain(invoke(ctx, method, request, response, conn, options...))
}

func (e explainer) stream(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := open(ctx, desc, conn, method, options...)
	if err != nil {
		return nil, e.explain(err)
	}
	return &explainedStream{ClientStream: stream, explainer: e}, nil
}

type explainedStream struct {
	grpc.ClientStream
	explainer
}

func (s *explainedStream) RecvMsg(m any) error { return s.explain(s.ClientStream.RecvMsg(m)) }

// explain changes only the error for a message over a limit, whose code stays.
func (e explainer) explain(err error) error {
	if status.Code(err) != codes.ResourceExhausted {
		return err
	}
	_, numbers, found := strings.Cut(status.Convert(err).Message(), "larger than max (")
	var size, limit int
	if !found {
		return err
	}
	if _, scanErr := fmt.Sscanf(numbers, "%d vs. %d)", &size, &limit); scanErr != nil {
		return err
	}
	if limit == e.maxReceive {
		return status.Errorf(codes.ResourceExhausted, "the answer has %d bytes, and this client takes at most %d: ask for less", size, limit)
	}
	return status.Errorf(codes.ResourceExhausted, "a message of %d bytes was sent, and the server takes at most %d in one: "+
		"send smaller ones over a streaming method, or raise the server's --max_message_bytes", size, limit)
}
