package server

import (
	"context"
	"net"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"

	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
)

// pipeBytes is how much the connection within the process holds in each
// direction: a few chunks.
const pipeBytes = 1 << 20

// InProcess is the service without a network: the same server, at the other
// end of a pipe in memory. It is for programs that bring the service along,
// and for tests.
type InProcess struct {
	// Conn is the connection to the service.
	Conn *grpc.ClientConn
	stop func()
}

// NewInProcess starts the service of cfg, whose addresses and ports it does
// not need, in this process. Without a Registry nothing is counted. Close
// stops it.
func NewInProcess(cfg Config) (*InProcess, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	var registerer prometheus.Registerer
	if cfg.Registry != nil {
		registerer = cfg.Registry
	}
	server, err := newGRPC(cfg, registerer)
	if err != nil {
		return nil, err
	}
	listener := bufconn.Listen(pipeBytes)
	conn, err := grpcclient.New(grpcclient.Config{
		Target: "passthrough:///in-process",
		DialOptions: []grpc.DialOption{
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		},
	})
	if err != nil {
		return nil, err
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	return &InProcess{Conn: conn, stop: func() {
		_ = conn.Close() // it returns an error only when closed twice
		server.Stop()
		<-served
	}}, nil
}

// Close cuts the calls in flight and stops the service.
func (p *InProcess) Close() { p.stop() }
