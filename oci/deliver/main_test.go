package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

const (
	creators = "weave/creators=_main/oci/creators.sh=_main/oci/creators.sha256"
	fe       = "weave/fe=_main/oci/fe.sh=_main/oci/fe.sha256"
)

// deliverTo runs the program on images whose targets write what they were run
// with into a log. The target named failing fails.
func deliverTo(t *testing.T, failing string, args ...string) (stdout string, log []string, err error) {
	t.Helper()
	runfiles := t.TempDir()
	logFile := filepath.Join(runfiles, "log")
	folder := filepath.Join(runfiles, "_main", "oci")
	require.NoError(t, os.MkdirAll(folder, 0o700))
	for _, name := range []string{"creators", "fe"} {
		script := "#!/bin/sh\necho " + name + " \"$@\" >>'" + logFile + "'\necho noise\ntest $RUNFILES_DIR = '" + runfiles + "'\n"
		if name == failing {
			script += "exit 3\n"
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".sh"), []byte(script), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".sha256"), []byte("sha256:"+name+"\n"), 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "empty.sha256"), nil, 0o600))

	var out, errs bytes.Buffer
	err = run(t.Context(), args, delivery{runfiles: runfiles, stdout: &out, stderr: &errs})
	text, readErr := os.ReadFile(logFile)
	if readErr == nil {
		log = strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	return out.String(), log, err
}

func TestPush(t *testing.T) {
	t.Parallel()
	stdout, log, err := deliverTo(t, "", "push", creators, fe, "--registry", "registry.example.com/team/", "--tag", "1.0", "--tag=latest", "--tag", "1.0")
	require.NoError(t, err)
	require.Equal(t, []string{
		"creators --repository registry.example.com/team/weave/creators",
		"fe --repository registry.example.com/team/weave/fe",
		"creators --repository registry.example.com/team/weave/creators --tag 1.0 --tag latest",
		"fe --repository registry.example.com/team/weave/fe --tag 1.0 --tag latest",
	}, log, "no tag moves before every image is there")
	require.Equal(t, `registry.example.com/team/weave/creators@sha256:creators
registry.example.com/team/weave/fe@sha256:fe
registry.example.com/team/weave/creators:1.0@sha256:creators
registry.example.com/team/weave/creators:latest@sha256:creators
registry.example.com/team/weave/fe:1.0@sha256:fe
registry.example.com/team/weave/fe:latest@sha256:fe
`, stdout)
}

func TestPushByDigestOnly(t *testing.T) {
	t.Parallel()
	stdout, log, err := deliverTo(t, "", "push", creators, "--registry", "localhost:5000", "--insecure")
	require.NoError(t, err)
	require.Equal(t, []string{"creators --insecure --repository localhost:5000/weave/creators"}, log)
	require.Equal(t, "localhost:5000/weave/creators@sha256:creators\n", stdout)
}

func TestPushFails(t *testing.T) {
	t.Parallel()
	stdout, log, err := deliverTo(t, "fe", "push", creators, fe, "--registry", "localhost:5000", "--tag", "1.0")
	require.EqualError(t, err, "push localhost:5000/weave/fe: exit status 3")
	require.False(t, command.IsUsage(err))
	require.Len(t, log, 2, "no tag is set when an image is missing")
	require.Equal(t, "localhost:5000/weave/creators@sha256:creators\n", stdout)
}

func TestLoad(t *testing.T) {
	t.Parallel()
	load := func(failing string) (string, []string, error) {
		return deliverTo(t, failing, "load", "weave/creators=_main/oci/creators.sh", "weave/fe=_main/oci/fe.sh")
	}
	stdout, log, err := load("")
	require.NoError(t, err)
	require.Equal(t, []string{"creators", "fe"}, log)
	require.Equal(t, "noise\nnoise\n", stdout, "the engine says what it loaded")

	_, log, err = load("creators")
	require.EqualError(t, err, "load weave/creators: exit status 3")
	require.Equal(t, []string{"creators"}, log)
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "want load or push"},
		{"unknown subcommand", []string{"pull"}, `unknown subcommand "pull"`},
		{"no registry", []string{"push", creators}, "--registry is required"},
		{"only a slash", []string{"push", creators, "--registry", "/"}, "--registry is required"},
		{"a URL", []string{"push", creators, "--registry", "https://example.com"}, "want a host and perhaps a path"},
		{"bad tag", []string{"push", creators, "--registry", "x", "--tag", "a/b"}, `invalid value "a/b" for --tag`},
		{"an argument of the user's", []string{"push", creators, "1.0", "--registry", "x"}, `unknown argument "1.0"`},
		{"an argument to load", []string{"load", "weave/creators=x", "now"}, `unknown argument "now"`},
		{"unknown flag", []string{"push", creators, "--tags", "x"}, "unknown flag --tags, did you mean --tag?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, log, err := deliverTo(t, "", test.args...)
			require.ErrorContains(t, err, test.want)
			require.True(t, command.IsUsage(err))
			require.Empty(t, log, "nothing may happen")
		})
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"no images", []string{"load"}, "there are no images"},
		{"no script", []string{"load", "weave/x=_main/none.sh"}, "no such file"},
		{"no digest", []string{"push", "weave/x=_main/oci/fe.sh=_main/none", "--registry", "x"}, "no such file"},
		{"empty digest", []string{"push", "weave/x=_main/oci/fe.sh=_main/oci/empty.sha256", "--registry", "x"}, "holds no digest"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, log, err := deliverTo(t, "", test.args...)
			require.ErrorContains(t, err, test.want)
			require.Empty(t, log)
		})
	}
}

func TestRunfilesFolder(t *testing.T) {
	for _, test := range []struct{ name, environment, want string }{
		{"a caller's", "/somewhere", "/somewhere"},
		{"its own", "", "/bin/push.runfiles"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("RUNFILES_DIR", test.environment)
			require.Equal(t, test.want, runfilesFolder("/bin/push"))
		})
	}
}
