package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
	"github.com/inventive-weave/inventive-weave/testdata"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// summer is where example1.json was made.
var summer = time.FixedZone("CEST", 2*60*60)

// result is what a run left behind.
type result struct {
	stdout, stderr string
	err            error
}

// setup is a process without terminals.
func setup() program {
	return program{local: summer, isTerminal: func(any) bool { return false }}
}

func (p program) result(t *testing.T, stdin io.Reader, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := p.run(t.Context(), args, stdin, &stdout, &stderr)
	return result{stdout.String(), stderr.String(), err}
}

// example is a data set of package testdata.
func example(t *testing.T, name string) *bytes.Reader {
	t.Helper()
	data, err := fs.ReadFile(testdata.Files, name)
	require.NoError(t, err)
	return bytes.NewReader(data)
}

// startServer starts a creators server and returns its address.
func startServer(t *testing.T) string {
	t.Helper()
	cfg := server.DefaultConfig()
	cfg.GRPCPort, cfg.MetricsPort = 0, 0
	ctx, cancel := context.WithCancel(context.Background())
	s, err := server.New(ctx, cfg)
	require.NoError(t, err)
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return s.GRPCAddr().String()
}

func TestRankings(t *testing.T) {
	t.Parallel()
	address := startServer(t)
	for _, test := range []struct {
		name, file string
		args       []string
		want       string
	}{
		{"example 1", "example1.json", nil, `The top creators are:
1: sofie.jensen@example.org (products: 15, most recent creation: 2023-04-06T21:01:59.752638+02:00)
2: jonas.lindqvist@example.org (products: 15, most recent creation: 2023-04-06T20:47:12.104977+02:00)
3: aiko.tanaka@example.org (products: 13, most recent creation: 2023-03-30T09:15:00.25+02:00)
---
`},
		{"all of example 1", "example1.json", []string{"--top", "0"}, `The top creators are:
1: sofie.jensen@example.org (products: 15, most recent creation: 2023-04-06T21:01:59.752638+02:00)
2: jonas.lindqvist@example.org (products: 15, most recent creation: 2023-04-06T20:47:12.104977+02:00)
3: aiko.tanaka@example.org (products: 13, most recent creation: 2023-03-30T09:15:00.25+02:00)
4: emma.wright@example.org (products: 13, most recent creation: 2023-03-30T09:15:00.25+02:00)
5: nadia.petrova@example.org (products: 13, most recent creation: 2023-03-28T18:22:41.91824+02:00)
6: mira.okafor@example.org (products: 9, most recent creation: 2023-04-05T11:05:33.660125+02:00)
7: leila.haddad@example.org (products: 8, most recent creation: 2023-04-06T21:30:00.000001+02:00)
8: rafael.moreno@example.org (products: 7, most recent creation: 2023-02-14T13:00:00+02:00)
9: bruno.costa@example.org (products: 5, most recent creation: 2023-04-01T08:08:08.80808+02:00)
10: tomasz.nowak@example.org (products: 2, most recent creation: 2022-12-24T18:59:59.999999+02:00)
---
`},
		{"all of example 2", "example2.json", []string{"--top=10"}, `The top creators are:
1: zoë@example.org (products: 2, most recent creation: 2023-04-06T21:01:59.5+02:00)
2: creator c-9 (products: 1, most recent creation: 2023-01-15T09:30:00+02:00)
3: keeps.no.time@example.org (products: 1, most recent creation: unknown)
4: has.not.begun@example.org (no products yet)
---
`},
		{"example 2 for programs", "example2.json", []string{"--top=0", "--output=json"}, `{
  "creators": [
    {
      "rank": 1,
      "id": "c-2",
      "email": "zoë@example.org",
      "products": 2,
      "mostRecentCreation": "2023-04-06T21:01:59.5+02:00"
    },
    {
      "rank": 2,
      "id": "c-9",
      "email": "",
      "products": 1,
      "mostRecentCreation": "2023-01-15T09:30:00+02:00"
    },
    {
      "rank": 3,
      "id": "c-3",
      "email": "keeps.no.time@example.org",
      "products": 1,
      "mostRecentCreation": null
    },
    {
      "rank": 4,
      "id": "c-1",
      "email": "has.not.begun@example.org",
      "products": 0,
      "mostRecentCreation": null
    }
  ],
  "creatorCount": 4,
  "productCount": 4
}
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, way := range []string{"--creators_svc=" + address, "--embedded"} {
				got := setup().result(t, example(t, test.file), append(test.args, way)...)
				require.NoError(t, got.err, way)
				require.Equal(t, test.want, got.stdout, way)
				require.Empty(t, got.stderr, way)
			}
		})
	}
}

func TestNobody(t *testing.T) {
	t.Parallel()
	got := setup().result(t, strings.NewReader(`{}`), "--embedded")
	require.NoError(t, got.err)
	require.Equal(t, "The top creators are:\n---\n", got.stdout)

	got = setup().result(t, strings.NewReader(`{}`), "--embedded", "--output", "json")
	require.NoError(t, got.err)
	require.Equal(t, "{\n  \"creators\": [],\n  \"creatorCount\": 0,\n  \"productCount\": 0\n}\n", got.stdout)
}

func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"byte_order_mark":      "line 1, column 1: the file begins with a byte order mark, which JSON doesn't allow; save it as UTF-8 without one",
		"deep_nesting":         "line 1, column 10022: values nest deeper than 10000",
		"empty":                "line 1, column 1: there is no data",
		"huge_number":          "line 3, column 48: Products[0].createTime: must be a string with an RFC 3339 time, not a number",
		"invalid_utf8":         "line 3, column 28: Creators[0].email: invalid UTF-8: byte 0xeb",
		"line_break_in_string": `line 3, column 30: Creators[0].email: a string can't hold the control character U+000A as it is, only as \u000a`,
		"no_creator":           "the creators service refuses it: Products[17].creatorId: must not be empty",
		"not_a_time":           `line 120, column 22: Products[17].createTime: "yesterday" is not an RFC 3339 time`,
		"not_an_object":        "line 1, column 1: a data set must be an object, not a list",
		"out_of_range_time":    `line 3, column 48: Products[0].createTime: "9999-12-31T23:59:59-01:00" is not in the years 0001 to 9999 in UTC`,
		"second_list":          "line 4, column 3: Products: this list occurs a second time; a data set has it once",
		"second_value":         "line 2, column 1: there is more after the end of the data set",
		"trailing_comma":       `line 4, column 3: Creators[1]: expected an object, not "]"`,
		"truncated":            "line 7, column 44: Products[1]: the data ends here, but the end of a string must follow",
		"two_emails":           "the creators service refuses it: Creators[1].email: must be the same as in Creators[0], which lists the same creator",
		"unquoted_key":         `line 2, column 3: expected a key or the end of the data set, not "C"`,
		"utf16":                "line 1, column 1: the file is in UTF-16; save it as UTF-8",
		"wrong_type":           "line 4, column 12: Creators[1].id: must be a string, not a number",
	}
	readme, err := fs.ReadFile(testdata.Files, "README.md")
	require.NoError(t, err)
	files, err := fs.Glob(testdata.Files, "broken/*.json")
	require.NoError(t, err)
	require.Len(t, files, len(want))
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			name := strings.TrimSuffix(filepath.Base(file), ".json")
			require.Contains(t, want, name)
			require.Contains(t, string(readme), "| `"+name+".json` |")
			got := setup().result(t, example(t, file), "--embedded")
			require.EqualError(t, got.err, "standard input: "+want[name])
			require.False(t, command.IsUsage(got.err))
			require.Empty(t, got.stdout)
			require.Empty(t, got.stderr)
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown flag", []string{"--topp", "3"}, "unknown flag --topp, did you mean --top?"},
		{"no number", []string{"--top", "x"}, `invalid value "x" for --top: want a whole number`},
		{"negative number", []string{"--top", "-1"}, "--top must not be negative"},
		{"format", []string{"--output", "xml"}, `--output must be text or json, not "xml"`},
		{"no duration", []string{"--timeout", "3"}, `invalid value "3" for --timeout: want a duration such as 15s or 1m30s`},
		{"negative duration", []string{"--timeout", "-3s"}, "--timeout must not be negative"},
		{"progress", []string{"--progress", "yes"}, `--progress must be auto, always or never, not "yes"`},
		{"two files", []string{"a", "b"}, "one file at a time, not 2"},
		{"two ways", []string{"--embedded", "--creators_svc", "localhost:9070"}, "--embedded uses no server, so --creators_svc can't be given with it"},
		{"address", []string{"--creators_svc", "localhost"}, `--creators_svc: "localhost" is not a server's address, want HOST:PORT`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := setup().result(t, strings.NewReader(`{}`), test.args...)
			require.EqualError(t, got.err, test.want)
			require.True(t, command.IsUsage(got.err))
			require.Empty(t, got.stdout)
			require.Empty(t, got.stderr)
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	got := setup().result(t, nil, "--help")
	require.ErrorIs(t, got.err, flag.ErrHelp)
	for _, want := range []string{
		"Usage: creatorclient [flags] [file]", "--creators_svc ADDRESS", "(default localhost:9070)", "--top NUMBER", "(default 3)",
		"--output FORMAT", "--timeout TIME", "--embedded", "--progress WHEN",
	} {
		require.Contains(t, got.stdout, want)
	}
	require.Empty(t, got.stderr)
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	got := setup().result(t, r, "--embedded", "--timeout=20ms")
	require.EqualError(t, got.err, "gave up after --timeout 20ms")
	require.False(t, command.IsUsage(got.err))
	require.Empty(t, got.stdout)
	require.NoError(t, w.Close())
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, `{"Products":[`)
		cancel()
	}()
	var stdout, stderr bytes.Buffer
	err := setup().run(ctx, []string{"--embedded"}, r, &stdout, &stderr)
	require.ErrorIs(t, err, context.Canceled, "package command names the signal then")
	require.Empty(t, stdout.String())
	require.NoError(t, w.Close())
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	address := "unix:" + filepath.Join(t.TempDir(), "nobody")
	got := setup().result(t, strings.NewReader(`{}`), "--creators_svc", address)
	require.EqualError(t, got.err, "cannot reach the creators service at "+address+": dial unix "+address[len("unix:"):]+": connect: no such file or directory; "+
		"start one with ./bazelw run //cmd/weave, or rank without it with --embedded")
	require.False(t, command.IsUsage(got.err))
	require.Empty(t, got.stdout)
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	p := setup()
	p.isTerminal = func(stream any) bool { _, ok := stream.(*strings.Reader); return ok }
	const hint = "creatorclient: waiting for a data set on standard input; Ctrl-D ends it, Ctrl-C gives up\n"
	got := p.result(t, strings.NewReader(`{}`), "--embedded")
	require.NoError(t, got.err)
	require.Equal(t, hint, got.stderr)
	got = p.result(t, strings.NewReader(`{}`), "--embedded", "-")
	require.Equal(t, hint, got.stderr)

	file := filepath.Join(t.TempDir(), "empty.json")
	require.NoError(t, os.WriteFile(file, []byte(`{}`), 0o600))
	got = p.result(t, strings.NewReader(``), "--embedded", file)
	require.NoError(t, got.err)
	require.Empty(t, got.stderr)

	require.False(t, isTerminal(strings.NewReader("")))
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	require.False(t, isTerminal(null))
	require.NoError(t, null.Close())
}

func TestOutputFails(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	for _, output := range []string{outputText, outputJSON} {
		err := setup().run(t.Context(), []string{"--embedded", "--output", output}, strings.NewReader(`{}`), brokenWriter{full}, io.Discard)
		require.ErrorIs(t, err, full)
		require.EqualError(t, err, "print ranking: no space left")
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }
