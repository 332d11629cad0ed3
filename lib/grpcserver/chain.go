package grpcserver

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/recovery"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// chain is what happens to each call on its way to the handler, in this order:
// request id, metrics, log, panics. Panics are innermost, so that the log and
// the metrics see what became of them.
type chain struct {
	log      *slog.Logger
	panics   prometheus.Counter
	draining <-chan struct{}
	methods  atomic.Pointer[map[string]bool] // the registered ones, in full; nil before Serve
}

// interceptors are the chain as options, for unary calls and for streams.
func (s *Server) interceptors() []grpc.ServerOption {
	c := s.chain
	recovered := recovery.WithRecoveryHandlerContext(c.recovered)
	unary := []grpc.UnaryServerInterceptor{unaryRequestID}
	stream := []grpc.StreamServerInterceptor{c.streamSetup}
	if s.metrics != nil {
		unary = append(unary, s.metrics.UnaryServerInterceptor())
		stream = append(stream, c.knownOnly(s.metrics.StreamServerInterceptor()))
	}
	unary = append(unary, c.unaryLog, recovery.UnaryServerInterceptor(recovered))
	stream = append(stream, c.streamLog, recovery.StreamServerInterceptor(recovered))
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(unary...), grpc.ChainStreamInterceptor(stream...)}
}

// know remembers the registered methods.
func (c *chain) know(services map[string]grpc.ServiceInfo) {
	methods := make(map[string]bool)
	for service, info := range services {
		for _, method := range info.Methods {
			methods["/"+service+"/"+method.Name] = true
		}
	}
	c.methods.Store(&methods)
}

// knownOnly keeps calls of methods that do not exist out of the metrics: their
// names come from the caller, and each would stay in memory as a label.
func (c *chain) knownOnly(next grpc.StreamServerInterceptor) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		if methods := c.methods.Load(); methods == nil || !(*methods)[info.FullMethod] {
			return handler(srv, stream)
		}
		return next(srv, stream, info, handler)
	}
}

// unknownMethod answers calls of methods that do not exist. As a handler,
// rather than gRPC's own answer, it lets the chain see them.
func unknownMethod(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	return status.Errorf(codes.Unimplemented, "unknown method %s", clip(method))
}

// recovered logs and counts a panic.
func (c *chain) recovered(ctx context.Context, value any) error {
	c.panics.Inc()
	c.log.LogAttrs(ctx, slog.LevelError, "panic in a grpc handler",
		slog.String("panic", fmt.Sprint(value)), slog.String("stack", string(debug.Stack())))
	return status.Error(codes.Internal, internalMessage)
}

// observeDecoding lets the log and the metrics see the unary calls whose
// request cannot be read, because it is too large for instance: gRPC reads it,
// and answers, before it calls interceptors.
func observeDecoding(desc *grpc.ServiceDesc) *grpc.ServiceDesc {
	observed := *desc
	observed.Methods = make([]grpc.MethodDesc, len(desc.Methods))
	for i, method := range desc.Methods {
		fullMethod := "/" + desc.ServiceName + "/" + method.MethodName
		observed.Methods[i] = grpc.MethodDesc{
			MethodName: method.MethodName,
			Handler: func(srv any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
				return method.Handler(srv, ctx, func(request any) error {
					err := decode(request)
					if err == nil || interceptor == nil {
						return err
					}
					info := &grpc.UnaryServerInfo{Server: srv, FullMethod: fullMethod}
					_, err = interceptor(ctx, nil, info, func(context.Context, any) (any, error) { return nil, err })
					return err
				}, interceptor)
			},
		}
	}
	return &observed
}

// clip bounds what a caller sent before it is logged or sent back.
func clip(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

func isHealth(method string) bool     { return strings.HasPrefix(method, "/grpc.health.v1.Health/") }
func isReflection(method string) bool { return strings.HasPrefix(method, "/grpc.reflection.") }
