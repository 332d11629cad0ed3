//go:build linux

package bazelw_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProvisionsOnce(t *testing.T) {
	t.Parallel()
	m := newMachine(t)

	_, stderr := m.mustRun("version")
	require.Contains(t, stderr, "1/5 reading the package lists of Debian forky from http://mirror.example/debian\n")
	require.Contains(t, stderr, "10 MB, signature verified\n")
	require.Contains(t, stderr, "2/5 downloading Bazel 7.7.1+ds-8, 4 packages, 4 MB\n")
	require.Contains(t, last(stderr), "Bazel 7.7.1 is ready: ")
	calls := m.calls()

	_, stderr = m.mustRun("version")
	require.Empty(t, stderr)
	require.Equal(t, calls, m.calls())
	// Nothing but the result is left: no package lists, archives or logs.
	require.NoFileExists(t, m.prefix()+".part")
	entries, err := os.ReadDir(m.prefix())
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	require.Equal(t, []string{"bazelrc", "bazelrc.no_cc", "etc", "go", "jre", "ready", "used", "usr", "version"}, names)
	require.NoDirExists(t, m.prefix()+"/usr/share/doc")
}

func TestProvisions(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.mustRun("version")
	tests := []struct {
		name string
		want func(t *testing.T, m *machine)
	}{
		{name: "asks apt for signed packages only", want: testAsksAptForSignedPackagesOnly},
		{name: "downloads what Bazel needs only", want: testDownloadsWhatBazelNeedsOnly},
		{name: "fits the packages to their folder", want: testFitsThePackagesToTheirFolder},
		{name: "adds the Go modules", want: testAddsTheGoModules},
		{name: "writes the flags that hold paths", want: testWritesTheFlagsThatHoldPaths},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.want(t, m) })
	}
}

func testAsksAptForSignedPackagesOnly(t *testing.T, m *machine) {
	t.Parallel()

	require.Equal(t, strings.Join([]string{
		"Types: deb",
		"URIs: http://mirror.example/debian",
		"Suites: forky",
		"Components: main",
		"Architectures: amd64",
		"Signed-By: " + m.path("keyring"),
		"",
	}, "\n"), m.read("fake/asked"))
	conf := m.read("fake/conf")
	require.Contains(t, conf, `APT::Get::AllowUnauthenticated "false";`)
	require.Contains(t, conf, `Acquire::AllowInsecureRepositories "false";`)
	// Its state is in a folder of bazelw's, and the machine's is not written to.
	work := m.prefix() + ".part/apt"
	for _, setting := range []string{"Dir::State", "Dir::State::Lists", "Dir::State::status", "Dir::Cache", "Dir::Cache::Archives", "Dir::Etc::SourceList"} {
		require.Contains(t, conf, setting+` "`+work)
	}
	require.Contains(t, conf, `#clear APT::Update::Post-Invoke;`)
	for call := range strings.Lines(m.calls()) {
		if strings.HasPrefix(call, "apt-get") && !strings.Contains(call, "update --print-uris") {
			require.Contains(t, call, "apt-get --config-file "+work+"/conf ")
		}
	}
}

func testDownloadsWhatBazelNeedsOnly(t *testing.T, m *machine) {
	t.Parallel()

	var names []string
	for call := range strings.Lines(m.calls()) {
		if _, list, found := strings.Cut(call, " download "); found && strings.HasPrefix(call, "apt-get") {
			names = append(names, strings.Fields(list)...)
		}
		if _, list, found := strings.Cut(call, " install --print-uris --yes "); found {
			require.Contains(t, strings.Fields(list), "bazel-bootstrap")
			require.Contains(t, strings.Fields(list), "protobuf-compiler")
		}
	}
	// Without the compiler, the JDK and Perl.
	require.ElementsMatch(t, []string{"bazel-bootstrap", "libc6", "libgcc-s1", "openjdk-25-jre-headless"}, names)
}

