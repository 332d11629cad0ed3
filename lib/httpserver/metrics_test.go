package httpserver

import (
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

func TestServersShareARegisterer(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	for _, name := range []string{"web", "ops"} {
		m, err := newMetrics(name, registry)
		require.NoError(t, err)
		m.began("/", http.MethodGet)
		m.ended("/", http.MethodGet, http.StatusOK, 0, 0, 0)
	}
	count, err := testutil.GatherAndCount(registry, "http_requests_total")
	require.NoError(t, err)
	require.Equal(t, 2, count)

	_, err = New(Config{Name: "web", Handler: http.NotFoundHandler(), Registerer: registry})
	require.ErrorContains(t, err, "http server web: register metrics: ")
}

func TestMetricsFollowTheConventions(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m, err := newMetrics("web", registry)
	require.NoError(t, err)
	m.began("/", http.MethodGet)
	m.ended("/", http.MethodGet, http.StatusOK, 0, 0, 0)
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestMethodLabel(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"} {
		require.Equal(t, method, methodLabel(method))
	}
	for _, method := range []string{"", "get", "BREW"} {
		require.Equal(t, "other", methodLabel(method))
	}
}
