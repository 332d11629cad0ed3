//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/oci"
)

const (
	root    = "../.."
	dataSet = root + "/testdata/example1.json"
	project = "weave-e2e"

	creatorsAddress = "127.0.0.1:9070"
	creatorsOps     = "http://127.0.0.1:9071"
	feWeb           = "http://127.0.0.1:9072"
	feOps           = "http://127.0.0.1:9073"

	patience = 60 * time.Second // for containers to start, also on a busy machine
)

// TestBackend runs the backend under every Compose that this machine has.
func TestBackend(t *testing.T) {
	require.NoError(t, command("docker", "info").Run(), "no container engine answers")
	run(t, "./bazelw", "run", "//oci:load")
	client := filepath.Join(t.TempDir(), "creatorclient")
	run(t, "go", "build", "-o", client, "./cmd/creatorclient")

	composes := map[string][]string{"docker compose": {"docker", "compose"}, "docker-compose": {"docker-compose"}}
	tried := 0
	for name, compose := range composes {
		if command(compose[0], append(compose[1:], "version")...).Run() != nil {
			t.Logf("%s is not on this machine", name)
			continue
		}
		tried++
		t.Run(name, func(t *testing.T) {
			b := start(t, append(compose, "--project-name", project))
			b.client = client
			b.checkContainers(t)
			b.checkRanking(t)
			b.checkMetrics(t)
			b.checkDegradation(t)
		})
	}
	require.Positive(t, tried, "there is an engine, but neither docker compose nor docker-compose")
}

// backend is the running backend.
type backend struct {
	compose []string
	client  string // path of the program creatorclient
}

// start brings the backend up, waits for its health, and takes it down when
// the test ends.
func start(t *testing.T, compose []string) *backend {
	t.Helper()
	b := &backend{compose: compose}
	b.run(t, "down", "--volumes", "--remove-orphans") // what an interrupted run left
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(b.run(t, "logs", "--no-color", "--tail", "50"))
		}
		b.run(t, "down", "--volumes", "--remove-orphans")
		left := run(t, "docker", "ps", "--all", "--quiet", "--filter", "label=com.docker.compose.project="+project)
		require.Empty(t, left, "containers are left behind")
	})
	b.run(t, "up", "--detach")
	for _, image := range oci.Images() {
		b.awaitHealth(t, image.Service)
	}
	return b
}

// checkContainers: the engine has the limits that compose.yaml asks for.
func (b *backend) checkContainers(t *testing.T) {
	t.Helper()
	for _, image := range oci.Images() {
		var containers []struct {
			Config struct {
				User  string
				Image string
			}
			HostConfig struct {
				ReadonlyRootfs bool
				CapDrop        []string
				SecurityOpt    []string
				Memory         int64
				PidsLimit      int64
				RestartPolicy  struct{ Name string }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(run(t, "docker", "inspect", b.container(t, image.Service))), &containers))
		require.Len(t, containers, 1)
		config, host := containers[0].Config, containers[0].HostConfig
		require.Equal(t, image.Repository+":latest", config.Image)
		require.Equal(t, oci.User, config.User)
		require.True(t, host.ReadonlyRootfs)
		require.Equal(t, []string{"ALL"}, host.CapDrop)
		require.Equal(t, []string{"no-new-privileges:true"}, host.SecurityOpt)
		require.Positive(t, host.Memory)
		require.Positive(t, host.PidsLimit)
		require.Equal(t, "unless-stopped", host.RestartPolicy.Name)
	}
}

// checkRanking: the client and the frontend rank the example as the same code
// does without any network.
func (b *backend) checkRanking(t *testing.T) {
	t.Helper()
	want := run(t, b.client, "--embedded", "--output", "json", dataSet)
	require.JSONEq(t, want, run(t, b.client, "--creators_svc", creatorsAddress, "--output", "json", dataSet))

	type ranking struct {
		Creators []struct {
			Rank  int
			ID    string
			Email string
		}
	}
	var fromClient, fromFrontend ranking
	require.NoError(t, json.Unmarshal([]byte(want), &fromClient))
	require.Len(t, fromClient.Creators, 3)
	answer := post(t)
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	require.NoError(t, json.Unmarshal([]byte(answer.body), &fromFrontend))
	require.Equal(t, fromClient, fromFrontend)
}

// checkMetrics: both services count what happened, under the names that the
// dashboard asks for.
func (b *backend) checkMetrics(t *testing.T) {
	t.Helper()
	creators, fe := get(t, creatorsOps+"/metrics"), get(t, feOps+"/metrics")
	require.Equal(t, http.StatusOK, creators.status)
	require.Equal(t, http.StatusOK, fe.status)
	require.Regexp(t, `(?m)^grpc_server_handled_total\{grpc_code="OK",grpc_method="\w*MostActiveCreators\w*",.*\} [1-9]`, creators.body)
	require.Regexp(t, `(?m)^http_requests_total\{code="200",handler="/api/v1/activity",method="POST",.*\} [1-9]`, fe.body)

	dashboard, err := os.ReadFile("../grafana/dashboards/weave.json")
	require.NoError(t, err)
	for _, match := range regexp.MustCompile(`([a-z_]+)\{`).FindAllStringSubmatch(string(dashboard), -1) {
		if match[1] != "up" && !strings.HasPrefix(match[1], "scrape_") { // Prometheus' own
			require.Contains(t, creators.body+fe.body, "\n"+match[1], "the dashboard shows a metric that nobody has")
		}
	}
}

