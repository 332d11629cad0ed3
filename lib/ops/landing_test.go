package ops

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLandingPage(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	reason := error(nil)
	h := handler(t, func(cfg *Config) {
		cfg.Description = "Ranks creators <b>fast</b>."
		cfg.Info = []Info{{Name: "gRPC", Value: "127.0.0.1:9070"}}
		cfg.Links = []Link{{URL: "https://example.com/runbook", Text: "Runbook"}, {URL: "javascript:alert(1)", Text: "Trap"}}
		cfg.Now = func() time.Time { return now }
		cfg.Ready = func(context.Context) error { return reason }
	})
	now = now.Add(26*time.Hour + 5*time.Minute)

	w := get(t, h, "GET", "/")
	require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	page := w.Body.String()
	for _, want := range []string{
		"<title>creators · operations</title>",
		`<a href="/metrics">`, `<a href="/healthz">`, `<a href="/readyz">`, `<a href="/debug/pprof/">`,
		`<a href="https://example.com/runbook"><b>Runbook</b>`,
		"<dt>gRPC</dt><dd>127.0.0.1:9070</dd>",
		"<dt>Version</dt><dd>", "<dt>Built with</dt><dd>go1.",
		"Ranks creators &lt;b&gt;fast&lt;/b&gt;.",
		`<span class="state good">ready</span>`,
		`<time datetime="2026-11-22T09:30:00Z" title="since 2026-11-22T09:30:00Z">1 d 2 h</time>`,
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, `href="javascript:`)

	reason = errors.New("creators is away")
	page = get(t, h, "GET", "/").Body.String()
	require.Contains(t, page, `<span class="state bad">not ready</span>`)
	require.Contains(t, page, `<p class="reason" role="status">creators is away</p>`)
}

// TestLandingPolicy checks that the browser will apply the style: the policy
// allows the style element as it was sent, byte for byte.
func TestLandingPolicy(t *testing.T) {
	t.Parallel()
	w := get(t, handler(t, nil), "GET", "/")
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(w.Body.String())
	require.NotNil(t, style)
	hash := sha256.Sum256([]byte(style[1]))
	policy := w.Header().Get("Content-Security-Policy")
	require.Contains(t, policy, "style-src 'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'")
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, w.Body.String(), "style=")
}

func TestUptime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		of   time.Duration
		want string
	}{
		{of: -time.Second, want: "0 s"},
		{of: 0, want: "0 s"},
		{of: 59*time.Second + 999*time.Millisecond, want: "59 s"},
		{of: time.Minute, want: "1 min 0 s"},
		{of: 61*time.Minute + time.Second, want: "1 h 1 min"},
		{of: 24 * time.Hour, want: "1 d 0 h"},
		{of: 400*24*time.Hour + 23*time.Hour + 59*time.Minute, want: "400 d 23 h"},
	}
	for _, test := range tests {
		require.Equal(t, test.want, uptime(test.of))
	}
}
