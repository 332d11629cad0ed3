// Package ops is the operations endpoint of a service: what Prometheus, the
// orchestrator and the people on call ask for. It serves
//
//	/              a page that names the service and links the rest
//	/metrics       for Prometheus
//	/healthz       200 while the process answers
//	/readyz        200 while the service should get traffic, otherwise 503 and why
//	/debug/pprof/  profiles, as package net/http/pprof documents them
//
// It is meant for a port of its own that the public does not reach: profiles
// and reasons are not for everybody.
package ops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// readyTimeout bounds one readiness check.
const readyTimeout = 2 * time.Second

// maxScrapes bounds the scrapes that are answered at the same time.
const maxScrapes = 8

// Config is what the endpoint needs to know. Service and Registry are
// required.
type Config struct {
	// Service is the service's name, as in "creators".
	Service string
	// Description is a sentence on what the service does, for the page.
	Description string
	// Registry holds the metrics; see NewRegistry.
	Registry *prometheus.Registry
	// Logger gets scrapes that failed. Nil logs nothing.
	Logger *slog.Logger
	// Ready says why the service should get no traffic now, nil when it should.
	// Its context ends after two seconds. Nil is always ready.
	Ready func(ctx context.Context) error
	// Info are further lines on the page, such as the addresses that the
	// service serves.
	Info []Info
	// Links are further links on the page.
	Links []Link
	// Now is the clock, for the uptime. Nil is time.Now.
	Now func() time.Time
}

// Info is a line on the page.
type Info struct{ Name, Value string }

// Link is a link on the page.
type Link struct{ URL, Text string }

// New makes the endpoint's handler. It fails when the configuration is
// incomplete. Uptime counts from here.
func New(cfg Config) (http.Handler, error) {
	if cfg.Service == "" || cfg.Registry == nil {
		return nil, errors.New("operations endpoint: it has no service name or no registry")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Ready == nil {
		cfg.Ready = func(context.Context) error { return nil }
	}
	landing, err := newLanding(cfg)
	if err != nil {
		return nil, fmt.Errorf("operations endpoint: %w", err)
	}

	mux := http.NewServeMux()
	mux.Handle("GET /{$}", landing)
	mux.Handle("GET /metrics", promhttp.HandlerFor(cfg.Registry, promhttp.HandlerOpts{
		Registry:            cfg.Registry, // counts its own errors
		ErrorLog:            scrapeErrors{cfg.Logger},
		ErrorHandling:       promhttp.ContinueOnError, // a broken collector hides only itself
		MaxRequestsInFlight: maxScrapes,
		EnableOpenMetrics:   true,
	}))
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", readyz(cfg.Ready))
	mux.Handle("/debug/pprof/", unhurried(pprof.Index)) // the named profiles too
	mux.Handle("/debug/pprof/cmdline", unhurried(pprof.Cmdline))
	mux.Handle("/debug/pprof/profile", unhurried(pprof.Profile))
	mux.Handle("/debug/pprof/symbol", unhurried(pprof.Symbol))
	mux.Handle("/debug/pprof/trace", unhurried(pprof.Trace))
	return mux, nil
}

// healthz says that the process answers.
func healthz(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") }

// readyz says whether the service should get traffic.
func readyz(ready func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := ready(ctx); err != nil {
			answer(w, http.StatusServiceUnavailable, "not ready: "+err.Error())
			return
		}
		answer(w, http.StatusOK, "ready")
	}
}

// answer writes one line of text that nobody may keep.
func answer(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, line) // the client may be gone
}

// unhurried lifts the server's write timeout: a profile takes as long as it
// was asked to.
func unhurried(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a recorder in a test has none
		next(w, r)
	})
}

// scrapeErrors logs what promhttp reports, but for scrapers that hang up: those
// are no fault of ours, and promhttp would report each metric family after it.
type scrapeErrors struct{ log *slog.Logger }

func (s scrapeErrors) Println(v ...any) {
	for _, part := range v {
		var hungUp *net.OpError
		if err, ok := part.(error); ok && errors.As(err, &hungUp) {
			return
		}
	}
	s.log.Error("scrape failed", "error", fmt.Sprint(v...))
}
