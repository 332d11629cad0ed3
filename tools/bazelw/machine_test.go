//go:build linux

package bazelw_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// parts are the scripts and lists that decide what provisioning makes, as bazelw
// hashes them.
var parts = []string{"provision", "apt.bash", "fit.bash", "packages", "modules"}

// realTools are the programs that the scripts take from the machine that runs
// the test. Nothing else of it is on their PATH.
var realTools = []string{
	"awk", "bash", "cat", "chmod", "cp", "cut", "du", "env", "find", "flock", "grep", "ln", "mkdir", "mv", "nproc",
	"paste", "readlink", "rm", "sed", "sh", "sha256sum", "sleep", "sort", "tail", "timeout", "wc", "xargs",
}

// fakeTools are in testdata/bin.
var fakeTools = []string{"apt-cache", "apt-get", "df", "dpkg", "dpkg-deb", "go"}

// machine is a pretended Debian machine with a workspace that holds the real
// launcher, in a folder of the test's own.
type machine struct {
	t *testing.T
	// dir holds all of the others.
	dir string
	// workspace holds bazelw, go.mod and tools/bazelw.
	workspace string
	// cache is where bazelw keeps its folders.
	cache string
	// fake is where the pretended programs read and write.
	fake string
	// env is the environment of every command.
	env map[string]string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	// Short enough for no limit on paths, and without links on the way.
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	m := &machine{
		t:         t,
		dir:       dir,
		workspace: filepath.Join(dir, "workspace"),
		cache:     filepath.Join(dir, "cache", "inventive-weave", "bazelw"),
		fake:      filepath.Join(dir, "fake"),
	}
	m.env = map[string]string{
		"PATH":           filepath.Join(dir, "bin"),
		"HOME":           filepath.Join(dir, "home"),
		"XDG_CACHE_HOME": filepath.Join(dir, "cache"),
		"BAZELW_KEYRING": filepath.Join(dir, "keyring"),
		"FAKE":           m.fake,
		"FAKE_LIBRARY":   abs(t, "testdata/fake.bash"),
	}

	// Programs are linked, not copied: one that was just written by this process
	// may still be open for writing in a child of a parallel test, and not start.
	m.link(abs(t, "../../bazelw"), "workspace/bazelw")
	for _, part := range parts {
		m.link(abs(t, part), "workspace/tools/bazelw/"+part)
	}
	m.write("workspace/go.mod", "module example\n\ngo 1.26.0\n")
	m.write("keyring", "")
	for _, tool := range realTools {
		path, err := exec.LookPath(tool)
		require.NoError(t, err)
		m.link(path, "bin/"+tool)
	}
	for _, tool := range fakeTools {
		m.link(abs(t, "testdata/bin/"+tool), "bin/"+tool)
	}
	m.fakeDebian()
	return m
}

// fakeDebian lays out what the pretended packages hold, and the Go modules.
func (m *machine) fakeDebian() {
	for path, program := range map[string]string{
		"usr/bin/bazel":                    "bazel",
		"usr/bin/protoc":                   "protoc",
		"usr/lib64/ld-linux-x86-64.so.2":   "loader",
		"usr/lib/ld-linux-aarch64.so.1":    "loader",
		"usr/libexec/multiarch/bazel/tool": "protoc",
	} {
		m.link(abs(m.t, "testdata/bin/"+program), "fake/root/"+path)
	}
	const java = "usr/lib/jvm/java-25-openjdk-amd64/"
	for path, text := range map[string]string{
		"usr/bin/patchelf":                                          "",
		java + "bin/java":                                           "",
		java + "lib/jspawnhelper":                                   "",
		java + "lib/libjava.so":                                     "",
		java + "lib/security/x":                                     "",
		java + "lib/server/libj.so":                                 "",
		"etc/java-25/inside":                                        "",
		"usr/share/doc/bazel/page":                                  "nobody reads this",
		"usr/share/bazel/bazel_classpath_debian_depends.txt":        "/usr/share/java/a.jar\n/usr/share/java/b.jar\n",
		"usr/share/bazel/build-label.txt":                           "7.7.1\n",
		"usr/share/bazel/embedded_tools/tools/launcher/BUILD":       "select({\n    \"w\": [\"//src/tools/launcher:launcher\"],\n    \"other\": [\n        \"//src/tools/launcher:launcher\",\n    ],\n})\n",
		"usr/share/bazel/rules/cc/MODULE.bazel":                     "module(\n    name = \"rules_cc\",\n    version = \"1\",\n)\n",
		"usr/share/bazel/tools/bazel_lib/MODULE.bazel":              "module(\n    name = \"bazel_lib\",\n    repo_name = \"other\",\n)\n",
		"usr/share/bazel/tools/bazel_lib/private/tar_toolchain.bzl": "rctx.symlink(\"/usr/libexec/tar\", \"tar\")\n",
	} {
		m.write("fake/root/"+path, text)
	}
	m.link("java-25-openjdk-amd64", "fake/root/usr/lib/jvm/java-1.25.0-openjdk-amd64")
	m.link("/etc/java-25/inside", "fake/root/"+java+"lib/inside")
	m.link("/etc/java-25/outside", "fake/root/"+java+"lib/outside")

	m.write("fake/sources", sources("http://mirror.example/debian", "stable"))
	m.link(m.workspace+"/tools/bazelw", "fake/recipe")
	const rulesGo = "fake/modules/github.com/bazelbuild/rules_go/"
	m.write(rulesGo+"MODULE.bazel", `module(
    name = "rules_go",
    repo_name = "io_bazel_rules_go",
)

go_sdk = use_extension("//go:extensions.bzl", "go_sdk")
go_sdk.from_file(
    name = "go_default_sdk",
    go_mod = "//:go.mod",
)
use_repo(
    go_sdk,
    "go_default_sdk",
    "go_toolchains",
)
`)
	m.write(rulesGo+"go/run.bash", "#!/bin/bash\n")
	m.write("fake/modules/github.com/bazelbuild/bazel-gazelle/MODULE.bazel", "module(\n    name = \"gazelle\",\n)\n")
	m.write("fake/modules/github.com/bazel-contrib/bazel-gazelle/v2/go.mod", "module v2\n")
}

