package static

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/testdata"
)

func TestEveryFileIsServed(t *testing.T) {
	t.Parallel()
	files, err := New()
	require.NoError(t, err)
	tests := []struct{ name, want string }{
		{"app.css", "text/css; charset=utf-8"},
		{"app.js", "text/javascript; charset=utf-8"},
		{"favicon.svg", "image/svg+xml"},
		{Example, "application/json"},
	}
	require.Len(t, files.urls, len(tests), "a file without a test")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url, err := files.URL(tt.name)
			require.NoError(t, err)
			require.Regexp(t, regexp.MustCompile(`^/static/[a-z]+\.[0-9a-f]{16}\.[a-z]+$`), url)

			plain := get(t, files, url, false, nil)
			require.Equal(t, http.StatusOK, plain.Code)
			require.Equal(t, tt.want, plain.Header().Get("Content-Type"))
			require.Equal(t, "public, max-age=31536000, immutable", plain.Header().Get("Cache-Control"))
			require.Empty(t, plain.Header().Get("Content-Encoding"))
			want := plain.Body.Bytes()
			require.Equal(t, want, files.Read(tt.name))
			if tt.name != "app.css" {
				source, err := embedded.ReadFile(tt.name)
				require.NoError(t, err)
				require.Equal(t, source, want)
			}

			zipped := get(t, files, url, true, nil)
			require.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
			require.Equal(t, "Accept-Encoding", zipped.Header().Get("Vary"))
			require.Less(t, zipped.Body.Len(), len(want))
			r, err := gzip.NewReader(zipped.Body)
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, want, got)

			require.NotEqual(t, plain.Header().Get("ETag"), zipped.Header().Get("ETag"))
			again := get(t, files, url, true, http.Header{"If-None-Match": {zipped.Header().Get("ETag")}})
			require.Equal(t, http.StatusNotModified, again.Code)
			require.Zero(t, again.Body.Len())
		})
	}
}

func TestUnknownFiles(t *testing.T) {
	t.Parallel()
	files, err := New()
	require.NoError(t, err)
	_, err = files.URL("nothing.css")
	require.EqualError(t, err, `there is no static file "nothing.css"`)
	require.Nil(t, files.Read("nothing.css"))

	url, err := files.URL("app.css")
	require.NoError(t, err)
	for _, path := range []string{
		"/static/", "/static/app.css", "/static/app.0000000000000000.css", "/static/static.go",
		strings.Replace(url, "app", "app2", 1),
	} {
		w := httptest.NewRecorder()
		require.False(t, files.Serve(w, httptest.NewRequest(http.MethodGet, path, nil), true), path)
		require.Empty(t, w.Header(), path)
	}
}

func TestURLFollowsTheContent(t *testing.T) {
	t.Parallel()
	urlOf := func(content string) string {
		files, err := newFiles(fstest.MapFS{"css/1.css": {Data: []byte(content)}})
		require.NoError(t, err)
		url, err := files.URL("app.css")
		require.NoError(t, err)
		return url
	}
	require.Equal(t, urlOf("a{}"), urlOf("a{}"))
	require.NotEqual(t, urlOf("a{}"), urlOf("b{}"))
}

func TestStylesAreServedAsOne(t *testing.T) {
	t.Parallel()
	files, err := newFiles(fstest.MapFS{
		"css/2.css": {Data: []byte("b{}\n")}, "css/1.css": {Data: []byte("a{}\n")}, "app.js": {Data: []byte("c()")},
	})
	require.NoError(t, err)
	require.Equal(t, "a{}\nb{}\n", string(files.Read("app.css")))
	require.Equal(t, "c()", string(files.Read("app.js")))
}

func TestFilesThatZipPoorlyAreNotZipped(t *testing.T) {
	t.Parallel()
	files, err := newFiles(fstest.MapFS{"css/1.css": {Data: []byte("a{}")}})
	require.NoError(t, err)
	url, err := files.URL("app.css")
	require.NoError(t, err)
	w := get(t, files, url, true, nil)
	require.Empty(t, w.Header().Get("Content-Encoding"))
	require.Equal(t, "a{}", w.Body.String())
}

// The example is embedded here under its own name, and is the one that the
// README and the other programs show.
func TestExampleIsTheProjects(t *testing.T) {
	t.Parallel()
	files, err := New()
	require.NoError(t, err)
	want, err := testdata.Files.ReadFile("example1.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(files.Read(Example)), "copy testdata/example1.json to services/fe/static/example.json")
}

func get(t *testing.T, files *Files, url string, zipped bool, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, url, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	require.True(t, files.Serve(w, r, zipped))
	return w
}
