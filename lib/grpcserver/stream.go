package grpcserver

import (
	"context"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// serverStream is a stream with a context of our own and the request id, which
// it puts into the header before that is sent.
type serverStream struct {
	grpc.ServerStream
	ctx       context.Context
	requestID metadata.MD
	headed    sync.Once

	// draining ends the stream when it is closed. Nil for streams that have an
	// end of their own.
	draining <-chan struct{}
}

func (s *serverStream) Context() context.Context { return s.ctx }

// addHeader adds the request id to the header, once.
func (s *serverStream) addHeader() (err error) {
	s.headed.Do(func() { err = s.ServerStream.SetHeader(s.requestID) })
	return err
}

func (s *serverStream) SendHeader(md metadata.MD) error {
	if err := s.addHeader(); err != nil {
		return err
	}
	return s.ServerStream.SendHeader(md)
}

func (s *serverStream) SendMsg(m any) error {
	if err := s.addHeader(); err != nil {
		return err
	}
	return s.ServerStream.SendMsg(m)
}

func (s *serverStream) RecvMsg(m any) error {
	if s.draining == nil {
		return s.ServerStream.RecvMsg(m)
	}
	// The receiving goroutine outlives this call when the server drains, but
	// not the stream, which ends because the handler gets the error.
	received := make(chan error, 1)
	go func() { received <- s.ServerStream.RecvMsg(m) }()
	select {
	case err := <-received:
		return err
	case <-s.draining:
		return errDraining()
	}
}

// isDraining tells whether the stream was told to end with the server.
func (s *serverStream) isDraining() bool {
	select {
	case <-s.draining: // never, when nil
		return true
	default:
		return false
	}
}

func errDraining() error { return status.Error(codes.Unavailable, "the server is shutting down") }
