// Package lifecycle serves the parts of a program side by side and stops them
// in order: readiness first, then each part gracefully, last one first, then
// by force what is left when the time is over.
//
// It catches no signals (package command does) and knows no protocol: a part
// is a few functions.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Component is a part of a program that serves until it is told to stop.
type Component struct {
	// Name names the part in logs and errors, as in "grpc server".
	Name string
	// Serve blocks until the part has stopped. It returns nil when Drain or
	// Force stopped it, and why it failed otherwise. Required.
	Serve func() error
	// Drain stops the part gracefully: it takes nothing new, finishes what it
	// began, and returns. When ctx ends it stops by force and returns an error.
	// It may be called on a part whose Serve has returned or never began.
	// Nil when Force is all there is.
	Drain func(ctx context.Context) error
	// Force stops the part at once. It is called when Drain is nil, failed, or
	// did not return in time. Nil when Drain does all.
	Force func()
}

// Config says how to stop.
type Config struct {
	// Logger gets a line at each step. Nil logs nothing.
	Logger *slog.Logger
	// ShutdownTimeout bounds the graceful part of the stop, all components
	// together. 0 stops by force at once.
	ShutdownTimeout time.Duration
	// OnStopping is called once, before the first component is drained: the
	// place to turn readiness off. May be nil.
	OnStopping func()
}

const (
	drainGrace   = 3 * time.Second // what Drain gets to return once its context has ended
	forceTimeout = 5 * time.Second // what Force and Serve get to return
)

// running is a component being served.
type running struct {
	Component
	done chan struct{} // closed when Serve has returned
	err  error         // what Serve returned; read after done
}

// Run serves all components until ctx ends or one of them stops by itself, and
// then stops all: OnStopping, then component after component in reverse order,
// each drained before the next, so that a component may rely on those before
// it until its end.
//
// It returns nil when ctx ended and everything stopped gracefully. Otherwise
// the error names the component that failed, or that had to be forced; it
// wraps what the component returned.
func Run(ctx context.Context, cfg Config, components ...Component) error {
	log := cfg.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}

	parts := make([]*running, len(components))
	stopped := make(chan *running, len(components))
	for i, c := range components {
		parts[i] = &running{Component: c, done: make(chan struct{})}
	}
	for _, part := range parts {
		go func() {
			part.err = part.Serve()
			close(part.done)
			stopped <- part
		}()
	}

	var failed *running
	var failure error
	select {
	case <-ctx.Done():
		log.Info("stopping", "reason", context.Cause(ctx).Error(), "timeout", cfg.ShutdownTimeout.String())
	case failed = <-stopped:
		if failure = failed.err; failure == nil {
			failure = errors.New("stopped although nobody asked it to")
		}
		failure = fmt.Errorf("%s: %w", failed.Name, failure)
		log.Error("stopping", "reason", failure.Error(), "timeout", cfg.ShutdownTimeout.String())
	}

	if cfg.OnStopping != nil {
		cfg.OnStopping()
	}
	drainCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.ShutdownTimeout)
	defer cancel()
	errs := []error{failure}
	for i := len(parts) - 1; i >= 0; i-- {
		part := parts[i]
		err := part.stop(drainCtx, log)
		if err == nil && part != failed && part.err != nil {
			err = fmt.Errorf("%s: %w", part.Name, part.err) // it failed while it was told to stop
		}
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// stop drains one component and waits for its Serve to return; by force when
// the component does neither by the end of ctx.
func (r *running) stop(ctx context.Context, log *slog.Logger) error {
	began := time.Now()
	err := r.drain(ctx)
	if err == nil {
		log.Info("component stopped", "component", r.Name, "duration", time.Since(began).String())
		return nil
	}
	err = fmt.Errorf("stop %s: %w", r.Name, err)
	log.Warn("component did not stop gracefully", "component", r.Name, "error", err.Error(), "duration", time.Since(began).String())
	forced := make(chan struct{})
	go func() {
		if r.Force != nil {
			r.Force()
		}
		<-r.done
		close(forced)
	}()
	timeout := time.NewTimer(forceTimeout)
	defer timeout.Stop()
	select {
	case <-forced:
		return err
	case <-timeout.C:
		return fmt.Errorf("%w; it still runs %v after it was stopped by force", err, forceTimeout)
	}
}

// drain is Drain, and the wait for Serve, bounded by ctx even when they are
// not.
func (r *running) drain(ctx context.Context) error {
	result := make(chan error, 1)
	go func() {
		switch {
		case r.Drain != nil:
			if err := r.Drain(ctx); err != nil {
				result <- err
				return
			}
		case r.Force != nil:
			r.Force()
		}
		<-r.done
		result <- nil
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
	}
	// Drain notices the end of ctx too, and knows better what was left.
	timeout := time.NewTimer(drainGrace)
	defer timeout.Stop()
	select {
	case err := <-result:
		return err
	case <-timeout.C:
		return fmt.Errorf("not done in time: %w", ctx.Err())
	}
}
