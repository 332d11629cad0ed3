package deploy_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/inventive-weave/inventive-weave/oci"
)

// composeFile is the part of the Compose specification that compose.yaml uses:
// what docker-compose 1.29 and today's docker compose both understand.
type composeFile struct {
	Hardened any                       `yaml:"x-hardened"`
	Services map[string]composeService `yaml:"services"`
	Volumes  map[string]struct{}       `yaml:"volumes"`
}

type composeService struct {
	Image           string            `yaml:"image"`
	PullPolicy      string            `yaml:"pull_policy"`
	Profiles        []string          `yaml:"profiles"`
	Command         []string          `yaml:"command"`
	Environment     map[string]string `yaml:"environment"`
	Ports           []string          `yaml:"ports"`
	Volumes         []string          `yaml:"volumes"`
	Tmpfs           []string          `yaml:"tmpfs"`
	Restart         string            `yaml:"restart"`
	ReadOnly        bool              `yaml:"read_only"`
	CapDrop         []string          `yaml:"cap_drop"`
	SecurityOpt     []string          `yaml:"security_opt"`
	MemLimit        string            `yaml:"mem_limit"`
	PidsLimit       int               `yaml:"pids_limit"`
	StopGracePeriod time.Duration     `yaml:"stop_grace_period"`
	DependsOn       map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Healthcheck struct {
		Test        []string      `yaml:"test"`
		Interval    time.Duration `yaml:"interval"`
		Timeout     time.Duration `yaml:"timeout"`
		Retries     int           `yaml:"retries"`
		StartPeriod time.Duration `yaml:"start_period"`
	} `yaml:"healthcheck"`
	Logging struct {
		Driver  string            `yaml:"driver"`
		Options map[string]string `yaml:"options"`
	} `yaml:"logging"`
}

func readCompose(t *testing.T) composeFile {
	t.Helper()
	var file composeFile
	decodeYAML(t, "../compose.yaml", &file)
	return file
}

// quantity reads a size as Compose (1g) and the Go runtime (920MiB) write it.
func quantity(t *testing.T, size string) int64 {
	t.Helper()
	size = strings.TrimSuffix(size, "B")
	if !strings.HasSuffix(size, "i") {
		size = strings.ToUpper(size) + "i"
	}
	q, err := resource.ParseQuantity(size)
	require.NoError(t, err, size)
	return q.Value()
}

// publish is how compose.yaml publishes a port under its own number. Metrics and
// profiles go elsewhere than what the public may reach.
func publish(port int) string {
	address := "${WEAVE_ADDRESS:-127.0.0.1}"
	if slices.Contains([]int{9071, 9073, 9090, 3000}, port) {
		address = "${WEAVE_OPS_ADDRESS:-127.0.0.1}"
	}
	return fmt.Sprintf("%s:%d:%d", address, port, port)
}

func TestComposeServices(t *testing.T) {
	t.Parallel()
	var names []string
	for _, image := range oci.Images() {
		names = append(names, image.Service)
	}
	want := slices.Sorted(slices.Values(append(names, "grafana", "prometheus")))
	require.Equal(t, want, slices.Sorted(maps.Keys(readCompose(t).Services)))
}

func TestComposeRunsTheImages(t *testing.T) {
	t.Parallel()
	file := readCompose(t)
	for _, image := range oci.Images() {
		t.Run(image.Service, func(t *testing.T) {
			t.Parallel()
			service := file.Services[image.Service]
			require.Equal(t, image.Repository+":${WEAVE_TAG:-latest}", service.Image)
			require.Equal(t, "never", service.PullPolicy, "a public image of the same name must not be run")
			require.Empty(t, service.Profiles, "the backend is what plain `up` starts")
			var ports []string
			for _, port := range image.Ports {
				ports = append(ports, publish(port.Number))
			}
			require.Equal(t, ports, service.Ports)
			require.Equal(t, append([]string{"CMD"}, image.Healthcheck()...), service.Healthcheck.Test)
			require.Greater(t, service.StopGracePeriod, shutdownTimeout, "calls could not finish")
			goLimit, memory := quantity(t, service.Environment["GOMEMLIMIT"]), quantity(t, service.MemLimit)
			require.Less(t, goLimit, memory)
			require.Greater(t, goLimit, memory*8/10, "memory is paid for and not used")
			for _, arg := range service.Command {
				require.True(t, strings.HasPrefix(arg, "--"), "%s: the command is added to the entry point", arg)
			}
		})
	}
}

func TestComposeHardening(t *testing.T) {
	t.Parallel()
	for name, service := range readCompose(t).Services {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.True(t, service.ReadOnly)
			require.Equal(t, []string{"ALL"}, service.CapDrop)
			require.Equal(t, []string{"no-new-privileges:true"}, service.SecurityOpt)
			require.Equal(t, "unless-stopped", service.Restart)
			require.Positive(t, quantity(t, service.MemLimit))
			require.Positive(t, service.PidsLimit)
			require.NotEmpty(t, service.Logging.Options["max-size"], "logs must not fill the disk")
			require.NotEmpty(t, service.Healthcheck.Test)
			require.Positive(t, service.Healthcheck.Interval)
			require.Positive(t, service.Healthcheck.Timeout)
			require.Positive(t, service.Healthcheck.Retries)
			for _, port := range service.Ports {
				require.Regexp(t, `^\$\{WEAVE_(OPS_)?ADDRESS:-127\.0\.0\.1\}:`, port, "ports stay on this machine unless asked")
			}
			require.NotContains(t, strings.Join(service.Healthcheck.Test, " "), "localhost",
				"the name may resolve to ::1, where nothing listens")
		})
	}
}

func TestComposeOrder(t *testing.T) {
	t.Parallel()
	file := readCompose(t)
	for name, want := range map[string][]string{
		"creators":   nil,
		"fe":         {"creators"},
		"prometheus": {"creators", "fe"},
		"grafana":    {"prometheus"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := file.Services[name]
			require.Equal(t, want, slices.Sorted(maps.Keys(service.DependsOn)))
			for _, dependency := range service.DependsOn {
				require.Equal(t, "service_healthy", dependency.Condition)
			}
		})
	}
	require.Equal(t, []string{"--creators_svc=creators:9070"}, file.Services["fe"].Command)
}

func TestComposeObservability(t *testing.T) {
	t.Parallel()
	file := readCompose(t)
	for _, name := range []string{"prometheus", "grafana"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := file.Services[name]
			require.Equal(t, []string{"observability"}, service.Profiles)
			require.Regexp(t, `:v?\d+\.\d+\.\d+$`, service.Image, "a moving tag would change under us")
			for _, volume := range service.Volumes {
				source, _, _ := strings.Cut(volume, ":")
				if strings.HasPrefix(source, "./") {
					require.True(t, strings.HasSuffix(volume, ":ro"), volume)
					require.DirExists(t, "../"+source)
					continue
				}
				require.Contains(t, file.Volumes, source)
			}
		})
	}
}
