package httpserver

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/logging"
	"github.com/stretchr/testify/require"
)

// sampleMux answers in the ways that the tests need.
func sampleMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello %s", r.PathValue("name"))
	})
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_, _ = io.Copy(w, r.Body)
	})
	mux.HandleFunc("GET /id", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, logging.RequestID(r.Context()))
	})
	mux.HandleFunc("GET /silent", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /away", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	return mux
}

func TestRequestsAreLoggedAndCounted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, path, body string
		wantCode                 int
		wantHandler              string
		wantMethod               string // the label; the method itself when empty
		wantLevel                string
		wantSent                 int
	}{
		{name: "a pattern", method: "GET", path: "/hello/ada?token=secret", wantCode: 200, wantHandler: "/hello/{name}", wantLevel: "INFO", wantSent: len("hello ada")},
		{name: "a body", method: "POST", path: "/echo", body: "0123456789", wantCode: 201, wantHandler: "/echo", wantLevel: "INFO", wantSent: 10},
		{name: "nothing written", method: "GET", path: "/silent", wantCode: 200, wantHandler: "/silent", wantLevel: "INFO"},
		{name: "unknown path", method: "GET", path: "/nowhere", wantCode: 404, wantHandler: "unmatched", wantLevel: "INFO", wantSent: len("404 page not found\n")},
		{name: "wrong method", method: "DELETE", path: "/echo", wantCode: 405, wantHandler: "unmatched", wantLevel: "INFO", wantSent: len("Method Not Allowed\n")},
		{name: "invented method", method: "BREW", path: "/echo", wantCode: 405, wantHandler: "unmatched", wantMethod: "other", wantLevel: "INFO", wantSent: len("Method Not Allowed\n")},
		{name: "failure", method: "GET", path: "/away", wantCode: 503, wantHandler: "/away", wantLevel: "WARN"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, Config{Handler: sampleMux()})
			response, content := f.do(t, test.method, test.path, strings.NewReader(test.body), nil)
			require.Equal(t, test.wantCode, response.StatusCode)
			require.Len(t, content, test.wantSent)
			f.finish(t)

			lines := f.log.Records(t, "http request")
			require.Len(t, lines, 1)
			line := lines[0]
			path, _, _ := strings.Cut(test.path, "?")
			require.Equal(t, test.wantLevel, line["level"])
			require.Equal(t, "web", line["server"])
			require.Equal(t, test.method, line["method"])
			require.Equal(t, path, line["path"])
			require.Equal(t, test.wantHandler, line["handler"])
			require.EqualValues(t, test.wantCode, line["code"])
			require.EqualValues(t, test.wantSent, line["bytes"])
			require.Regexp(t, `^127\.0\.0\.1:\d+$`, line["peer"])
			require.Equal(t, response.Header.Get("X-Request-Id"), line["request_id"])
			require.Positive(t, line["duration_seconds"])
			require.NotContains(t, f.log.String(), "secret")

			method := test.wantMethod
			if method == "" {
				method = test.method
			}
			labels := map[string]string{"server": "web", "handler": test.wantHandler, "method": method, "code": fmt.Sprint(test.wantCode)}
			for _, name := range []string{"http_requests_total", "http_request_duration_seconds", "http_request_size_bytes", "http_response_size_bytes"} {
				m := f.metric(t, name, labels)
				require.NotNil(t, m, name)
				require.Len(t, m.GetLabel(), 4, name)
			}
			require.Equal(t, 1., f.metric(t, "http_requests_total", labels).GetCounter().GetValue())
			require.EqualValues(t, 1, f.metric(t, "http_request_duration_seconds", labels).GetHistogram().GetSampleCount())
			require.EqualValues(t, len(test.body), f.metric(t, "http_request_size_bytes", labels).GetHistogram().GetSampleSum())
			require.EqualValues(t, test.wantSent, f.metric(t, "http_response_size_bytes", labels).GetHistogram().GetSampleSum())
			inFlight := f.metric(t, "http_requests_in_flight", labels)
			require.NotNil(t, inFlight)
			require.Zero(t, inFlight.GetGauge().GetValue())
		})
	}
}

