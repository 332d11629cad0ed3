package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
)

func TestProgressIsShownWhenAsked(t *testing.T) {
	t.Parallel()
	const mega = 1_000_000
	for _, test := range []struct {
		name, when string
		terminal   bool
		size       int64
		at         int64 // bytes read
		want       bool
	}{
		{"a large file on a terminal", progressAuto, true, 4 * mega, 1, true},
		{"a small file on a terminal", progressAuto, true, 4*mega - 1, 3 * mega, false},
		{"a pipe on a terminal, small so far", progressAuto, true, -1, 4*mega - 1, false},
		{"a pipe on a terminal, grown large", progressAuto, true, -1, 4 * mega, true},
		{"a large file, piped", progressAuto, false, 100 * mega, 50 * mega, false},
		{"always, piped", progressAlways, false, 100, 50, true},
		{"always, unknown", progressAlways, false, -1, 1, true},
		{"always, empty", progressAlways, false, 0, 0, true},
		{"never", progressNever, true, 100 * mega, 50 * mega, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			p := newProgress(test.when, &out, test.terminal, test.size)
			p.update(creatorsclient.Progress{Bytes: test.at, Creators: 1000, Products: 1_233_567})
			shown := out.String()
			require.Equal(t, test.want, strings.Contains(shown, "1,234,567 records"), "%q", shown)
			p.end()
			if !test.want {
				require.Empty(t, out.String())
				return
			}
			// What remains on the line is nothing.
			lines := strings.Split(strings.TrimRight(out.String(), "\r"), "\r")
			require.Empty(t, strings.TrimSpace(lines[len(lines)-1]), "%q", out.String())
		})
	}
}

func TestProgressOfARun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data.json")
	f, err := os.Create(file)
	require.NoError(t, err)
	require.NoError(t, generate.Write(f, generate.Config{Creators: 100, Products: 40_000}))
	require.NoError(t, f.Close())

	terminal := setup()
	terminal.isTerminal = func(any) bool { return true }
	for _, test := range []struct {
		name string
		p    program
		args []string
		want bool
	}{
		{"on a terminal", terminal, []string{file}, true},
		{"piped", setup(), []string{file}, false},
		{"never", terminal, []string{file, "--progress=never"}, false},
		{"always", setup(), []string{file, "--progress=always"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := test.p.result(t, nil, append(test.args, "--embedded")...)
			require.NoError(t, got.err)
			require.Equal(t, 5, strings.Count(got.stdout, "\n"))
			require.Equal(t, test.want, strings.Contains(got.stderr, " records"), "%q", got.stderr)
			require.Equal(t, test.want, strings.Contains(got.stderr, "MB/s"), "%q", got.stderr)
			if !test.want {
				require.Empty(t, got.stderr)
			}
		})
	}

	// An error must not stand behind what is left of a bar.
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	got := setup().result(t, io.MultiReader(bytes.NewReader(data), strings.NewReader("x")), "--embedded", "--progress=always")
	require.ErrorContains(t, got.err, "more after the end")
	lines := strings.Split(strings.TrimRight(got.stderr, "\r"), "\r")
	require.Empty(t, strings.TrimSpace(lines[len(lines)-1]), "%q", got.stderr)
}

func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 12_034: "12,034", 1_000_000: "1,000,000", 1_234_567_890: "1,234,567,890"} {
		require.Equal(t, want, thousands(n))
	}
}
