package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
)

// stopGrace is what a server gets to stop once it was asked to.
const stopGrace = 10 * time.Second

// Server is a process that serves gRPC.
type Server struct {
	// Addr is where, as HOST:PORT.
	Addr    string
	process *process
	drained chan struct{} // closed when all of its messages were read
}

// StartServer starts a server and waits until it logs that it serves gRPC, and
// where: a line of JSON in which msg is serving, what is grpc and addr the
// address. The server is killed when ctx ends. Stop must be called.
func StartServer(ctx context.Context, arguments ...string) (*Server, error) {
	s := &Server{process: newProcess(ctx, arguments...), drained: make(chan struct{})}
	messages, err := s.process.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.process.start(); err != nil {
		return nil, err
	}
	addr := make(chan string, 1)
	go func() {
		defer close(s.drained)
		defer close(addr)
		s.read(messages, addr)
	}()
	var serving bool
	if s.Addr, serving = <-addr; !serving {
		_, err := s.Stop()
		return nil, errors.Join(fmt.Errorf("%s ended before it served", arguments[0]), err)
	}
	return s, nil
}

// read reads the server's log, for the address of its gRPC in particular.
func (s *Server) read(messages io.Reader, addr chan<- string) {
	found := false
	for lines := bufio.NewScanner(messages); lines.Scan(); {
		fmt.Fprintf(&s.process.stderr, "%s\n", lines.Bytes())
		var line struct{ Msg, What, Addr string }
		if !found && json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" && line.What == "grpc" {
			found = true
			addr <- line.Addr
		}
	}
	_, _ = io.Copy(io.Discard, messages) // What the scanner found too long.
}

// Stop asks the server to stop, waits for that, and says what it took.
func (s *Server) Stop() (Usage, error) {
	// It may have ended already; waiting tells.
	_ = s.process.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(stopGrace, func() { _ = s.process.cmd.Process.Kill() })
	defer kill.Stop()
	<-s.drained // Wait closes the pipe, so all must have been read.
	return s.process.wait()
}
