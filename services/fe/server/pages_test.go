package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/dataset"
)

func TestPages(t *testing.T) {
	t.Parallel()
	good := settings(ranks(someCreators()))
	away := settings(ranks(someCreators()))
	away.ready = func(context.Context) error { return errors.New("dial tcp 10.0.0.1:9070: connection refused") }
	tests := []struct {
		name string
		cfg  handlerConfig
		r    *http.Request
		want int
	}{
		{"form.html", good, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK},
		{"form_away.html", away, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK},
		{"result.html", good, formOf(t, "/activity", "5", []string{"data.json", goodData}, ""), http.StatusOK},
		{"result_empty.html", settings(ranks(&creatorsclient.Ranking{})), formOf(t, "/activity", "5", nil, "{}"), http.StatusOK},
		{"bad_file.html", good, formOf(t, "/activity", "7", []string{"data.json", badData}, ""), http.StatusBadRequest},
		{"bad_text.html", good, formOf(t, "/activity", "7", nil, badData), http.StatusBadRequest},
		{"bad_limit.html", good, formOf(t, "/activity", "many", nil, goodData), http.StatusBadRequest},
		{"not_found.html", good, httptest.NewRequest(http.MethodGet, "/nothing", nil), http.StatusNotFound},
		{"not_allowed.html", good, httptest.NewRequest(http.MethodGet, "/activity", nil), http.StatusMethodNotAllowed},
		{"api.html", good, httptest.NewRequest(http.MethodGet, "/api", nil), http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := do(newTestHandler(t, tt.cfg), tt.r)
			require.Equal(t, tt.want, w.Code)
			require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
			golden(t, tt.name, w.Body.Bytes())
		})
	}
}

func TestSourcesOfARanking(t *testing.T) {
	t.Parallel()
	example := httptest.NewRequest(http.MethodPost, "/activity?source=example", strings.NewReader(url.Values{
		"limit": {"3"}, "file": {"chosen.json"}, "data": {"not a data set"},
	}.Encode()))
	example.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	noName := jsonRequest("/activity?limit=3", goodData)
	tests := []struct {
		name string
		r    *http.Request
		want string
	}{
		{"file", formOf(t, "/activity", "3", []string{"data.json", goodData}, ""), "From data.json"},
		{"text", formOf(t, "/activity", "3", nil, goodData), "From pasted text"},
		{"example", example, "From the built-in example"},
		{"body", noName, "From the data sent"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := do(newTestHandler(t, settings(ranks(someCreators()))), tt.r)
			require.Equal(t, http.StatusOK, w.Code, w.Body.String())
			all := nodes(t, w.Body)
			require.Contains(t, text(byID(t, all, "main")), tt.want)
			rows := 0
			for _, n := range all {
				if n.Data == "tr" {
					rows++
				}
			}
			require.Equal(t, 1+3, rows, "the limit is kept")
		})
	}

	t.Run("file beside text", func(t *testing.T) {
		t.Parallel()
		w := do(newTestHandler(t, settings(ranks(someCreators()))), formOf(t, "/activity", "3", []string{"data.json", goodData}, "[]"))
		require.Equal(t, http.StatusOK, w.Code)
		require.Contains(t, w.Body.String(), "the pasted text was left aside")
	})
}

// The form comes back as it was, with the problem at its field.
func TestFormIsKept(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		r     *http.Request
		limit string
		text  string
		field string // that is marked
	}{
		{"bad text", formOf(t, "/activity", "7", nil, badData), "7", strings.ReplaceAll(badData, "\r\n", "\n"), "data"},
		{"bad file", formOf(t, "/activity", "7", []string{"data.json", badData}, "later"), "7", "later", "file"},
		{"bad limit", formOf(t, "/activity", "<7>", nil, goodData), "<7>", goodData, "limit"},
		{"no limit, and nothing else", formOf(t, "/activity", "", nil, ""), "10", "", ""},
		{"text that begins with a line break", formOf(t, "/activity", "7", nil, "\n\n]"), "7", "\n\n]", "data"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := do(newTestHandler(t, settings(ranks(someCreators()))), tt.r)
			require.Equal(t, http.StatusBadRequest, w.Code)
			all := nodes(t, w.Body)
			require.Equal(t, tt.limit, attr(byID(t, all, "limit"), "value"))
			area := byID(t, all, "data")
			got := ""
			if area.FirstChild != nil {
				got = area.FirstChild.Data
			}
			require.Equal(t, tt.text, strings.ReplaceAll(got, "\r\n", "\n"))
			for _, field := range []string{"limit", "file", "data"} {
				n := byID(t, all, field)
				require.Equal(t, field == tt.field, attr(n, "aria-invalid") == "true", field)
				require.Equal(t, field == tt.field, strings.Contains(attr(n, "aria-describedby"), "problem"), field)
			}
			problem := byID(t, all, "problem")
			require.Equal(t, "alert", attr(problem, "role"))
			require.Contains(t, text(problem), "Request "+requestID)
		})
	}
}

