package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/services/fe/static"
	"github.com/inventive-weave/inventive-weave/services/fe/templates"
	"github.com/inventive-weave/inventive-weave/services/fe/upload"
)

// Ranker ranks a data set. creatorsclient.Client is one.
type Ranker interface {
	// MostActive reads a data set from r to its end and returns its limit most
	// active creators. It begins no read after it has returned, but one may then
	// still be waiting for data.
	MostActive(ctx context.Context, r io.Reader, limit int) (*creatorsclient.Ranking, error)
}

const (
	// defaultLimit is how many creators are shown unless the visitor chooses.
	defaultLimit = 10
	// maxLimit is how many can be shown, which is what a browser lays out
	// without becoming slow.
	maxLimit = 10_000
)

// Bounds on slow clients. An upload has a minute, and more as it goes on, so
// that --max_upload bytes pass at 32 KiB a second.
const (
	uploadIdle           = 30 * time.Second
	uploadGrace          = time.Minute
	uploadBytesPerSecond = 32 << 10
	drainTimeout         = 30 * time.Second
	writeTimeout         = time.Minute
)

// handlerConfig is what the pages need to know.
type handlerConfig struct {
	ranker Ranker
	// ready is nil, or the reason why creators can't be asked now.
	ready           func(context.Context) error
	maxUpload       int64
	creatorsTimeout time.Duration
	idle            time.Duration // how long a client may pause while it sends
	log             *slog.Logger
	now             func() time.Time
}

// handler answers the visitors' requests.
type handler struct {
	handlerConfig
	static  *static.Files
	pages   *templates.Pages
	example []byte
	zips    zips
	outer   http.Handler
	// mux tells the server around it which request is of which kind.
	mux *http.ServeMux
}

func newHandler(cfg handlerConfig) (*handler, error) {
	files, err := static.New()
	if err != nil {
		return nil, err
	}
	pages, err := templates.New(files.URL)
	if err != nil {
		return nil, err
	}
	h := &handler{handlerConfig: cfg, static: files, pages: pages, mux: http.NewServeMux()}
	if h.example = files.Read(static.Example); h.example == nil {
		return nil, fmt.Errorf("there is no static file %q", static.Example)
	}
	icon, err := files.URL("favicon.svg")
	if err != nil {
		return nil, err
	}

	h.mux.Handle("/{$}", h.methods(methods{http.MethodGet: h.form}))
	h.mux.Handle("/activity", h.methods(methods{http.MethodPost: h.activity}))
	h.mux.Handle("/api", h.methods(methods{http.MethodGet: h.apiPage}))
	h.mux.Handle("/api/v1/activity", h.methods(methods{http.MethodPost: h.apiActivity}))
	h.mux.Handle(static.Prefix, h.methods(methods{http.MethodGet: h.file}))
	h.mux.Handle("/favicon.ico", h.methods(methods{http.MethodGet: http.RedirectHandler(icon, http.StatusFound).ServeHTTP}))
	h.mux.Handle("/", http.HandlerFunc(h.notFound))

	sameSite := http.NewCrossOriginProtection()
	sameSite.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.fail(w, r, problem{kind: crossSite})
	}))
	h.outer = secure(sameSite.Handler(h.mux))
	return h, nil
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.outer.ServeHTTP(w, r) }

// methods are the handlers of one path. The mux could tell methods apart as
// well, but answers the others with a page of its own.
type methods map[string]http.HandlerFunc

func (h *handler) methods(m methods) http.Handler {
	allow := make([]string, 0, len(m)+1)
	for method := range m {
		allow = append(allow, method)
		if method == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	sort.Strings(allow)
	allowed := strings.Join(allow, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if next, ok := m[method]; ok {
			next(w, r)
			return
		}
		p := problem{kind: methodNotAllowed}
		if method == http.MethodGet && r.URL.Path == "/activity" {
			// Someone who came back to the address of a ranking.
			p.detail = "A ranking is made for each data set and not kept. Send the data set again to see it."
		}
		w.Header().Set("Allow", allowed)
		h.fail(w, r, p)
	})
}

// form shows the empty form.
func (h *handler) form(w http.ResponseWriter, r *http.Request) {
	body, err := h.pages.Form(templates.Form{
		MaxUpload: h.maxUpload,
		Limit:     fmt.Sprint(defaultLimit),
		MaxLimit:  maxLimit,
		Away:      h.ready(r.Context()) != nil,
	})
	h.page(w, r, http.StatusOK, body, err, revalidate)
}

// file serves a static file.
func (h *handler) file(w http.ResponseWriter, r *http.Request) {
	hurry(w)
	if !h.static.Serve(w, r, acceptsGzip(r)) {
		h.notFound(w, r)
	}
}

func (h *handler) notFound(w http.ResponseWriter, r *http.Request) {
	h.fail(w, r, problem{kind: notFound})
}

// uploadConfig is how requests are read.
func (h *handler) uploadConfig() upload.Config {
	return upload.Config{
		MaxBytes:       h.maxUpload,
		Idle:           h.idle,
		Grace:          uploadGrace,
		BytesPerSecond: uploadBytesPerSecond,
		Drain:          drainTimeout,
	}
}
