package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"path"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	creators "github.com/inventive-weave/inventive-weave/services/creators/server"
	"github.com/inventive-weave/inventive-weave/services/fe/server"
	"github.com/inventive-weave/inventive-weave/testdata"
)

func TestRankingOfTheRealService(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	direct, err := creators.NewInProcess(creators.DefaultConfig())
	require.NoError(t, err)
	t.Cleanup(direct.Close)
	for _, name := range []string{"example1.json", "example2.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := example(t, name)
			want, err := creatorsclient.New(direct.Conn, creatorsclient.Config{}).MostActive(t.Context(), bytes.NewReader(data), 7)
			require.NoError(t, err)
			require.NotEmpty(t, want.Creators)

			got := send(t, http.MethodPost, w.web+"/api/v1/activity?limit=7", "application/json", bytes.NewReader(data))
			require.Equal(t, http.StatusOK, got.StatusCode, got.body)
			var ranking struct {
				Creators []struct {
					Rank          int
					ID, Email     string
					Products      int64
					NewestProduct *time.Time `json:"newest_product"`
				}
				Totals struct{ Creators, Products, Bytes int64 }
			}
			require.NoError(t, json.Unmarshal([]byte(got.body), &ranking))
			require.Len(t, ranking.Creators, len(want.Creators))
			for i, c := range want.Creators {
				r := ranking.Creators[i]
				require.Equal(t, []any{c.Rank, c.ID, c.Email, c.Products}, []any{r.Rank, r.ID, r.Email, r.Products})
				require.Equal(t, c.HasNewest, r.NewestProduct != nil)
				if c.HasNewest {
					require.True(t, c.Newest.Equal(*r.NewestProduct))
				}
			}
			require.Equal(t, []int64{want.CreatorCount, want.ProductCount, int64(len(data))},
				[]int64{ranking.Totals.Creators, ranking.Totals.Products, ranking.Totals.Bytes})

			contentType, body := form(t, "7", name, bytes.NewReader(data))
			page := send(t, http.MethodPost, w.web+"/activity", contentType, body)
			require.Equal(t, http.StatusOK, page.StatusCode)
			for _, c := range want.Creators {
				require.Contains(t, page.body, c.ID)
			}
		})
	}

	t.Run("the built-in example", func(t *testing.T) {
		t.Parallel()
		page := send(t, http.MethodPost, w.web+"/activity?source=example", "application/x-www-form-urlencoded", strings.NewReader("limit=3"))
		require.Equal(t, http.StatusOK, page.StatusCode)
		require.Contains(t, page.body, "The 3 most active creators")
	})
}

// Each broken data set is refused with its place or its field, whoever notices.
func TestBrokenDataSets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	names, err := fs.Glob(testdata.Files, "broken/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		t.Run(path.Base(name), func(t *testing.T) {
			t.Parallel()
			got := send(t, http.MethodPost, w.web+"/api/v1/activity", "application/json", bytes.NewReader(example(t, name)))
			require.Equal(t, http.StatusBadRequest, got.StatusCode, got.body)
			require.Equal(t, "application/problem+json", got.Header.Get("Content-Type"))
			var problem struct {
				Type, Detail, Field string
				Line, Column        int64
			}
			require.NoError(t, json.Unmarshal([]byte(got.body), &problem))
			require.Equal(t, "/api#bad-data-set", problem.Type)
			require.NotEmpty(t, problem.Detail)
			require.True(t, problem.Line > 0 && problem.Column > 0 || problem.Field != "", got.body)

			contentType, body := form(t, "7", name, bytes.NewReader(example(t, name)))
			page := send(t, http.MethodPost, w.web+"/activity", contentType, body)
			require.Equal(t, http.StatusBadRequest, page.StatusCode)
			require.Contains(t, page.body, `<div class="problem" id="problem" role="alert"`)
		})
	}
}

func TestCreatorsLimitsBecomeTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var data strings.Builder
	data.WriteString(`{"Creators": [{"id": "c"}`)
	for i := range 1000 {
		fmt.Fprintf(&data, `, {"id": "c%d"}`, i)
	}
	data.WriteString(`]}`)
	got := send(t, http.MethodPost, w.web+"/api/v1/activity", "application/json", strings.NewReader(data.String()))
	require.Equal(t, http.StatusRequestEntityTooLarge, got.StatusCode, got.body)
	require.Contains(t, got.body, "larger than the ranking service takes")
}

