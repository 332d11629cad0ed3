package dataset

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"short", `yesterday`, `"yesterday"`},
		{"nothing", ``, `""`},
		{"what a terminal would obey", "\x1b[2J\a\u202e", `"\x1b[2J\a\u202e"`},
		{"a quote", `\"`, `"\\\""`},
		{"as long as it may be", strings.Repeat("x", shownBytes), `"` + strings.Repeat("x", shownBytes) + `"`},
		{"longer", strings.Repeat("x", shownBytes+1), `"` + strings.Repeat("x", shownBytes) + `"… (61 bytes)`},
		{"cut in front of a character", strings.Repeat("x", shownBytes-1) + "😀", `"` + strings.Repeat("x", shownBytes-1) + `"… (63 bytes)`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, shown([]byte(test.text)))
		})
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	require.EqualError(t, &Error{Line: 120, Column: 22, Path: "Products[17].createTime", Problem: `"yesterday" is not an RFC 3339 time`},
		`line 120, column 22: Products[17].createTime: "yesterday" is not an RFC 3339 time`)
	require.EqualError(t, &Error{Line: 1, Column: 1, Problem: "there is no data"}, "line 1, column 1: there is no data")
}