// sources is what apt would read for one source of packages.
func sources(uri, suite string) string {
	base := "'" + uri + "/dists/" + suite
	return base + "/InRelease' x_InRelease 0 \n" + base + "/main/binary-amd64/Packages.xz' x_Packages 0 \n"
}

func (m *machine) path(name string) string { return filepath.Join(m.dir, name) }

func (m *machine) write(name, text string) {
	m.t.Helper()
	require.NoError(m.t, os.MkdirAll(filepath.Dir(m.path(name)), 0o755))
	require.NoError(m.t, os.WriteFile(m.path(name), []byte(text), 0o644))
}

func (m *machine) link(target, name string) {
	m.t.Helper()
	require.NoError(m.t, os.MkdirAll(filepath.Dir(m.path(name)), 0o755))
	require.NoError(m.t, os.Symlink(target, m.path(name)))
}

func (m *machine) remove(name string) {
	m.t.Helper()
	require.NoError(m.t, os.RemoveAll(m.path(name)))
}

func (m *machine) read(name string) string {
	m.t.Helper()
	text, err := os.ReadFile(m.path(name))
	require.NoError(m.t, err)
	return string(text)
}

// calls is how the pretended programs were called, one call a line.
func (m *machine) calls() string {
	text, err := os.ReadFile(filepath.Join(m.fake, "calls"))
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	require.NoError(m.t, err)
	return string(text)
}

// kept is what bazelw's folder holds, without the lock.
func (m *machine) kept() []string {
	entries, err := os.ReadDir(m.cache)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(m.t, err)
	var names []string
	for _, entry := range entries {
		if entry.Name() != "lock" {
			names = append(names, entry.Name())
		}
	}
	return names
}

// prefix is the one folder that bazelw provisioned.
func (m *machine) prefix() string {
	m.t.Helper()
	kept := m.kept()
	require.Len(m.t, kept, 1)
	return filepath.Join(m.cache, kept[0])
}

// command is bazelw with arguments, in the workspace, ready to be started. It is
// killed when it outlives any reasonable time.
func (m *machine) command(args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Minute)
	m.t.Cleanup(cancel)
	cmd = exec.CommandContext(ctx, "./bazelw", args...)
	cmd.Dir = m.workspace
	for name, value := range m.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.WaitDelay = time.Second
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd, stdout, stderr
}

// run runs bazelw to its end.
func (m *machine) run(args ...string) (stdout, stderr string, code int) {
	m.t.Helper()
	cmd, out, errs := m.command(args...)
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		require.NoError(m.t, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// mustRun is run for a command that has to succeed.
func (m *machine) mustRun(args ...string) (stdout, stderr string) {
	m.t.Helper()
	stdout, stderr, code := m.run(args...)
	require.Zero(m.t, code, stderr)
	return stdout, stderr
}

// last is the last line of text.
func last(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return lines[len(lines)-1]
}

func abs(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	return path
}
