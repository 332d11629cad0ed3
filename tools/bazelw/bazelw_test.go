//go:build linux

package bazelw_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTakesTheFirstBazelThereIs(t *testing.T) {
	t.Parallel()
	const provisioned = "provisioned"
	tests := []struct {
		name   string
		onPath []string
		env    map[string]string
		want   string
	}{
		{name: "BAZEL before the PATH", onPath: []string{"bazelisk", "bazel"}, env: map[string]string{"BAZEL": "own/bazel"}, want: "own/bazel"},
		{name: "BAZEL by name", onPath: []string{"bazelisk", "bazel-8"}, env: map[string]string{"BAZEL": "bazel-8"}, want: "bin/bazel-8"},
		{name: "Bazelisk before Bazel", onPath: []string{"bazel", "bazelisk"}, want: "bin/bazelisk"},
		{name: "Bazel", onPath: []string{"bazel"}, want: "bin/bazel"},
		{name: "an empty BAZEL is none", onPath: []string{"bazel"}, env: map[string]string{"BAZEL": ""}, want: "bin/bazel"},
		{name: "Debian's packages", want: provisioned},
		{name: "Debian's packages, by force", onPath: []string{"bazelisk", "bazel"}, env: map[string]string{"BAZELW": "debian", "BAZEL": "own/bazel"}, want: provisioned},
		{name: "BAZEL that is bazelw itself", env: map[string]string{"BAZEL": "workspace/bazelw"}, want: provisioned},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.link(abs(t, "testdata/bin/bazel"), "own/bazel")
			for _, name := range test.onPath {
				m.link(abs(t, "testdata/bin/bazel"), "bin/"+name)
			}
			for name, value := range test.env {
				if strings.Contains(value, "/") {
					value = m.path(value)
				}
				m.env[name] = value
			}

			stdout, stderr := m.mustRun("test", "//...")

			program := m.path(test.want)
			if test.want == provisioned {
				program = m.prefix() + "/usr/bin/bazel"
			} else {
				require.Empty(t, stderr)
				require.Empty(t, m.kept())
			}
			require.Contains(t, stdout, "program="+program+"\n")
			require.Contains(t, stdout, "argument=test\nargument=//...\n")
		})
	}
}

// Whatever bazelw is called with reaches Bazel, and comes back from it, unchanged.
func TestIsTransparent(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"from the PATH", "provisioned before", "provisioned now"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			switch way {
			case "from the PATH":
				m.link(abs(t, "testdata/bin/bazel"), "bin/bazel")
			case "provisioned before":
				m.mustRun("version")
			}
			m.env["FAKE_EXIT"] = "3"
			m.env["FAKE_STDIN"] = "yes"
			m.env["LC_ALL"] = "C.UTF-8"
			cmd, stdout, stderr := m.command("run", "//x", "--", "a b", "", "*", "$HOME", "--", `"`)
			cmd.Stdin = strings.NewReader("some data")

			err := cmd.Run()

			require.Error(t, err)
			require.Equal(t, 3, cmd.ProcessState.ExitCode(), stderr)
			_, arguments, _ := strings.Cut(stdout.String(), "argument=run\n")
			arguments, state, _ := strings.Cut(arguments, "umask=")
			want := "argument=//x\nargument=--\nargument=a b\nargument=\nargument=*\nargument=$HOME\nargument=--\nargument=\"\n"
			require.Equal(t, want, arguments)
			require.Contains(t, state, "locale=C.UTF-8 provisioned=unset\nstdin=some data\n")
		})
	}
}

// The settings that provisioning works with are its own: Bazel gets those of the caller.
func TestProvisioningLeavesNoSettingsBehind(t *testing.T) {
	t.Parallel()
	m := newMachine(t)

	for _, run := range []string{"provisioning", "provisioned"} {
		cmd, stdout, stderr := m.command()
		cmd.Path = m.path("bin/bash")
		cmd.Args = []string{"bash", "-c", "umask 027; ./bazelw version"}
		require.NoError(t, cmd.Run(), stderr)
		require.Contains(t, stdout.String(), "umask=0027 locale=unset provisioned=unset\n", run)
	}
	// Whoever else may enter the cache folder can use what is in it.
	info, err := os.Stat(m.prefix())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), info.Mode().Perm())
}

