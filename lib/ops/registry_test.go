package ops

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewRegistry(t *testing.T) {
	t.Parallel()
	families, err := NewRegistry("creators").Gather()
	require.NoError(t, err)
	names := make(map[string]bool)
	for _, family := range families {
		names[family.GetName()] = true
		if family.GetName() != "weave_build_info" {
			continue
		}
		labels := make(map[string]string)
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels[label.GetName()] = label.GetValue()
		}
		require.Equal(t, "creators", labels["service"])
		require.NotEmpty(t, labels["version"])
		require.Regexp(t, `^go1\.`, labels["goversion"])
		require.Contains(t, labels, "revision")
	}
	for _, name := range []string{"go_goroutines", "go_build_info", "process_resident_memory_bytes", "weave_build_info"} {
		require.Contains(t, names, name)
	}
}
