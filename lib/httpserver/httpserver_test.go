package httpserver

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNewRefusesIncompleteConfigurations(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Handler: http.NotFoundHandler()})
	require.EqualError(t, err, "http server: it has no name")
	_, err = New(Config{Name: "web"})
	require.EqualError(t, err, "http server web: it has no handler", "net/http would serve its DefaultServeMux")
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	s, err := New(Config{Name: "web", Handler: http.NotFoundHandler()})
	require.NoError(t, err)
	require.Equal(t, 10*time.Second, s.http.ReadHeaderTimeout)
	require.Equal(t, 2*time.Minute, s.http.IdleTimeout)
	require.Equal(t, 64<<10, s.http.MaxHeaderBytes)
	require.Zero(t, s.http.ReadTimeout, "uploads of any length")
	require.Zero(t, s.http.WriteTimeout)

	s, err = New(Config{
		Name: "web", Handler: http.NotFoundHandler(), ReadHeaderTimeout: 1, WriteTimeout: 3, IdleTimeout: 4, MaxHeaderBytes: 5,
	})
	require.NoError(t, err)
	require.EqualValues(t, 1, s.http.ReadHeaderTimeout)
	require.EqualValues(t, 3, s.http.WriteTimeout)
	require.EqualValues(t, 4, s.http.IdleTimeout)
	require.Equal(t, 5, s.http.MaxHeaderBytes)
}

func TestSlowHeadersAreCutOff(t *testing.T) {
	t.Parallel()
	f := start(t, Config{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Millisecond})
	conn, err := net.Dial("tcp", f.address)
	require.NoError(t, err)
	defer conn.Close()
	// And no more. The server may be so fast that it hangs up on what it has not
	// read yet, which is a reset and no orderly end.
	_, writeErr := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: we")
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(30*time.Second)))
	_, readErr := io.Copy(io.Discard, conn)
	for _, err := range []error{writeErr, readErr} {
		require.True(t, err == nil || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE), "%v", err)
	}
}

// Whoever announces a body and does not send it gets the answer, and no more.
func TestSlowBodiesDoNotHoldTheConnection(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /read", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); errors.Is(err, os.ErrDeadlineExceeded) {
			w.WriteHeader(http.StatusRequestTimeout)
		}
	})
	mux.HandleFunc("POST /ignore", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	for path, want := range map[string]int{"/read": 408, "/ignore": 403, "/nowhere": 404} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			f := start(t, Config{Handler: mux, BodyTimeout: 20 * time.Millisecond})
			conn, err := net.Dial("tcp", f.address)
			require.NoError(t, err)
			defer conn.Close()
			require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
			_, err = io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: weave\r\nContent-Length: 1000\r\n\r\nhalf") // and no more
			require.NoError(t, err)
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			require.Equal(t, want, response.StatusCode)
			_, err = io.Copy(io.Discard, conn)
			require.NoError(t, err, "the connection ends")
		})
	}
}

func TestWorkMayOutlastTheBodyTimeout(t *testing.T) {
	t.Parallel()
	const timeout = 20 * time.Millisecond
	f := start(t, Config{BodyTimeout: timeout, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-time.After(3 * timeout)
		if r.Context().Err() != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})})
	response, _ := f.do(t, "POST", "/", strings.NewReader("all of it"), nil)
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func TestLargeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	f := start(t, Config{Handler: http.NotFoundHandler()})
	response, _ := f.do(t, "GET", "/", nil, http.Header{"X-Large": {strings.Repeat("x", 80<<10)}})
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, response.StatusCode)
}

// slow is a handler that waits until it is released, or its request ends.
type slow struct{ entered, release chan struct{} }

func (s slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	close(s.entered)
	select {
	case <-s.release:
		_, _ = io.WriteString(w, "done")
	case <-r.Context().Done():
		_, _ = io.WriteString(w, "ended early")
	}
}

// inFlight begins a request and returns its answer to come; "" when it was
// cut.
func inFlight(t *testing.T, f *fixture, s slow) <-chan string {
	t.Helper()
	answer := make(chan string, 1)
	go func() {
		response, err := f.client.Get(f.url)
		if err != nil {
			answer <- ""
			return
		}
		defer response.Body.Close()
		content, _ := io.ReadAll(response.Body)
		answer <- string(content)
	}()
	receive(t, s.entered, "the request reaches its handler")
	return answer
}

func TestShutdownWaitsForRequestsInFlight(t *testing.T) {
	t.Parallel()
	s := slow{entered: make(chan struct{}), release: make(chan struct{})}
	f := start(t, Config{Handler: s})
	answer := inFlight(t, f, s)
	stopped := make(chan error, 1)
	go func() { stopped <- f.server.Shutdown(t.Context()) }()
	require.NoError(t, receive(t, f.served, "Serve returns"))
	_, err := net.Dial("tcp", f.address)
	require.Error(t, err, "nobody listens any more")
	select {
	case err := <-stopped:
		require.FailNow(t, "shut down with a request in flight", "%v", err)
	default:
	}
	close(s.release)
	require.Equal(t, "done", receive(t, answer, "the request is answered"))
	require.NoError(t, receive(t, stopped, "Shutdown returns"))
}

func TestShutdownCutsWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	s := slow{entered: make(chan struct{}), release: make(chan struct{})}
	f := start(t, Config{Handler: s})
	answer := inFlight(t, f, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := f.server.Shutdown(ctx)
	require.EqualError(t, err, "requests in flight were cut: context canceled")
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, receive(t, answer, "the request is cut"))
	require.NoError(t, receive(t, f.served, "Serve returns"))
}

func TestCancelOnShutdown(t *testing.T) {
	t.Parallel()
	s := slow{entered: make(chan struct{}), release: make(chan struct{})}
	f := start(t, Config{Handler: s, CancelOnShutdown: true})
	answer := inFlight(t, f, s)
	require.NoError(t, f.server.Shutdown(t.Context()))
	require.Equal(t, "ended early", receive(t, answer, "the request is answered"))
}

func TestClose(t *testing.T) {
	t.Parallel()
	s := slow{entered: make(chan struct{}), release: make(chan struct{})}
	f := start(t, Config{Handler: s})
	answer := inFlight(t, f, s)
	require.NoError(t, f.server.Close())
	require.Empty(t, receive(t, answer, "the request is cut"))
	require.NoError(t, receive(t, f.served, "Serve returns"))
}

func TestServeAfterShutdown(t *testing.T) {
	t.Parallel()
	s, err := New(Config{Name: "web", Handler: http.NotFoundHandler()})
	require.NoError(t, err)
	require.NoError(t, s.Shutdown(t.Context()))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, s.Serve(listener))
	_, err = listener.Accept()
	require.ErrorIs(t, err, net.ErrClosed, "the listener is not left open")
}

func TestServeFails(t *testing.T) {
	t.Parallel()
	s, err := New(Config{Name: "web", Handler: http.NotFoundHandler()})
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	require.ErrorContains(t, s.Serve(listener), "serve http on 127.0.0.1:")
}

func TestMalformedRequestsDoNotDisturb(t *testing.T) {
	t.Parallel()
	f := start(t, Config{Handler: sampleMux()})
	conn, err := net.Dial("tcp", f.address)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "\x16\x03\x01 not HTTP\r\n\r\n")
	require.NoError(t, err)
	status, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, status, "400 Bad Request")
	_, content := f.do(t, "GET", "/hello/ada", nil, nil)
	require.Equal(t, "hello ada", content)
}
