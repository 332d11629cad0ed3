package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/require"
)

// startRegistry serves a registry in memory and counts the blobs uploaded to
// it. It refuses manifests for the tag "refused".
func startRegistry(t *testing.T) (address string, uploads *atomic.Int64) {
	t.Helper()
	uploads = new(atomic.Int64)
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/blobs/uploads") {
			uploads.Add(1)
		}
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/refused") {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), uploads
}

func TestPush(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		layout func(*testing.T) string
		blobs  int64 // configurations and layers
	}{
		{"image", func(t *testing.T) string { return makeLayout(t, "amd64") }, 2},
		{"index", makeIndexLayout, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address, uploads := startRegistry(t)
			dir := test.layout(t)
			_, want, err := readLayout(dir)
			require.NoError(t, err)

			stdout := mustRun(t, "push", "--layout", dir, "-r", address+"/team/app", "-t", "1.0", "--tag=latest")
			require.Equal(t, address+"/team/app@"+want.Digest.String()+"\n", stdout)
			require.Equal(t, test.blobs, uploads.Load())
			for _, reference := range []string{":1.0", ":latest", "@" + want.Digest.String()} {
				parsed, err := name.ParseReference(address + "/team/app" + reference)
				require.NoError(t, err)
				got, err := remote.Get(parsed)
				require.NoError(t, err)
				require.Equal(t, want.Digest, got.Digest)
			}

			mustRun(t, "push", "--layout", dir, "--repository", address+"/team/app")
			require.Equal(t, test.blobs, uploads.Load(), "what is there is not uploaded again")
		})
	}
}

func TestPushErrors(t *testing.T) {
	t.Parallel()
	address, uploads := startRegistry(t)
	image := makeLayout(t, "amd64")
	for _, test := range []struct {
		name, layout, repository, tag, want string
		uploads                             int64
	}{
		{"bad tag", image, address + "/a", "not a tag", "tag can only contain", 0},
		{"tag in the repository", image, address + "/a:1", "1", "repository can only contain", 0},
		{"digest in the repository", image, address + "/a@sha256:0", "1", "repository can only contain", 0},
		{"no layout", t.TempDir(), address + "/a", "1", "read layout", 0},
		{"refused tag", image, address + "/a", "refused", "tag " + address + "/a:refused", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := uploads.Load()
			_, err := ocitool(t, "push", "--layout", test.layout, "-r", test.repository, "-t", test.tag)
			require.ErrorContains(t, err, test.want)
			require.Equal(t, test.uploads, uploads.Load()-before)
		})
	}
}

func TestPushUnreachable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	stdout, err := ocitool(t, "push", "--layout", makeLayout(t, "amd64"), "-r", server.Listener.Addr().String()+"/app", "-t", "1")
	require.ErrorContains(t, err, "push "+server.Listener.Addr().String()+"/app@sha256:")
	require.Empty(t, stdout)
}
