package upload_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/services/fe/upload"
)

const dataSet = `{"Creators": [], "Products": []}`

func config() upload.Config {
	return upload.Config{
		MaxBytes: 1 << 20, Idle: time.Minute, Grace: time.Minute, BytesPerSecond: 1 << 20, Drain: time.Minute,
	}
}

// part is a part of a form: a file when it has a file's name.
type part struct{ name, file, content string }

// chosen is a part for a file input.
func chosen(file, content string) part { return part{upload.FieldFile, file, content} }

// noFile is what browsers send for a file input that was left empty.
var noFile = part{name: upload.FieldFile, file: "-"}

func field(name, content string) part { return part{name: name, content: content} }

func form(t *testing.T, parts ...part) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		header := map[string][]string{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q`, p.name)}}
		switch {
		case p == noFile:
			header["Content-Disposition"][0] += `; filename=""`
			header["Content-Type"] = []string{"application/octet-stream"}
		case p.file != "":
			header["Content-Disposition"][0] += fmt.Sprintf(`; filename=%q`, p.file)
			header["Content-Type"] = []string{"application/json"}
		}
		pw, err := w.CreatePart(header)
		require.NoError(t, err)
		_, err = io.WriteString(pw, p.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	r := httptest.NewRequest(http.MethodPost, "/activity", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func raw(contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/activity", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return r
}

func TestRequests(t *testing.T) {
	t.Parallel()
	type got struct {
		Source          upload.Source
		Limit, FileName string
		Data, Text      string
		TextIgnored     bool
	}
	tests := []struct {
		name string
		r    *http.Request
		want got
	}{
		{"json", raw("application/json; charset=utf-8", dataSet), got{Source: upload.Body, Data: dataSet}},
		{
			"our form with a file", form(t, field("limit", "5"), chosen("a.json", dataSet), field("data", "")),
			got{Source: upload.File, Limit: "5", FileName: "a.json", Data: dataSet},
		},
		{
			"our form with text", form(t, field("limit", "5"), noFile, field("data", "\r\n "+dataSet)),
			got{Source: upload.Text, Limit: "5", Data: "\r\n " + dataSet, Text: "\r\n " + dataSet},
		},
		{
			"our form with both", form(t, field("limit", "5"), chosen("a.json", dataSet), field("data", "[]")),
			got{Source: upload.File, Limit: "5", FileName: "a.json", Data: dataSet, Text: "[]", TextIgnored: true},
		},
		{"our form with neither", form(t, field("limit", "5"), noFile, field("data", " \r\n")), got{Limit: "5"}},
		{"an empty file", form(t, chosen("a.json", "")), got{Source: upload.File, FileName: "a.json"}},
		{"a blank file", form(t, chosen("a.json", "\n")), got{Source: upload.File, FileName: "a.json", Data: "\n"}},
		{"a file without a name", form(t, field("file", dataSet)), got{Source: upload.File, Data: dataSet}},
		{"a field that we do not know", form(t, field("x", "y"), chosen("a.json", dataSet)), got{Source: upload.File, FileName: "a.json", Data: dataSet}},
		{"a file with a path", form(t, chosen("../../etc/passwd", dataSet)), got{Source: upload.File, FileName: "passwd", Data: dataSet}},
		{
			"a file with a long name", form(t, chosen(strings.Repeat("字", 200), dataSet)),
			got{Source: upload.File, FileName: strings.Repeat("字", 119) + "…", Data: dataSet},
		},
		{
			"a plain form", raw("application/x-www-form-urlencoded", url.Values{"limit": {"7"}, "data": {dataSet}, "file": {"a.json"}}.Encode()),
			got{Source: upload.Text, Limit: "7", Data: dataSet, Text: dataSet},
		},
		{"a plain form without text", raw("application/x-www-form-urlencoded", "limit=7&data="), got{Limit: "7"}},
		{
			"a plain form with long text", raw("application/x-www-form-urlencoded", "limit=7&data="+strings.Repeat("x", 5<<20)),
			got{Limit: "7"},
		},
		{"a long limit", form(t, field("limit", strings.Repeat("1", 1000))), got{Limit: strings.Repeat("1", 65)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.MaxBytes = 8 << 20
			q, err := upload.Open(httptest.NewRecorder(), tt.r, cfg)
			require.NoError(t, err)
			g := got{Source: q.Source, Limit: q.Limit, FileName: q.FileName}
			if q.Data() != nil {
				data, err := io.ReadAll(q.Data())
				require.NoError(t, err)
				g.Data = string(data)
			}
			require.NoError(t, q.Finish())
			var cut bool
			g.Text, cut = q.Text()
			require.False(t, cut)
			g.TextIgnored = q.TextIgnored()
			require.Equal(t, tt.want, g)
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	zipped := raw("application/json", dataSet)
	zipped.Header.Set("Content-Encoding", "gzip")
	unknown := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader(strings.Repeat(" ", 2<<20))))
	unknown.Header.Set("Content-Type", "application/json")
	require.EqualValues(t, -1, unknown.ContentLength)
	truncated := func(r *http.Request, cut int) *http.Request {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		r.Body = io.NopCloser(bytes.NewReader(body[:len(body)-cut]))
		r.ContentLength = int64(len(body) - cut)
		return r
	}
	broken := raw("application/json", "")
	broken.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"Crea`), iotest.ErrReader(io.ErrUnexpectedEOF)))
	manyParts := make([]part, 40)
	for i := range manyParts {
		manyParts[i] = field("x", "y")
	}
	tests := []struct {
		name    string
		r       *http.Request
		noForms bool
		want    upload.Error
	}{
		{"no type", raw("", dataSet), false, upload.Error{Kind: upload.MediaType}},
		{"a type that makes no sense", raw("/;;", dataSet), false, upload.Error{Kind: upload.MediaType}},
		{"another type", raw("text/plain", dataSet), false, upload.Error{Kind: upload.MediaType}},
		{"multipart of another kind", raw("multipart/mixed; boundary=x", dataSet), false, upload.Error{Kind: upload.MediaType}},
		{"multipart without a boundary", raw("multipart/form-data", dataSet), false, upload.Error{Kind: upload.MediaType}},
		{"compressed", zipped, false, upload.Error{Kind: upload.MediaType}},
		{"a plain form for a program", raw("application/x-www-form-urlencoded", "data=[]"), true, upload.Error{Kind: upload.MediaType}},
		{"declared too large", raw("application/json", strings.Repeat(" ", 1<<20+1)), false, upload.Error{Kind: upload.TooLarge, Limit: 1 << 20}},
		{"turns out too large", unknown, false, upload.Error{Kind: upload.TooLarge, Limit: 1 << 20}},
		{"broken off", broken, false, upload.Error{Kind: upload.Malformed}},
		{"a limit behind the file", form(t, chosen("a.json", dataSet), field("limit", "5")), false, upload.Error{Kind: upload.Malformed, Field: "limit"}},
		{"two files", form(t, chosen("a.json", dataSet), chosen("b.json", dataSet)), false, upload.Error{Kind: upload.Malformed}},
		{"a file behind text", form(t, field("data", dataSet), chosen("b.json", dataSet)), false, upload.Error{Kind: upload.Malformed}},
		{"a form that ends in its file", truncated(form(t, chosen("a.json", dataSet)), 70), false, upload.Error{Kind: upload.Malformed}},
		{"a form without its end", truncated(form(t, chosen("a.json", dataSet)), 4), false, upload.Error{Kind: upload.Malformed}},
		{"not a form", raw("multipart/form-data; boundary=x", dataSet), false, upload.Error{Kind: upload.Malformed}},
		{"a form of many parts", form(t, manyParts...), false, upload.Error{Kind: upload.Malformed}},
		{"a plain form with bad escapes", raw("application/x-www-form-urlencoded", "data=%zz"), false, upload.Error{Kind: upload.Malformed}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.NoForms = tt.noForms
			q, err := upload.Open(httptest.NewRecorder(), tt.r, cfg)
			require.NotNil(t, q)
			if err == nil && q.Data() != nil {
				_, _ = io.Copy(io.Discard, q.Data())
			}
			if late := q.Finish(); late != nil {
				err = late
			}
			var got *upload.Error
			require.ErrorAs(t, err, &got)
			require.NotEmpty(t, got.Problem)
			require.Equal(t, tt.want, upload.Error{Kind: got.Kind, Field: got.Field, Limit: got.Limit})
		})
	}
}

