package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// resolveLinks returns, for each folder, one with the same files in which none
// is a symbolic link, and what removes those that it made. Bazel hands inputs
// over as links, which go-containerregistry does not follow: a layout from a
// stranger could make it read any file.
func resolveLinks(dirs ...string) (resolved []string, remove func(), err error) {
	temp, err := os.MkdirTemp("", "ocitool")
	if err != nil {
		return nil, nil, err
	}
	remove = func() { os.RemoveAll(temp) }
	for i, dir := range dirs {
		if linked, err := hasLinks(dir); err != nil {
			remove()
			return nil, nil, err
		} else if linked {
			from := dir
			dir = filepath.Join(temp, strconv.Itoa(i))
			if err := errors.Join(os.Mkdir(dir, 0o700), copyFolder(dir, from)); err != nil {
				remove()
				return nil, nil, fmt.Errorf("copy %s: %w", from, err)
			}
		}
		resolved = append(resolved, dir)
	}
	return resolved, remove, nil
}

func hasLinks(dir string) (bool, error) {
	links := false
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type()&fs.ModeSymlink != 0 {
			links = true
			return filepath.SkipAll
		}
		return err
	})
	return links, err
}

// copyFolder copies the files below from, following links.
func copyFolder(to, from string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		source, target := filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())
		info, err := os.Stat(source) // of what a link leads to
		if err != nil {
			return err
		}
		if info.IsDir() {
			if err := os.Mkdir(target, 0o700); err != nil {
				return err
			}
			err = copyFolder(target, source)
		} else {
			err = copyFile(target, source)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	return writeFile(to, func(w io.Writer) error {
		_, err := io.Copy(w, source)
		return err
	})
}
