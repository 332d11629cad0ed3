package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/inventive-weave/inventive-weave/lib/logging"
	"github.com/inventive-weave/inventive-weave/lib/logging/logtest"
	creators "github.com/inventive-weave/inventive-weave/services/creators/server"
	"github.com/inventive-weave/inventive-weave/services/fe/server"
	"github.com/inventive-weave/inventive-weave/testdata"
)

// world is a frontend and the real creators service behind it, over real
// connections. Creators can be stopped and started.
type world struct {
	web, ops string // addresses of the frontend
	log      *logBuffer

	creators     atomic.Pointer[string] // the address of creators; nil while it is away
	creatorsLog  *logBuffer
	stopCreators func()
}

// newWorld starts both. change may change the frontend's configuration.
func newWorld(t *testing.T, change func(*server.Config)) *world {
	t.Helper()
	w := &world{log: new(logBuffer), creatorsLog: new(logBuffer)}
	cfg := server.DefaultConfig()
	cfg.WebPort, cfg.MetricsPort = 0, 0
	cfg.CreatorsSvc = "passthrough:///creators"
	cfg.Logger = w.log.logger(t)
	cfg.DialOptions = []grpc.DialOption{grpc.WithContextDialer(w.dial)}
	if change != nil {
		change(&cfg)
	}
	s, err := server.New(t.Context(), cfg)
	require.NoError(t, err)
	w.web, w.ops = "http://"+s.WebAddr().String(), "http://"+s.MetricsAddr().String()
	run(t, s.Run)
	w.startCreators(t)
	return w
}

// dial connects to creators, wherever it is by now.
func (w *world) dial(ctx context.Context, _ string) (net.Conn, error) {
	address := w.creators.Load()
	if address == nil {
		return nil, fmt.Errorf("connection refused")
	}
	return new(net.Dialer).DialContext(ctx, "tcp", *address)
}

func (w *world) startCreators(t *testing.T) {
	t.Helper()
	cfg := creators.DefaultConfig()
	cfg.GRPCPort, cfg.MetricsPort = 0, 0
	cfg.MaxCreators = 1000
	cfg.Logger = w.creatorsLog.logger(t)
	s, err := creators.New(t.Context(), cfg)
	require.NoError(t, err)
	stop := run(t, s.Run)
	address := s.GRPCAddr().String()
	w.creators.Store(&address)
	w.stopCreators = func() {
		w.creators.Store(nil)
		stop()
	}
}

// run runs a server until the test ends, or until stop.
func run(t *testing.T, serve func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the server did not stop cleanly: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// logBuffer collects a log.
type logBuffer struct{ logtest.Buffer }

func (b *logBuffer) logger(t *testing.T) *slog.Logger {
	t.Helper()
	l, err := logging.New(b, logging.Config{})
	require.NoError(t, err)
	return l
}

// with returns the lines with this request id.
func (b *logBuffer) with(requestID string) []string {
	var found []string
	for line := range strings.Lines(b.String()) {
		var record struct {
			RequestID string `json:"request_id"`
		}
		if json.Unmarshal([]byte(line), &record) == nil && record.RequestID == requestID {
			found = append(found, line)
		}
	}
	return found
}

// form is our form with a file, as a stream.
func form(t *testing.T, limit, name string, file io.Reader) (contentType string, body io.Reader) {
	t.Helper()
	r, w := io.Pipe()
	m := multipart.NewWriter(w)
	go func() {
		err := m.WriteField("limit", limit)
		if part, partErr := m.CreateFormFile("file", name); err == nil && partErr == nil {
			_, err = io.Copy(part, file)
		}
		if err == nil {
			err = m.Close()
		}
		_ = w.CloseWithError(err)
	}()
	t.Cleanup(func() { _ = r.Close() })
	return m.FormDataContentType(), r
}

type response struct {
	*http.Response
	body string
}

func send(t *testing.T, method, url, contentType string, body io.Reader, header ...string) response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	require.NoError(t, err)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return response{resp, string(b)}
}

func get(t *testing.T, url string) response {
	t.Helper()
	return send(t, http.MethodGet, url, "", nil)
}

func example(t *testing.T, name string) []byte {
	t.Helper()
	b, err := testdata.Files.ReadFile(name)
	require.NoError(t, err)
	return b
}
