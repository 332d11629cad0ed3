// Package grpcserver is the gRPC server that every service runs. It alone
// knows interceptors, health checking, reflection, keepalive, sizes and the
// graceful stop, so that all services have them and none repeats them.
//
// Each call gets a request id, one line in the log, metrics under the
// ecosystem's grpc_server_* names, and protection from panics. The package
// does not authenticate or encrypt: the network that it listens on has to be
// trusted, or a proxy has to do it.
package grpcserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	grpcprom "github.com/grpc-ecosystem/go-grpc-middleware/providers/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
)

// DefaultMaxReceiveBytes is how large a message from a client may be unless
// the Config says otherwise: 4 MiB, the default of gRPC everywhere.
const DefaultMaxReceiveBytes = 4 << 20

// MinClientPing is how often a client may send keepalive pings; one that pings
// more often is cut off. Package grpcclient stays well above it.
const MinClientPing = 10 * time.Second

const (
	defaultMaxConcurrentStreams = 256
	defaultBufferBytes          = 64 << 10
	defaultMaxConnectionAge     = 10 * time.Minute

	connectionTimeout = 10 * time.Second // for the handshake; it bounds how long an idle connection delays a stop
	maxHeaderBytes    = 64 << 10         // of a call's metadata; gRPC's default is 16 MiB
	pingIdle          = time.Minute      // a client that was silent for this long gets a ping
	pingTimeout       = 20 * time.Second // and is dropped when it has not answered within this
	forceGrace        = 2 * time.Second  // what handlers get to return after their calls were cut
)

// Config is what a Server needs to know. The zero value works.
type Config struct {
	// Logger gets one line per call, and panics. Nil logs nothing.
	Logger *slog.Logger
	// Registerer gets the metrics. Nil counts nothing. A registerer serves one
	// Server: a second one would count into the same names.
	Registerer prometheus.Registerer

	// MaxReceiveBytes bounds one message from a client, in bytes. A larger one
	// gets RESOURCE_EXHAUSTED. 0 is DefaultMaxReceiveBytes.
	MaxReceiveBytes int
	// MaxConcurrentStreams bounds the calls that one connection has open at the
	// same time; a client's further calls wait. 0 is 256.
	MaxConcurrentStreams uint32
	// MaxConnectionAge is after how long a connection is replaced, once the
	// calls on it have ended, so that clients that balance find servers that
	// were added meanwhile. 0 is 10 minutes, negative is never.
	MaxConnectionAge time.Duration
	// StreamWindowBytes and ConnectionWindowBytes fix the HTTP/2 flow control
	// windows: how much a client may send ahead of the handler, per call and
	// per connection. 0 lets gRPC find them by measuring, from 64 KiB up to
	// 16 MiB; fix them to bound memory. Over the loopback of two shared cores,
	// with messages of 256 KiB (BenchmarkBulkStream), found windows moved up to
	// 2.0 GB/s, fixed ones of 8 MiB as much, of 1 MiB 1.1, of 256 KiB 0.9.
	StreamWindowBytes, ConnectionWindowBytes int32
	// BufferBytes is the size of each connection's read buffer and of its write
	// buffer: how much one system call moves. 0 is 64 KiB, which is faster than
	// gRPC's 32 KiB in the same benchmark; 256 KiB is not faster still.
	BufferBytes int
	// Codec encodes and decodes the messages of all services. Nil is gRPC's own
	// for protobuf, which another one has to fall back on.
	Codec encoding.CodecV2
}

// Server is a gRPC server, and a grpc.ServiceRegistrar.
type Server struct {
	grpc    *grpc.Server
	health  *health.Server
	metrics *grpcprom.ServerMetrics // nil without a Registerer
	chain   *chain

	mu         sync.Mutex
	serving    bool // what health says
	servingSet bool // by SetServing

	draining   chan struct{} // closed when Drain begins
	drainOnce  sync.Once
	forceGrace time.Duration
}

// New makes a server with health checking and reflection. It fails when the
// configuration makes no sense or the metrics cannot be registered.
func New(cfg Config) (*Server, error) {
	if cfg.MaxReceiveBytes < 0 || cfg.BufferBytes < 0 || cfg.StreamWindowBytes < 0 || cfg.ConnectionWindowBytes < 0 {
		return nil, errors.New("grpc server: a size is negative")
	}
	s := &Server{health: health.NewServer(), draining: make(chan struct{}), forceGrace: forceGrace}

	log := cfg.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	panics := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "weave_grpc_panics_total",
		Help: "Panics in gRPC handlers. Each is in the log, with its stack.",
	})
	if cfg.Registerer != nil {
		s.metrics = newMetrics()
		for _, collector := range []prometheus.Collector{s.metrics, panics} {
			if err := cfg.Registerer.Register(collector); err != nil {
				return nil, fmt.Errorf("grpc server: register metrics: %w", err)
			}
		}
	}
	s.chain = &chain{log: log, panics: panics, draining: s.draining}
	s.grpc = grpc.NewServer(s.options(cfg)...)

	healthpb.RegisterHealthServer(s, s.health)
	s.setHealth(false)
	reflection.Register(s)
	return s, nil
}