func TestProblemNamesThePlace(t *testing.T) {
	t.Parallel()
	w := do(newTestHandler(t, settings(ranks(someCreators()))), formOf(t, "/activity", "7", nil, badData))
	got := text(byID(t, nodes(t, w.Body), "problem"))
	require.Equal(t, `The data set has a mistake "yesterday" is not an RFC 3339 time. Line 2 Column 49 `+
		`Field Products[0].createTime {"id": "p1", "creatorId": "c1", "createTime": " yesterday"} Request `+requestID, got)
}

// Whatever stands in a data set or a form is text, and nothing but text.
func TestNothingOfAVisitorBecomesMarkup(t *testing.T) {
	t.Parallel()
	attacks := []string{
		`<script>alert(1)</script>`,
		`"><img src=x onerror=alert(1)>`,
		`'><svg onload=alert(1)>`,
		`</textarea><script>alert(1)</script>`,
		`</title><script>alert(1)</script>`,
		`javascript:alert(1)`,
		`javascript:alert(1)@example.com`,
		`ada@example.com?subject=x&body=<script>`,
		`{{.}}${alert(1)}`,
		`&lt;script&gt;`,
		"a\x00b@example.com",
		`--><script>alert(1)</script><!--`,
		`]]><script>alert(1)</script>`,
	}
	for i, attack := range attacks {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			ranking := &creatorsclient.Ranking{CreatorCount: 2, ProductCount: 2, Creators: []creatorsclient.Standing{
				{Rank: 1, ID: attack, Email: attack, Products: 1, HasNewest: true, Newest: now},
				{Rank: 2, ID: attack, Products: 1},
			}}
			bad := &dataset.Error{Line: 1, Column: 1, Path: attack, Problem: attack}
			for name, w := range map[string]*httptest.ResponseRecorder{
				"result": do(newTestHandler(t, settings(ranks(ranking))), formOf(t, "/activity", "10", []string{attack, goodData}, "")),
				"error":  do(newTestHandler(t, settings(fails(bad))), formOf(t, "/activity", attack, nil, attack)),
				"place":  do(newTestHandler(t, settings(fails(bad))), formOf(t, "/activity", "1", nil, attack)),
				"file":   do(newTestHandler(t, settings(fails(bad))), formOf(t, "/activity", "1", []string{attack, "{}"}, attack)),
				"path":   do(newTestHandler(t, settings(fails(bad))), httptest.NewRequest(http.MethodGet, "/x?"+url.QueryEscape(attack), nil)),
			} {
				requireHarmless(t, name, w)
			}
		})
	}
}

func requireHarmless(t *testing.T, name string, w *httptest.ResponseRecorder) {
	t.Helper()
	scripts := 0
	for _, n := range nodes(t, w.Body) {
		switch n.Data {
		case "script":
			scripts++
			require.Regexp(t, `^/static/app\.[0-9a-f]+\.js$`, attr(n, "src"), name)
			require.Nil(t, n.FirstChild, name)
		case "img":
			require.Regexp(t, `^/static/favicon\.[0-9a-f]+\.svg$`, attr(n, "src"), name)
		case "style", "iframe", "object", "embed", "base", "foreignobject":
			require.Failf(t, "an element that we have not", "%s: %s", name, n.Data)
		}
		for _, a := range n.Attr {
			require.False(t, strings.HasPrefix(a.Key, "on"), "%s: %s", name, a.Key)
			require.NotEqual(t, "style", a.Key, name)
			if a.Key != "href" && a.Key != "action" && a.Key != "formaction" {
				continue
			}
			u, err := url.Parse(a.Val)
			require.NoError(t, err, name)
			require.Contains(t, []string{"", "mailto", "data"}, u.Scheme, name)
			if u.Scheme == "mailto" {
				require.Empty(t, u.RawQuery, "%s: a mail with more than an address", name)
			}
			if u.Scheme == "data" {
				require.NotEmpty(t, attr(n, "download"), "%s: data that opens as a page", name)
			}
		}
	}
	require.Equal(t, 1, scripts, name)
}

