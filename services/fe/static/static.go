// Package static holds the frontend's style sheet, script, icon and example
// data set, embedded in the binary and served under names that carry a hash of
// the content, so that a browser may keep them for ever.
//
// It knows nothing of pages: they ask for a file's URL by its plain name.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// Prefix is the path under which the files are served.
const Prefix = "/static/"

// Example is the plain name of the built-in data set.
const Example = "example.json"

//go:embed app.js favicon.svg example.json css/*.css
var embedded embed.FS

// styleSheet is what the files of the folder css are served as, one after the
// other in the order of their names: they are small, and one request is faster
// than several.
const styleSheet = "app.css"

// contentType returns the content type by extension, written out because the machine's
// own table differs from one to the next.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	}
	return "application/octet-stream"
}

// file is one file as it is served.
type file struct {
	contentType   string
	hash          string
	plain, zipped []byte // zipped is nil when it would not be smaller
}

// Files are the static files, ready to be served.
type Files struct {
	urls   map[string]string // by plain name
	served map[string]*file  // by URL path
}

// New reads, hashes and compresses the embedded files.
func New() (*Files, error) {
	return newFiles(embedded)
}

func newFiles(fsys fs.FS) (*Files, error) {
	f := &Files{urls: map[string]string{}, served: map[string]*file{}}
	var styles []byte
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if path.Dir(name) == "css" {
			styles = append(styles, content...)
			return nil
		}
		return f.add(name, content)
	})
	if err == nil {
		err = f.add(styleSheet, styles)
	}
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	return f, nil
}

// add hashes and compresses a file.
func (f *Files) add(name string, content []byte) error {
	zipped, err := zip(content)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:8])
	ext := path.Ext(name)
	url := Prefix + strings.TrimSuffix(name, ext) + "." + hash + ext
	f.urls[name] = url
	f.served[url] = &file{contentType: contentType(name), hash: hash, plain: content, zipped: zipped}
	return nil
}

// zip returns data compressed, or nil when that saves nothing.
func zip(data []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if buf.Len() >= len(data) {
		return nil, nil
	}
	return buf.Bytes(), nil
}

// URL returns the path under which the file with this plain name is served.
// There is an error when there is no such file.
func (f *Files) URL(name string) (string, error) {
	url, ok := f.urls[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %q", name)
	}
	return url, nil
}

// Read returns the content of the file with this plain name, which the caller
// must not change, or nil when there is no such file.
func (f *Files) Read(name string) []byte {
	served, ok := f.served[f.urls[name]]
	if !ok {
		return nil
	}
	return served.plain
}

// Serve answers a GET or HEAD request for a file and returns true. It returns
// false, and has written nothing, when the path is not a file's.
// zipped says that the client accepts gzip.
func (f *Files) Serve(w http.ResponseWriter, r *http.Request, zipped bool) bool {
	served, ok := f.served[r.URL.Path]
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", served.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body, tag := served.plain, served.hash
	if served.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if zipped {
			h.Set("Content-Encoding", "gzip")
			body, tag = served.zipped, served.hash+"-gzip"
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	// ServeContent knows conditional requests, ranges and HEAD.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return true
}
