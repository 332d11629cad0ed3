// Package logging makes the programs' structured loggers, and carries request
// ids through contexts into the log.
//
// It decides the format and the level, nothing else: what is logged is up to
// the packages that log, and where it goes is up to whoever collects standard
// error.
package logging

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Config says how to log. The zero value logs JSON from level info on.
type Config struct {
	// Format is "json", for machines, or "text", for people. Empty is json.
	Format string
	// Level is the lowest level to log: debug, info, warn or error. Empty is
	// info.
	Level string
}

// RegisterFlags adds --log_format and --log_level to fs.
func (c *Config) RegisterFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.Format, "log_format", "json", "`format` of the log on standard error: json, or text for people")
	fs.StringVar(&c.Level, "log_level", "info", "lowest `level` to log: debug, info, warn or error")
}

// Validate says what is wrong with the configuration, naming the flag.
func (c *Config) Validate() error {
	if _, err := c.level(); err != nil {
		return err
	}
	switch c.Format {
	case "", "json", "text":
		return nil
	default:
		return fmt.Errorf("--log_format: unknown format %q, want json or text", c.Format)
	}
}

func (c *Config) level() (slog.Level, error) {
	switch strings.ToLower(c.Level) {
	case "debug":
		return slog.LevelDebug, nil
	case "", "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	default:
		return 0, fmt.Errorf("--log_level: unknown level %q, want debug, info, warn or error", c.Level)
	}
}

// New makes a logger that writes one line a record to w. Records logged with a
// context that carries a request id (see WithRequestID) get it as the
// attribute "request_id". The error is that of Validate.
func New(w io.Writer, c Config) (*slog.Logger, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	level, err := c.level()
	if err != nil {
		return nil, err
	}
	options := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewJSONHandler(w, options)
	if c.Format == "text" {
		h = slog.NewTextHandler(w, options)
	}
	return slog.New(handler{h}), nil
}

// handler adds the context's request id to each record.
type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestID(ctx); id != "" {
		record = record.Clone()
		record.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, record)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name)}
}