func TestPassesTheFlagsOfTheProvisionedBazel(t *testing.T) {
	t.Parallel()
	m := newMachine(t)

	stdout, _ := m.mustRun("--batch", "build", "//...")

	prefix := m.prefix()
	_, stdout, _ = strings.Cut(stdout, "\n")
	require.Contains(t, stdout, strings.Join([]string{
		"argument=--install_base=" + prefix + "/usr/share/bazel",
		"argument=--trust_install_base",
		"argument=--server_javabase=" + prefix + "/jre",
		"argument=--host_jvm_args=-Duser.home=" + m.path("home"),
		"argument=--bazelrc=" + prefix + "/bazelrc.no_cc", // the machine has no C compiler
		// Startup options of the caller come later, and so prevail.
		"argument=--batch",
		"argument=build",
		"argument=//...",
		"",
	}, "\n"))
}

func TestLetsBazelFindACCompiler(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.env["CC"] = "clang"
	stdout, _ := m.mustRun("build")
	require.Contains(t, stdout, "argument=--bazelrc="+m.prefix()+"/bazelrc\n")
}

// bazelw finds its parts and its cache folder from wherever it is called.
func TestIsFoundFromAnywhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		dir  string
		call string
	}{
		{name: "from the workspace", dir: "workspace", call: "./bazelw"},
		{name: "from a folder in it", dir: "workspace/lib/deep", call: "../../bazelw"},
		{name: "from elsewhere", dir: "elsewhere", call: "../workspace/bazelw"},
		{name: "through the PATH", dir: "workspace/lib/deep", call: "bazelw-on-path"},
		{name: "through a link in a folder of tools", dir: "workspace", call: "../elsewhere/link"},
		{name: "as an argument of bash", dir: "workspace", call: "bash bazelw"},
	}
	m := newMachine(t)
	// A real file here, as in a clone: the links of the other tests lead to the
	// real workspace when they are followed.
	m.remove("workspace/bazelw")
	m.write("workspace/bazelw", m.readFile("../../bazelw"))
	require.NoError(t, os.Chmod(m.path("workspace/bazelw"), 0o755))
	m.link(m.path("workspace/bazelw"), "elsewhere/link")
	m.link(m.path("workspace/bazelw"), "bin/bazelw-on-path")
	require.NoError(t, os.MkdirAll(m.path("workspace/lib/deep"), 0o755))
	// A relative cache folder is to be ignored, says the standard that names it.
	m.env["XDG_CACHE_HOME"] = "relative"
	m.cache = m.path("home/.cache/inventive-weave/bazelw")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cmd, stdout, stderr := m.command()
			cmd.Dir = m.path(test.dir)
			// Through bash, which starts what it is given even while a parallel
			// test's child still has the new file open.
			cmd.Path = m.path("bin/bash")
			cmd.Args = []string{"bash", "-c", `until "$@"; (($? != 126)); do sleep 0.05; done`, "bash"}
			cmd.Args = append(cmd.Args, strings.Fields(test.call+" version")...)
			require.NoError(t, cmd.Run(), stderr)

			require.Contains(t, stdout.String(), "program="+m.prefix()+"/usr/bin/bazel\n", stderr)
		})
	}
}

func TestRefusesWrongVariables(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		value string
		want  string
	}{
		{name: "BAZEL", value: "/no/such/bazel", want: "bazelw: BAZEL=/no/such/bazel is not a program: correct the variable, or unset it\n"},
		{name: "BAZELW", value: "ubuntu", want: "bazelw: BAZELW=ubuntu is unknown: the only value is debian\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.env[test.name] = test.value

			stdout, stderr, code := m.run("version")

			require.Equal(t, 1, code)
			require.Equal(t, test.want, stderr)
			require.Empty(t, stdout)
		})
	}
}

// The provisioned Bazel compiles with the machine's Go, which may go away later.
func TestMissesGoOnceProvisioned(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.mustRun("version")
	m.remove("bin/go")

	_, stderr, code := m.run("version")

	require.Equal(t, 1, code)
	require.Contains(t, stderr, "there is no go on the PATH: install the Go that go.mod asks for")

	m.env["GOROOT"] = m.path("goroot")
	m.mustRun("version")
}

// The rule sets that are pinned here are those that MODULE.bazel asks for.
func TestPinsWhatTheWorkspaceDependsOn(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	workspace := m.readFile("../../MODULE.bazel")
	pins := map[string]string{}
	for line := range strings.Lines(m.readFile("modules")) {
		if fields := strings.Fields(line); len(fields) == 4 && fields[0] != "#" {
			pins[fields[0]] = strings.TrimPrefix(fields[2], "v")
		}
	}
	require.Len(t, pins, 3)
	for _, name := range []string{"rules_go", "gazelle"} {
		require.Contains(t, workspace, `bazel_dep(name = "`+name+`", version = "`+pins[name]+`"`)
	}
}

// readFile reads a file of the real workspace, relative to this package.
func (m *machine) readFile(name string) string {
	m.t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	require.NoError(m.t, err)
	return string(text)
}
