package httpserver

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are one server's metrics. All methods work on nil, which counts
// nothing.
type metrics struct {
	requests     *prometheus.CounterVec
	duration     *prometheus.HistogramVec
	requestSize  *prometheus.HistogramVec
	responseSize *prometheus.HistogramVec
	inFlight     *prometheus.GaugeVec
	panics       prometheus.Counter
}

// newMetrics registers the metrics of the server with the given name.
func newMetrics(server string, registerer prometheus.Registerer) (*metrics, error) {
	labels := []string{"handler", "method", "code"}
	sizes := prometheus.ExponentialBuckets(256, 8, 9) // 256 bytes to 4 GiB
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total",
			Help: "HTTP requests answered.",
		}, labels),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_request_duration_seconds",
			Help:    "Time from a request's header to the end of its response.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120},
		}, labels),
		requestSize: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_request_size_bytes",
			Help:    "Bytes of the request's body that were read.",
			Buckets: sizes,
		}, labels),
		responseSize: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_response_size_bytes",
			Help:    "Bytes of the response's body.",
			Buckets: sizes,
		}, labels),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "http_requests_in_flight",
			Help: "HTTP requests being answered.",
		}, []string{"handler", "method"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "weave_http_panics_total",
			Help: "Panics in HTTP handlers. Each is in the log, with its stack.",
		}),
	}
	registerer = prometheus.WrapRegistererWith(prometheus.Labels{"server": server}, registerer)
	var errs []error
	for _, c := range []prometheus.Collector{m.requests, m.duration, m.requestSize, m.responseSize, m.inFlight, m.panics} {
		errs = append(errs, registerer.Register(c))
	}
	return m, errors.Join(errs...)
}

func (m *metrics) began(route, method string) {
	if m != nil {
		m.inFlight.WithLabelValues(route, method).Inc()
	}
}

func (m *metrics) ended(route, method string, code int, elapsed time.Duration, received, sent int64) {
	if m == nil {
		return
	}
	m.inFlight.WithLabelValues(route, method).Dec()
	labels := []string{route, method, strconv.Itoa(code)}
	m.requests.WithLabelValues(labels...).Inc()
	m.duration.WithLabelValues(labels...).Observe(elapsed.Seconds())
	m.requestSize.WithLabelValues(labels...).Observe(float64(received))
	m.responseSize.WithLabelValues(labels...).Observe(float64(sent))
}

func (m *metrics) panicked() {
	if m != nil {
		m.panics.Inc()
	}
}

// methodLabel folds the methods that HTTP does not define, which a client may
// invent without end, into one.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return method
	default:
		return "other"
	}
}
