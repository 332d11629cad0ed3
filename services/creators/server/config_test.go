package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		set  func(*server.Config)
		want string // "" when it is valid
	}{
		{"defaults", func(*server.Config) {}, ""},
		{"free ports", func(c *server.Config) { c.GRPCPort, c.MetricsPort = 0, 0 }, ""},
		{"least", func(c *server.Config) {
			c.MaxMessageBytes, c.MaxCreators, c.MaxProducts, c.ShutdownTimeout = 1, 1, 1, 0
		}, ""},
		{"port too high", func(c *server.Config) { c.GRPCPort = 65536 }, "--grpc_port must be from 0 to 65535, not 65536"},
		{"negative port", func(c *server.Config) { c.MetricsPort = -1 }, "--metrics_port must be from 0 to 65535, not -1"},
		{"prefix", func(c *server.Config) { c.FlagPrefix, c.MetricsPort = "creators_", -1 }, "--creators_metrics_port must be from 0 to 65535, not -1"},
		{"no bytes", func(c *server.Config) { c.MaxMessageBytes = 0 }, "--max_message_bytes must be at least 1, not 0"},
		{"no creators", func(c *server.Config) { c.MaxCreators = 0 }, "--max_creators must be at least 1, not 0"},
		{"negative products", func(c *server.Config) { c.MaxProducts = -5 }, "--max_products must be at least 1, not -5"},
		{"negative timeout", func(c *server.Config) { c.ShutdownTimeout = -1 }, "--shutdown_timeout must not be negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := server.DefaultConfig()
			test.set(&cfg)
			err := cfg.Validate()
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.want)
			_, err = server.New(t.Context(), cfg)
			require.EqualError(t, err, test.want)
			_, err = server.NewInProcess(cfg)
			require.EqualError(t, err, test.want)
		})
	}
}
