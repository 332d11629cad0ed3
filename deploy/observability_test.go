package deploy_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	"github.com/inventive-weave/inventive-weave/lib/httpserver"
	"github.com/inventive-weave/inventive-weave/lib/ops"
	"github.com/inventive-weave/inventive-weave/oci"
	creators "github.com/inventive-weave/inventive-weave/services/creators/server"
)

const dashboardFile = "grafana/dashboards/weave.json"

// prometheusFile is the part of Prometheus' configuration in use.
type prometheusFile struct {
	Global struct {
		ScrapeInterval     string `yaml:"scrape_interval"`
		ScrapeTimeout      string `yaml:"scrape_timeout"`
		EvaluationInterval string `yaml:"evaluation_interval"`
	} `yaml:"global"`
	ScrapeConfigs []struct {
		JobName       string `yaml:"job_name"`
		StaticConfigs []struct {
			Targets []string `yaml:"targets"`
		} `yaml:"static_configs"`
	} `yaml:"scrape_configs"`
}

func TestPrometheusScrapesEveryService(t *testing.T) {
	t.Parallel()
	want := map[string][]string{"prometheus": {"localhost:9090"}}
	for _, image := range oci.Images() {
		ops := image.Ports[len(image.Ports)-1]
		want[image.Service] = []string{image.Service + ":" + strconv.Itoa(ops.Number)}
	}
	var file prometheusFile
	decodeYAML(t, "prometheus/prometheus.yml", &file)
	got := map[string][]string{}
	for _, job := range file.ScrapeConfigs {
		require.Len(t, job.StaticConfigs, 1)
		got[job.JobName] = job.StaticConfigs[0].Targets
	}
	require.Equal(t, want, got)
}

// TestGrafanaFindsItsFiles follows the data source and the dashboard from
// Compose through Grafana's provisioning to the dashboard itself.
func TestGrafanaFindsItsFiles(t *testing.T) {
	t.Parallel()
	var sources struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct {
			Name      string            `yaml:"name"`
			UID       string            `yaml:"uid"`
			Type      string            `yaml:"type"`
			Access    string            `yaml:"access"`
			URL       string            `yaml:"url"`
			IsDefault bool              `yaml:"isDefault"`
			Editable  bool              `yaml:"editable"`
			JSONData  map[string]string `yaml:"jsonData"`
		} `yaml:"datasources"`
	}
	decodeYAML(t, "grafana/provisioning/datasources/prometheus.yaml", &sources)
	require.Len(t, sources.Datasources, 1)
	require.Equal(t, "http://prometheus:9090", sources.Datasources[0].URL)

	var providers struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Name                  string            `yaml:"name"`
			Type                  string            `yaml:"type"`
			AllowUIUpdates        bool              `yaml:"allowUiUpdates"`
			UpdateIntervalSeconds int               `yaml:"updateIntervalSeconds"`
			Options               map[string]string `yaml:"options"`
		} `yaml:"providers"`
	}
	decodeYAML(t, "grafana/provisioning/dashboards/weave.yaml", &providers)
	require.Len(t, providers.Providers, 1)
	folder := providers.Providers[0].Options["path"]
	grafana := readCompose(t).Services["grafana"]
	require.Contains(t, grafana.Volumes, "./deploy/grafana/dashboards:"+folder+":ro")
	require.Equal(t, folder+"/weave.json", grafana.Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])

	for _, source := range regexp.MustCompile(`"uid": "([^"]*)"`).FindAllStringSubmatch(readDashboard(t), -1) {
		require.Contains(t, []string{sources.Datasources[0].UID, "weave"}, source[1])
	}
}