// What the links hold is what the API gives.
func TestDownloads(t *testing.T) {
	t.Parallel()
	h := newTestHandler(t, settings(ranks(someCreators())))
	page := do(h, jsonRequest("/activity?limit=5", goodData))
	api := jsonRequest("/api/v1/activity?limit=5", goodData)
	asJSON := do(h, api)
	api = jsonRequest("/api/v1/activity?limit=5", goodData)
	api.Header.Set("Accept", "text/csv")
	asCSV := do(h, api)

	got := map[string]string{}
	for _, n := range nodes(t, page.Body) {
		if href := attr(n, "href"); strings.HasPrefix(href, "data:") {
			kind, encoded, ok := strings.Cut(strings.TrimPrefix(href, "data:"), ";base64,")
			require.True(t, ok)
			body, err := base64.StdEncoding.DecodeString(encoded)
			require.NoError(t, err)
			got[attr(n, "download")+" "+kind] = string(body)
		}
	}
	require.Equal(t, map[string]string{
		"ranking.csv text/csv;charset=utf-8": asCSV.Body.String(),
		"ranking.json application/json":      asJSON.Body.String(),
	}, got)
	require.Equal(t, "rank,id,email,products,newest_product\r\n"+
		"1,c1,ada@example.com,1234,2023-04-06T19:01:59.752638Z\r\n"+
		"2,c2,grace+weave@example.com,3,2026-11-22T10:00:00Z\r\n"+
		"3,c3,,1,2024-02-29T00:00:00Z\r\n"+
		"4,c4,'=1+1,1,\r\n"+
		"5,c5,edsger@example.com,0,\r\n", asCSV.Body.String())
}

func TestDownloadsThatAreTooLongAreLeftToTheAPI(t *testing.T) {
	t.Parallel()
	ranking := &creatorsclient.Ranking{}
	const rows = 2000 // of which CSV still fits
	for i := range rows {
		ranking.Creators = append(ranking.Creators, creatorsclient.Standing{
			Rank: i + 1, ID: strings.Repeat("x", 650), Email: "a@b.example", Products: 1, HasNewest: true, Newest: now,
		})
	}
	w := do(newTestHandler(t, settings(ranks(ranking))), jsonRequest("/activity?limit="+strconv.Itoa(rows), goodData))
	require.Equal(t, http.StatusOK, w.Code)
	page := w.Body.String()
	require.Contains(t, page, "text/csv;charset=utf-8;base64")
	require.NotContains(t, page, "application/json;base64")
	require.Contains(t, page, "Too long for a download here")
	for _, n := range nodes(t, strings.NewReader(page)) {
		require.LessOrEqual(t, len(attr(n, "href")), maxLink)
	}
}

func TestAPIPageHasRealExamples(t *testing.T) {
	t.Parallel()
	w := do(newTestHandler(t, settings(ranks(someCreators()))), httptest.NewRequest(http.MethodGet, "/api", nil))
	all := nodes(t, w.Body)
	examples := map[string]string{}
	for _, n := range all {
		if n.Data == "pre" {
			examples[attr(n, "aria-label")] = preformatted(n)
		}
	}
	var ranking rankingJSON
	require.NoError(t, strict(examples["Example answer"], &ranking))
	require.NotEmpty(t, ranking.Creators)
	var problem problemJSON
	require.NoError(t, strict(examples["Example error"], &problem))
	require.NotEmpty(t, problem.Field)
	// The type of each problem leads to its line in the table.
	for k := range kinds {
		if info := k.info(); info.when != "" {
			require.Contains(t, text(byID(t, all, info.name)), strconv.Itoa(info.status))
		}
	}
}

func preformatted(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func strict(s string, v any) error {
	d := json.NewDecoder(strings.NewReader(s))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 100) + "!" + strings.Repeat("ö", 100)
	tests := []struct {
		name         string
		text         string
		line, column int64
		want         []string // before, at, after
	}{
		{"first character", "abc", 1, 1, []string{"", "a", "bc"}},
		{"second line", "abc\r\ndef\r\nghi", 2, 2, []string{"d", "e", "f"}},
		{"indented", "\t  abc", 1, 5, []string{"a", "b", "c"}},
		{"end of the line", "abc\ndef", 1, 4, []string{"abc", "⏎", ""}},
		{"long line", long, 1, 101, []string{"…" + strings.Repeat("ä", 50), "!", strings.Repeat("ö", 50) + "…"}},
		{"beyond the line", "abc", 1, 5, nil},
		{"beyond the text", "abc", 2, 1, nil},
		{"an empty line", "abc\n\n", 2, 1, nil},
		{"nowhere", "abc", 0, 0, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := excerpt(tt.text, tt.line, tt.column)
			if tt.want == nil {
				require.Nil(t, e)
				return
			}
			require.Equal(t, tt.want, []string{e.Before, e.At, e.After})
		})
	}
}
