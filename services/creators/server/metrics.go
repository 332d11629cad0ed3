package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// metrics says what the service has been used for. How often, how fast and
// with what errors its calls went is in the grpc_server_* metrics.
type metrics struct {
	products        prometheus.Counter
	dataSetProducts prometheus.Histogram
	dataSetCreators prometheus.Histogram
}

// newMetrics makes the metrics and registers them, unless the registerer is
// nil.
func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		products: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "weave_creators_products_ranked_total",
			Help: "Products in the data sets that were ranked.",
		}),
		dataSetProducts: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "weave_creators_data_set_products",
			Help:    "Products per data set that was ranked.",
			Buckets: prometheus.ExponentialBuckets(1, 10, 10),
		}),
		dataSetCreators: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "weave_creators_data_set_creators",
			Help:    "Distinct creators per data set that was ranked.",
			Buckets: prometheus.ExponentialBuckets(1, 10, 8),
		}),
	}
	if registerer == nil {
		return m, nil
	}
	for _, collector := range []prometheus.Collector{m.products, m.dataSetProducts, m.dataSetCreators} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// ranked counts a data set.
func (m *metrics) ranked(totals activity.Totals) {
	m.products.Add(float64(totals.Products))
	m.dataSetProducts.Observe(float64(totals.Products))
	m.dataSetCreators.Observe(float64(totals.Creators))
}
