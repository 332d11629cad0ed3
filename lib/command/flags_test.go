package command

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sample is a flag set with a flag of each kind.
func sample(help io.Writer) *flag.FlagSet {
	fs := NewFlagSet("tool", "[flags] [file]", "tool does things.", help)
	fs.String("host", "127.0.0.1", "`address` to listen on")
	fs.Int("grpc_port", 9070, "`port` for gRPC")
	fs.Uint("depth", 3, "how deep")
	fs.Float64("ratio", .5, "how much")
	fs.Duration("timeout", 15*time.Second, "how long")
	fs.Bool("embedded", false, "needs no server")
	fs.Func("output", "text or json", func(s string) error {
		if s != "text" && s != "json" {
			return errors.New("want text or json")
		}
		return nil
	})
	return fs
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want []string // positional
		port string
	}{
		{name: "nothing", port: "9070"},
		{name: "flags first", args: []string{"--grpc_port", "1", "a", "b"}, want: []string{"a", "b"}, port: "1"},
		{name: "flags last", args: []string{"a", "b", "--grpc_port=2"}, want: []string{"a", "b"}, port: "2"},
		{name: "flags between", args: []string{"a", "--grpc_port", "3", "b", "--embedded", "c"}, want: []string{"a", "b", "c"}, port: "3"},
		{name: "one dash", args: []string{"-grpc_port=4"}, port: "4"},
		{name: "standard input", args: []string{"-", "--grpc_port=5"}, want: []string{"-"}, port: "5"},
		{name: "end of flags", args: []string{"--grpc_port=6", "--", "--grpc_port=7", "--x"}, want: []string{"--grpc_port=7", "--x"}, port: "6"},
		{name: "end of flags after an argument", args: []string{"a", "--", "--x"}, want: []string{"a", "--x"}, port: "9070"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var help bytes.Buffer
			fs := sample(&help)
			require.NoError(t, Parse(fs, test.args))
			require.Equal(t, append([]string{}, test.want...), fs.Args())
			require.Equal(t, test.port, fs.Lookup("grpc_port").Value.String())
			require.Empty(t, help.String())
		})
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{name: "unknown", args: []string{"--colour"}, want: "unknown flag --colour"},
		{name: "unknown after an argument", args: []string{"file", "--colour=red"}, want: "unknown flag --colour"},
		{name: "hyphens", args: []string{"--grpc-port=1"}, want: "unknown flag --grpc-port, did you mean --grpc_port?"},
		{name: "capitals", args: []string{"--GRPC_PORT=1"}, want: "unknown flag --GRPC_PORT, did you mean --grpc_port?"},
		{name: "mistyped", args: []string{"--tiemout=1s"}, want: "unknown flag --tiemout, did you mean --timeout?"},
		{name: "no value", args: []string{"--host"}, want: "--host needs a value"},
		{name: "not an int", args: []string{"--grpc_port", "http"}, want: `invalid value "http" for --grpc_port: want a whole number`},
		{name: "int out of range", args: []string{"--grpc_port", "99999999999999999999"}, want: `invalid value "99999999999999999999" for --grpc_port: out of range`},
		{name: "negative uint", args: []string{"--depth=-1"}, want: `invalid value "-1" for --depth: want a whole number, 0 or more`},
		{name: "not a float", args: []string{"--ratio=half"}, want: `invalid value "half" for --ratio: want a number`},
		{name: "duration without unit", args: []string{"--timeout", "15"}, want: `invalid value "15" for --timeout: want a duration such as 15s or 1m30s`},
		{name: "not a bool", args: []string{"--embedded=perhaps"}, want: `invalid value "perhaps" for --embedded: want true or false`},
		{name: "the flag's own error", args: []string{"--output=xml"}, want: `invalid value "xml" for --output: want text or json`},
		{name: "line break in a value", args: []string{"--grpc_port", "1\n2"}, want: `invalid value "1\n2" for --grpc_port: want a whole number`},
		{name: "three dashes", args: []string{"---host"}, want: "bad flag syntax: ---host"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var help bytes.Buffer
			err := Parse(sample(&help), test.args)
			require.EqualError(t, err, test.want)
			require.True(t, IsUsage(err))
			require.Empty(t, help.String(), "the error is printed by Main, and the help is not")
		})
	}
}

func TestParseHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"-h"}, {"file", "--help"}} {
		var help bytes.Buffer
		fs := sample(&help)
		err := Parse(fs, args)
		require.ErrorIs(t, err, flag.ErrHelp)
		require.False(t, IsUsage(err))
		require.Contains(t, help.String(), "Usage: tool [flags] [file]\n\ntool does things.\n")
	}
}

func TestNoArgs(t *testing.T) {
	t.Parallel()
	fs := sample(io.Discard)
	require.NoError(t, Parse(fs, []string{"--embedded"}))
	require.NoError(t, NoArgs(fs))
	require.NoError(t, Parse(fs, []string{"serve", "fast"}))
	err := NoArgs(fs)
	require.EqualError(t, err, `unknown argument "serve"`)
	require.True(t, IsUsage(err))
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "abd", 1},
		{"kitten", "sitting", 3},
		{"tiemout", "timeout", 2},
	} {
		require.Equal(t, test.want, distance(test.a, test.b), "%s, %s", test.a, test.b)
	}
}
