package oci_test

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/oci"
)

// registryServer is a registry in memory that remembers what was sent to it.
type registryServer struct {
	address string

	mu      sync.Mutex
	uploads []string // blobs, by the path they were sent to
	tags    []string // manifests, by the path they were sent to
}

func startRegistry(t *testing.T) *registryServer {
	t.Helper()
	s := &registryServer{}
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		switch {
		case strings.Contains(r.URL.Path, "/blobs/uploads") && (r.Method == http.MethodPatch || r.Method == http.MethodPost):
			s.uploads = append(s.uploads, r.Method+" "+r.URL.Path)
		case strings.Contains(r.URL.Path, "/manifests/") && r.Method == http.MethodPut:
			s.tags = append(s.tags, r.URL.Path)
		}
		s.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.address = server.Listener.Addr().String()
	return s
}

// forget returns what was sent since the last call.
func (s *registryServer) forget() (uploads, tags []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	uploads, tags = s.uploads, s.tags
	s.uploads, s.tags = nil, nil
	return uploads, tags
}

// pushAll runs //oci:push as bazel run does.
func pushAll(t *testing.T, args ...string) string {
	t.Helper()
	command := []string{"push"}
	for _, image := range oci.Images() {
		command = append(command, image.Repository+
			"=_main/oci/push_"+image.Service+"_image_push.sh"+
			"=_main/oci/"+image.Service+"_image_index.json.sha256")
	}
	cmd := exec.CommandContext(t.Context(), "push_/push", append(command, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), "%s", &stderr)
	return stdout.String()
}

// TestPush pushes all images to a registry on this machine with //oci:push,
// pulls them back, and pushes again.
func TestPush(t *testing.T) {
	t.Parallel()
	requireBazel(t)
	server := startRegistry(t)
	prefix := server.address + "/team"
	want := ""
	digests := map[string]v1.Hash{}
	for _, image := range oci.Images() {
		digest, err := openIndex(t, image).Digest()
		require.NoError(t, err)
		digests[image.Service] = digest
		want += prefix + "/" + image.Repository + "@" + digest.String() + "\n"
	}
	for _, image := range oci.Images() {
		for _, tag := range []string{"1.0", "latest"} {
			want += prefix + "/" + image.Repository + ":" + tag + "@" + digests[image.Service].String() + "\n"
		}
	}

	require.Equal(t, want, pushAll(t, "--registry", prefix, "--tag", "1.0", "--tag", "latest"))
	uploads, _ := server.forget()
	require.NotEmpty(t, uploads)

	for _, image := range oci.Images() {
		for _, reference := range []string{":1.0", ":latest", "@" + digests[image.Service].String()} {
			parsed, err := name.ParseReference(prefix + "/" + image.Repository + reference)
			require.NoError(t, err)
			index, err := remote.Index(parsed)
			require.NoError(t, err)
			require.NoError(t, validate.Index(index), "it does not pull back")
			digest, err := index.Digest()
			require.NoError(t, err)
			require.Equal(t, digests[image.Service], digest)
		}
	}

	pushAll(t, "--registry", prefix, "--tag", "1.1")
	uploads, tags := server.forget()
	require.Empty(t, uploads, "what is there must not be uploaded again")
	var newTags []string
	for _, image := range oci.Images() {
		newTags = append(newTags, "/v2/team/"+image.Repository+"/manifests/1.1")
	}
	require.Subset(t, tags, newTags)
}
