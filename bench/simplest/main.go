// Simplest is the simplest program that ranks the creators of a data set over
// gRPC, as a client and a server: the client reads all of the file with
// encoding/json into structs and sends it as one message, the server counts in
// a map and sorts.
//
// It is the yardstick that package bench measures the real programs against,
// and nothing else: it checks nothing, and nobody should run it for anything.
// What is slow here is slow on purpose, since it is what one writes first; but
// nothing is slower than that. Don't tune it, or the comparison loses its
// meaning.
package main

import (
	"context"
	"io"
	"math"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

const description = `
serve ranks what comes in one message, on a free port that it prints.
rank sends the file to the server and prints the ranking.
`

// maxMessageBytes is as much as gRPC can do.
const maxMessageBytes = math.MaxInt32

func main() { command.Main(run) }

func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	fs := command.NewFlagSet("simplest", "serve\n       simplest rank [flags] file", description, stdout)
	server := fs.String("server", "", "`address` of the server, HOST:PORT")
	top := fs.Int("top", 3, "`number` of creators to print")
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	switch {
	case fs.NArg() == 1 && fs.Arg(0) == "serve":
		return serve(ctx, stderr)
	case fs.NArg() == 2 && fs.Arg(0) == "rank":
		return rank(ctx, *server, fs.Arg(1), int32(*top), stdout)
	default:
		return command.UsageError("want serve, or rank and a file")
	}
}
