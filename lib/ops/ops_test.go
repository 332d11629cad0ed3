package ops

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/httpserver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// handler makes an endpoint for a service named "creators".
func handler(t *testing.T, change func(*Config)) http.Handler {
	t.Helper()
	cfg := Config{Service: "creators", Registry: NewRegistry("creators")}
	if change != nil {
		change(&cfg)
	}
	h, err := New(cfg)
	require.NoError(t, err)
	return h
}

// get asks the handler.
func get(t *testing.T, h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestNewRefusesIncompleteConfigurations(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{{Service: "creators"}, {Registry: prometheus.NewRegistry()}} {
		_, err := New(cfg)
		require.EqualError(t, err, "operations endpoint: it has no service name or no registry")
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	h := handler(t, nil)
	tests := []struct {
		method, path string
		want         int
		wantBody     string
	}{
		{method: "GET", path: "/", want: 200, wantBody: "<h1>creators"},
		{method: "HEAD", path: "/", want: 200},
		{method: "GET", path: "/healthz", want: 200, wantBody: "ok\n"},
		{method: "HEAD", path: "/healthz", want: 200},
		{method: "GET", path: "/readyz", want: 200, wantBody: "ready\n"},
		{method: "GET", path: "/metrics", want: 200, wantBody: "\ngo_goroutines "},
		{method: "GET", path: "/debug/pprof/", want: 200, wantBody: "goroutine"},
		{method: "GET", path: "/debug/pprof/heap?debug=1", want: 200, wantBody: "heap profile"},
		{method: "GET", path: "/debug/pprof/goroutine?debug=2", want: 200, wantBody: "goroutine "},
		{method: "GET", path: "/debug/pprof/cmdline", want: 200, wantBody: filepath.Base(os.Args[0])},
		{method: "POST", path: "/debug/pprof/symbol", want: 200, wantBody: "num_symbols"},
		{method: "GET", path: "/debug/pprof/invented", want: 404},
		{method: "GET", path: "/invented", want: 404},
		{method: "POST", path: "/metrics", want: 405},
		{method: "POST", path: "/", want: 405},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			t.Parallel()
			w := get(t, h, test.method, test.path)
			require.Equal(t, test.want, w.Code)
			require.Contains(t, w.Body.String(), test.wantBody)
		})
	}
}

func TestReadyz(t *testing.T) {
	t.Parallel()
	var reason error
	h := handler(t, func(cfg *Config) {
		cfg.Ready = func(ctx context.Context) error {
			_, bounded := ctx.Deadline()
			require.True(t, bounded)
			return reason
		}
	})
	w := get(t, h, "GET", "/readyz")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	require.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))

	reason = errors.New("the server is stopping")
	w = get(t, h, "GET", "/readyz")
	require.Equal(t, 503, w.Code)
	require.Equal(t, "not ready: the server is stopping\n", w.Body.String())
	require.Equal(t, 200, get(t, h, "GET", "/healthz").Code, "the process still answers")
}

func TestMetricsFormats(t *testing.T) {
	t.Parallel()
	h := handler(t, nil)
	w := get(t, h, "GET", "/metrics")
	require.Contains(t, w.Header().Get("Content-Type"), "text/plain")
	w = get(t, h, "GET", "/metrics", "Accept", "application/openmetrics-text;version=1.0.0")
	require.Contains(t, w.Header().Get("Content-Type"), "application/openmetrics-text")
	require.True(t, strings.HasSuffix(w.Body.String(), "# EOF\n"))
}

// broken is a collector that always fails.
type broken struct{ desc *prometheus.Desc }

func (b broken) Describe(ch chan<- *prometheus.Desc) { ch <- b.desc }
func (b broken) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.NewInvalidMetric(b.desc, errors.New("sensor on fire"))
}

func TestBrokenCollectorHidesOnlyItself(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	h := handler(t, func(cfg *Config) {
		cfg.Registry.MustRegister(broken{prometheus.NewDesc("weave_broken", "Broken.", nil, nil)})
		cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	w := get(t, h, "GET", "/metrics")
	require.Equal(t, 200, w.Code)
	require.Contains(t, w.Body.String(), "go_goroutines")
	require.Contains(t, log.String(), `msg="scrape failed"`)
	require.Contains(t, log.String(), "sensor on fire")
}

// TestProfilesOutlastTheWriteTimeout asks a real server, since a recorder has
// no deadlines: the write timeout is over long before the profile is.
func TestProfilesOutlastTheWriteTimeout(t *testing.T) {
	t.Parallel()
	server, err := httpserver.New(httpserver.Config{Name: "ops", Handler: handler(t, nil), WriteTimeout: 100 * time.Millisecond, CancelOnShutdown: true})
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

	response, err := client.Get("http://" + listener.Addr().String() + "/debug/pprof/trace?seconds=1")
	require.NoError(t, err)
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 200, response.StatusCode)
	require.True(t, strings.HasPrefix(string(content), "go 1."), "a trace begins with its format")

	require.NoError(t, server.Shutdown(t.Context()))
	require.NoError(t, <-served)
}

func TestScrapeErrorsLeavesOutHangUps(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	errs := scrapeErrors{slog.New(slog.NewTextHandler(&log, nil))}
	errs.Println("error encoding and sending metric family:", &net.OpError{Op: "write", Err: syscall.ECONNRESET})
	require.Empty(t, log.String())
	errs.Println("error gathering metrics:", errors.New("broken collector"))
	require.Contains(t, log.String(), "broken collector")
}
