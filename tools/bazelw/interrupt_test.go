//go:build linux

package bazelw_test

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestKeepsNothingWhenInterrupted(t *testing.T) {
	t.Parallel()
	// Under nohup the hangup is ignored, by children too, unless somebody listens.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangups) })
	tests := []struct {
		name string
		// step is where it is interrupted.
		step   string
		signal syscall.Signal
		// group says that every process of the terminal gets the signal, as by Ctrl-C.
		group bool
		want  int
	}{
		{name: "Ctrl-C while reading the lists", step: "update", signal: syscall.SIGINT, group: true, want: 130},
		{name: "Ctrl-C while downloading", step: "download", signal: syscall.SIGINT, group: true, want: 130},
		{name: "a polite kill while downloading", step: "download", signal: syscall.SIGTERM, want: 143},
		{name: "a closed terminal while unpacking", step: "extract", signal: syscall.SIGHUP, group: true, want: 129},
		{name: "a polite kill while patching", step: "patchelf", signal: syscall.SIGTERM, want: 143},
		{name: "Ctrl-C while fetching modules", step: "modules", signal: syscall.SIGINT, group: true, want: 130},
		{name: "a polite kill after the renaming", step: "proof", signal: syscall.SIGTERM, want: 143},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.env["FAKE_BLOCK"] = test.step
			cmd, stdout, stderr := m.command("version")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			require.NoError(t, cmd.Start())
			blocked := m.waitForBlocked()

			pid := cmd.Process.Pid
			if test.group {
				pid = -pid
			}
			require.NoError(t, syscall.Kill(pid, test.signal))
			require.Error(t, cmd.Wait())

			require.Equal(t, test.want, cmd.ProcessState.ExitCode(), stderr)
			require.Equal(t, "bazelw: interrupted: nothing was kept, the next run starts afresh", last(stderr.String()))
			require.Empty(t, stdout.String())
			require.Empty(t, m.kept())
			require.Eventually(t, func() bool { return !running(blocked) }, 10*time.Second, 10*time.Millisecond, "its children run on")
		})
	}
}

// What a process leaves behind that had no chance to clean up is swept later.
func TestSweepsAfterAKill(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"download", "proof"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.env["FAKE_BLOCK"] = step
			cmd, _, _ := m.command("version")
			require.NoError(t, cmd.Start())
			blocked := m.waitForBlocked()
			require.NoError(t, cmd.Process.Kill())
			require.Error(t, cmd.Wait())
			require.NotEmpty(t, m.kept())

			// Its last child still holds the lock, and the next run waits for it.
			delete(m.env, "FAKE_BLOCK")
			next, _, _ := m.command("version")
			m.logTo(next, "log")
			require.NoError(t, next.Start())
			m.waitFor("log", "is provisioning already: waiting for it")
			group, err := syscall.Getpgid(blocked)
			require.NoError(t, err)
			require.NotEqual(t, syscall.Getpgrp(), group)
			require.NoError(t, syscall.Kill(-group, syscall.SIGKILL))

			require.NoError(t, next.Wait(), m.read("log"))
			require.Contains(t, last(m.read("log")), "is ready")
			require.Len(t, m.kept(), 1)
		})
	}
}

func TestProvisionsOnceForTwo(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.env["FAKE_BLOCK"] = "download"
	first, firstOut, firstErr := m.command("build", "first")
	require.NoError(t, first.Start())
	m.waitForBlocked()

	waiting := "bazelw: process " + strconv.Itoa(first.Process.Pid) + " is provisioning already: waiting for it\n"
	second, secondOut, _ := m.command("build", "second")
	m.logTo(second, "second")
	require.NoError(t, second.Start())
	m.waitFor("second", waiting)

	// A third one loses its patience, which is nothing to the others.
	third, _, _ := m.command("build", "third")
	m.logTo(third, "third")
	require.NoError(t, third.Start())
	m.waitFor("third", waiting)
	require.NoError(t, third.Process.Signal(syscall.SIGTERM))
	require.Error(t, third.Wait())
	require.Equal(t, "bazelw: interrupted", last(m.read("third")))

	m.write("fake/release", "")
	require.NoError(t, first.Wait(), firstErr)
	require.NoError(t, second.Wait(), m.read("second"))
	require.Contains(t, firstOut.String(), "argument=first\n")
	require.Contains(t, secondOut.String(), "argument=second\n")
	require.Equal(t, 1, strings.Count(m.calls(), "install --print-uris"))
	require.Len(t, m.kept(), 1)
}

// waitForBlocked waits until the step that is to block does, and returns the
// process that it blocks in.
func (m *machine) waitForBlocked() int {
	m.t.Helper()
	blocked := filepath.Join(m.fake, "blocked")
	require.Eventually(m.t, func() bool { _, err := os.Stat(blocked); return err == nil }, 30*time.Second, 10*time.Millisecond, "no step blocks")
	pid, err := strconv.Atoi(strings.TrimSpace(m.read("fake/blocked")))
	require.NoError(m.t, err)
	return pid
}

// logTo sends what cmd says to a file, to be read while it runs.
func (m *machine) logTo(cmd *exec.Cmd, name string) {
	m.t.Helper()
	file, err := os.Create(m.path(name))
	require.NoError(m.t, err)
	m.t.Cleanup(func() { require.NoError(m.t, file.Close()) })
	cmd.Stderr = file
}

// waitFor waits until a file of logTo's contains text.
func (m *machine) waitFor(name, text string) {
	m.t.Helper()
	require.Eventually(m.t, func() bool { return strings.Contains(m.read(name), text) }, 30*time.Second, 10*time.Millisecond, text)
}

// running tells whether a process exists that is not merely waiting to be
// collected, as orphans do for ever where process 1 is not an init.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