// Few creators with huge names must not become a page that is larger still.
func TestRankingsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var data strings.Builder
	data.WriteString(`{"Creators": [{"id": "c"}`)
	for i := range 40 {
		fmt.Fprintf(&data, `, {"id": "c%d", "email": %q}`, i, strings.Repeat("x", 1<<19))
	}
	data.WriteString(`]}`)
	for limit, want := range map[string]int{"3": http.StatusOK, "40": http.StatusRequestEntityTooLarge} {
		got := send(t, http.MethodPost, w.web+"/api/v1/activity?limit="+limit, "application/json", strings.NewReader(data.String()))
		require.Equal(t, want, got.StatusCode, limit)
	}
}

func TestUploadOverTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(cfg *server.Config) { cfg.MaxUpload = 1 << 20 })
	for name, size := range map[string]int64{"a little": 1<<20 + 1, "a lot": 32 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contentType, body := form(t, "7", "large.json", io.LimitReader(blanks{}, size))
			got := send(t, http.MethodPost, w.web+"/activity", contentType, body)
			require.Equal(t, http.StatusRequestEntityTooLarge, got.StatusCode)
			require.Contains(t, got.body, "At most 1 MiB are accepted.")
		})
	}
}

// blanks is white space without end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestRequestIDsReachBothLogs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const id = "from-the-visitor-1"
	got := send(t, http.MethodPost, w.web+"/api/v1/activity", "application/json", bytes.NewReader(example(t, "example1.json")), "X-Request-Id", id)
	require.Equal(t, http.StatusOK, got.StatusCode)
	require.Equal(t, id, got.Header.Get("X-Request-Id"))
	// The lines are written when the requests are over, which the answer is
	// ahead of.
	require.Eventually(t, func() bool { return len(w.log.with(id)) == 1 && len(w.creatorsLog.with(id)) == 1 }, 10*time.Second, 5*time.Millisecond)
	require.Contains(t, w.log.with(id)[0], `"handler":"/api/v1/activity"`)
	require.Contains(t, w.creatorsLog.with(id)[0], "StreamMostActiveCreators")
	require.NotContains(t, w.log.with(id)[0], "example.org", "no data in the log")
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	require.Equal(t, http.StatusOK, get(t, w.web+"/").StatusCode)
	require.Equal(t, http.StatusBadRequest, send(t, http.MethodPost, w.web+"/api/v1/activity", "application/json", strings.NewReader("]")).StatusCode)
	require.Equal(t, http.StatusNotFound, get(t, w.web+"/nothing/at/all").StatusCode)
	want := []string{
		`http_requests_total{code="200",handler="/{$}",method="GET",server="web"} 1`,
		`http_requests_total{code="400",handler="/api/v1/activity",method="POST",server="web"} 1`,
		`http_requests_total{code="404",handler="/",method="GET",server="web"} 1`,
		`http_request_duration_seconds_count{code="200",handler="/{$}",method="GET",server="web"} 1`,
		`http_request_size_bytes_sum{code="400",handler="/api/v1/activity",method="POST",server="web"} 1`,
		`http_response_size_bytes_count{code="404",handler="/",method="GET",server="web"} 1`,
		`http_requests_in_flight{handler="/{$}",method="GET",server="web"} 0`,
		`grpc_client_started_total{grpc_method="StreamMostActiveCreators"`,
		`weave_build_info{`,
	}
	require.Eventually(t, func() bool {
		page := get(t, w.ops+"/metrics").body
		for _, line := range want {
			if !strings.Contains(page, "\n"+line) {
				return false
			}
		}
		return true
	}, 10*time.Second, 20*time.Millisecond, "%s", want)
}

// The page and the probes say when creators is away, and when it is back.
func TestCreatorsAwayAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const notice = `id="away"`
	eventually := func(what string, is func() bool) {
		t.Helper()
		require.Eventually(t, is, 30*time.Second, 50*time.Millisecond, what)
	}
	there := func() bool {
		return get(t, w.ops+"/readyz").StatusCode == http.StatusOK && !strings.Contains(get(t, w.web+"/").body, notice)
	}
	away := func() bool {
		return get(t, w.ops+"/readyz").StatusCode == http.StatusServiceUnavailable && strings.Contains(get(t, w.web+"/").body, notice)
	}
	rank := func() response {
		return send(t, http.MethodPost, w.web+"/activity", "application/json", bytes.NewReader(example(t, "example1.json")))
	}
	eventually("there at first", there)
	require.Equal(t, http.StatusOK, rank().StatusCode)

	w.stopCreators()
	eventually("away", away)
	require.Equal(t, http.StatusOK, get(t, w.ops+"/healthz").StatusCode, "the frontend itself is well")
	got := rank()
	require.Equal(t, http.StatusServiceUnavailable, got.StatusCode)
	require.Equal(t, "5", got.Header.Get("Retry-After"))
	require.Contains(t, got.body, "The ranking service is away")
	require.NotContains(t, got.body, "refused")
	require.NotContains(t, got.body, "127.0.0.1")

	w.startCreators(t)
	eventually("back", there)
	require.Equal(t, http.StatusOK, rank().StatusCode)
}

