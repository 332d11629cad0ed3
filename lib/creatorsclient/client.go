// Package creatorsclient is the creators service for Go programs: a data set
// goes in as bytes, the ranking of its creators comes out.
//
// The data set is always streamed: one goroutine decodes it and gathers chunks
// while gRPC sends those before. Nothing here grows with the data set, and a
// slow server slows the reading. The service judges the data, not this package.
//
// A call whose data has left the retry buffer of the connection can't be
// repeated, neither by gRPC nor here, since the reader's bytes are gone. Until
// then gRPC repeats it as the connection is configured to; package grpcclient
// says how.
package creatorsclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"google.golang.org/grpc"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

const (
	// DefaultChunkBytes is the usual size of a chunk. Smaller ones cost more
	// per byte; larger ones keep the server waiting and gain nothing.
	DefaultChunkBytes = 256 << 10

	// DefaultFlushInterval is how long a chunk waits for more data.
	DefaultFlushInterval = 100 * time.Millisecond
)

// Config is what a Client may be told. The zero value is good.
type Config struct {
	// ChunkBytes is the size at which a chunk is sent, in bytes; chunks may
	// be larger by one record. The server's limit for a message must allow
	// for it. 0 is DefaultChunkBytes.
	ChunkBytes int
	// FlushInterval is how long what a slow reader has given waits until it is
	// sent in a smaller chunk. 0 is DefaultFlushInterval.
	FlushInterval time.Duration
	// WaitForReady lets calls wait for a server that can't be reached, for as
	// long as their context allows, instead of failing.
	WaitForReady bool
	// Progress is told after each chunk how far a call is. It is called by the
	// goroutine that called MostActive, which it holds up. May be nil.
	Progress func(Progress)
}

// Progress says how much of a data set has been read and sent.
type Progress struct {
	// Bytes were read from the reader.
	Bytes int64
	// Creators and Products are how many records have been sent.
	Creators, Products int64
}

// Client asks the creators service. It can be used by several goroutines at
// once.
type Client struct {
	service creatorsv1.CreatorsServiceClient
	config  Config
	options []grpc.CallOption
	pool    *bufferPool
}

// New makes a client of the service at the other end of conn.
func New(conn grpc.ClientConnInterface, config Config) *Client {
	if config.ChunkBytes == 0 {
		config.ChunkBytes = DefaultChunkBytes
	}
	if config.FlushInterval == 0 {
		config.FlushInterval = DefaultFlushInterval
	}
	return &Client{
		service: creatorsv1.NewCreatorsServiceClient(conn),
		config:  config,
		options: []grpc.CallOption{grpc.WaitForReady(config.WaitForReady), grpc.ForceCodecV2(newCodec())},
		pool:    newBufferPool(config.ChunkBytes),
	}
}

// Ranking is the service's answer.
type Ranking struct {
	// Creators are the most active creators, the most active one first.
	Creators []Standing
	// CreatorCount is the number of distinct creators of the data set, listed
	// ones and those that only products mention.
	CreatorCount int64
	// ProductCount is the number of products of the data set.
	ProductCount int64
	// DataSet says what was read.
	DataSet dataset.Summary
}

// Standing is what a ranking says of one creator.
type Standing struct {
	// Rank counts from 1.
	Rank int
	// ID identifies the creator in the data set.
	ID string
	// Email is empty when the data set has none.
	Email string
	// Products is how many the creator made.
	Products int64
	// Newest is the create time of the newest product, in UTC. Zero without
	// HasNewest.
	Newest time.Time
	// HasNewest says whether any product of the creator has a create time.
	HasNewest bool
}

// MostActive ranks the creators of the data set that r gives, and returns the
// first limit of them, or all if limit is 0.
//
// The error is, or wraps, one of
//   - a *dataset.Error: r is not a data set, and this is where,
//   - the error of r, as "read data set: …",
//   - the error of ctx,
//   - a gRPC status: what the service, or the way to it, has to say.
//
// There is no ranking then. Nothing begins to read from r once MostActive has
// returned. But if it returns before the end of r, a call of Read may still be
// waiting for data; it and one goroutine then end with that call.
func (c *Client) MostActive(ctx context.Context, r io.Reader, limit int) (*Ranking, error) {
	callCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.service.StreamMostActiveCreators(callCtx, c.options...)
	if err != nil {
		return nil, wrap(ctx, err)
	}

	// Receiving from the start tells of a server that gives up early even while
	// the reader gives nothing to send.
	answers := make(chan answer, 1)
	go func() {
		defer close(answers)
		response := new(creatorsv1.StreamMostActiveCreatorsResponse)
		err := stream.RecvMsg(response)
		answers <- answer{response, err}
	}()
	defer func() {
		cancel()
		for range answers { // until it is closed
		}
	}()

	feed := newFeed(r, c.config.ChunkBytes, int32(min(limit, math.MaxInt32)), c.pool)
	go feed.run(callCtx)
	defer func() {
		cancel()
		feed.stop()
	}()

	flush := time.NewTicker(c.config.FlushInterval)
	defer flush.Stop()
	for {
		var next *frame
		select {
		case a := <-answers:
			return nil, wrap(ctx, a.early())
		case <-flush.C:
			next = feed.partial()
		case full, more := <-feed.frames:
			if !more {
				if feed.err != nil {
					return nil, wrap(ctx, feed.err)
				}
				if err := stream.CloseSend(); err != nil {
					return nil, wrap(ctx, err)
				}
				a := <-answers
				if a.err != nil {
					return nil, wrap(ctx, a.err)
				}
				return ranking(a.response, feed.summary)
			}
			next = full
		}
		if next == nil {
			continue
		}
		if err := stream.SendMsg(next); errors.Is(err, io.EOF) {
			// The call has ended; why, only receiving tells.
			return nil, wrap(ctx, (<-answers).early())
		} else if err != nil {
			return nil, wrap(ctx, err)
		}
		if c.config.Progress != nil {
			c.config.Progress(next.progress)
		}
	}
}

// answer is how a call ended.
type answer struct {
	response *creatorsv1.StreamMostActiveCreatorsResponse
	err      error
}

// early is the error of an answer that comes before the end of the data set.
func (a answer) early() error {
	if a.err != nil {
		return a.err
	}
	return errors.New("the creators service answered without having all of the data set")
}

// wrap makes err the error of ctx if that has ended: whatever else happened
// then, happened because of it.
func wrap(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("rank data set: %w", ctx.Err())
	}
	return err
}

// ranking converts the service's answer.
func ranking(response *creatorsv1.StreamMostActiveCreatorsResponse, summary dataset.Summary) (*Ranking, error) {
	totals := response.GetTotals()
	if totals.GetProductCount() != summary.Products {
		return nil, fmt.Errorf("the creators service counted %d of %d products", totals.GetProductCount(), summary.Products)
	}
	r := &Ranking{
		Creators:     make([]Standing, len(response.GetCreators())),
		CreatorCount: totals.GetCreatorCount(),
		ProductCount: totals.GetProductCount(),
		DataSet:      summary,
	}
	for i, stats := range response.GetCreators() {
		s := Standing{
			Rank:     i + 1,
			ID:       stats.GetCreator().GetId(),
			Email:    stats.GetCreator().GetEmail(),
			Products: stats.GetProductCount(),
		}
		if t := stats.GetMostRecentCreateTime(); t != nil {
			s.Newest, s.HasNewest = t.AsTime(), true
		}
		r.Creators[i] = s
	}
	return r, nil
}
