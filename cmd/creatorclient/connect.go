package main

import (
	"math"

	"google.golang.org/grpc"

	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

// connection is a way to the creators service.
type connection struct {
	grpc.ClientConnInterface
	close func()
}

// connect makes a connection to the server, or to a service in this process.
func connect(cfg config) (connection, error) {
	if !cfg.embedded {
		conn, err := grpcclient.New(grpcclient.Config{Target: cfg.creatorsSvc})
		if err != nil {
			return connection{}, command.UsageError("--creators_svc: %w", err)
		}
		return connection{conn, func() { _ = conn.Close() }}, nil
	}

	// A server bounds what strangers may ask of it; here the data is the user's
	// and so is the machine.
	limits := server.DefaultConfig()
	limits.MaxCreators, limits.MaxProducts = math.MaxInt64, math.MaxInt64
	service, err := server.NewInProcess(limits)
	if err != nil {
		return connection{}, err
	}
	return connection{service.Conn, service.Close}, nil
}