func TestRequestsInFlight(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /slow", func(http.ResponseWriter, *http.Request) {
		close(entered)
		<-release
	})
	f := start(t, Config{Handler: mux})
	done := make(chan struct{})
	go func() {
		defer close(done)
		response, err := f.client.Get(f.url + "/slow")
		if err == nil {
			_ = response.Body.Close()
		}
	}()
	receive(t, entered, "the request reaches its handler")
	labels := map[string]string{"handler": "/slow", "method": "GET"}
	require.Equal(t, 1., f.metric(t, "http_requests_in_flight", labels).GetGauge().GetValue())
	close(release)
	receive(t, done, "the request ends")
	f.finish(t)
	require.Zero(t, f.metric(t, "http_requests_in_flight", labels).GetGauge().GetValue())
}

func TestMuxBehindAnotherHandler(t *testing.T) {
	t.Parallel()
	mux := sampleMux()
	wrapped := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.Clone(r.Context())) // the copy gets the pattern
	})
	for _, test := range []struct {
		name string
		mux  *http.ServeMux
		want string
	}{
		{name: "given", mux: mux, want: "/hello/{name}"},
		{name: "not given", want: "unmatched"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, Config{Handler: wrapped, Mux: test.mux})
			_, content := f.do(t, "GET", "/hello/ada", nil, nil)
			require.Equal(t, "hello ada", content)
			f.finish(t)
			require.Equal(t, test.want, f.log.Records(t, "http request")[0]["handler"])
		})
	}
}

func TestAccessLevel(t *testing.T) {
	t.Parallel()
	f := start(t, Config{Handler: sampleMux(), AccessLevel: slog.LevelDebug})
	f.do(t, "GET", "/silent", nil, nil)
	f.do(t, "GET", "/away", nil, nil)
	f.finish(t)
	lines := f.log.Records(t, "http request")
	require.Equal(t, "DEBUG", lines[0]["level"])
	require.Equal(t, "WARN", lines[1]["level"], "failures are heard all the same")
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	const fresh = `^[0-9a-f]{32}$`
	tests := []struct {
		name, sent, want string
	}{
		{name: "none", want: fresh},
		{name: "the client's", sent: "edge-17", want: `^edge-17$`},
		{name: "too long", sent: strings.Repeat("a", 129), want: fresh},
		{name: "unsafe", sent: "<script>", want: fresh},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, Config{Handler: sampleMux()})
			header := http.Header{}
			if test.sent != "" {
				header.Set("X-Request-ID", test.sent)
			}
			response, content := f.do(t, "GET", "/id", nil, header)
			require.Regexp(t, test.want, content)
			require.Equal(t, []string{content}, response.Header["X-Request-Id"])
			f.finish(t)
			require.Equal(t, content, f.log.Records(t, "http request")[0]["request_id"])
		})
	}
}

func TestPanicBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /panic", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "5")
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		panic(errors.New("at the disco"))
	})
	f := start(t, Config{Handler: mux})
	response, content := f.do(t, "GET", "/panic", nil, http.Header{"X-Request-Id": {"edge-17"}})
	require.Equal(t, http.StatusInternalServerError, response.StatusCode)
	require.Equal(t, "internal error\nrequest id: edge-17\n", content, "the panic is not for clients")
	require.Equal(t, "text/plain; charset=utf-8", response.Header.Get("Content-Type"))
	require.Equal(t, "edge-17", response.Header.Get("X-Request-Id"))
	require.Empty(t, response.Header.Get("Content-Encoding"))
	require.Equal(t, "default-src 'none'", response.Header.Get("Content-Security-Policy"), "it holds for every answer")
	f.finish(t)

	records := f.log.Records(t, "panic in an http handler")
	require.Len(t, records, 1)
	require.Equal(t, "at the disco", records[0]["panic"])
	require.Contains(t, records[0]["stack"], "TestPanicBeforeTheAnswer")
	require.Equal(t, "edge-17", records[0]["request_id"])
	require.Equal(t, 1., f.metric(t, "weave_http_panics_total", nil).GetCounter().GetValue())
	require.NotNil(t, f.metric(t, "http_requests_total", map[string]string{"handler": "/panic", "code": "500"}))
}