func TestMissingSaysWhy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		r    *http.Request
		want upload.Error
	}{
		{"nothing sent", form(t, field("limit", "5"), noFile), upload.Error{Kind: upload.Malformed, Problem: "There is no data set in the request."}},
		{
			"text too long for a plain form", raw("application/x-www-form-urlencoded", "data="+strings.Repeat("x", 5<<20)),
			upload.Error{Kind: upload.TooLarge, Field: "data", Limit: 4 << 20, Problem: "The pasted text is too long."},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.MaxBytes = 8 << 20
			q, err := upload.Open(httptest.NewRecorder(), tt.r, cfg)
			require.NoError(t, err)
			require.Nil(t, q.Data())
			require.Equal(t, &tt.want, q.Missing())
		})
	}
}

// The form comes back with what was entered, wherever reading stopped.
func TestFinishKeepsWhatWasEntered(t *testing.T) {
	t.Parallel()
	t.Run("text, of which a part was read", func(t *testing.T) {
		t.Parallel()
		q, err := upload.Open(httptest.NewRecorder(), form(t, field("limit", "5"), field("data", dataSet)), config())
		require.NoError(t, err)
		_, err = io.ReadFull(q.Data(), make([]byte, 5))
		require.NoError(t, err)
		require.NoError(t, q.Finish())
		text, cut := q.Text()
		require.Equal(t, dataSet, text)
		require.False(t, cut)
	})
	t.Run("text that is too long to put back", func(t *testing.T) {
		t.Parallel()
		long := strings.Repeat("ä", 3<<19) + "!"
		cfg := config()
		cfg.MaxBytes = 8 << 20
		q, err := upload.Open(httptest.NewRecorder(), form(t, field("data", "x"+long)), cfg)
		require.NoError(t, err)
		require.NoError(t, q.Finish())
		text, cut := q.Text()
		require.True(t, cut)
		require.Equal(t, "x"+strings.Repeat("ä", 1<<19-1), text, "a character is not cut in two")
	})
}

