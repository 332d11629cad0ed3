package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	"github.com/inventive-weave/inventive-weave/lib/lifecycle"
	"github.com/inventive-weave/inventive-weave/lib/ops"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

// Server is the creators service with its listeners: the API and the
// operations endpoint.
type Server struct {
	log             *slog.Logger
	shutdownTimeout time.Duration
	grpc            *grpcserver.Server
	operations      lifecycle.Component
	grpcListener    net.Listener
	opsListener     net.Listener
	ready           atomic.Bool
}

// New makes a server and opens its listeners, so that its addresses are known
// and a port in use is noticed; it serves from Run on. Whoever does not call
// Run calls Close.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Registry == nil {
		cfg.Registry = ops.NewRegistry("creators")
	}
	s := &Server{log: cfg.Logger, shutdownTimeout: cfg.ShutdownTimeout}
	if err := s.open(ctx, cfg); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) open(ctx context.Context, cfg Config) (err error) {
	if s.grpcListener, err = lifecycle.Listen(ctx, cfg.Host, cfg.GRPCPort, "--"+cfg.FlagPrefix+"grpc_port"); err != nil {
		return err
	}
	if s.opsListener, err = lifecycle.Listen(ctx, cfg.Host, cfg.MetricsPort, "--"+cfg.FlagPrefix+"metrics_port"); err != nil {
		return err
	}
	if s.grpc, err = newGRPC(cfg, cfg.Registry); err != nil {
		return err
	}
	s.operations, err = ops.NewComponent(ops.Config{
		Service:     "creators",
		Description: "Ranks the creators of products by how active they are.",
		Registry:    cfg.Registry,
		Logger:      s.log,
		Ready:       s.readiness,
		Info:        []ops.Info{{Name: "gRPC", Value: s.grpcListener.Addr().String()}},
	}, s.opsListener)
	return err
}

// newGRPC is the gRPC server with the service, for a network or within the
// process.
func newGRPC(cfg Config, registerer prometheus.Registerer) (*grpcserver.Server, error) {
	service, err := NewService(ServiceConfig{Limits: cfg.limits(), Registerer: registerer})
	if err != nil {
		return nil, err
	}
	grpc, err := grpcserver.New(grpcserver.Config{
		Logger:          cfg.Logger,
		Registerer:      registerer,
		MaxReceiveBytes: cfg.MaxMessageBytes,
		Codec:           newCodec(),
	})
	if err != nil {
		return nil, err
	}
	creatorsv1.RegisterCreatorsServiceServer(grpc, service)
	return grpc, nil
}

// GRPCAddr is the address of the API.
func (s *Server) GRPCAddr() net.Addr { return s.grpcListener.Addr() }

// MetricsAddr is the address of the operations endpoint.
func (s *Server) MetricsAddr() net.Addr { return s.opsListener.Addr() }

// Run serves until ctx ends, and then stops: readiness goes false, the calls
// in flight get the shutdown timeout to end, and what is left is cut. It
// returns nil when nothing had to be cut. It is called once.
func (s *Server) Run(ctx context.Context) error {
	s.log.Info("serving", "what", "grpc", "addr", s.GRPCAddr().String())
	s.log.Info("serving", "what", "operations", "addr", s.MetricsAddr().String())
	s.ready.Store(true)
	return lifecycle.Run(ctx, lifecycle.Config{
		Logger:          s.log,
		ShutdownTimeout: s.shutdownTimeout,
		OnStopping:      func() { s.ready.Store(false) },
	}, s.operations, lifecycle.Component{
		Name:  "grpc server",
		Serve: func() error { return s.grpc.Serve(s.grpcListener) },
		Drain: s.grpc.Drain,
		Force: s.grpc.Stop,
	})
}

// Close closes the listeners of a server that is not going to run.
func (s *Server) Close() {
	for _, listener := range []net.Listener{s.grpcListener, s.opsListener} {
		if listener != nil {
			_ = listener.Close() // nothing was accepted on it
		}
	}
}

// readiness is what /readyz asks.
func (s *Server) readiness(context.Context) error {
	if !s.ready.Load() {
		return errors.New("stopping")
	}
	return nil
}