func TestChoosesTheMirror(t *testing.T) {
	t.Parallel()
	debian := sources("http://mirror.example/debian", "stable")
	tests := []struct {
		name    string
		sources string
		env     map[string]string
		want    []string
	}{
		{
			name:    "Debian's, not a third party's",
			sources: sources("http://other.example/apt", "stable") + sources("http://vendor.example/apt", "nodistro") + debian,
			want:    []string{"http://mirror.example/debian"},
		},
		{
			name:    "not that of security updates",
			sources: sources("http://mirror.example/debian-security", "stable-security") + debian,
			want:    []string{"http://mirror.example/debian"},
		},
		{
			name:    "the next when one fails",
			sources: sources("http://unreachable.example/debian", "stable") + debian + sources("http://third.example/debian", "stable"),
			want:    []string{"http://unreachable.example/debian", "http://mirror.example/debian"},
		},
		{
			name:    "one by another name, when there is no better",
			sources: sources("https://packages.example/mirrored/main", "bookworm"),
			want:    []string{"https://packages.example/mirrored/main"},
		},
		{
			name:    "a list of mirrors",
			sources: sources("mirror+file:/etc/apt/mirrors/debian", "trixie"),
			want:    []string{"mirror+file:/etc/apt/mirrors/debian"},
		},
		{
			name:    "once, when it is named for several suites",
			sources: sources("http://unreachable.example/debian", "stable") + sources("http://unreachable.example/debian", "testing") + debian,
			want:    []string{"http://unreachable.example/debian", "http://mirror.example/debian"},
		},
		{
			name:    "never a disc",
			sources: sources("cdrom:[Debian 12]/debian", "stable") + debian,
			want:    []string{"http://mirror.example/debian"},
		},
		{
			name:    "BAZELW_MIRROR",
			sources: debian,
			env:     map[string]string{"BAZELW_MIRROR": "file:/srv/debian/"},
			want:    []string{"file:/srv/debian"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.write("fake/sources", test.sources)
			for name, value := range test.env {
				m.env[name] = value
			}
			m.env["FAKE_FAIL"] = "install" // what comes later does not matter here

			_, _, code := m.run("version")

			require.Equal(t, 1, code)
			var asked []string
			for line := range strings.Lines(m.read("fake/asked")) {
				if uri, found := strings.CutPrefix(line, "URIs: "); found {
					asked = append(asked, strings.TrimSuffix(uri, "\n"))
				}
			}
			require.Equal(t, test.want, asked)
		})
	}
}

func TestDoesNotPrintPasswords(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.write("fake/sources", sources("http://user:secret@mirror.example/debian", "stable"))

	_, stderr := m.mustRun("version")
	require.Contains(t, stderr, "http://mirror.example/debian")
	require.NotContains(t, stderr, "secret")
	require.Contains(t, m.read("fake/asked"), "URIs: http://user:secret@mirror.example/debian\n")
}

// What was packaged for / leads into the folder that it was unpacked to.
func testFitsThePackagesToTheirFolder(t *testing.T, m *machine) {
	t.Parallel()
	prefix := m.prefix()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(prefix, name))
		require.NoError(t, err)
		return string(text)
	}

	require.Equal(t, strings.Join([]string{
		prefix + "/usr/share/java/a.jar",
		prefix + "/usr/share/java/b.jar",
		prefix + "/usr/share/java/perfmark-api.jar",
		prefix + "/usr/share/java/perfmark-impl.jar",
		prefix + "/usr/share/java/perfmark-java9.jar",
		prefix + "/version",
		"",
	}, "\n"), read("usr/share/bazel/bazel_classpath_debian_depends.txt"))
	require.Equal(t, "build.label=7.7.1\n", read("version/build-data.properties"))
	require.Equal(t, "rctx.symlink(\""+prefix+"/usr/libexec/tar\", \"tar\")\n", read("usr/share/bazel/tools/bazel_lib/private/tar_toolchain.bzl"))

	require.Equal(t, "select({\n    \"w\": [\"//src/tools/launcher:launcher\"],\n    \"other\": [\n    ],\n})\n", read("usr/share/bazel/embedded_tools/tools/launcher/BUILD"))

	java := prefix + "/usr/lib/jvm/java-25-openjdk-amd64"
	for link, want := range map[string]string{
		prefix + "/jre":       "usr/lib/jvm/java-25-openjdk-amd64",
		java + "/lib/inside":  prefix + "/etc/java-25/inside",
		java + "/lib/outside": "/etc/java-25/outside",
	} {
		target, err := os.Readlink(link)
		require.NoError(t, err)
		require.Equal(t, want, target)
	}

	loader := "--set-interpreter " + prefix + "/usr/lib64/ld-linux-x86-64.so.2 --force-rpath --set-rpath "
	libraries := prefix + "/usr/lib/x86_64-linux-gnu"
	lib := prefix + "/usr/lib/jvm/java-25-openjdk-amd64/lib"
	javaLibraries := lib + ":" + lib + "/server:" + libraries
	tree := prefix + ".part/tree"
	require.Contains(t, m.calls(), loader+libraries+" "+tree+"/usr/bin/bazel "+tree+"/usr/bin/protoc "+tree+"/usr/libexec/multiarch/bazel/tool\n")
	require.Contains(t, m.calls(), loader+javaLibraries+" "+strings.ReplaceAll(java, prefix, tree)+"/bin/java ")
	require.Contains(t, m.calls(), "patchelf --force-rpath --set-rpath "+javaLibraries+" "+strings.ReplaceAll(java, prefix, tree)+"/lib/libjava.so ")
}