// A form that is too large is refused before its data set is read, and comes
// back all the same.
func TestLargeForm(t *testing.T) {
	t.Parallel()
	q, err := upload.Open(httptest.NewRecorder(), form(t, field("limit", "7"), chosen("a.json", strings.Repeat(" ", 2<<20)), field("data", "")), config())
	var e *upload.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, upload.TooLarge, e.Kind)
	require.Equal(t, "7", q.Limit)
	require.Equal(t, "a.json", q.FileName)
	require.ErrorAs(t, q.Finish(), &e)
	require.Equal(t, upload.TooLarge, e.Kind)
}

func TestFinishReadsToTheEnd(t *testing.T) {
	t.Parallel()
	body := &counting{r: strings.NewReader(dataSet + strings.Repeat(" ", 3<<20))}
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.Header.Set("Content-Type", "application/json")
	q, err := upload.Open(httptest.NewRecorder(), r, config())
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, q.Data())
	require.Error(t, err)
	require.Error(t, q.Finish())
	require.EqualValues(t, len(dataSet)+3<<20, body.n, "beyond the limit too, for the answer to be heard")
}

func TestFinishLeavesClientsThatWaitAlone(t *testing.T) {
	t.Parallel()
	body := &counting{r: strings.NewReader(strings.Repeat(" ", 2<<20))}
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.ContentLength = 2 << 20
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Expect", "100-continue")
	q, err := upload.Open(httptest.NewRecorder(), r, config())
	require.Error(t, err)
	require.NoError(t, q.Finish())
	require.Zero(t, body.n, "the first read would ask the client to send everything")
}

type counting struct {
	r io.Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
