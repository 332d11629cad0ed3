package server

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/lib/logging"
)

var update = flag.Bool("update", false, "write the golden files in testdata")

// now is the time in the tests, and requestID the id of each request.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const requestID = "0123456789abcdef0123456789abcdef"

// rankerFunc is a Ranker for one test.
type rankerFunc func(ctx context.Context, r io.Reader, limit int) (*creatorsclient.Ranking, error)

func (f rankerFunc) MostActive(ctx context.Context, r io.Reader, limit int) (*creatorsclient.Ranking, error) {
	return f(ctx, r, limit)
}

// ranks reads the data set, as creators would, and returns the ranking.
func ranks(ranking *creatorsclient.Ranking) rankerFunc {
	return func(_ context.Context, r io.Reader, limit int) (*creatorsclient.Ranking, error) {
		summary, err := dataset.Decode(r, dataset.Visitor{})
		if err != nil {
			return nil, err
		}
		ranking := *ranking
		ranking.Creators = ranking.Creators[:min(limit, len(ranking.Creators))]
		ranking.DataSet = summary
		return &ranking, nil
	}
}

// fails reads the data set and returns an error.
func fails(err error) rankerFunc {
	return func(_ context.Context, r io.Reader, _ int) (*creatorsclient.Ranking, error) {
		_, _ = io.Copy(io.Discard, r)
		return nil, err
	}
}

// settings are those of most tests.
func settings(ranker Ranker) handlerConfig {
	return handlerConfig{
		ranker:          ranker,
		ready:           func(context.Context) error { return nil },
		maxUpload:       1 << 20,
		creatorsTimeout: time.Minute,
		idle:            uploadIdle,
		log:             slog.New(slog.DiscardHandler),
		now:             func() time.Time { return now },
	}
}

func newTestHandler(t *testing.T, cfg handlerConfig) *handler {
	t.Helper()
	h, err := newHandler(cfg)
	require.NoError(t, err)
	return h
}

// do answers one request.
func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(logging.WithRequestID(r.Context(), requestID)))
	return w
}

// formOf is our form as a browser sends it: file is a name and a content, or
// nil.
func formOf(t *testing.T, path, limit string, file []string, text string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	require.NoError(t, w.WriteField("limit", limit))
	if file == nil {
		file = []string{"", ""}
	}
	part, err := w.CreateFormFile("file", file[0])
	require.NoError(t, err)
	_, err = io.WriteString(part, file[1])
	require.NoError(t, err)
	require.NoError(t, w.WriteField("data", text))
	require.NoError(t, w.Close())
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func jsonRequest(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

const (
	goodData = `{"Creators": [{"id": "c1", "email": "ada@example.com"}],
 "Products": [{"id": "p1", "creatorId": "c1", "createTime": "2023-04-06T21:01:59.752638+02:00"},
  {"id": "p2", "creatorId": "c1", "createTime": "2021-01-01T00:00:00Z"}]}`
	badData = "{\"Products\": [\r\n  {\"id\": \"p1\", \"creatorId\": \"c1\", \"createTime\": \"yesterday\"}\r\n]}"
)

// someCreators is a ranking with all that can be in one.
func someCreators() *creatorsclient.Ranking {
	return &creatorsclient.Ranking{
		CreatorCount: 5, ProductCount: 1239,
		Creators: []creatorsclient.Standing{
			{Rank: 1, ID: "c1", Email: "ada@example.com", Products: 1234, HasNewest: true, Newest: time.Date(2023, 4, 6, 19, 1, 59, 752_638_000, time.UTC)},
			{Rank: 2, ID: "c2", Email: "grace+weave@example.com", Products: 3, HasNewest: true, Newest: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)},
			{Rank: 3, ID: "c3", Products: 1, HasNewest: true, Newest: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
			{Rank: 4, ID: "c4", Email: "=1+1", Products: 1},
			{Rank: 5, ID: "c5", Email: "edsger@example.com"},
		},
	}
}

var hashes = regexp.MustCompile(`(/static/[a-z]+)\.[0-9a-f]{16}\.`)

// golden compares an answer with the file of that name, in which the hashes of
// static files are left out.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	got = hashes.ReplaceAll(got, []byte("$1.HASH."))
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Fatalf("%s is missing: run go test ./services/fe/server -update", path)
	}
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "if the change is meant, run go test ./services/fe/server -update and look at the difference")
}

// nodes are the elements of a page.
func nodes(t *testing.T, page io.Reader) []*html.Node {
	t.Helper()
	root, err := html.Parse(page)
	require.NoError(t, err)
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func byID(t *testing.T, all []*html.Node, id string) *html.Node {
	t.Helper()
	for _, n := range all {
		if attr(n, "id") == id {
			return n
		}
	}
	require.Failf(t, "no such element", "#%s", id)
	return nil
}

// text is the text in a node, with single spaces.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
