package httpserver

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/logging"
	"github.com/inventive-weave/inventive-weave/lib/logging/logtest"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// net/http keeps a connection that it gave up on for half a second more.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// fixture is a server that serves, with everything that can be seen of it.
type fixture struct {
	server   *Server
	registry *prometheus.Registry
	log      *logtest.Buffer
	url      string
	address  string
	client   *http.Client
	served   chan error // what Serve returned
}

// start serves on a free port until the test ends.
func start(t *testing.T, cfg Config) *fixture {
	t.Helper()
	f := &fixture{registry: prometheus.NewRegistry(), log: new(logtest.Buffer), served: make(chan error, 1)}
	var err error
	cfg.Logger, err = logging.New(f.log, logging.Config{Level: "debug"})
	require.NoError(t, err)
	cfg.Name, cfg.Registerer = "web", f.registry
	f.server, err = New(cfg)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f.address = listener.Addr().String()
	f.url = "http://" + f.address
	go func() { f.served <- f.server.Serve(listener) }()

	transport := &http.Transport{} // no proxy
	f.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		require.NoError(t, f.server.Close())
	})
	return f
}

// do sends a request and reads the whole answer, or fails trying.
func (f *fixture) do(t *testing.T, method, path string, body io.Reader, header http.Header) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.url+path, body)
	require.NoError(t, err)
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := f.client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(content)
}

// finish stops the server, so that everything has been logged and counted: the
// client gets its answer before.
func (f *fixture) finish(t *testing.T) {
	t.Helper()
	require.NoError(t, f.server.Shutdown(t.Context()))
	require.NoError(t, receive(t, f.served, "Serve returns"))
}

// metric finds one metric by its name and labels; nil when there is none.
func (f *fixture) metric(t *testing.T, name string, labels map[string]string) *dto.Metric {
	t.Helper()
	families, err := f.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
	metrics:
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if want, ok := labels[label.GetName()]; ok && want != label.GetValue() {
					continue metrics
				}
			}
			return m
		}
	}
	return nil
}

// receive waits for a value, for longer than a test that passes ever does.
func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(30 * time.Second):
		require.FailNow(t, "did not happen: "+what)
		panic("unreachable")
	}
}
