package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// Listen opens a TCP listener on host and port; port 0 picks a free one. flag
// is the flag that chose the port, as in "--grpc_port": the error names it
// when another port would help, as in
//
//	cannot listen on 127.0.0.1:9070: address already in use; choose another port with --grpc_port
func Listen(ctx context.Context, host string, port int, flag string) (net.Listener, error) {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err == nil {
		return listener, nil
	}
	var dns *net.DNSError
	var errno syscall.Errno
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, syscall.EACCES):
		errors.As(err, &errno)
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another port with %s", address, errno, flag)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("cannot listen on %s: %w; %s is not an address of this machine", address, syscall.EADDRNOTAVAIL, host)
	case errors.As(err, &dns):
		return nil, fmt.Errorf("cannot listen on %s: %s: %w", address, host, errors.New(dns.Err))
	default:
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
}
