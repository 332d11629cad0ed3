package ops

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

//go:embed landing.html
var landingHTML string

//go:embed landing.css
var landingCSS string

// landing is the page at /.
type landing struct {
	template *template.Template
	policy   string // the content security policy: this style, and nothing else
	cfg      Config
	build    command.Build
	began    time.Time
}

func newLanding(cfg Config) (*landing, error) {
	parsed, err := template.New("landing").Parse(landingHTML)
	if err != nil {
		return nil, fmt.Errorf("parse the page: %w", err)
	}
	hash := sha256.Sum256([]byte(landingCSS))
	return &landing{
		template: parsed,
		policy: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
			"style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'",
		cfg:   cfg,
		build: command.ThisBuild(),
		began: cfg.Now(),
	}, nil
}

func (l *landing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	notReady := ""
	if err := l.cfg.Ready(ctx); err != nil {
		notReady = err.Error()
	}

	var page bytes.Buffer
	err := l.template.Execute(&page, map[string]any{
		"Style":       template.CSS(landingCSS),
		"Service":     l.cfg.Service,
		"Description": l.cfg.Description,
		"NotReady":    notReady,
		"Build":       l.build,
		"Began":       l.began.UTC().Format(time.RFC3339),
		"Uptime":      uptime(l.cfg.Now().Sub(l.began)),
		"Info":        l.cfg.Info,
		"Links":       l.cfg.Links,
	})
	if err != nil {
		l.cfg.Logger.ErrorContext(r.Context(), "cannot render the landing page", "error", err.Error())
		answer(w, http.StatusInternalServerError, "internal error")
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", l.policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	_, _ = page.WriteTo(w) // the client may be gone
}

// uptime is a duration as people say it: its two largest units.
func uptime(d time.Duration) string {
	d = max(d, 0)
	days, hours := int(d.Hours())/24, int(d.Hours())%24
	minutes, seconds := int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %d s", minutes, seconds)
	default:
		return fmt.Sprintf("%d s", seconds)
	}
}