// TestDashboardQueries holds every query of the dashboard to the metrics and
// labels that the services register.
func TestDashboardQueries(t *testing.T) {
	t.Parallel()
	known := registeredMetrics(t)
	known["up"], known["scrape_duration_seconds"] = nil, nil // Prometheus' own, of each scrape

	var dashboard struct {
		Panels []struct {
			ID      int    `json:"id"`
			Title   string `json:"title"`
			Type    string `json:"type"`
			GridPos struct{ H, W, X, Y int }
			Targets []struct {
				Expr  string `json:"expr"`
				RefID string `json:"refId"`
			} `json:"targets"`
		} `json:"panels"`
	}
	require.NoError(t, json.Unmarshal([]byte(readDashboard(t)), &dashboard))
	require.NotEmpty(t, dashboard.Panels)

	var (
		selector = regexp.MustCompile(`([a-zA-Z_:][\w:]*)\{([^}]*)\}`)
		grouping = regexp.MustCompile(`\bby \(([^)]*)\)`)
		matcher  = regexp.MustCompile(`(\w+)(?:=~|!~|!=|=)"[^"]*"`)
		ids      = map[int]bool{}
		used     = map[string]bool{}
	)
	for _, panel := range dashboard.Panels {
		require.False(t, ids[panel.ID], "two panels have the id %d", panel.ID)
		ids[panel.ID] = true
		require.LessOrEqual(t, panel.GridPos.X+panel.GridPos.W, 24, panel.Title)
		if panel.Type == "row" {
			continue
		}
		require.NotEmpty(t, panel.Targets, panel.Title)
		for _, target := range panel.Targets {
			selectors := selector.FindAllStringSubmatch(target.Expr, -1)
			require.NotEmpty(t, selectors, "%s: no metric in %s", panel.Title, target.Expr)
			labels := []string{"job", "instance", "le"}
			for _, s := range selectors {
				metric := s[1]
				if _, ok := known[metric]; !ok {
					metric = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(metric, "")
				}
				require.Contains(t, known, metric, "%s: no service has this metric", panel.Title)
				used[metric] = true
				labels = append(labels, known[metric]...)
				for _, m := range matcher.FindAllStringSubmatch(s[2], -1) {
					require.Contains(t, append([]string{"job", "quantile"}, known[metric]...), m[1], "%s: %s", panel.Title, target.Expr)
				}
				require.Contains(t, s[2], `job=~"$job"`, "%s does not follow the choice of the service", panel.Title)
			}
			for _, g := range grouping.FindAllStringSubmatch(target.Expr, -1) {
				for label := range strings.SplitSeq(g[1], ", ") {
					require.Contains(t, labels, label, "%s: %s", panel.Title, target.Expr)
				}
			}
		}
	}
	for _, metric := range []string{
		"grpc_server_handled_total", "grpc_server_handling_seconds", "http_requests_total", "http_request_duration_seconds",
		"process_resident_memory_bytes", "go_goroutines", "weave_grpc_panics_total",
	} {
		require.True(t, used[metric], "the dashboard does not show %s", metric)
	}
}

func readDashboard(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(dashboardFile)
	require.NoError(t, err)
	return string(data)
}

// registeredMetrics are the names and labels of what the services count.
func registeredMetrics(t *testing.T) map[string][]string {
	t.Helper()
	described := &describer{metrics: map[string][]string{}}
	_, err := grpcserver.New(grpcserver.Config{Registerer: described})
	require.NoError(t, err)
	_, err = httpserver.New(httpserver.Config{Name: "web", Handler: http.NotFoundHandler(), Registerer: described})
	require.NoError(t, err)

	_, err = creators.NewService(creators.ServiceConfig{Registerer: described})
	require.NoError(t, err)

	families, err := ops.NewRegistry("test").Gather()
	require.NoError(t, err)
	for _, family := range families {
		described.metrics[family.GetName()] = nil
	}
	return described.metrics
}

// describer is a Registerer that only asks each collector what it would
// collect: a metric with labels has no values to gather before its first use.
type describer struct {
	prometheus.Registerer
	metrics map[string][]string
}

var descriptor = regexp.MustCompile(`fqName: "([^"]*)".*constLabels: \{([^}]*)\}, variableLabels: \{([^}]*)\}`)

func (d *describer) Register(collector prometheus.Collector) error {
	descriptions := make(chan *prometheus.Desc)
	go func() {
		defer close(descriptions)
		collector.Describe(descriptions)
	}()
	for description := range descriptions {
		found := descriptor.FindStringSubmatch(description.String())
		labels := strings.Split(found[3], ",")
		for constant := range strings.SplitSeq(found[2], ",") {
			name, _, _ := strings.Cut(constant, "=")
			labels = append(labels, name)
		}
		d.metrics[found[1]] = slices.DeleteFunc(labels, func(label string) bool { return label == "" })
	}
	return nil
}
