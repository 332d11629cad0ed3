// Package process builds and runs the programs that the benchmarks measure,
// and says what each process took. Those that serve gRPC it asks to stop, and
// kills if they don't. It knows nothing of what they compute.
package process

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Usage is what a process took.
type Usage struct {
	// Wall is the time from its start to its end, in nanoseconds as all here.
	// Of a server it includes the waiting.
	Wall time.Duration `json:"wallNanos"`
	// CPU is the time that processors spent on it, in user and kernel mode.
	CPU time.Duration `json:"cpuNanos"`
	// PeakBytes is the largest resident memory, 0 where the system doesn't tell.
	PeakBytes int64 `json:"peakBytes"`
}

// process is a child process. wait must be called.
type process struct {
	cmd     *exec.Cmd
	stderr  tail
	started time.Time
}

// tailBytes is how much of a process's messages is kept for errors.
const tailBytes = 4 << 10

// newProcess prepares a process that is killed when ctx ends.
func newProcess(ctx context.Context, arguments ...string) *process {
	p := &process{cmd: exec.CommandContext(ctx, arguments[0], arguments[1:]...)}
	p.cmd.WaitDelay = time.Second // for the pipes of a killed one
	return p
}

func (p *process) start() error {
	p.started = time.Now()
	return p.cmd.Start()
}

// wait returns what the process took once it has ended.
func (p *process) wait() (Usage, error) {
	err := p.cmd.Wait()
	u := Usage{Wall: time.Since(p.started)}
	if state := p.cmd.ProcessState; state != nil {
		u.CPU = state.UserTime() + state.SystemTime()
		u.PeakBytes = peakBytes(state.SysUsage())
	}
	if err != nil {
		return u, fmt.Errorf("%s: %w%s", p.cmd.Path, err, p.stderr.after())
	}
	return u, nil
}

// Run runs a program to its end, or kills it when ctx ends. It has the variables
// of environment besides those of this process. The error has the last of what
// it printed to standard error.
func Run(ctx context.Context, environment []string, arguments ...string) (stdout []byte, u Usage, err error) {
	p := newProcess(ctx, arguments...)
	var out bytes.Buffer
	p.cmd.Stdout, p.cmd.Stderr = &out, &p.stderr
	p.cmd.Env = append(os.Environ(), environment...)
	if err := p.start(); err != nil {
		return nil, Usage{}, err
	}
	u, err = p.wait()
	return out.Bytes(), u, err
}

// tail keeps the last of what is written to it.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if excess := len(t.text) - tailBytes; excess > 0 {
		t.text = append(t.text[:0], t.text[excess:]...)
	}
	return len(p), nil
}

// after is the text as it follows an error.
func (t *tail) after() string {
	if text := bytes.TrimSpace(t.text); len(text) > 0 {
		return ": " + string(text)
	}
	return ""
}
