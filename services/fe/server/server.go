// Package server is the frontend's web server: the form, the ranking as a page
// and as JSON, and what stands around them: bounds on what clients may send,
// errors that help the visitor, headers that protect them, the listeners, the
// operations endpoint and the orderly stop.
//
// It ranks nothing itself: data sets pass through it to the creators service,
// as a stream. What pages look like is package templates' business, and what a
// request holds is package upload's. It knows no flags and no signals: package
// main has those.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
	"github.com/inventive-weave/inventive-weave/lib/httpserver"
	"github.com/inventive-weave/inventive-weave/lib/lifecycle"
	"github.com/inventive-weave/inventive-weave/lib/ops"
)

// maxAnswer bounds a ranking, in bytes: a page and its downloads hold it several
// times. maxLimit creators of the usual kind need a tenth of it.
const maxAnswer = 16 << 20

// Server is the frontend with its listeners: the pages and the operations
// endpoint.
type Server struct {
	log             *slog.Logger
	shutdownTimeout time.Duration
	conn            *grpc.ClientConn
	health          *health
	web             *httpserver.Server
	operations      lifecycle.Component
	webListener     net.Listener
	opsListener     net.Listener
	serving         atomic.Bool
}

// New makes a server and opens its listeners, so that its addresses are known
// and a port in use is noticed; it serves from Run on. Creators need not be
// there yet. Whoever does not call Run calls Close.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Registry == nil {
		cfg.Registry = ops.NewRegistry("fe")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{log: cfg.Logger, shutdownTimeout: cfg.ShutdownTimeout}
	if err := s.open(ctx, cfg); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) open(ctx context.Context, cfg Config) (err error) {
	if s.webListener, err = lifecycle.Listen(ctx, cfg.Host, cfg.WebPort, "--"+cfg.FlagPrefix+"web_port"); err != nil {
		return err
	}
	if s.opsListener, err = lifecycle.Listen(ctx, cfg.Host, cfg.MetricsPort, "--"+cfg.FlagPrefix+"metrics_port"); err != nil {
		return err
	}
	s.conn, err = grpcclient.New(grpcclient.Config{
		Target:     cfg.CreatorsSvc,
		Registerer: cfg.Registry,
		// Questions after health are about now: no attempt but the first counts.
		RetryMethods:    []string{"weave.creators.v1.CreatorsService"},
		MaxMessageBytes: maxAnswer,
		DialOptions:     cfg.DialOptions,
	})
	if err != nil {
		return fmt.Errorf("--creators_svc: %w", err)
	}
	s.health = &health{conn: s.conn, now: time.Now}

	pages, err := newHandler(handlerConfig{
		ranker:          creatorsclient.New(s.conn, creatorsclient.Config{}),
		ready:           s.health.check,
		maxUpload:       cfg.MaxUpload,
		creatorsTimeout: cfg.CreatorsTimeout,
		idle:            uploadIdle,
		log:             cfg.Logger,
		now:             cfg.Now,
	})
	if err != nil {
		return err
	}
	s.web, err = httpserver.New(httpserver.Config{
		Name:       "web",
		Handler:    pages,
		Mux:        pages.mux,
		Logger:     s.log,
		Registerer: cfg.Registry,
	})
	if err != nil {
		return err
	}
	s.operations, err = ops.NewComponent(ops.Config{
		Service:     "fe",
		Description: "Shows who creates the most: the pages for people, and their API.",
		Registry:    cfg.Registry,
		Logger:      s.log,
		Ready:       s.readiness,
		Info: []ops.Info{
			{Name: "Web", Value: s.webListener.Addr().String()},
			{Name: "Creators", Value: cfg.CreatorsSvc},
		},
	}, s.opsListener)
	return err
}

// WebAddr is the address of the pages.
func (s *Server) WebAddr() net.Addr { return s.webListener.Addr() }

// MetricsAddr is the address of the operations endpoint.
func (s *Server) MetricsAddr() net.Addr { return s.opsListener.Addr() }

// Run serves until ctx ends, and then stops: readiness goes false, the requests
// in flight get the shutdown timeout to end, and what is left is cut. It
// returns nil when nothing had to be cut. It is called once.
func (s *Server) Run(ctx context.Context) error {
	defer s.closeConn()
	s.log.Info("serving", "what", "web", "addr", s.WebAddr().String())
	s.log.Info("serving", "what", "operations", "addr", s.MetricsAddr().String())
	s.serving.Store(true)
	return lifecycle.Run(ctx, lifecycle.Config{
		Logger:          s.log,
		ShutdownTimeout: s.shutdownTimeout,
		OnStopping:      func() { s.serving.Store(false) },
	}, s.operations, lifecycle.Component{
		Name:  "web server",
		Serve: func() error { return s.web.Serve(s.webListener) },
		Drain: s.web.Shutdown,
		Force: func() { _ = s.web.Close() },
	})
}

// Close closes the listeners and the connection of a server that is not going
// to run.
func (s *Server) Close() {
	for _, listener := range []net.Listener{s.webListener, s.opsListener} {
		if listener != nil {
			_ = listener.Close() // nothing was accepted on it
		}
	}
	s.closeConn()
}

func (s *Server) closeConn() {
	if s.conn != nil {
		_ = s.conn.Close() // it returns an error only when closed twice
	}
}

// readiness is what /readyz asks: a frontend without creators should get no
// visitors if there is another one.
func (s *Server) readiness(ctx context.Context) error {
	if !s.serving.Load() {
		return errors.New("stopping")
	}
	return s.health.check(ctx)
}
