package command

import (
	"runtime"
	"runtime/debug"
)

// Written by the linker in release builds (Bazel's x_defs, go build -ldflags
// -X), and by nothing else.
var (
	stampedVersion  string
	stampedRevision string
)

// Build says what was built.
type Build struct {
	Version  string // as in "v1.4.0"; "development" when the build was not stamped
	Revision string // of the repository; "" when unknown
	Go       string // as in "go1.26.8"
	Platform string // as in "linux/amd64"
}

// ThisBuild is the running program's build: what the linker stamped, otherwise
// what the go command recorded.
func ThisBuild() Build {
	info, _ := debug.ReadBuildInfo()
	return buildFrom(stampedVersion, stampedRevision, info)
}

// buildFrom is ThisBuild with its sources. info may be nil.
func buildFrom(version, revision string, info *debug.BuildInfo) Build {
	b := Build{Version: version, Revision: revision, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info != nil {
		if b.Version == "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		if b.Revision == "" {
			b.Revision = vcsRevision(info)
		}
	}
	if b.Version == "" {
		b.Version = "development"
	}
	return b
}

// vcsRevision is the revision that the go command recorded, marked when the
// tree had changes.
func vcsRevision(info *debug.BuildInfo) string {
	revision, modified := "", false
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			revision = setting.Value
		case "vcs.modified":
			modified = setting.Value == "true"
		}
	}
	if revision != "" && modified {
		revision += "-modified"
	}
	return revision
}
