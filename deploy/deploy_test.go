// Package deploy_test checks what deploy/ and compose.yaml say before a
// machine or a cluster does: that every file decodes strictly, and that ports,
// probes, users and image names agree with each other and with the images. It
// starts nothing; deploy/e2e runs the real thing.
package deploy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// shutdownTimeout is the default of the services' --shutdown_timeout: how long
// calls may take to finish after the signal to stop.
const shutdownTimeout = 15 * time.Second

// decodeYAML reads one YAML file into value and fails on a key that value does
// not have.
func decodeYAML(t *testing.T, path string, value any) {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(path))
	require.NoError(t, err)
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(value), path)
}
