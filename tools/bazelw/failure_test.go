//go:build linux

package bazelw_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each failure says in its last line what is missing and what to do about it,
// keeps nothing, and is over once its cause is.
func TestSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	const suite = "suite forky at http://mirror.example/debian"
	tests := []struct {
		name string
		// without are programs that the machine lacks.
		without []string
		env     map[string]string
		// spoil does what the other fields cannot.
		spoil func(m *machine)
		want  []string
	}{
		{name: "no apt-get", without: []string{"apt-get"}, want: []string{"there is no apt-get here", "needs Debian", "install Bazelisk, or set BAZEL"}},
		{name: "no dpkg", without: []string{"dpkg"}, want: []string{"there is no dpkg here", "install Bazelisk, or set BAZEL"}},
		{name: "no flock", without: []string{"flock"}, want: []string{"there is no flock on the PATH", "install it with apt-get"}},
		{name: "no Go", without: []string{"go"}, want: []string{"there is no go on the PATH", "install Go 1.26.0 or newer"}},
		{name: "an old Go", env: map[string]string{"FAKE_GO": "go1.19.8"}, want: []string{"bin/go is 1.19.8 and go.mod asks for 1.26.0", "install a newer Go"}},
		{name: "a Go that is older by one digit", env: map[string]string{"FAKE_GO": "go1.9.26"}, want: []string{"is 1.9.26 and go.mod asks for 1.26.0"}},
		{name: "no keyring", spoil: func(m *machine) { m.remove("keyring") }, want: []string{"keyring to verify packages with", "install debian-archive-keyring"}},
		{name: "another architecture", env: map[string]string{"FAKE_ARCH": "riscv64"}, want: []string{"amd64 and arm64 only, and this is riscv64", "set BAZEL"}},
		{name: "no space", env: map[string]string{"FAKE_FREE_KB": "500000"}, want: []string{"has 512 MB free and 900 MB are needed", "make room, or set XDG_CACHE_HOME"}},
		{name: "no cache folder", spoil: func(m *machine) { m.write("cache", "a file") }, want: []string{"cannot create", "set XDG_CACHE_HOME"}},
		{name: "a colon in the path", env: map[string]string{"XDG_CACHE_HOME": "/a:b"}, want: []string{"has a colon in its path", "set XDG_CACHE_HOME"}},
		{name: "no Debian in the sources", spoil: func(m *machine) { m.write("fake/sources", sources("http://x.example/ubuntu", "noble")) }, want: []string{"name no Debian archive", "set BAZELW_MIRROR"}},
		{
			name: "an unreachable mirror", env: map[string]string{"BAZELW_MIRROR": "http://unreachable.example/debian"},
			want: []string{"cannot reach the Debian mirror http://unreachable.example/debian (Could not connect)", "check the network and apt's proxy, or set BAZELW_MIRROR"},
		},
		{name: "a mirror without the suite", env: fails("update", "E: The repository 'x' does not have a Release file."), want: []string{"http://mirror.example/debian has no suite forky", "set BAZELW_MIRROR"}},
		{name: "an unknown key", env: fails("update", "W: GPG error: x: the public key is not available: NO_PUBKEY 1"), want: []string{"keys do not vouch for " + suite, "update debian-archive-keyring"}},
		{name: "an old list", env: fails("update", "E: Release file for x is expired (invalid since 3d)."), want: []string{"the lists of " + suite + " are out of date", "check the clock"}},
		{name: "a full disk", env: fails("update", "E: Write error - write (28: No space left on device)"), want: []string{"is full: make room, or set XDG_CACHE_HOME"}},
		{name: "a suite with another Bazel", env: map[string]string{"FAKE_VERSION": "8.4.2+ds-1"}, want: []string{"Debian forky has Bazel 8.4.2+ds-1 and this repository needs 7.x", "set BAZELW_SUITE"}},
		{name: "a suite without Bazel", env: map[string]string{"FAKE_VERSION": "", "BAZELW_SUITE": "duke"}, want: []string{"Debian duke has no bazel-bootstrap for amd64", "set BAZELW_SUITE"}},
		{name: "a suite without a package", env: fails("install", "E: Unable to locate package libblake3-0"), want: []string{"does not have all packages that Bazel needs: Unable to locate package libblake3-0"}},
		{name: "a download that breaks off", env: fails("download", "E: Failed to fetch http://x/y.deb  Hash Sum mismatch"), want: []string{"the download from the Debian mirror failed (Hash Sum mismatch)", "try again"}},
		{name: "an archive that does not unpack", env: fails("extract", "dpkg-deb: error: No space left on device"), want: []string{"unpacking into", "No space left on device", "check the space"}},
		{name: "patchelf", env: fails("patchelf", "patchelf: no such file"), want: []string{"patchelf failed: patchelf: no such file"}},
		{name: "no module proxy", env: map[string]string{"FAKE_FAIL": "go"}, want: []string{"github.com/bazelbuild/rules_go@v", "could not be fetched (module proxy: connection refused)", "check the network and GOPROXY"}},
		{name: "a module that is not the pinned one", env: map[string]string{"FAKE_SUM": "h1:forged"}, want: []string{"its hash is h1:forged and h1:", "is expected"}},
		{
			name: "a rules_go that is written in another way",
			spoil: func(m *machine) {
				m.write("fake/modules/github.com/bazelbuild/rules_go/MODULE.bazel", "use(\"go_default_sdk\")\n")
			},
			want: []string{"declares its default Go SDK in a new way: tools/bazelw/fit.bash"},
		},
		{name: "a Bazel that does not run", env: fails("proof", "bazel: error: cannot load libfoo.so"), want: []string{"the Bazel that was made does not run here: bazel: error: cannot load libfoo.so"}},
		{name: "a Bazel without a version", env: map[string]string{"FAKE_RELEASE": "development"}, want: []string{`answers "release development" instead of its version`}},
		{name: "a protoc that does not run", env: fails("protoc", "protoc: error: cannot load libfoo.so"), want: []string{"the protoc that was made does not run here: protoc: error: cannot load libfoo.so"}},
		{name: "a package without what it should hold", spoil: func(m *machine) { m.remove("fake/root/usr/lib/jvm") }, want: []string{"there is no Java runtime"}},
		{name: "a cause that bazelw does not know", spoil: func(m *machine) { m.remove("fake/root/usr/share/bazel/build-label.txt") }, want: []string{"provisioning ended without a reason that bazelw knows"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			for _, tool := range test.without {
				m.remove("bin/" + tool)
			}
			for name, value := range test.env {
				m.env[name] = value
			}
			if test.spoil != nil {
				test.spoil(m)
			}

			stdout, stderr, code := m.run("version")

			require.Equal(t, 1, code, stderr)
			require.Empty(t, stdout)
			require.True(t, strings.HasPrefix(last(stderr), "bazelw: "), stderr)
			for _, want := range test.want {
				require.Contains(t, last(stderr), want)
			}
			if info, err := os.Stat(m.path("cache")); err == nil && info.IsDir() {
				require.Empty(t, m.kept())
			}
		})
	}
}

// fails makes a step of the pretended machine fail with a message.
func fails(step, message string) map[string]string {
	return map[string]string{"FAKE_FAIL": step, "FAKE_MESSAGE": message}
}

func TestRecoversFromAFailure(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.env["FAKE_FAIL"] = "download"
	_, _, code := m.run("version")
	require.Equal(t, 1, code)
	delete(m.env, "FAKE_FAIL")

	_, stderr := m.mustRun("version")
	require.Contains(t, last(stderr), "is ready")
}

// A Go that is named by GOROOT alone will do, as it does for Bazel.
func TestAcceptsGOROOT(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	require.NoError(t, os.MkdirAll(m.path("goroot/bin"), 0o755))
	require.NoError(t, os.Rename(m.path("bin/go"), m.path("goroot/bin/go")))
	m.env["GOROOT"] = m.path("goroot")

	m.mustRun("version")
}
