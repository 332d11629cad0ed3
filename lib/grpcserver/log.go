package grpcserver

import (
	"context"
	"log/slog"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

// internalMessage is all that a caller learns of a failure inside.
const internalMessage = "internal error"

// unaryLog writes the call's line in the log, and makes a status of its error.
func (c *chain) unaryLog(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	began := time.Now()
	response, err := handler(ctx, request)
	if err = c.finish(ctx, info.FullMethod, began, err); err != nil {
		return nil, err
	}
	return response, nil
}

// streamLog is unaryLog for streams.
func (c *chain) streamLog(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	began := time.Now()
	err := handler(srv, stream)
	return c.finish(stream.Context(), info.FullMethod, began, err)
}

// finish logs a call, and returns the error for the caller: one without a
// status is for the log only, since it may hold what callers must not see.
func (c *chain) finish(ctx context.Context, method string, began time.Time, err error) error {
	seen, ok := status.FromError(err) // what the caller gets
	if !ok {
		if seen = status.FromContextError(err); seen.Code() == codes.Unknown {
			seen = status.New(codes.Internal, internalMessage)
		}
	}

	level := levelOf(method, seen.Code())
	if c.log.Enabled(ctx, level) {
		attrs := make([]slog.Attr, 0, 5)
		attrs = append(attrs,
			slog.String("method", clip(method)),
			slog.String("code", codeName(seen.Code())),
			slog.Float64("duration_seconds", time.Since(began).Seconds()))
		if p, ok := peer.FromContext(ctx); ok {
			attrs = append(attrs, slog.String("peer", p.Addr.String()))
		}
		if err != nil && !quotesCaller(seen.Code()) {
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		c.log.LogAttrs(ctx, level, "grpc call", attrs...)
	}
	return seen.Err()
}

// levelOf is the level of a call's line: what an operator should look at is
// above info, what only probes care for is below.
func levelOf(method string, code codes.Code) slog.Level {
	switch code {
	case codes.Internal, codes.Unknown, codes.DataLoss:
		return slog.LevelError
	}
	if isHealth(method) {
		return slog.LevelDebug
	}
	switch code {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}

// quotesCaller tells whether errors with this code blame what the caller sent.
// Such errors quote it, and data does not belong in the log.
func quotesCaller(code codes.Code) bool {
	switch code {
	case codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.FailedPrecondition, codes.OutOfRange,
		codes.PermissionDenied, codes.Unauthenticated:
		return true
	default:
		return false
	}
}

// codeName is a code as the gRPC documents spell it, RESOURCE_EXHAUSTED.
func codeName(code codes.Code) string {
	switch code {
	case codes.OK:
		return "OK"
	case codes.Canceled:
		return "CANCELLED"
	case codes.Unknown:
		return "UNKNOWN"
	case codes.InvalidArgument:
		return "INVALID_ARGUMENT"
	case codes.DeadlineExceeded:
		return "DEADLINE_EXCEEDED"
	case codes.NotFound:
		return "NOT_FOUND"
	case codes.AlreadyExists:
		return "ALREADY_EXISTS"
	case codes.PermissionDenied:
		return "PERMISSION_DENIED"
	case codes.ResourceExhausted:
		return "RESOURCE_EXHAUSTED"
	case codes.FailedPrecondition:
		return "FAILED_PRECONDITION"
	case codes.Aborted:
		return "ABORTED"
	case codes.OutOfRange:
		return "OUT_OF_RANGE"
	case codes.Unimplemented:
		return "UNIMPLEMENTED"
	case codes.Internal:
		return "INTERNAL"
	case codes.Unavailable:
		return "UNAVAILABLE"
	case codes.DataLoss:
		return "DATA_LOSS"
	case codes.Unauthenticated:
		return "UNAUTHENTICATED"
	default:
		return code.String()
	}
}
