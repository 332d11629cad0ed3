package main

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"
)

// entry is one file or folder of an archive.
type entry struct {
	name    string // in the archive, without a leading slash
	dir     bool
	mode    int64 // permission bits
	uid     int
	gid     int
	time    time.Time
	content string // path of the file to read; "" for a folder
}

// parseMtree reads lines as tar.bzl's attribute mtree takes them, such as
//
//	app uid=0 gid=0 mode=0755 time=0 type=file content=path/to/app
//
// The genuine rule fills in what a line leaves out, the time with that of the
// file or of 2023; here every line says everything.
func parseMtree(r io.Reader) ([]entry, error) {
	var entries []entry
	seen := map[string]bool{}
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		e, err := parseMtreeLine(line)
		if err == nil && seen[e.name] {
			err = fmt.Errorf("%s is there twice", e.name)
		}
		if err != nil {
			return nil, fmt.Errorf("mtree line %d: %w", number, err)
		}
		seen[e.name] = true
		entries = append(entries, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read mtree: %w", err)
	}
	return entries, nil
}

func parseMtreeLine(line string) (entry, error) {
	fields := strings.Fields(line)
	name, err := unvis(fields[0])
	if err != nil {
		return entry{}, err
	}
	e := entry{name: path.Clean(strings.TrimSuffix(name, "/"))}
	if path.IsAbs(e.name) || e.name == "." || e.name == ".." || strings.HasPrefix(e.name, "../") {
		return entry{}, fmt.Errorf("%q is not a path inside of the archive", name)
	}
	values := map[string]string{}
	for _, field := range fields[1:] {
		key, value, found := strings.Cut(field, "=")
		if !found || value == "" {
			return entry{}, fmt.Errorf("%q has no value", field)
		}
		if _, again := values[key]; again {
			return entry{}, fmt.Errorf("%s is there twice", key)
		}
		values[key] = value
	}
	number := func(key string, base, bits int) int64 {
		value, ok := values[key]
		delete(values, key)
		n, parseErr := strconv.ParseUint(value, base, bits)
		switch {
		case err != nil: // the first one is enough
		case !ok:
			err = fmt.Errorf("%s has no %s", e.name, key)
		case parseErr != nil:
			err = fmt.Errorf("%s=%s is not a number in range", key, value)
		}
		return int64(n)
	}
	e.uid, e.gid = int(number("uid", 10, 31)), int(number("gid", 10, 31))
	e.mode = number("mode", 8, 12)
	e.time = time.Unix(number("time", 10, 62), 0).UTC()
	if err != nil {
		return entry{}, err
	}
	kind := values["type"]
	if e.content, err = unvis(values["content"]); err != nil {
		return entry{}, err
	}
	delete(values, "type")
	delete(values, "content")
	for key := range values {
		return entry{}, fmt.Errorf("unknown keyword %s", key)
	}
	switch {
	case kind != "file" && kind != "dir":
		return entry{}, fmt.Errorf("%s has the type %q, want file or dir", e.name, kind)
	case kind == "file" && e.content == "":
		return entry{}, fmt.Errorf("the file %s has no content", e.name)
	case kind == "dir" && e.content != "":
		return entry{}, fmt.Errorf("the folder %s has content", e.name)
	}
	e.dir = kind == "dir"
	return e, nil
}

// unvis decodes what a path in an mtree file may not hold as it is: \040 is a
// space.
func unvis(s string) (string, error) {
	before, after, found := strings.Cut(s, `\`)
	if !found {
		return s, nil
	}
	if len(after) < 3 {
		return "", fmt.Errorf("%q ends in half an escape", s)
	}
	char, err := strconv.ParseUint(after[:3], 8, 8)
	if err != nil {
		return "", fmt.Errorf(`%q has an escape other than \ and three octal digits`, s)
	}
	rest, err := unvis(after[3:])
	return before + string([]byte{byte(char)}) + rest, err
}
