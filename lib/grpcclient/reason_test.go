package grpcclient

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReason(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, message, want string }{
		{"refused", `connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:1: connect: connection refused"`, "dial tcp 127.0.0.1:1: connect: connection refused"},
		{"last of several attempts", `last connection error: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp: timeout"`, "dial tcp: timeout"},
		{"no addresses", "no children to pick from", "no such host"},
		{"a server's own words", "the server is stopping", "the server is stopping"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, Reason(test.message))
		})
	}
}
