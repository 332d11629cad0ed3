package command

import (
	"bytes"
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHelpText(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	fs := NewFlagSet("creators", "[flags]", `
creators ranks the creators of products by how active they are.

Examples:
  creators --log_format text
`, &b)
	fs.String("host", "127.0.0.1", "`address` to listen on; 0.0.0.0 is all of them")
	fs.Int("grpc_port", 9070, "`port` for gRPC; 0 picks a free one, which the log names in the line that says that the server is serving")
	fs.Int64("max_products_of_one_call_per_creator", 0, "`products` of one call at most")
	fs.Duration("shutdown_timeout", 15*time.Second, "`time` that calls in flight get to end after SIGTERM")
	fs.Bool("embedded", false, "rank in process")
	fs.String("tls_key", "", "`file` with the key")

	require.ErrorIs(t, Parse(fs, []string{"--help"}), flag.ErrHelp)
	require.Equal(t, `Usage: creators [flags]

creators ranks the creators of products by how active they are.

Examples:
  creators --log_format text

Flags:
  --embedded               rank in process
  --grpc_port PORT         port for gRPC; 0 picks a free one, which the log
                           names in the line that says that the server is
                           serving (default 9070)
  --host ADDRESS           address to listen on; 0.0.0.0 is all of them
                           (default 127.0.0.1)
  --max_products_of_one_call_per_creator PRODUCTS
                           products of one call at most (default 0)
  --shutdown_timeout TIME  time that calls in flight get to end after SIGTERM
                           (default 15s)
  --tls_key FILE           file with the key
  --help                   print this help
`, b.String())
}

func TestHelpTextWithoutAnything(t *testing.T) {
	t.Parallel()
	fs := NewFlagSet("tool", "", "", nil)
	require.Equal(t, "Usage: tool\n\nFlags:\n  --help  print this help\n", helpText(fs, "", ""))
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{name: "empty", text: "", want: []string{""}},
		{name: "fits", text: "one two", want: []string{"one two"}},
		{name: "breaks", text: "one two three", want: []string{"one two", "three"}},
		{name: "long word", text: "a considerable b", want: []string{"a", "considerable", "b"}},
		{name: "counts characters", text: "äöü äöü", want: []string{"äöü äöü"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, wrap(strings.Fields(test.text), 7))
		})
	}
}
