package server

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, settings(ranks(someCreators())))
	css, err := h.static.URL("app.css")
	require.NoError(t, err)
	crossSite := jsonRequest("/activity", goodData)
	crossSite.Header.Set("Sec-Fetch-Site", "cross-site")
	tests := []struct {
		name string
		r    *http.Request
		want int
	}{
		{"form", httptest.NewRequest(http.MethodGet, "/", nil), 200},
		{"head", httptest.NewRequest(http.MethodHead, "/", nil), 200},
		{"ranking", jsonRequest("/activity", goodData), 200},
		{"mistake", jsonRequest("/activity", badData), 400},
		{"api", jsonRequest("/api/v1/activity", goodData), 200},
		{"mistake in the api", jsonRequest("/api/v1/activity", badData), 400},
		{"static file", httptest.NewRequest(http.MethodGet, css, nil), 200},
		{"no static file", httptest.NewRequest(http.MethodGet, "/static/x.css", nil), 404},
		{"icon", httptest.NewRequest(http.MethodGet, "/favicon.ico", nil), 302},
		{"nothing", httptest.NewRequest(http.MethodGet, "/nothing", nil), 404},
		{"path that is cleaned", httptest.NewRequest(http.MethodGet, "//api", nil), 307},
		{"method", httptest.NewRequest(http.MethodDelete, "/api", nil), 405},
		{"other site", crossSite, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := do(h, tt.r)
			require.Equal(t, tt.want, w.Code)
			got := w.Header()
			csp := got.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
				require.Contains(t, csp, want)
			}
			require.NotContains(t, csp, "unsafe")
			require.Equal(t, "nosniff", got.Get("X-Content-Type-Options"))
			require.Equal(t, "DENY", got.Get("X-Frame-Options"))
			require.Equal(t, "same-origin", got.Get("Referrer-Policy"))
			require.Equal(t, "same-origin", got.Get("Cross-Origin-Resource-Policy"))
		})
	}
}

func TestPagesAreRevalidated(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, settings(ranks(someCreators())))
	for _, path := range []string{"/", "/api"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			first := do(h, httptest.NewRequest(http.MethodGet, path, nil))
			require.Equal(t, "no-cache", first.Header().Get("Cache-Control"))
			tag := first.Header().Get("ETag")
			require.NotEmpty(t, tag)
			for value, want := range map[string]int{
				tag: 304, `"x", ` + tag: 304, strings.TrimPrefix(tag, "W/"): 304, "*": 304, `"x"`: 200, "": 200,
			} {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Header.Set("If-None-Match", value)
				w := do(h, r)
				require.Equal(t, want, w.Code, value)
				if want == 304 {
					require.Zero(t, w.Body.Len())
				}
			}
		})
	}
}

func TestRankingsAreNotKept(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, settings(ranks(someCreators())))
	for _, path := range []string{"/activity", "/api/v1/activity"} {
		for _, body := range []string{goodData, badData} {
			w := do(h, jsonRequest(path, body))
			require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			require.Empty(t, w.Header().Get("ETag"))
		}
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, settings(ranks(someCreators())))
	plain := do(h, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Empty(t, plain.Header().Get("Content-Encoding"))
	require.Equal(t, strconv.Itoa(plain.Body.Len()), plain.Header().Get("Content-Length"))
	tests := []struct {
		name, accept string
		want         bool
	}{
		{"gzip", "gzip, deflate, br", true},
		{"in capitals", "GZip", true},
		{"anything", "*", true},
		{"anything but gzip", "gzip;q=0, *", false},
		{"refused", "gzip; q=0.0", false},
		{"a weight that is no number", "gzip;q=much", false},
		{"something else", "br", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second one with a compressor that was used before
				r := httptest.NewRequest(http.MethodGet, "/", nil)
				r.Header.Set("Accept-Encoding", tt.accept)
				w := do(h, r)
				require.Equal(t, "Accept-Encoding", w.Header().Get("Vary"))
				require.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
				got := io.Reader(w.Body)
				if tt.want {
					require.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
					require.Less(t, w.Body.Len(), plain.Body.Len()/2)
					var err error
					got, err = gzip.NewReader(w.Body)
					require.NoError(t, err)
				}
				body, err := io.ReadAll(got)
				require.NoError(t, err)
				require.Equal(t, plain.Body.String(), string(body))
			}
		})
	}
}

func TestShortAnswersAreNotCompressed(t *testing.T) {
	t.Parallel()
	r := jsonRequest("/api/v1/activity?limit=1", goodData)
	r.Header.Set("Accept-Encoding", "gzip")
	w := do(newTestHandler(t, settings(ranks(someCreators()))), r)
	require.Empty(t, w.Header().Get("Content-Encoding"))
	require.Equal(t, "Accept, Accept-Encoding", strings.Join(w.Header().Values("Vary"), ", "))
}

func TestAPIFormats(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, settings(ranks(someCreators())))
	tests := []struct{ name, accept, want string }{
		{"not said", "", "application/json"},
		{"anything", "*/*", "application/json"},
		{"json", "application/json", "application/json"},
		{"csv", "text/csv", "text/csv; charset=utf-8"},
		{"csv rather than json", "text/csv, application/json;q=0.5", "text/csv; charset=utf-8"},
		{"json rather than csv", "text/csv;q=0.5, application/json", "application/json"},
		{"no csv", "text/csv;q=0", "application/json"},
		{"a browser's", "text/html,application/xhtml+xml,*/*;q=0.8", "application/json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := jsonRequest("/api/v1/activity", goodData)
			r.Header.Set("Accept", tt.accept)
			w := do(h, r)
			require.Equal(t, http.StatusOK, w.Code)
			require.Equal(t, tt.want, w.Header().Get("Content-Type"))
			require.Contains(t, w.Header().Values("Vary"), "Accept")
		})
	}
}

func TestAPIAnswer(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, settings(ranks(someCreators())))
	want := do(h, jsonRequest("/api/v1/activity?limit=5", goodData))
	require.Equal(t, http.StatusOK, want.Code)
	golden(t, "api_answer.json", want.Body.Bytes())

	form := do(h, formOf(t, "/api/v1/activity", "5", []string{"data.json", goodData}, ""))
	require.Equal(t, want.Body.String(), form.Body.String(), "a form says the same")
}

func TestHeadHasNoBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newTestHandler(t, settings(ranks(someCreators()))))
	t.Cleanup(server.Close)
	response, err := http.Head(server.URL)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Positive(t, response.ContentLength)
}