// options turns the configuration into gRPC's.
func (s *Server) options(cfg Config) []grpc.ServerOption {
	maxAge := orDefault(cfg.MaxConnectionAge, defaultMaxConnectionAge)
	if maxAge < 0 {
		maxAge = 0 // gRPC's never
	}
	buffer := orDefault(cfg.BufferBytes, defaultBufferBytes)
	options := []grpc.ServerOption{
		grpc.MaxRecvMsgSize(orDefault(cfg.MaxReceiveBytes, DefaultMaxReceiveBytes)),
		grpc.MaxConcurrentStreams(orDefault(cfg.MaxConcurrentStreams, defaultMaxConcurrentStreams)),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.ConnectionTimeout(connectionTimeout),
		grpc.ReadBufferSize(buffer),
		grpc.WriteBufferSize(buffer),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionAge: maxAge, // the calls on it may finish: no MaxConnectionAgeGrace
			Time:             pingIdle,
			Timeout:          pingTimeout,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
			MinTime:             MinClientPing,
			PermitWithoutStream: true, // idle clients notice a dead server before their next call does
		}),
		grpc.WaitForHandlers(true), // a stopped server has no handler running
		grpc.UnknownServiceHandler(unknownMethod),
	}
	if cfg.StreamWindowBytes > 0 {
		options = append(options, grpc.StaticStreamWindowSize(cfg.StreamWindowBytes))
	}
	if cfg.ConnectionWindowBytes > 0 {
		options = append(options, grpc.StaticConnWindowSize(cfg.ConnectionWindowBytes))
	}
	if cfg.Codec != nil {
		options = append(options, grpc.ForceServerCodecV2(cfg.Codec))
	}
	return append(options, s.interceptors()...)
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// RegisterService adds a service, before Serve. It makes Server a
// grpc.ServiceRegistrar, which generated RegisterXServer functions take.
func (s *Server) RegisterService(desc *grpc.ServiceDesc, implementation any) {
	s.grpc.RegisterService(observeDecoding(desc), implementation)
}

// GetServiceInfo describes the registered services, by name.
func (s *Server) GetServiceInfo() map[string]grpc.ServiceInfo { return s.grpc.GetServiceInfo() }

// SetServing sets what health checks are told, of the server as a whole and of
// each registered service. Without it they are told SERVING from Serve on, and
// NOT_SERVING from Drain on; after Drain it has no effect.
func (s *Server) SetServing(serving bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving, s.servingSet = serving, true
	s.setHealth(serving)
}

func (s *Server) setHealth(serving bool) {
	state := healthpb.HealthCheckResponse_NOT_SERVING
	if serving {
		state = healthpb.HealthCheckResponse_SERVING
	}
	s.health.SetServingStatus("", state)
	for name := range s.grpc.GetServiceInfo() {
		s.health.SetServingStatus(name, state)
	}
}

// Serve accepts connections until Drain or Stop, and closes the listener. It
// returns nil when it was stopped. It may be called once per listener, all of
// them serving the same services.
func (s *Server) Serve(listener net.Listener) error {
	s.mu.Lock()
	if s.metrics != nil {
		s.metrics.InitializeMetrics(s.grpc) // so that rates exist before the first call
	}
	s.chain.know(s.grpc.GetServiceInfo())
	if !s.servingSet {
		s.serving = true
	}
	s.setHealth(s.serving) // again after SetServing, for services registered since
	s.mu.Unlock()

	if err := s.grpc.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return fmt.Errorf("serve grpc on %s: %w", listener.Addr(), err)
	}
	return nil
}

// Drain stops the server gracefully: health checks are told NOT_SERVING, new
// calls are turned away, and it returns when the calls in flight have ended.
// Calls of the health and reflection services, which may last for as long as
// the client likes, are ended.
//
// When ctx ends first, the remaining calls are cut, and the error says so; it
// then waits for their handlers, but not longer than two seconds.
func (s *Server) Drain(ctx context.Context) error {
	s.health.Shutdown()
	s.drainOnce.Do(func() { close(s.draining) })

	drained := make(chan struct{})
	go func() { s.grpc.GracefulStop(); close(drained) }()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
	}

	go s.grpc.Stop() // ends the GracefulStop too
	grace := time.NewTimer(s.forceGrace)
	defer grace.Stop()
	select {
	case <-drained:
		return fmt.Errorf("calls in flight were cut: %w", ctx.Err())
	case <-grace.C:
		return fmt.Errorf("calls in flight were cut, and a handler has not returned %v later: %w", s.forceGrace, ctx.Err())
	}
}

// Stop stops the server at once: the calls in flight are cut. It returns when
// their handlers have.
func (s *Server) Stop() {
	s.health.Shutdown()
	s.drainOnce.Do(func() { close(s.draining) })
	s.grpc.Stop()
}