func testAddsTheGoModules(t *testing.T, m *machine) {
	t.Parallel()
	prefix := m.prefix()

	rulesGo, err := os.ReadFile(prefix + "/go/rules_go/MODULE.bazel")
	require.NoError(t, err)
	require.Equal(t, `module(
    name = "rules_go",
    repo_name = "io_bazel_rules_go",
)

go_sdk = use_extension("//go:extensions.bzl", "go_sdk")
use_repo(
    go_sdk,
    "go_toolchains",
)
`, string(rulesGo))
	script, err := os.Stat(prefix + "/go/rules_go/go/run.bash")
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), script.Mode().Perm())
	require.FileExists(t, prefix+"/go/gazelle/MODULE.bazel")
	require.FileExists(t, prefix+"/go/gazelle/v2/go.mod")
	sum, err := os.ReadFile(prefix + "/go/gazelle/v2/go.sum")
	require.NoError(t, err)
	require.Empty(t, sum)
}

func testWritesTheFlagsThatHoldPaths(t *testing.T, m *machine) {
	t.Parallel()
	prefix := m.prefix()

	rc, err := os.ReadFile(prefix + "/bazelrc")
	require.NoError(t, err)
	want := []string{
		"# Written by bazelw, for this machine.",
		`common:debian "--override_module=rules_cc=` + prefix + `/usr/share/bazel/rules/cc"`,
		// Not for every build: replacing a module that nothing depends on is an error.
		`common:debian_bazel_lib "--override_module=bazel_lib=` + prefix + `/usr/share/bazel/tools/bazel_lib"`,
		`common:debian "--override_module=rules_go=` + prefix + `/go/rules_go"`,
		`common:debian "--override_module=gazelle=` + prefix + `/go/gazelle"`,
		`common:debian "--repo_env=WEAVE_DEBIAN_PREFIX=` + prefix + `"`,
	}
	if strings.HasPrefix(prefix, "/tmp/") {
		want = append(want, "common:debian --noincompatible_sandbox_hermetic_tmp")
	}
	require.Equal(t, append(want, "common --config=debian", ""), strings.Split(string(rc), "\n"))

	rc, err = os.ReadFile(prefix + "/bazelrc.no_cc")
	require.NoError(t, err)
	require.Contains(t, string(rc), "import \""+prefix+"/bazelrc\"\ncommon:debian --repo_env=BAZEL_DO_NOT_DETECT_CPP_TOOLCHAIN=1\n")
}

func TestSupportsArm(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.env["FAKE_ARCH"] = "arm64"

	m.mustRun("version")
	require.Contains(t, m.read("fake/asked"), "Architectures: arm64\n")
	require.Contains(t, m.calls(), "--set-interpreter "+m.prefix()+"/usr/lib/ld-linux-aarch64.so.1 --force-rpath --set-rpath "+m.prefix()+"/usr/lib/aarch64-linux-gnu ")
}

// A changed recipe makes another folder, and one that nobody uses any more goes.
func TestKeepsOneFolderPerRecipe(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.mustRun("version")
	first := m.prefix()

	for _, part := range parts {
		before := m.kept()
		m.remove("workspace/tools/bazelw/" + part)
		m.write("workspace/tools/bazelw/"+part, m.readFile(part)+"\n# changed\n")
		m.mustRun("version")
		require.Len(t, m.kept(), len(before)+1, "after a change of "+part)
	}
	require.DirExists(t, first)

	old := time.Now().Add(-61 * 24 * time.Hour)
	for _, file := range []string{"used", "ready"} {
		require.NoError(t, os.Chtimes(filepath.Join(first, file), old, old))
	}
	m.write("workspace/tools/bazelw/modules", m.readFile("modules")+"\n# changed again\n")
	_, stderr := m.mustRun("version")
	require.Contains(t, stderr, "removing "+first+", which was not used for 60 days\n")
	require.NoDirExists(t, first)
	require.Len(t, m.kept(), len(parts)+1)
}

// The paths in a provisioned folder do not survive a move.
func TestDoesNotTrustAMovedFolder(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.mustRun("version")
	require.NoError(t, os.Rename(m.path("cache"), m.path("moved")))
	m.env["XDG_CACHE_HOME"] = m.path("moved")
	m.cache = m.path("moved/inventive-weave/bazelw")

	_, stderr := m.mustRun("version")
	require.Contains(t, last(stderr), "is ready")
	require.NoError(t, os.Rename(m.path("moved"), m.path("cache")))
	m.link(m.path("cache"), "moved")

	// The same folder by another name is fine.
	_, stderr = m.mustRun("version")
	require.Empty(t, stderr)
}
