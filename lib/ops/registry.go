package ops

import (
	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// NewRegistry makes a registry with the metrics that every program has: of the
// Go runtime (go_*), the process (process_*) and the build (go_build_info, and
// weave_build_info with the service's name and version).
func NewRegistry(service string) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	build := command.ThisBuild()
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "weave_build_info",
		Help: "The service's build. The value is always 1.",
		ConstLabels: prometheus.Labels{
			"service": service, "version": build.Version, "revision": build.Revision, "goversion": build.Go,
		},
	})
	info.Set(1)
	registry.MustRegister( // cannot fail: the registry is empty
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
		info,
	)
	return registry
}
