package logging

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRequestID(t *testing.T) {
	t.Parallel()
	require.Empty(t, RequestID(t.Context()))
	require.Equal(t, "r1", RequestID(WithRequestID(t.Context(), "r1")))
}

func TestNewRequestID(t *testing.T) {
	t.Parallel()
	id := NewRequestID()
	require.Regexp(t, `^[0-9a-f]{32}$`, id)
	require.NotEqual(t, id, NewRequestID())
	require.True(t, ValidRequestID(id))
}

func TestValidRequestID(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, id string
		want     bool
	}{
		{name: "empty", id: "", want: false},
		{name: "uuid", id: "018f3c1e-7a2b-7c3d-9e4f-5a6b7c8d9e0f", want: true},
		{name: "trace", id: "Root=1-67891233-abcdef012345678912345678", want: true},
		{name: "longest", id: strings.Repeat("a", 128), want: true},
		{name: "too long", id: strings.Repeat("a", 129), want: false},
		{name: "space", id: "a b", want: false},
		{name: "line break", id: "a\nb", want: false},
		{name: "quote", id: `a"b`, want: false},
		{name: "markup", id: "<script>", want: false},
		{name: "not ASCII", id: "é", want: false},
		{name: "NUL", id: "a\x00", want: false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, ValidRequestID(test.id))
			if test.want {
				require.Equal(t, test.id, RequestIDFrom(test.id))
			} else {
				require.Regexp(t, `^[0-9a-f]{32}$`, RequestIDFrom(test.id))
			}
		})
	}
}
