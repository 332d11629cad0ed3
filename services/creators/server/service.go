// Package server is the gRPC face of the creators service: a request comes in,
// is validated, goes into package activity, and the ranking goes out. Around
// that stand the listeners, the operations endpoint and the orderly stop.
//
// It knows no flags and no signals: package main has those. The rules of the
// ranking are those of package activity; the rules for what a data set may
// look like are here, the same for both calls.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// ServiceConfig is what a Service needs to know. The zero value accepts data
// sets of any size and counts nothing.
type ServiceConfig struct {
	// Limits bound the data set of one call.
	Limits activity.Limits
	// Registerer gets the weave_creators_* metrics. May be nil.
	Registerer prometheus.Registerer
}

// Service implements the calls of the creators API. Between calls it holds
// nothing but memory to use again.
type Service struct {
	creatorsv1.UnimplementedCreatorsServiceServer
	limits    activity.Limits
	metrics   *metrics
	scratches sync.Pool // of *scratch
}

// NewService makes the service. It fails when the metrics cannot be
// registered.
func NewService(cfg ServiceConfig) (*Service, error) {
	m, err := newMetrics(cfg.Registerer)
	if err != nil {
		return nil, fmt.Errorf("creators service: register metrics: %w", err)
	}
	s := &Service{limits: cfg.Limits, metrics: m}
	s.scratches.New = func() any { return newScratch() }
	return s, nil
}

// begin makes the intake of a call, which ends with end.
func (s *Service) begin() *intake {
	return newIntake(s.limits, s.scratches.Get().(*scratch))
}

func (s *Service) end(in *intake) {
	in.release()
	s.scratches.Put(in.scratch)
}

// MostActiveCreators ranks a data set that comes in one message.
func (s *Service) MostActiveCreators(ctx context.Context, req *creatorsv1.MostActiveCreatorsRequest) (*creatorsv1.MostActiveCreatorsResponse, error) {
	in := s.begin()
	defer s.end(in)
	in.setLimit(req.GetLimit())
	if err := in.addCreators(req.GetCreators()); err != nil {
		return nil, statusOf(err)
	}
	if err := in.addProducts(ctx, req.GetProducts()); err != nil {
		return nil, statusOf(err)
	}
	if err := in.problems.err(); err != nil {
		return nil, statusOf(err)
	}
	ranking, totals, err := s.rank(ctx, in)
	if err != nil {
		return nil, statusOf(err)
	}
	return &creatorsv1.MostActiveCreatorsResponse{Creators: ranking, Totals: totals}, nil
}

// StreamMostActiveCreators ranks a data set that comes in chunks. It answers
// the first chunk that has problems, without reading on.
func (s *Service) StreamMostActiveCreators(stream grpc.ClientStreamingServer[creatorsv1.StreamMostActiveCreatorsRequest, creatorsv1.StreamMostActiveCreatorsResponse]) error {
	in := s.begin()
	defer s.end(in)
	chunk := newChunkMessage()
	for n := int64(0); ; n++ {
		err := stream.RecvMsg(chunk)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err // a status already: the client went away, or sent too much at once
		}
		if err := in.addChunk(chunk.StreamMostActiveCreatorsRequest, n); err != nil {
			return statusOf(err)
		}
	}
	ranking, totals, err := s.rank(stream.Context(), in)
	if err != nil {
		return statusOf(err)
	}
	return stream.SendAndClose(&creatorsv1.StreamMostActiveCreatorsResponse{Creators: ranking, Totals: totals})
}

// rank is the end of both calls. It does not begin when nobody waits for it.
func (s *Service) rank(ctx context.Context, in *intake) ([]*creatorsv1.CreatorStats, *creatorsv1.DataSetTotals, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	totals := in.aggregator.Totals()
	s.metrics.ranked(totals)
	return statsOf(in.aggregator.Top(in.limit)), &creatorsv1.DataSetTotals{
		CreatorCount: totals.Creators,
		ProductCount: totals.Products,
	}, nil
}
