// Package grpcclient makes connections to the services: balanced over all
// addresses of a name, retried when a server goes away, kept alive, and with
// the request id handed on.
//
// Connections are not encrypted and not authenticated: the network has to be
// trusted, or a proxy has to do it. Proxies of the environment (HTTPS_PROXY)
// are not used. The package knows no service; package creatorsclient does.
package grpcclient

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	grpcprom "github.com/grpc-ecosystem/go-grpc-middleware/providers/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/resolver"
)

// DefaultMaxMessageBytes is how large a message from the server may be unless
// the Config says otherwise. A ranking of millions of creators is one message.
const DefaultMaxMessageBytes = 1 << 30

// PingInterval is how long a connection is silent before the client asks
// whether the server is still there. Package grpcserver permits pings three
// times as often.
const PingInterval = 30 * time.Second

const (
	pingTimeout        = 10 * time.Second // without an answer the connection is dropped
	minConnectTimeout  = 5 * time.Second
	maxConnectBackoff  = 10 * time.Second // gRPC's default, two minutes, is longer than a restart takes
	bufferBytes        = 64 << 10         // as in package grpcserver
	defaultRetryBuffer = 8 << 20
)

// Config is what a connection needs to know. Only Target is required.
type Config struct {
	// Target is the server: HOST:PORT, or a target in gRPC's notation such as
	// dns:///HOST:PORT or unix:///PATH. All addresses of a name are used.
	Target string
	// Registerer gets the grpc_client_* metrics. Several connections may share
	// one; their calls are then counted together. Nil counts nothing.
	Registerer prometheus.Registerer
	// RetryMethods are the methods that are retried on UNAVAILABLE, as
	// "package.Service" or "package.Service/Method". Empty is all methods of
	// all services: every method of ours is idempotent so far.
	RetryMethods []string
	// MaxMessageBytes bounds one message from the server, in bytes. 0 is
	// DefaultMaxMessageBytes.
	MaxMessageBytes int
	// RetryBufferBytes is how much of what a call has sent is kept, in bytes,
	// to send it again. A call that has sent more is no longer retried. 0 is
	// 8 MiB, which holds any single message that servers accept by default.
	RetryBufferBytes int
	// DialOptions come after those of this package, for tests.
	DialOptions []grpc.DialOption
}

// New makes a connection. It does not connect: the first call does. It fails
// when the target cannot be one.
func New(cfg Config) (*grpc.ClientConn, error) {
	target, err := dialTarget(cfg.Target)
	if err != nil {
		return nil, err
	}
	if scheme, _, found := strings.Cut(target, "://"); found && resolver.Get(scheme) == nil && len(cfg.DialOptions) == 0 {
		// gRPC would take it for a host's name. With options, one may know it.
		return nil, fmt.Errorf("%q is not a server's address: want HOST:PORT, without %s://", target, scheme)
	}
	serviceConfig, err := serviceConfig(cfg.RetryMethods)
	if err != nil {
		return nil, err
	}
	maxMessage := orDefault(cfg.MaxMessageBytes, DefaultMaxMessageBytes)
	explain := explainer{maxReceive: maxMessage}
	unary := []grpc.UnaryClientInterceptor{unaryRequestID, explain.unary}
	stream := []grpc.StreamClientInterceptor{streamRequestID, explain.stream}
	if cfg.Registerer != nil {
		metrics, registerErr := registerMetrics(cfg.Registerer)
		if registerErr != nil {
			return nil, registerErr
		}
		unary = append(unary, metrics.UnaryClientInterceptor())
		stream = append(stream, metrics.StreamClientInterceptor())
	}

	connect := backoff.DefaultConfig
	connect.BaseDelay = 200 * time.Millisecond
	connect.MaxDelay = maxConnectBackoff
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithNoProxy(),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDisableServiceConfig(), // one from DNS would override ours
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: connect, MinConnectTimeout: minConnectTimeout}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: PingInterval, Timeout: pingTimeout, PermitWithoutStream: true}),
		grpc.WithReadBufferSize(bufferBytes),
		grpc.WithWriteBufferSize(bufferBytes),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(maxMessage),
			grpc.MaxRetryRPCBufferSize(orDefault(cfg.RetryBufferBytes, defaultRetryBuffer)),
		),
		grpc.WithChainUnaryInterceptor(unary...),
		grpc.WithChainStreamInterceptor(stream...),
	}
	conn, err := grpc.NewClient(target, append(options, cfg.DialOptions...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", cfg.Target, err)
	}
	return conn, nil
}

func orDefault(value, fallback int) int {
	if value == 0 {
		return fallback
	}
	return value
}

// dialTarget is the target in gRPC's notation.
func dialTarget(target string) (string, error) {
	if target == "" {
		return "", errors.New("the server's address is empty, want HOST:PORT")
	}
	if strings.Contains(target, "://") || strings.HasPrefix(target, "unix:") {
		return target, nil
	}
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return "", fmt.Errorf("%q is not a server's address, want HOST:PORT", target)
	}
	if host == "" {
		return "", fmt.Errorf("%q is not a server's address: it has no host", target)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%q is not a server's address: the port must be from 1 to 65535", target)
	}
	return "dns:///" + target, nil
}

// registerMetrics makes the client metrics, or finds those that another
// connection has registered.
func registerMetrics(registerer prometheus.Registerer) (*grpcprom.ClientMetrics, error) {
	metrics := grpcprom.NewClientMetrics(grpcprom.WithClientHandlingTimeHistogram())
	err := registerer.Register(metrics)
	var registered prometheus.AlreadyRegisteredError
	if errors.As(err, &registered) {
		if existing, ok := registered.ExistingCollector.(*grpcprom.ClientMetrics); ok {
			return existing, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("grpc client: register metrics: %w", err)
	}
	return metrics, nil
}
