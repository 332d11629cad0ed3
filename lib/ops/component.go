package ops

import (
	"log/slog"
	"net"

	"github.com/inventive-weave/inventive-weave/lib/httpserver"
	"github.com/inventive-weave/inventive-weave/lib/lifecycle"
)

// NewComponent makes the endpoint with its server, which serves on listener
// when the component runs. Give it to lifecycle.Run first: it is then the last
// to stop, and the others' drain can be watched. Profiles that still run do not
// hold up its stop. Errors are those of New.
func NewComponent(cfg Config, listener net.Listener) (lifecycle.Component, error) {
	handler, err := New(cfg)
	if err != nil {
		return lifecycle.Component{}, err
	}
	server, err := httpserver.New(httpserver.Config{
		Name:             "ops",
		Handler:          handler,
		Logger:           cfg.Logger,
		AccessLevel:      slog.LevelDebug,
		Registerer:       cfg.Registry,
		CancelOnShutdown: true,
	})
	if err != nil {
		return lifecycle.Component{}, err
	}
	return lifecycle.Component{
		Name:  "operations endpoint",
		Serve: func() error { return server.Serve(listener) },
		Drain: server.Shutdown,
		Force: func() { _ = server.Close() },
	}, nil
}