func TestPanicAmidTheAnswer(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /panic", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half an ans")
		_ = http.NewResponseController(w).Flush()
		panic("at the disco")
	})
	f := start(t, Config{Handler: mux})
	response, err := f.client.Get(f.url + "/panic")
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "the client learns that the answer is not whole")
	require.Equal(t, "half an ans", string(content))
	f.finish(t)
	require.Len(t, f.log.Records(t, "panic in an http handler"), 1)
	require.EqualValues(t, 500, f.log.Records(t, "http request")[0]["code"])
}

func TestAbort(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	f := start(t, Config{Handler: mux})
	_, err := f.client.Get(f.url + "/abort")
	require.ErrorIs(t, err, io.EOF)
	f.finish(t)
	require.Empty(t, f.log.Records(t, "panic in an http handler"), "a handler may abort")
	require.Zero(t, f.metric(t, "weave_http_panics_total", nil).GetCounter().GetValue())
	require.EqualValues(t, 500, f.log.Records(t, "http request")[0]["code"])
}

func TestClientThatLeaves(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /slow", func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	})
	f := start(t, Config{Handler: mux})
	conn, err := net.Dial("tcp", f.address)
	require.NoError(t, err)
	_, err = io.WriteString(conn, "GET /slow HTTP/1.1\r\nHost: weave\r\n\r\n")
	require.NoError(t, err)
	receive(t, entered, "the request reaches its handler")
	require.NoError(t, conn.Close())
	f.finish(t)
	require.EqualValues(t, statusClientGone, f.log.Records(t, "http request")[0]["code"])
}

func TestHandlersReachTheConnection(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /control", func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_, isFlusher := w.(http.Flusher)
		fmt.Fprintln(w, isFlusher,
			control.SetReadDeadline(time.Now().Add(time.Minute)),
			control.SetWriteDeadline(time.Now().Add(time.Minute)),
			control.EnableFullDuplex(),
			control.Flush())
	})
	mux.HandleFunc("GET /flush", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done() // the client has read, and left
	})
	mux.HandleFunc("GET /hijack", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, "mine\n")
			_ = conn.Close()
		}
	})
	f := start(t, Config{Handler: mux})
	_, content := f.do(t, "POST", "/control", strings.NewReader("x"), nil)
	require.Equal(t, "true <nil> <nil> <nil> <nil>\n", content)

	for path, want := range map[string]string{"/flush": "first\n", "/hijack": "mine\n"} {
		conn, err := net.Dial("tcp", f.address)
		require.NoError(t, err)
		_, err = io.WriteString(conn, "GET "+path+" HTTP/1.0\r\n\r\n")
		require.NoError(t, err)
		reader := bufio.NewReader(conn)
		for line := ""; line != want; {
			line, err = reader.ReadString('\n')
			require.NoError(t, err)
		}
		require.NoError(t, conn.Close())
	}
	f.finish(t)
}

func TestMiddlewareWithoutMetrics(t *testing.T) {
	t.Parallel()
	server, err := New(Config{Name: "web", Handler: sampleMux()})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	server.http.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/hello/ada", http.NoBody))
	require.Equal(t, "hello ada", w.Body.String())
}

func TestClip(t *testing.T) {
	t.Parallel()
	require.Equal(t, "short", clip("short"))
	require.Equal(t, strings.Repeat("a", 199)+"...", clip(strings.Repeat("a", 199)+"é"+strings.Repeat("b", 100)), "characters are not cut in half")
}
