package server

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// Config is what a Server needs to know. Validate says what is required.
type Config struct {
	// Host is the address or name to listen on, without a port.
	Host string
	// GRPCPort and MetricsPort are the ports of the API and of the operations
	// endpoint. 0 picks a free one.
	GRPCPort, MetricsPort int
	// FlagPrefix is what the program's flags for the two ports begin with, for
	// the error that names one of them: empty for --grpc_port, "creators_" for
	// --creators_grpc_port.
	FlagPrefix string

	// MaxMessageBytes bounds one message from a client, in bytes.
	MaxMessageBytes int
	// MaxCreators and MaxProducts bound the data set of one call: distinct
	// creators, which memory grows with, and products.
	MaxCreators, MaxProducts int64
	// ShutdownTimeout is what the calls in flight get to end before they are
	// cut.
	ShutdownTimeout time.Duration

	// Logger gets a line per call and per step of start and stop. Nil logs
	// nothing.
	Logger *slog.Logger
	// Registry gets the metrics and serves them. Nil makes one, as package ops
	// does for any service.
	Registry *prometheus.Registry
}

// DefaultConfig is the configuration that the programs have unless their flags
// say otherwise.
func DefaultConfig() Config {
	return Config{
		Host:            "127.0.0.1",
		GRPCPort:        9070,
		MetricsPort:     9071,
		MaxMessageBytes: grpcserver.DefaultMaxReceiveBytes,
		MaxCreators:     10_000_000,
		MaxProducts:     1_000_000_000,
		ShutdownTimeout: 15 * time.Second,
	}
}

// Validate says what is wrong with the configuration, in the names of the
// flags.
func (c *Config) Validate() error {
	for _, port := range []struct {
		name  string
		value int
	}{{"grpc_port", c.GRPCPort}, {"metrics_port", c.MetricsPort}} {
		if port.value < 0 || port.value > 65535 {
			return fmt.Errorf("--%s%s must be from 0 to 65535, not %d", c.FlagPrefix, port.name, port.value)
		}
	}
	for _, bound := range []struct {
		name  string
		value int64
	}{{"max_message_bytes", int64(c.MaxMessageBytes)}, {"max_creators", c.MaxCreators}, {"max_products", c.MaxProducts}} {
		if bound.value < 1 {
			return fmt.Errorf("--%s must be at least 1, not %d", bound.name, bound.value)
		}
	}
	if c.ShutdownTimeout < 0 {
		return errors.New("--shutdown_timeout must not be negative")
	}
	return nil
}

// limits are the bounds of one call.
func (c *Config) limits() activity.Limits {
	return activity.Limits{Creators: c.MaxCreators, Products: c.MaxProducts}
}
