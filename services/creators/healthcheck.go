package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

const healthcheckDescription = `
Asks the creators server on this machine whether it is healthy, by gRPC's health
protocol. It prints one line and exits with 0 when it is, with 1 otherwise.
`

// healthcheck is the subcommand.
func healthcheck(ctx context.Context, args []string, stdout io.Writer) error {
	defaults := server.DefaultConfig()
	fs := command.NewFlagSet("creators healthcheck", "[flags]", healthcheckDescription, stdout)
	host := fs.String("host", defaults.Host, "`address` that the server listens on; 0.0.0.0 is asked on this machine")
	port := fs.Int("grpc_port", defaults.GRPCPort, "`port` that the server listens on")
	timeout := fs.Duration("timeout", 2*time.Second, "`time` that it gets to answer")
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	if err := command.NoArgs(fs); err != nil {
		return err
	}
	if *timeout <= 0 {
		return command.UsageError("--timeout must be more than 0")
	}

	target := net.JoinHostPort(*host, strconv.Itoa(*port))
	conn, err := grpcclient.New(grpcclient.Config{
		Target:      target,
		DialOptions: []grpc.DialOption{grpc.WithDisableRetry()}, // whoever checks, checks again
	})
	if err != nil {
		return command.UsageError("%w", err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	answer, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{})
	if err != nil {
		return fmt.Errorf("%s gives no answer: %s", target, grpcclient.Reason(status.Convert(err).Message()))
	}
	if s := answer.GetStatus(); s != healthpb.HealthCheckResponse_SERVING {
		return fmt.Errorf("%s is not healthy: %s", target, s)
	}
	_, err = fmt.Fprintf(stdout, "%s is healthy\n", target)
	return err
}