// checkDegradation stops the creators service. The frontend stays up, says
// what is wrong and when to come back, and serves again once creators is back.
func (b *backend) checkDegradation(t *testing.T) {
	t.Helper()
	require.Equal(t, http.StatusOK, get(t, feOps+"/readyz").status)
	stopped := b.container(t, "creators")
	b.run(t, "stop", "creators")
	require.Equal(t, "0", run(t, "docker", "inspect", "--format", "{{.State.ExitCode}}", stopped), "it did not stop cleanly")

	answer := post(t)
	require.Equal(t, http.StatusServiceUnavailable, answer.status, answer.body)
	require.Regexp(t, `^\d+$`, answer.header.Get("Retry-After"))
	require.Equal(t, "application/problem+json", answer.header.Get("Content-Type"))
	require.NotContains(t, answer.body, "9070", "the problem names an internal address")
	require.Equal(t, http.StatusOK, get(t, feWeb+"/").status, "the page itself needs no creators")
	require.Equal(t, http.StatusOK, get(t, feOps+"/healthz").status, "a restart of the frontend would mend nothing")
	await(t, "the frontend to be not ready", func() string {
		if answer := get(t, feOps+"/readyz"); answer.status != http.StatusServiceUnavailable {
			return fmt.Sprint(answer.status, " ", answer.body)
		}
		return ""
	})

	client := command(b.client, "--creators_svc", creatorsAddress, "--timeout", "10s", dataSet)
	var stdout, stderr bytes.Buffer
	client.Stdout, client.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	require.ErrorAs(t, client.Run(), &exit)
	require.Equal(t, 1, exit.ExitCode())
	require.Empty(t, stdout.String())
	require.Len(t, strings.Split(strings.TrimSpace(stderr.String()), "\n"), 1, "one clear line: %s", &stderr)

	b.run(t, "start", "creators")
	b.awaitHealth(t, "creators")
	await(t, "the frontend to serve again", func() string {
		if answer := post(t); answer.status != http.StatusOK {
			return fmt.Sprint(answer.status, " ", answer.body)
		}
		if answer := get(t, feOps+"/readyz"); answer.status != http.StatusOK {
			return answer.body
		}
		return ""
	})
	b.checkRanking(t)
}

func (b *backend) run(t *testing.T, args ...string) string {
	t.Helper()
	return run(t, b.compose[0], append(b.compose[1:len(b.compose):len(b.compose)], args...)...)
}

// container is the id of a service's container, running or not.
func (b *backend) container(t *testing.T, service string) string {
	t.Helper()
	id := run(t, "docker", "ps", "--all", "--quiet",
		"--filter", "label=com.docker.compose.project="+project, "--filter", "label=com.docker.compose.service="+service)
	require.Regexp(t, `^[0-9a-f]+$`, id, "want one container of %s", service)
	return id
}

func (b *backend) awaitHealth(t *testing.T, service string) {
	t.Helper()
	id := b.container(t, service)
	await(t, service+" to be healthy", func() string {
		if health := run(t, "docker", "inspect", "--format", "{{.State.Health.Status}}", id); health != "healthy" {
			return health
		}
		return ""
	})
}

// await asks until there is nothing left to wait for, which is the empty
// string.
func await(t *testing.T, what string, ask func() string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
		missing := ask()
		if missing == "" {
			return
		}
		require.Less(t, time.Now(), deadline, "waited %s for %s: %s", patience, what, missing)
	}
}

// answer is what a server said.
type answer struct {
	status int
	header http.Header
	body   string
}

func get(t *testing.T, url string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	return do(t, request)
}

// post sends the example to the frontend and asks for the top three.
func post(t *testing.T) answer {
	t.Helper()
	data, err := os.ReadFile(dataSet)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, feWeb+"/api/v1/activity?limit=3", bytes.NewReader(data))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	return do(t, request)
}

func do(t *testing.T, request *http.Request) answer {
	t.Helper()
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{response.StatusCode, response.Header, string(body)}
}

// command is a program started in the repository's root, where relative paths
// of the test's own are made absolute.
func command(program string, args ...string) *exec.Cmd {
	for i, arg := range args {
		if strings.HasPrefix(arg, root) {
			if absolute, err := filepath.Abs(arg); err == nil {
				args[i] = absolute
			}
		}
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = root
	return cmd
}

// run runs a program that has to succeed and returns its standard output.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := command(program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), "%s %s\n%s%s", program, strings.Join(args, " "), &stdout, &stderr)
	return strings.TrimSpace(stdout.String())
}
