package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// input is where the data set comes from.
type input struct {
	reader io.Reader
	// name is what messages call it.
	name string
	// size is how many bytes there are, or -1 if that is not known.
	size int64
	// interactive is true if somebody is expected to type.
	interactive bool
	close       func()
}

const standardInput = "standard input"

// open opens a file. Without a path, or for "-", that is standard input.
func (p program) open(path string, stdin io.Reader) (*input, error) {
	if path == "" || path == "-" {
		return &input{
			reader:      stdin,
			name:        standardInput,
			size:        remaining(stdin),
			interactive: p.isTerminal(stdin),
			close:       func() {},
		}, nil
	}
	resolved := path
	if p.folder != "" && !filepath.IsAbs(path) {
		resolved = filepath.Join(p.folder, path)
	}
	f, err := os.Open(resolved)
	if err != nil {
		return nil, err // It says all: "open PATH: no such file or directory".
	}
	return &input{
		reader: f,
		name:   path,
		size:   remaining(f),
		close:  func() { _ = f.Close() }, // Nothing was written.
	}, nil
}

// remaining is how many bytes a stream still has, or -1 if only reading tells.
func remaining(stream io.Reader) int64 {
	f, ok := stream.(interface {
		io.Seeker
		Stat() (fs.FileInfo, error)
	})
	if !ok {
		return -1
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1
	}
	return max(0, info.Size()-at)
}
