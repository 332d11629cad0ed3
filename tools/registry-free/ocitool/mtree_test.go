package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseMtree(t *testing.T) {
	t.Parallel()
	epoch := time.Unix(0, 0).UTC()
	got, err := parseMtree(strings.NewReader(`#mtree

etc uid=0 gid=0 mode=0755 time=0 type=dir
etc/a\040b/ uid=1 gid=2 mode=0700 time=5 type=dir
app uid=65532 gid=65532 mode=4555 time=0 type=file content=out/my\040app
`))
	require.NoError(t, err)
	require.Equal(t, []entry{
		{name: "etc", dir: true, mode: 0o755, time: epoch},
		{name: "etc/a b", dir: true, mode: 0o700, uid: 1, gid: 2, time: time.Unix(5, 0).UTC()},
		{name: "app", mode: 0o4555, uid: 65532, gid: 65532, time: epoch, content: "out/my app"},
	}, got)
}

func TestParseMtreeErrors(t *testing.T) {
	t.Parallel()
	const rest = " uid=0 gid=0 mode=0755 time=0 type=file content=x"
	for _, test := range []struct{ name, text, want string }{
		{"absolute", "/app" + rest, `"/app" is not a path inside of the archive`},
		{"outside", "../app" + rest, `"../app" is not a path inside of the archive`},
		{"outside, hidden", "a/../../app" + rest, "is not a path inside of the archive"},
		{"the root", ". uid=0 gid=0 mode=0755 time=0 type=dir", "is not a path inside of the archive"},
		{"no time", "app uid=0 gid=0 mode=0755 type=file content=x", "app has no time"},
		{"no owner", "app gid=0 mode=0755 time=0 type=file content=x", "app has no uid"},
		{"no mode", "app uid=0 gid=0 time=0 type=file content=x", "app has no mode"},
		{"no type", "app uid=0 gid=0 mode=0755 time=0 content=x", `app has the type "", want file or dir`},
		{"a link", "app uid=0 gid=0 mode=0755 time=0 type=link link=x", "unknown keyword link"},
		{"no content", "app uid=0 gid=0 mode=0755 time=0 type=file", "the file app has no content"},
		{"folder with content", "app uid=0 gid=0 mode=0755 time=0 type=dir content=x", "the folder app has content"},
		{"unknown keyword", "app uname=root" + rest, "unknown keyword uname"},
		{"no value", "app optional" + rest, `"optional" has no value`},
		{"keyword twice", "app uid=1" + rest, "uid is there twice"},
		{"negative owner", "app uid=-1 gid=0 mode=0755 time=0 type=file content=x", "uid=-1 is not a number in range"},
		{"mode is octal", "app uid=0 gid=0 mode=0789 time=0 type=file content=x", "mode=0789 is not a number in range"},
		{"file twice", "app" + rest + "\napp" + rest, "mtree line 2: app is there twice"},
		{"half an escape", `a\04` + rest, "ends in half an escape"},
		{"another escape", `a\sp_` + rest, "has an escape other than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseMtree(strings.NewReader(test.text))
			require.ErrorContains(t, err, test.want)
		})
	}
}
