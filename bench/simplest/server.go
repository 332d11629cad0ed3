package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"sort"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

// serve serves on a free port, which it prints in the form of the services'
// logs, until ctx ends.
func serve(ctx context.Context, stderr io.Writer) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessageBytes), grpc.MaxSendMsgSize(maxMessageBytes))
	creatorsv1.RegisterCreatorsServiceServer(server, service{})
	context.AfterFunc(ctx, server.GracefulStop)
	fmt.Fprintf(stderr, `{"msg":"serving","what":"grpc","addr":%q}`+"\n", listener.Addr())
	return server.Serve(listener)
}

type service struct {
	creatorsv1.UnimplementedCreatorsServiceServer
}

// stats is what is known of a creator.
type stats struct {
	id, email string
	products  int64
	newest    time.Time
	place     int // in the order in which the data set names them
}

func (service) MostActiveCreators(_ context.Context, request *creatorsv1.MostActiveCreatorsRequest) (*creatorsv1.MostActiveCreatorsResponse, error) {
	creators := map[string]*stats{}
	for _, c := range request.GetCreators() {
		creators[c.GetId()] = &stats{id: c.GetId(), email: c.GetEmail(), place: len(creators)}
	}
	for _, p := range request.GetProducts() {
		c := creators[p.GetCreatorId()]
		if c == nil {
			c = &stats{id: p.GetCreatorId(), place: len(creators)}
			creators[p.GetCreatorId()] = c
		}
		c.products++
		if t := p.GetCreateTime().AsTime(); t.After(c.newest) {
			c.newest = t
		}
	}

	var all []*stats
	for _, c := range creators {
		all = append(all, c)
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].products != all[j].products {
			return all[i].products > all[j].products
		}
		if !all[i].newest.Equal(all[j].newest) {
			return all[i].newest.After(all[j].newest)
		}
		return all[i].place < all[j].place
	})

	response := &creatorsv1.MostActiveCreatorsResponse{Totals: &creatorsv1.DataSetTotals{
		CreatorCount: int64(len(all)), ProductCount: int64(len(request.GetProducts())),
	}}
	if limit := int(request.GetLimit()); limit > 0 && limit < len(all) {
		all = all[:limit]
	}
	for _, c := range all {
		response.Creators = append(response.Creators, &creatorsv1.CreatorStats{
			Creator:              &creatorsv1.Creator{Id: c.id, Email: c.email},
			ProductCount:         c.products,
			MostRecentCreateTime: timestamppb.New(c.newest),
		})
	}
	return response, nil
}
