package lifecycle

import (
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestListen(t *testing.T) {
	t.Parallel()
	listener, err := Listen(t.Context(), "127.0.0.1", 0, "--grpc_port")
	require.NoError(t, err)
	defer listener.Close()
	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)
	require.NotZero(t, address.Port)

	_, err = Listen(t.Context(), "127.0.0.1", address.Port, "--grpc_port")
	require.EqualError(t, err, "cannot listen on "+address.String()+": address already in use; choose another port with --grpc_port")
	require.ErrorIs(t, err, syscall.EADDRINUSE)
}

func TestListenErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		host string
		port int
		want string
	}{
		// 192.0.2.0/24 is for documentation: no machine has it.
		{name: "another machine's address", host: "192.0.2.1", want: "cannot listen on 192.0.2.1:0: cannot assign requested address; 192.0.2.1 is not an address of this machine"},
		{name: "port out of range", host: "127.0.0.1", port: 70000, want: "cannot listen on 127.0.0.1:70000: listen tcp: address 70000: invalid port"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Listen(t.Context(), test.host, test.port, "--grpc_port")
			require.EqualError(t, err, test.want)
		})
	}
}