// Memory does not grow with the upload. Not parallel: the heap is everybody's.
func TestLargeUploadPassesThrough(t *testing.T) {
	w := newWorld(t, nil)
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	var peak uint64
	data := newManyProducts(largeUpload, func() {
		metrics.Read(heap)
		peak = max(peak, heap[0].Value.Uint64())
	})
	metrics.Read(heap)
	before := heap[0].Value.Uint64()
	contentType, body := form(t, "3", "large.json", data)
	got := send(t, http.MethodPost, w.web+"/api/v1/activity", contentType, body)
	require.Equal(t, http.StatusOK, got.StatusCode)
	var ranking struct{ Totals struct{ Bytes int } }
	require.NoError(t, json.Unmarshal([]byte(got.body), &ranking))
	require.InDelta(t, largeUpload, ranking.Totals.Bytes, 1<<20)
	t.Logf("the heap went from %d to %d MiB", before>>20, peak>>20)
	// The frontend, creators and the test share it.
	require.Less(t, peak, before+64<<20)
}

// manyProducts is a data set of any size.
type manyProducts struct {
	begin, block, end *bytes.Reader
	blocks            int
	each              func()
}

// newManyProducts makes a data set of about so many bytes, which calls each now
// and then while it is read.
func newManyProducts(size int, each func()) *manyProducts {
	var block bytes.Buffer
	for i := range 8000 {
		fmt.Fprintf(&block, `{"id": "%036d", "creatorId": "creator-%03d", "createTime": "2023-04-06T21:01:59.752638+02:00"},`+"\n", i, i%500)
	}
	return &manyProducts{
		begin:  bytes.NewReader([]byte(`{"Products": [` + "\n")),
		block:  bytes.NewReader(block.Bytes()),
		end:    bytes.NewReader([]byte(`{"id": "last", "creatorId": "creator-0"}]}` + "\n")),
		blocks: size / block.Len(),
		each:   each,
	}
}

func (m *manyProducts) Read(p []byte) (int, error) {
	if m.begin.Len() > 0 {
		return m.begin.Read(p)
	}
	if m.block.Len() == 0 && m.blocks > 1 {
		m.blocks--
		m.each()
		_, _ = m.block.Seek(0, io.SeekStart) // a reader of bytes can
	}
	if m.block.Len() > 0 {
		return m.block.Read(p)
	}
	return m.end.Read(p)
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(w.web, "http://"))
	require.NoError(t, err)
	cfg := server.DefaultConfig()
	cfg.MetricsPort = 0
	_, err = fmt.Sscan(port, &cfg.WebPort)
	require.NoError(t, err)
	_, err = server.New(t.Context(), cfg)
	require.ErrorContains(t, err, "choose another port with --web_port")
}

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*server.Config)
		want   string // "" is valid
	}{
		{"defaults", func(*server.Config) {}, ""},
		{"web port", func(c *server.Config) { c.WebPort = 65536 }, "--web_port must be from 0 to 65535, not 65536"},
		{"metrics port of another program", func(c *server.Config) { c.MetricsPort, c.FlagPrefix = -1, "fe_" }, "--fe_metrics_port must be from 0 to 65535, not -1"},
		{"no creators", func(c *server.Config) { c.CreatorsSvc = "" }, "--creators_svc must not be empty"},
		{"no patience", func(c *server.Config) { c.CreatorsTimeout = 0 }, "--creators_timeout must be more than 0"},
		{"no upload", func(c *server.Config) { c.MaxUpload = 0 }, "--max_upload must be at least 1, not 0"},
		{"shutdown before the start", func(c *server.Config) { c.ShutdownTimeout = -1 }, "--shutdown_timeout must not be negative"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := server.DefaultConfig()
			tt.change(&cfg)
			err := cfg.Validate()
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tt.want)
			_, err = server.New(t.Context(), cfg)
			require.EqualError(t, err, tt.want)
		})
	}
}

func TestCreatorsAddressThatIsNone(t *testing.T) {
	t.Parallel()
	cfg := server.DefaultConfig()
	cfg.WebPort, cfg.MetricsPort, cfg.CreatorsSvc = 0, 0, "nowhere"
	_, err := server.New(t.Context(), cfg)
	require.EqualError(t, err, `--creators_svc: "nowhere" is not a server's address, want HOST:PORT`)
}
