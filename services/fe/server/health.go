package server

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
)

const (
	// healthTimeout bounds one question after creators' health.
	healthTimeout = time.Second
	// healthAge is how long an answer holds, so that neither many visitors nor
	// many probes become many questions.
	healthAge = time.Second
)

// connection is the connection to creators, as far as its health needs it.
type connection interface {
	grpc.ClientConnInterface
	// ResetConnectBackoff tries again at once what waits to be tried again.
	ResetConnectBackoff()
}

// health knows whether creators can be asked.
type health struct {
	conn connection
	now  func() time.Time

	mu   sync.Mutex // held while asking, so that all who wait share the answer
	at   time.Time
	last error
}

// check is nil while creators is there and serves, otherwise the reason why
// not. It is for the operations endpoint and the log, not for visitors.
func (h *health) check(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if age := h.now().Sub(h.at); !h.at.IsZero() && age >= 0 && age < healthAge {
		return h.last
	}
	// Not the caller's deadline: the answer is for others too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthTimeout)
	defer cancel()
	h.last = h.ask(ctx)
	h.at = h.now()
	return h.last
}

func (h *health) ask(ctx context.Context) error {
	response, err := healthpb.NewHealthClient(h.conn).Check(ctx, &healthpb.HealthCheckRequest{})
	if err != nil {
		// Whoever asks wants to know about now, and not about the last attempt.
		h.conn.ResetConnectBackoff()
		return fmt.Errorf("creators is away: %s", grpcclient.Reason(status.Convert(err).Message()))
	}
	if s := response.GetStatus(); s != healthpb.HealthCheckResponse_SERVING {
		return fmt.Errorf("creators is %s", s)
	}
	return nil
}
