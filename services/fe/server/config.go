package server

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
)

// Config is what a Server needs to know. Validate says what is required.
type Config struct {
	// Host is the address or name to listen on, without a port.
	Host string
	// WebPort and MetricsPort are the ports of the pages and of the operations
	// endpoint. 0 picks a free one.
	WebPort, MetricsPort int
	// FlagPrefix is what the program's flags for the two ports begin with, for
	// the error that names one of them: empty for --web_port, "fe_" for
	// --fe_web_port.
	FlagPrefix string

	// CreatorsSvc is the address of the creators service, as HOST:PORT or a
	// target in gRPC's notation.
	CreatorsSvc string
	// CreatorsTimeout is how long creators may keep a request waiting, be it to
	// take more data or to answer. The time in which the visitor sends does not
	// count.
	CreatorsTimeout time.Duration
	// MaxUpload bounds a request's body, in bytes.
	MaxUpload int64
	// ShutdownTimeout is what the requests in flight get to end before they are
	// cut.
	ShutdownTimeout time.Duration

	// Logger gets a line per request and per step of start and stop. Nil logs
	// nothing.
	Logger *slog.Logger
	// Registry gets the metrics and serves them. Nil makes one, as package ops
	// does for any service.
	Registry *prometheus.Registry
	// Now is the clock that pages show times by. Nil is time.Now.
	Now func() time.Time
	// DialOptions are further options of the connection to creators, for tests.
	DialOptions []grpc.DialOption
}

// DefaultConfig is the configuration that the programs have unless their flags
// say otherwise.
func DefaultConfig() Config {
	return Config{
		Host:            "127.0.0.1",
		WebPort:         9072,
		MetricsPort:     9073,
		CreatorsSvc:     "localhost:9070",
		CreatorsTimeout: time.Minute,
		MaxUpload:       256 << 20,
		ShutdownTimeout: 15 * time.Second,
	}
}

// Validate says what is wrong with the configuration, in the names of the
// flags.
func (c *Config) Validate() error {
	for _, port := range []struct {
		name  string
		value int
	}{{"web_port", c.WebPort}, {"metrics_port", c.MetricsPort}} {
		if port.value < 0 || port.value > 65535 {
			return fmt.Errorf("--%s%s must be from 0 to 65535, not %d", c.FlagPrefix, port.name, port.value)
		}
	}
	switch {
	case c.CreatorsSvc == "":
		return errors.New("--creators_svc must not be empty")
	case c.CreatorsTimeout <= 0:
		return errors.New("--creators_timeout must be more than 0")
	case c.MaxUpload < 1:
		return fmt.Errorf("--max_upload must be at least 1, not %d", c.MaxUpload)
	case c.ShutdownTimeout < 0:
		return errors.New("--shutdown_timeout must not be negative")
	}
	return nil
}
