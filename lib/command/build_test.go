package command

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuildFrom(t *testing.T) {
	t.Parallel()
	recorded := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	tests := []struct {
		name              string
		version, revision string // stamped
		info              *debug.BuildInfo
		wantVersion       string
		wantRevision      string
	}{
		{name: "nothing", wantVersion: "development"},
		{name: "go build in a folder", info: recorded("(devel)"), wantVersion: "development"},
		{name: "go install", info: recorded("v1.2.3"), wantVersion: "v1.2.3"},
		{
			name:        "clean checkout",
			info:        recorded("(devel)", debug.BuildSetting{Key: "vcs.revision", Value: "abc"}, debug.BuildSetting{Key: "vcs.modified", Value: "false"}),
			wantVersion: "development", wantRevision: "abc",
		},
		{
			name:        "changed checkout",
			info:        recorded("(devel)", debug.BuildSetting{Key: "vcs.modified", Value: "true"}, debug.BuildSetting{Key: "vcs.revision", Value: "abc"}),
			wantVersion: "development", wantRevision: "abc-modified",
		},
		{
			name: "stamped", version: "v2.0.0", revision: "def",
			info:        recorded("v1.2.3", debug.BuildSetting{Key: "vcs.revision", Value: "abc"}),
			wantVersion: "v2.0.0", wantRevision: "def",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, Build{
				Version: test.wantVersion, Revision: test.wantRevision,
				Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
			}, buildFrom(test.version, test.revision, test.info))
		})
	}
}

func TestThisBuild(t *testing.T) {
	t.Parallel()
	b := ThisBuild()
	require.NotEmpty(t, b.Version)
	require.Equal(t, runtime.Version(), b.Go)
}
