package logging

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNew(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		config Config
		want   []string // messages that come through
	}{
		{name: "zero value", want: []string{"info", "warn", "error"}},
		{name: "debug", config: Config{Format: "json", Level: "debug"}, want: []string{"debug", "info", "warn", "error"}},
		{name: "warn, in capitals", config: Config{Level: "WARN"}, want: []string{"warn", "error"}},
		{name: "error", config: Config{Level: "error"}, want: []string{"error"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			log, err := New(&b, test.config)
			require.NoError(t, err)
			log.Debug("debug")
			log.Info("info")
			log.Warn("warn")
			log.Error("error")

			var got []string
			for line := range bytes.Lines(b.Bytes()) {
				var record struct {
					Time  time.Time
					Level string
					Msg   string
				}
				require.NoError(t, json.Unmarshal(line, &record))
				require.False(t, record.Time.IsZero())
				got = append(got, record.Msg)
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestNewText(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log, err := New(&b, Config{Format: "text"})
	require.NoError(t, err)
	log.InfoContext(WithRequestID(t.Context(), "r1"), "serving", "addr", "127.0.0.1:9070")
	require.Regexp(t, `^time=\S+ level=INFO msg=serving addr=127.0.0.1:9070 request_id=r1\n$`, b.String())
}

func TestValidate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		config Config
		want   string
	}{
		{name: "level", config: Config{Level: "loud"}, want: `--log_level: unknown level "loud", want debug, info, warn or error`},
		{name: "level with an offset, as slog has it", config: Config{Level: "info+1"}, want: `--log_level: unknown level "info+1", want debug, info, warn or error`},
		{name: "format", config: Config{Format: "xml"}, want: `--log_format: unknown format "xml", want json or text`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, test.config.Validate(), test.want)
			_, err := New(nil, test.config)
			require.EqualError(t, err, test.want)
		})
	}
}

func TestRegisterFlags(t *testing.T) {
	t.Parallel()
	var c Config
	fs := flag.NewFlagSet("tool", flag.ContinueOnError)
	c.RegisterFlags(fs)
	require.NoError(t, fs.Parse(nil))
	require.Equal(t, Config{Format: "json", Level: "info"}, c)
	require.NoError(t, fs.Parse([]string{"--log_format=text", "--log_level=debug"}))
	require.Equal(t, Config{Format: "text", Level: "debug"}, c)
	require.NoError(t, c.Validate())
}

func TestHandlerAddsTheRequestID(t *testing.T) {
	t.Parallel()
	with := WithRequestID(context.Background(), "r1")
	tests := []struct {
		name string
		log  func(*slog.Logger)
		want string
	}{
		{name: "none", log: func(l *slog.Logger) { l.Info("m") }, want: `{"msg":"m"}`},
		{name: "id", log: func(l *slog.Logger) { l.InfoContext(with, "m") }, want: `{"msg":"m","request_id":"r1"}`},
		{name: "after attributes", log: func(l *slog.Logger) { l.With("a", 1).InfoContext(with, "m", "b", 2) }, want: `{"msg":"m","a":1,"b":2,"request_id":"r1"}`},
		{name: "within a group", log: func(l *slog.Logger) { l.WithGroup("g").InfoContext(with, "m", "b", 2) }, want: `{"msg":"m","g":{"b":2,"request_id":"r1"}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			log, err := New(&b, Config{})
			require.NoError(t, err)
			test.log(log)
			var record map[string]any
			require.NoError(t, json.Unmarshal(b.Bytes(), &record))
			delete(record, "time")
			delete(record, "level")
			got, err := json.Marshal(record)
			require.NoError(t, err)
			require.JSONEq(t, test.want, string(got))
		})
	}
}
