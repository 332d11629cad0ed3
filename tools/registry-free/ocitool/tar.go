package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// tarCommand writes the archive that an mtree file describes.
func tarCommand(fs *flag.FlagSet) func(context.Context, io.Writer, io.Writer) error {
	mtree := fs.String("mtree", "", "`file` that describes the archive, a line an entry")
	compress := fs.String("compress", "", "\"\" or gzip")
	output := fs.String("output", "", "`file` to write")
	return func(context.Context, io.Writer, io.Writer) error {
		if err := required("mtree", *mtree, "output", *output); err != nil {
			return err
		}
		spec, err := os.Open(*mtree)
		if err != nil {
			return err
		}
		defer spec.Close()
		entries, err := parseMtree(spec)
		if err != nil {
			return err
		}
		return writeFile(*output, func(w io.Writer) error {
			switch *compress {
			case "":
				return writeTar(w, entries)
			case "gzip":
				zip := gzip.NewWriter(w) // with neither a time nor a name in its header
				return errors.Join(writeTar(zip, entries), zip.Close())
			default:
				return fmt.Errorf("unknown compression %q", *compress)
			}
		})
	}
}

// writeTar writes the entries in their order. Names of owners are left out:
// the numbers are what counts in a container.
func writeTar(w io.Writer, entries []entry) error {
	archive := tar.NewWriter(w)
	for _, e := range entries {
		if err := writeEntry(archive, e); err != nil {
			return fmt.Errorf("write %s: %w", e.name, err)
		}
	}
	return archive.Close()
}

func writeEntry(archive *tar.Writer, e entry) error {
	header := &tar.Header{Name: e.name, Mode: e.mode, Uid: e.uid, Gid: e.gid, ModTime: e.time}
	if e.dir {
		header.Typeflag, header.Name = tar.TypeDir, e.name+"/"
		return archive.WriteHeader(header)
	}
	file, err := os.Open(e.content)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", e.content)
	}
	header.Typeflag, header.Size = tar.TypeReg, info.Size()
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(archive, file)
	return err
}

// writeFile creates a file and lets write fill it.
func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
