// Package testdata holds the data sets that several tests and the examples use,
// so that they need no paths. README.md says what each file is for.
package testdata

import "embed"

// Files are the data sets: the examples, and in the folder broken those that
// are refused. README.md, which describes them, is there too.
//
//go:embed *.json broken/*.json README.md
var Files embed.FS
