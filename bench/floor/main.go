// Floor measures what no program that reads data sets can do without: it reads
// a file, or also finds its JSON tokens, and does nothing with them. Package
// bench runs it, on one core, as the floor that the real programs stand on.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

const description = `
Reads the file, and prints how many bytes or JSON tokens it has:
  read    only reads
  tokens  finds the JSON tokens, with jsontext
`

// readBytes is how much is read at once, as in package dataset.
const readBytes = 64 << 10

func main() { command.Main(run) }

func run(_ context.Context, args []string, _ io.Reader, stdout, _ io.Writer) error {
	fs := command.NewFlagSet("floor", "read|tokens file", description, stdout)
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	if fs.NArg() != 2 {
		return command.UsageError("want what to do and a file")
	}
	count, known := map[string]func(io.Reader) (int64, error){"read": read, "tokens": tokens}[fs.Arg(0)]
	if !known {
		return command.UsageError("unknown argument %q, want read or tokens", fs.Arg(0))
	}
	file, err := os.Open(fs.Arg(1))
	if err != nil {
		return err
	}
	defer file.Close()
	n, err := count(file)
	if err != nil {
		return fmt.Errorf("read data set: %w", err)
	}
	return json.NewEncoder(stdout).Encode(n)
}

// read reads all of r and counts the bytes.
func read(r io.Reader) (n int64, err error) {
	buffer := make([]byte, readBytes)
	for {
		more, err := r.Read(buffer)
		n += int64(more)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// tokens finds the tokens of r and counts them. That keys don't repeat is not
// checked, which would take longer.
func tokens(r io.Reader) (n int64, err error) {
	d := jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true))
	for {
		_, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n++
	}
}
