// Package httpserver is the HTTP server that every program runs: with
// timeouts, request ids, an access log, metrics under the usual http_* names,
// protection from panics, and a graceful stop.
//
// It does not route (http.ServeMux does) and does not set headers that are the
// application's business, such as a content security policy.
package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	defaultReadHeaderTimeout = 10 * time.Second
	defaultBodyTimeout       = 30 * time.Second
	defaultIdleTimeout       = 2 * time.Minute
	defaultMaxHeaderBytes    = 64 << 10
)

// Config is what a Server needs to know. Name and Handler are required.
type Config struct {
	// Name is the server's name in logs, and the label "server" of its metrics,
	// as in "web".
	Name string
	// Handler answers the requests.
	Handler http.Handler
	// Mux gives the requests' label "handler" in metrics and logs: the path of
	// the pattern that they match. Set it when Handler wraps a mux. Nil is
	// Handler, when that is a mux.
	Mux *http.ServeMux
	// Logger gets a line per request, and panics. Nil logs nothing.
	Logger *slog.Logger
	// AccessLevel is the level of the line per request. The zero value is info;
	// debug suits a server that only probes and scrapers ask.
	AccessLevel slog.Level
	// Registerer gets the metrics. Several servers may share one, under
	// different names. Nil counts nothing.
	Registerer prometheus.Registerer

	// ReadHeaderTimeout bounds the time that a client takes to send a request's
	// header. 0 is 10 seconds.
	ReadHeaderTimeout time.Duration
	// BodyTimeout bounds the time that a client takes to send a request's body,
	// whether the handler reads it or not. A handler that takes long uploads sets
	// deadlines of its own through http.ResponseController. 0 is 30 seconds.
	BodyTimeout time.Duration
	// WriteTimeout bounds the time from the end of a request's header to the
	// end of the response. 0 is no bound.
	WriteTimeout time.Duration
	// IdleTimeout is how long a connection is kept without a request. 0 is two
	// minutes.
	IdleTimeout time.Duration
	// MaxHeaderBytes bounds a request's header. 0 is 64 KiB.
	MaxHeaderBytes int
	// CancelOnShutdown ends the contexts of the requests in flight when
	// Shutdown begins, for servers whose requests need not be finished.
	CancelOnShutdown bool
}

// Server is an HTTP server.
type Server struct {
	name             string
	http             *http.Server
	cancel           context.CancelFunc // ends the base context
	cancelOnShutdown bool
}

// New makes a server. It fails when the configuration is incomplete or the
// metrics cannot be registered.
func New(cfg Config) (*Server, error) {
	if cfg.Name == "" {
		return nil, errors.New("http server: it has no name")
	}
	if cfg.Handler == nil {
		// net/http would serve http.DefaultServeMux, where packages put things.
		return nil, fmt.Errorf("http server %s: it has no handler", cfg.Name)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if mux, ok := cfg.Handler.(*http.ServeMux); ok && cfg.Mux == nil {
		cfg.Mux = mux
	}
	log := cfg.Logger.With("server", cfg.Name)
	handler := &middleware{next: cfg.Handler, mux: cfg.Mux, log: log, level: cfg.AccessLevel, bodyTimeout: orDefault(cfg.BodyTimeout, defaultBodyTimeout)}
	if cfg.Registerer != nil {
		var err error
		if handler.metrics, err = newMetrics(cfg.Name, cfg.Registerer); err != nil {
			return nil, fmt.Errorf("http server %s: register metrics: %w", cfg.Name, err)
		}
	}

	base, cancel := context.WithCancel(context.Background())
	return &Server{
		name:             cfg.Name,
		cancel:           cancel,
		cancelOnShutdown: cfg.CancelOnShutdown,
		http: &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: orDefault(cfg.ReadHeaderTimeout, defaultReadHeaderTimeout),
			WriteTimeout:      cfg.WriteTimeout,
			IdleTimeout:       orDefault(cfg.IdleTimeout, defaultIdleTimeout),
			MaxHeaderBytes:    orDefault(cfg.MaxHeaderBytes, defaultMaxHeaderBytes),
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // clients that misbehave, mostly
			BaseContext:       func(net.Listener) context.Context { return base },
		},
	}, nil
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Serve accepts connections until Shutdown or Close, and closes the listener.
// It returns nil when it was stopped; requests may then still be in flight,
// for which Shutdown waits.
func (s *Server) Serve(listener net.Listener) error {
	if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve http on %s: %w", listener.Addr(), err)
	}
	// A server that was stopped before it served has not closed the listener.
	_ = listener.Close()
	return nil
}

// Shutdown stops the server gracefully: it takes no new requests, and returns
// when those in flight have been answered. When ctx ends first, the remaining
// connections are closed, and the error says so.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.cancelOnShutdown {
		s.cancel()
	}
	defer s.cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		_ = s.http.Close()
		return fmt.Errorf("requests in flight were cut: %w", err)
	}
	return nil
}

// Close stops the server at once: requests in flight are cut.
func (s *Server) Close() error {
	defer s.cancel()
	return s.http.Close()
}
